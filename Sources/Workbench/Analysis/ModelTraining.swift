import AnomalyDetection
import Foundation
import Persistence
import Synchronization
import TimeSeries
import Work

/// Trains the registered models at the same time, each on a thread of its own; one alone uses all cores.
public struct ModelTraining: Sendable {
    private let task: TrainingTask
    private let models: Models
    /// What models that have learnt score, if anything.
    private let scored: Series?

    /// What a run reports as it goes.
    public enum Report: Sendable {
        /// A model learns.
        case training(TrainingProgress)
        /// A model that has learnt scores the series; `share` of it is done, 0 to 1.
        case scoring(ModelKind, share: Double)
        /// A model is ready where the run only trains.
        case learnt(any Detector)
        /// A model is ready, and has scored the series.
        case finished(ScoredModel)
        /// A model could not be had; the others go on.
        case failed(DetectionError)

        /// The share of learning in the work of a model; scoring is the rest.
        private static let learning = 0.95

        /// Which model it is about and how much of its work is done, 0 to 1; `nil` for a failure.
        public var progress: (model: ModelKind, share: Double)? {
            switch self {
            case .training(let progress): (progress.model, Self.learning * progress.share)
            case .scoring(let model, let share): (model, Self.learning + (1 - Self.learning) * share)
            case .learnt(let detector): (detector.kind, 1)
            case .finished(let model): (model.detector.kind, 1)
            case .failed: nil
            }
        }
    }

    /// Prepares a run on the first `trainingRows` rows (all where `nil`) of a series, all of which is then scored.
    public init(series: Series, models: Models, trainingRows: Int? = nil, seed: UInt64 = 1) {
        let task = TrainingTask(series: series, trainingRows: trainingRows ?? series.rowCount, seed: seed)
        self.init(task, scoring: series, models: models)
    }

    /// Prepares a run on rows that were chosen of a series, all of which is then scored; the threads of `task` do not count.
    public init(_ task: TrainingTask, scoring series: Series, models: Models) {
        (self.task, self.models, scored) = (task, models, series)
    }

    /// Prepares a run that only trains, on one series or many; the threads of `task` do not count.
    public init(_ task: TrainingTask, models: Models) {
        self.task = task
        self.models = models
        scored = nil
    }

    /// Bytes of memory that training both models on a series, the series itself and scoring it take at the peak beside the program;
    /// most is the errors and answers of each value. The service took 219 MB for 40,000 rows of 49 channels and 690 MB for 160,000.
    public static func expectedBytes(_ series: Series) -> Int {
        20_000_000 + series.rowCount * (90 + 100 * series.channels.count)
    }

    /// On which threads models are trained. What they learn is the same where there are several.
    public enum Threads: Sendable {
        /// One a model; one alone uses all cores.
        case ofEachModel
        /// One for all, one model after the other: for who trains on several series at the same time.
        case one
    }

    /// Trains the models and reports until each finished or failed; then the stream ends.
    /// - Parameter mayGoOn: whether whoever began the run still may train. Asked from the run's threads as it goes, twice a
    ///   second at most, and before a model is handed over; where the answer is no, all models fail as cancelled.
    public func run(
        on threads: Threads = .ofEachModel, cancellation: Cancellation, mayGoOn: @escaping @Sendable () -> Bool = { true }
    ) -> AsyncStream<Report> {
        let permission = Permission(cancellation, mayGoOn)
        return AsyncStream { continuation in
            let group = DispatchGroup()
            let cores = models.all.count == 1 && threads == .ofEachModel ? ProcessInfo.processInfo.activeProcessorCount : 1
            for models in threads == .one ? [models.all] : models.all.map({ [$0] }) {
                group.enter()
                startThread {
                    for model in models {
                        continuation.yield(
                            permission.final(
                                outcome(model, threads: cores, cancellation: cancellation) {
                                    permission.ask()
                                    continuation.yield($0)
                                }))
                    }
                    group.leave()
                }
            }
            group.notify(queue: .global()) { continuation.finish() }
            // The flag of a run that is done may stand for others that are not.
            continuation.onTermination = { if case .cancelled = $0 { cancellation.cancel() } }
        }
    }

    private func outcome(_ model: Model, threads: Int, cancellation: Cancellation, report: (Report) -> Void) -> Report {
        do {
            var task = task
            task.threadCount = threads
            let trained = try model.train(task, cancellation) { report(.training($0)) }
            guard let scored else { return .learnt(trained.detector) }
            // What the models say of what they learnt goes on where that is as the series is.
            let known = task.series.identity == scored.identity ? trained : TrainedModel(trained.detector)
            return .finished(
                try known.scoring(scored, cancellation: cancellation) { report(.scoring(model.kind, share: $0)) })
        } catch {
            return .failed(error)
        }
    }
}

/// Stops a run whose user may not train any more.
private final class Permission: Sendable {
    private let cancellation: Cancellation
    private let mayGoOn: @Sendable () -> Bool
    /// When it was last asked for, and whether it was ever refused.
    private let state = Mutex((asked: ContinuousClock.now, isRefused: false))

    init(_ cancellation: Cancellation, _ mayGoOn: @escaping @Sendable () -> Bool) {
        (self.cancellation, self.mayGoOn) = (cancellation, mayGoOn)
    }

    /// Asks, unless that was less than `interval` ago.
    func ask(every interval: Duration = .milliseconds(500)) {
        state.withLock { state in
            guard !state.isRefused, ContinuousClock.now - state.asked >= interval else { return }
            state.asked = .now
            guard !mayGoOn() else { return }
            state.isRefused = true
            cancellation.cancel()
        }
    }

    /// How a model's run ends.
    func final(_ outcome: ModelTraining.Report) -> ModelTraining.Report {
        if case .failed = outcome { return outcome }
        ask(every: .zero)
        return state.withLock { $0.isRefused } ? .failed(.cancelled) : outcome
    }
}
