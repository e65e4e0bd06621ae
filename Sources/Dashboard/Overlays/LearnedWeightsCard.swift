import Accounts
import AnomalyDetection
import TerminalUI
import Workbench

extension WorkspaceState {
    /// Shows the weights that rank the verdicts best.
    mutating func learnWeights(_ frame: inout Frame) -> [Effect] {
        guard let result = analysis.result, analysis.isComplete else {
            frame.complain(DetectionError.noScores.description)
            return []
        }
        guard
            let learned = LearnedWeights(
                result.scores, confirmed: judgements.rows(judged: .anomaly), rejected: judgements.rows(judged: .normal),
                present: analysis.settings.ensemble)
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
        let choices = [learned.present, learned.best]
        let texts = choices.map { weightsText($0.ensemble, within: screen.width - 30) }
        let column = 11 + max(27, texts.map(displayWidth).max() ?? 0)
        let card = screen.bounds.centered(width: min(max(72, column + 17), screen.width - 2), height: 9)
        drawCard(&screen, card, title: "Weights from your verdicts", theme)
        let x = card.x + 2
        screen.write(
            "\(learned.confirmed) confirmed, \(learned.rejected) rejected; in how many pairs is the right one higher?",
            x: x, y: card.y + 2, Style(theme.muted), limit: card.width - 4)
        for (row, title) in ["now", "learnt"].enumerated() {
            let y = card.y + 4 + row
            screen.write(title, x: x, y: y, Style(theme.muted))
            screen.write(texts[row], x: x + 8, y: y, Style(theme.text, bold: row == 1))
            let percent = Int((choices[row].quality * 100).rounded())
            screen.write("\(percent)% of pairs", x: x + column, y: y, Style(row == 1 ? theme.success : theme.text))
        }
        screen.write("Enter uses the learnt weights   Esc leaves all as it is", x: x, y: card.maxY - 2, Style(theme.muted))
    }
}
