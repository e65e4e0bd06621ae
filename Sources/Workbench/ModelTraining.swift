import AnomalyDetection
import Foundation
import TimeSeries

/// Trains the registered models at the same time, as far as the cores allow.
public struct ModelTraining: Sendable {
    private let series: Series
    private let models: Models
    private let trainingRows: Int
    private let seed: UInt64

    /// What a run reports as it goes.
    public enum Report: Sendable {
        case training(TrainingProgress)
        case scoring(ModelKind, share: Double)
        case finished(ScoredModel)
        case failed(DetectionError)
    }

    /// Prepares a run on the first `trainingRows` rows (all where `nil`).
    public init(series: Series, models: Models = .standard, trainingRows: Int? = nil, seed: UInt64 = 1) {
        self.series = series
        self.models = models
        self.trainingRows = trainingRows ?? series.rowCount
        self.seed = seed
    }

    /// Trains on a thread a model and reports until each finished or failed; then the stream ends.
    public func run(cancellation: Cancellation) -> AsyncStream<Report> {
        AsyncStream { continuation in
            let group = DispatchGroup()
            let threads = max(1, ProcessInfo.processInfo.activeProcessorCount / models.all.count)
            for model in models.all {
                group.enter()
                let thread = Thread {
                    continuation.yield(
                        outcome(model, threads: models.all.count == 1 ? threads : 1, cancellation: cancellation) {
                            continuation.yield($0)
                        })
                    group.leave()
                }
                thread.stackSize = 8 << 20
                thread.start()
            }
            group.notify(queue: .global()) { continuation.finish() }
            continuation.onTermination = { _ in cancellation.cancel() }
        }
    }

    private func outcome(_ model: Model, threads: Int, cancellation: Cancellation, report: (Report) -> Void) -> Report {
        do {
            let task = TrainingTask(series: series, trainingRows: trainingRows, seed: seed, threadCount: threads)
            let detector = try model.train(task, cancellation) { report(.training($0)) }
            return .finished(
                try ScoredModel(scoring: series, with: detector, cancellation: cancellation) {
                    report(.scoring(model.kind, share: $0))
                })
        } catch {
            return .failed(error)
        }
    }
}
