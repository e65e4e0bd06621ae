import AnomalyDetection
import Work
import Workbench

/// What follows from verdicts is computed away from the screen: at a million rows it takes longer than a frame may.
///
/// The decisions hold at once, scores and flags when they have come; one computation goes on at a time, and what was decided
/// meanwhile follows in the next.
struct Settling: Sendable {
    /// Known by this are the answers to this series; raised when another takes its place.
    let run = Cancellation()
    /// Whether a computation goes on.
    var isUnderWay = false
    /// Whether the list of events keeps its order when the scores have come.
    var keepsOrder = true
}

extension WorkspaceState {
    /// Has scores and flags made that follow from what was decided: at once where only settings have changed, which takes
    /// milliseconds, and otherwise away from the screen.
    /// - Parameter keepsOrder: whether events stay where they stand in the list.
    mutating func settle(keepsOrder: Bool) -> [Effect] {
        settling.keepsOrder = settling.keepsOrder && keepsOrder
        guard !analysis.isSettled, !settling.isUnderWay else { return [] }
        if judgements.lessons.isEmpty {
            analysis.settle()
            sensitivity?.follow(analysis)
            settling.keepsOrder = true
            return []
        }
        settling.isUnderWay = true
        return [.settle(analysis, settling.run)]
    }

    /// Leaves scores and flags as they are, since what follows from the decisions could not be computed; the next decision asks
    /// again.
    mutating func receive(unsettled problem: String, _ frame: inout Frame) -> [Effect] {
        settling.isUnderWay = false
        frame.complain(problem)
        return []
    }

    /// Takes what has been computed, and goes on with what was decided meanwhile.
    mutating func receive(settled copy: Analysis) -> [Effect] {
        settling.isUnderWay = false
        analysis.take(copy)
        let effects = settle(keepsOrder: true)
        sensitivity?.follow(analysis)
        follow(keepsOrder: settling.keepsOrder)
        if analysis.isSettled { settling.keepsOrder = true }
        return effects
    }
}
