import AnomalyDetection
import TerminalUI
import Workbench

extension WorkspaceState {
    /// Shows what the verdicts taught.
    mutating func showLessons(_ frame: inout Frame) -> [Effect] {
        if analysis.result == nil {
            frame.complain(DetectionError.noScores.description)
        } else if judgements.lessons.isEmpty {
            frame.complain("Judge an event an anomaly (a) or normal (n) first.")
        } else {
            card = LessonsCard()
        }
        return []
    }
}

/// What the verdicts taught: they act at once, so there is nothing to confirm.
struct LessonsCard: Card {
    static let takesKeysOfScreen = true
    mutating func update(
        _ key: Key, over workspace: inout WorkspaceState, _ frame: inout Frame
    ) -> CardStep {
        switch key {
        case .enter, .escape, .character("q"), .character("w"): .close
        case .character("?"): .pass
        default: .stay
        }
    }

    func view(over workspace: WorkspaceState, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let learned = workspace.analysis.learned
        let lines = learned.map { [("at first", $0.start), ("learnt", $0.learned)] } ?? []
        let texts = lines.map { weightsText($0.1.ensemble, within: screen.width - 32) }
        let column = 13 + max(27, texts.map(displayWidth).max() ?? 0)
        let card = screen.bounds.centered(width: min(max(80, column + 17), screen.width - 2), height: 9)
        drawCard(&screen, card, title: "What your verdicts taught", theme)
        let x = card.x + 2
        let lessons = workspace.judgements.lessons
        let anomalies = lessons.count(where: \.isAnomaly)
        screen.write(
            "\(anomalies) judged an anomaly, \(lessons.count - anomalies) normal; look-alikes rise and fall with them.",
            x: x, y: card.y + 2, Style(theme.muted), limit: card.width - 4)
        for (row, line) in lines.enumerated() {
            let y = card.y + 4 + row
            screen.write(line.0, x: x, y: y, Style(theme.muted))
            screen.write(texts[row], x: x + 10, y: y, Style(theme.text, bold: row == 1))
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
            screen.write(text, x: x, y: card.maxY - 3, Style(theme.muted), limit: card.width - 4)
        }
        screen.write("u takes the verdict on an event back   Esc closes", x: x, y: card.maxY - 2, Style(theme.muted))
    }
}
