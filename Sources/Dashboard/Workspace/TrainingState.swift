import AnomalyDetection
import Work
import Workbench

/// A training run as the panel shows it.
public struct TrainingState: Sendable {
    /// Raised to stop it.
    public let cancellation: Cancellation
    /// The models that are trained.
    let kinds: [ModelKind]
    /// Whose models they are.
    let label: RunLabel
    /// Whether models were saved before, which stay as earlier ones.
    private let replacesSaved: Bool
    /// The latest report of each model.
    private(set) var progress = PerModel<TrainingProgress>()
    /// Models that are scoring.
    private(set) var scoring: Set<ModelKind> = []
    /// Models that are done.
    private(set) var finished: Set<ModelKind> = []
    /// Models that are done and saved.
    private var saved: Set<ModelKind> = []
    /// Whether the run is over.
    private(set) var hasEnded = false
    /// Why it failed, or why a model could not be saved.
    private(set) var failure: String?

    init(_ kinds: [ModelKind], _ label: RunLabel, replacesSaved: Bool, cancellation: Cancellation) {
        self.kinds = kinds
        self.label = label
        self.replacesSaved = replacesSaved
        self.cancellation = cancellation
    }

    /// How much of the run is done, 0 to 1.
    var share: Double {
        let shares = kinds.map { finished.contains($0) ? 1 : progress[$0]?.share ?? 0 }
        return shares.reduce(0, +) / Double(shares.count)
    }

    /// Takes a report.
    mutating func receive(_ report: ModelTraining.Report) {
        switch report {
        case .training(let latest): progress[latest.model] = latest
        case .scoring(let kind, _): scoring.insert(kind)
        case .finished(let model): finished.insert(model.detector.kind)
        case .learnt, .failed(.cancelled): break
        case .failed(let error): failure = error.description
        }
    }

    /// Notes whether a model was saved.
    mutating func receive(_ saving: Result<ModelKind, PlainError>) {
        switch saving {
        case .success(let kind): saved.insert(kind)
        case .failure(let error): failure = error.message
        }
    }

    /// Ends the run.
    /// - Parameter earlier: the key that shows earlier models.
    /// - Returns: what to tell the user; `nil` when a failure has been told already.
    mutating func end(earlier: String) -> String? {
        hasEnded = true
        if saved.count == kinds.count {
            return "All models are trained and saved." + (replacesSaved ? " \(earlier) has the earlier ones." : "")
        }
        return failure == nil ? "Training was stopped; models that had not finished are as before." : nil
    }
}

extension SignedIn {
    /// Trains on rows that were chosen, if there are some, and shows the training panel.
    mutating func train(on chosen: ChosenRows, seed: UInt64 = 1, _ frame: inout Frame) -> [Effect] {
        do {
            if let series = workspace?.analysis.series { try chosen.check(series) }
            push(TrainingCard())
            return atWorkspace { $0.train(on: chosen, seed: seed) }
        } catch {
            frame.complain("\(error)")
            return []
        }
    }
}
