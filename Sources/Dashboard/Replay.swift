import TerminalUI

extension DashboardState {
    /// Does what a line says that can be typed after `:`.
    public mutating func enter(_ line: String) -> [Request] {
        guard let desk = signedIn?.desk else { return [] }
        return ask(desk, for: changeSignedIn { $0.run(line, &$1) } ?? [])
    }

    /// Whether an answer is awaited that a next line may depend on.
    public var isBusy: Bool {
        guard let signedIn else { return false }
        let isQueueing = signedIn.fileSet?.queue?.isUnderWay ?? false
        guard let workspace = signedIn.workspace else { return signedIn.library.isOpening || isQueueing }
        return signedIn.library.isOpening || isQueueing || signedIn.isTraining || workspace.settling.isUnderWay
            || workspace.growth.isScoring || workspace.examining != nil || workspace.reading.underWay != nil
    }

    /// A question that waits for an answer; `nil` where none does.
    public var question: String? {
        guard let signedIn else { return nil }
        if let card = signedIn.layer(ConfirmCard.self) { return card.question }
        return signedIn.layer(SeriesCard.self).map { _ in "The file holds several series, of which one is to be chosen." }
    }
}
