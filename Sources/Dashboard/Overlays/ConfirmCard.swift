import TerminalUI
import Workbench

/// A question before something is lost: a training run, or a file that would be overwritten.
struct ConfirmCard: Card {
    let question: String
    /// What `y` does, in a word or two.
    let yes: String
    /// Does it.
    let run: @Sendable (inout SignedIn, inout Frame) -> [Effect]

    mutating func update(
        _ key: Key, over signedIn: inout SignedIn, _ frame: inout Frame
    ) -> CardStep {
        switch key {
        case .character("y"), .character("Y"): .close(run(&signedIn, &frame))
        case .escape, .character("n"), .character("N"), .character("q"): .close
        default: .stay
        }
    }

    func view(over signedIn: SignedIn, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let width = min(72, screen.width - 4)
        let lines = wrapped(question, width: width - 4)
        let card = screen.bounds.centered(width: width, height: lines.count + 4)
        drawCard(&screen, card, title: "Are you sure?", theme)
        for (row, line) in lines.enumerated() {
            screen.write(line, x: card.x + 2, y: card.y + 1 + row, Style(theme.text), limit: card.width - 4)
        }
        screen.write("y \(yes)   Esc leaves all as it is", x: card.x + 2, y: card.maxY - 2, Style(theme.muted), limit: width - 4)
    }
}

extension SignedIn {
    /// Whether a training run of the open series goes on.
    var isTraining: Bool { workspace?.training.map { !$0.hasEnded } ?? false }

    /// Does what ends a training run: at once where none goes on, else after a question.
    mutating func endTraining(
        _ consequence: String, _ frame: inout Frame, _ run: @escaping @Sendable (inout SignedIn, inout Frame) -> [Effect]
    ) -> [Effect] {
        guard isTraining, let name = workspace?.analysis.series.name else { return run(&self, &frame) }
        card = ConfirmCard(
            question:
                "The models of \(name) are being trained. \(consequence) ends that; models that are not done are as before.",
            yes: "ends it", run: run)
        return []
    }

    /// Opens a file: the series that is open already shows again, and another one ends its training run only after a question.
    mutating func open(_ path: String, _ frame: inout Frame) -> [Effect] {
        if isTraining, let open = workspace, open.path == path {
            library.stopOpening()
            place = .workspace(open)
            return []
        }
        let asked = endTraining("Opening another series", &frame) { signedIn, _ in
            signedIn.stopWork()
            return signedIn.library.startOpening(path)
        }
        if asked.isEmpty { library.stopOpening() }
        return asked
    }
}
