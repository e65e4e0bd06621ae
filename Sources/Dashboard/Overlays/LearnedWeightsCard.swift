import Accounts
import AnomalyDetection
import TerminalUI
import Workbench

extension WorkspaceState {
    /// Shows the weights that rank the verdicts best.
    mutating func learnWeights(_ frame: inout Frame) -> [Effect] {
        guard let result = analysis.result, analysis.lstm != nil, analysis.transformer != nil,
            let present = try? Ensemble(
                lstmWeight: analysis.settings.lstmWeight, transformerWeight: analysis.settings.transformerWeight)
        else {
            frame.complain(DetectionError.noScores.description)
            return []
        }
        func judged(_ verdict: Verdict) -> [Range<Int>] { verdicts.filter { $0.value == verdict }.map(\.key) }
        guard
            let learned = LearnedWeights(
                lstm: result.lstm, transformer: result.transformer, confirmed: judged(.anomaly), rejected: judged(.normal),
                present: present)
        else {
            frame.complain("Judge at least one event an anomaly (a) and one normal (n) first.")
            return []
        }
        card = LearnedWeightsCard(learned: learned)
        return []
    }
}

/// The weights that the verdicts suggest, beside those in use.
struct LearnedWeightsCard: Card {
    /// What was learnt.
    let learned: LearnedWeights

    mutating func update(
        _ key: Key, over workspace: inout WorkspaceState, _ session: Session, _ frame: inout Frame
    ) -> CardStep {
        workspace.updateProposal(key, learned.best.ensemble, session, &frame)
    }

    func view(over workspace: WorkspaceState, _ session: Session, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let card = screen.bounds.centered(width: min(72, screen.width - 2), height: 9)
        drawCard(&screen, card, title: "Weights from your verdicts", theme)
        let x = card.x + 2
        screen.write(
            "\(learned.confirmed) confirmed, \(learned.rejected) rejected; in how many pairs is the right one higher?",
            x: x, y: card.y + 2, Style(theme.muted), limit: card.width - 4)
        for (row, (title, choice)) in [("now", learned.present), ("learnt", learned.best)].enumerated() {
            let y = card.y + 4 + row
            screen.write(title, x: x, y: y, Style(theme.muted))
            screen.write(weightsText(choice.ensemble), x: x + 8, y: y, Style(theme.text, bold: row == 1))
            let percent = Int((choice.quality * 100).rounded())
            screen.write("\(percent)% of pairs", x: x + 38, y: y, Style(row == 1 ? theme.success : theme.text))
        }
        screen.write("Enter uses the learnt weights   Esc leaves all as it is", x: x, y: card.maxY - 2, Style(theme.muted))
    }
}
