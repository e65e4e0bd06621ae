import AnomalyDetection
import Foundation
import TimeSeries

/// Trains both models at the same time, one a core.
public struct ModelTraining: Sendable {
    private let series: Series
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
    public init(series: Series, trainingRows: Int? = nil, seed: UInt64 = 1) {
        self.series = series
        self.trainingRows = trainingRows ?? series.rowCount
        self.seed = seed
    }

    /// Trains `kinds` on threads of their own and reports until each finished or failed; then the stream ends.
    public func run(_ kinds: [ModelKind] = ModelKind.allCases, cancellation: Cancellation) -> AsyncStream<Report> {
        AsyncStream { continuation in
            let group = DispatchGroup()
            let threads = max(1, ProcessInfo.processInfo.activeProcessorCount / max(1, kinds.count))
            for kind in kinds {
                group.enter()
                let thread = Thread {
                    continuation.yield(
                        outcome(kind, threads: kinds.count == 1 ? threads : 1, cancellation: cancellation) {
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

    private func outcome(_ kind: ModelKind, threads: Int, cancellation: Cancellation, report: (Report) -> Void) -> Report {
        do {
            let plan = DetectorPlan.standard(kind, for: series, trainingRows: trainingRows, seed: seed)
            let training = try Training(plan, series: series, trainingRows: trainingRows, threadCount: threads)
            let detector = try training.run(cancellation: cancellation) { report(.training($0)) }
            return .finished(
                try ScoredModel(scoring: series, with: detector, cancellation: cancellation) { report(.scoring(kind, share: $0)) }
            )
        } catch {
            return .failed(error)
        }
    }
}
