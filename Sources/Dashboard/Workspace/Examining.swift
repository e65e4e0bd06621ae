import Work
import Workbench

/// An examination that goes on away from the screen.
struct Examining: Sendable {
    /// Known by this are its answers; raised to stop it.
    let run = Cancellation()
    /// How much is done, 0 to 1.
    var share = 0.0
}

extension WorkspaceState {
    /// Has the models examined, unless that is done or goes on.
    mutating func examine() -> [Effect] {
        guard sensitivity == nil, examining == nil, analysis.result != nil else { return [] }
        let new = Examining()
        examining = new
        return [.examine(analysis, new.run)]
    }

    /// Takes what an examination gave, as the settings stand by now.
    mutating func receive(_ examined: Sensitivity) {
        examining = nil
        sensitivity = examined
        sensitivity?.follow(analysis)
    }

    /// Stops an examination, and forgets what was found out about models that are no longer in use.
    mutating func forgetExamination() {
        examining?.run.cancel()
        (sensitivity, examining) = (nil, nil)
    }

    /// Whether rows are forgotten into which anomalies were put.
    func isForgotten(_ sensitivity: Sensitivity?) -> Bool {
        sensitivity.map { $0.examination.heldOut.lowerBound < analysis.series.forgottenRows } ?? false
    }
}
