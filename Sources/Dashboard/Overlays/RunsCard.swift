import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

/// A run that was kept and the present one side by side: settings, models with their seeds, and events.
struct RunsCard: WorkspaceCard {
    static let title = "Two runs"
    private(set) var kept: KeptRun
    private(set) var present: KeptRun

    init(kept: KeptRun, present: KeptRun) { (self.kept, self.present) = (kept, present) }

    static let bindings: [Binding<SignedIn>] = [
        at([.enter], name: "use kept settings", "Set what the kept run was set to; the models stay") {
            card, workspace, frame in
            let settings = card.kept.settings
            return .close(workspace.change(&frame) { $0 = settings })
        },
        at([NamedKey.keepRun], name: "keep present run", "Keep the present run in place of the kept one") {
            card, workspace, frame in
            workspace.keepRun(&frame)
            card.kept = card.present
            return .stay
        },
        closing(.escape, .character("q"), NamedKey.compareRuns),
    ]

    /// Counts rows as the series does, which may have forgotten some.
    mutating func receive(_ answer: Answer, over workspace: WorkspaceState) -> LayerStep<SignedIn> {
        if case .grown(let run, _, let news?) = answer, run === workspace.growth.scoring {
            kept.forget(first: news.forgotten)
            present.forget(first: news.forgotten)
        }
        return .stay
    }

    func title(over workspace: WorkspaceState) -> String { Self.title }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) {
        (92, lines(workspace).count + 3)
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        let theme = frame.theme
        let lines = lines(workspace)
        let column = (card.width - 4 - 16) / 2
        func write(_ y: Int, _ title: String, _ left: String, _ right: String, _ style: Style) {
            screen.write(title, x: card.x + 2, y: y, Style(theme.muted), limit: 15)
            screen.write(left, x: card.x + 18, y: y, style, limit: column - 1)
            screen.write(right, x: card.x + 18 + column, y: y, style, limit: column)
        }
        write(card.y + 1, "", "kept", "now", Style(theme.accent, bold: true))
        for (row, line) in lines.prefix(card.height - 3).enumerated() {
            let differs = line.left != line.right
            write(card.y + 2 + row, line.title, line.left, line.right, Style(differs ? theme.text : theme.muted, bold: differs))
        }
    }

    private func lines(_ workspace: WorkspaceState) -> [(title: String, left: String, right: String)] {
        let series = workspace.analysis.series
        var lines = AnalysisSettings.table(workspace.analysis.models).map {
            (title: $0.title, left: $0.text(kept.settings), right: $0.text(present.settings))
        }
        func model(_ run: KeptRun, _ kind: ModelKind) -> String {
            guard let model = run.models[kind] else { return "none" }
            let seed = model.seed.map { "seed \($0), " } ?? ""
            return "\(seed)\(model.summary.epochs) epochs, \(grouped(model.summary.trainingRows)) rows"
        }
        lines += workspace.models.map { ("\($0.title(within: 7)) run", model(kept, $0), model(present, $0)) }
        func level(_ run: KeptRun) -> String { run.level.isFinite ? significant(run.level) : "none" }
        lines.append(("Level", level(kept), level(present)))
        func flagged(_ run: KeptRun) -> String {
            "\(grouped(run.events.count)), \(grouped(run.events.reduce(0) { $0 + $1.rows.count })) rows"
        }
        lines.append(("Events", flagged(kept), flagged(present)))
        let (lost, new) = (kept.events(missingIn: present), present.events(missingIn: kept))
        lines.append(
            ("only here", "\(lost.count) event\(lost.count == 1 ? "" : "s")", "\(new.count) event\(new.count == 1 ? "" : "s")"))
        for row in 0..<min(8, max(lost.count, new.count)) {
            func text(_ events: [Event]) -> String { row < events.count ? eventText(series, events[row].rows) : "" }
            lines.append(("", text(lost), text(new)))
        }
        return lines
    }
}

extension WorkspaceState {
    /// Keeps the present run for a comparison.
    mutating func keepRun(_ frame: inout Frame) {
        guard let run = KeptRun(analysis) else { return }
        kept = run
        let key = frame.name(of: NamedKey.compareRuns)
        frame.say("This run is kept; change settings or train with another seed (:train 2), then \(key) compares the two.")
    }

    /// Why there are no two runs to compare.
    var noRuns: String? {
        noScores ?? (kept == nil ? "No run is kept yet; \(NamedKey.keepRun.name) keeps the present one." : nil)
    }

    /// Why nothing can be done with scores.
    var noScores: String? { analysis.result == nil ? DetectionError.noScores.description : nil }
}
