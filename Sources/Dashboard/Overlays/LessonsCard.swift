import AnomalyDetection
import TerminalUI
import Workbench

extension WorkspaceState {
    /// Why there is nothing that verdicts taught.
    var noLessons: String? {
        if analysis.result == nil { return DetectionError.noScores.description }
        guard judgements.lessons.isEmpty else { return nil }
        return "Judge an event an anomaly (\(NamedKey.anomaly.name)) or normal (\(NamedKey.normal.name)) first."
    }
}

/// What the verdicts taught: they act at once, so there is nothing to confirm.
struct LessonsCard: WorkspaceCard {
    static let title = "What your verdicts taught"

    static let bindings: [Binding<SignedIn>] = [
        at([.character("u")], name: "take back", "Take back the verdict on the selected event", unless: { $1.noVerdict(nil) }) {
            _, workspace, frame in
            let effects = workspace.judge(nil, &frame)
            return workspace.noLessons == nil ? .stay(effects) : .close(effects)
        },
        closing(.escape, .enter, .character("q"), .character("w")),
    ]

    func title(over workspace: WorkspaceState) -> String { Self.title }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) {
        (max(80, column(workspace, frame) + 17), 8)
    }

    private func lines(_ workspace: WorkspaceState) -> [(String, WeightChoice)] {
        workspace.analysis.learned.map { [("at first", $0.start), ("learnt", $0.learned)] } ?? []
    }

    private func text(_ ensemble: Ensemble, _ frame: Frame) -> String { weightsText(ensemble, within: frame.width - 32) }

    /// Where what the weights are worth stands.
    private func column(_ workspace: WorkspaceState, _ frame: Frame) -> Int {
        13 + max(27, lines(workspace).map { displayWidth(text($0.1.ensemble, frame)) }.max() ?? 0)
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        let theme = frame.theme
        let learned = workspace.analysis.learned
        let (lines, column) = (lines(workspace), column(workspace, frame))
        let x = card.x + 2
        let lessons = workspace.judgements.lessons
        let anomalies = lessons.count(where: \.isAnomaly)
        screen.write(
            "\(anomalies) judged an anomaly, \(lessons.count - anomalies) normal; look-alikes rise and fall with them.",
            x: x, y: card.y + 2, Style(theme.muted), limit: card.width - 4)
        for (row, line) in lines.enumerated() {
            let y = card.y + 4 + row
            screen.write(line.0, x: x, y: y, Style(theme.muted))
            screen.write(text(line.1.ensemble, frame), x: x + 10, y: y, Style(theme.text, bold: row == 1))
            guard line.1.quality.isFinite else { continue }
            let pairs = "\(percent(Float(line.1.quality))) of pairs"
            screen.write(pairs, x: x + column, y: y, Style(row == 1 ? theme.success : theme.text))
        }
        if lines.isEmpty {
            let text = "The weights stay as you set them: those to begin with would be learnt."
            screen.write(text, x: x, y: card.y + 4, Style(theme.text), limit: card.width - 4)
        }
        if let learned, learned.start.ensemble == learned.learned.ensemble {
            let text = "They agree with these weights; what is judged against the flags moves them."
            screen.write(text, x: x, y: card.maxY - 2, Style(theme.muted), limit: card.width - 4)
        }
    }
}
