import Foundation
import TimeSeries

/// The rule by which a combined score becomes a flag.
public enum ThresholdRule: Sendable, Equatable {
    /// The quantile of all scores, 0 to 1 (0.99 flags about one row in a hundred).
    case quantile(Double)
    /// The median plus so many robust standard deviations (1.4826 MAD).
    case robustSigma(Double)
    /// Peaks over threshold (Siffer et al., 2017): a generalised Pareto tail is fitted to the scores over
    /// their 98 % quantile, and the level is exceeded with the given probability.
    case peaksOverThreshold(probability: Double)

    /// The score from which rows are flagged; rows with score 0 never are. Cost: a few passes over the
    /// scores, no sorting.
    public func level(for scores: [Float]) -> Float {
        guard let order = OrderStatistics(scores) else { return .infinity }
        switch self {
        case .quantile(let share): return order.quantile(share)
        case .robustSigma(let count):
            let median = order.quantile(0.5)
            let deviation = OrderStatistics(scores.map { abs($0 - median) })?.quantile(0.5) ?? 0
            return median + Float(count) * 1.4826 * deviation
        case .peaksOverThreshold(let probability): return Self.paretoLevel(scores, order, probability: probability)
        }
    }

    /// The tail is fitted by its first two moments (Hosking and Wallis, 1987).
    private static func paretoLevel(_ scores: [Float], _ order: OrderStatistics, probability: Double) -> Float {
        let start = order.quantile(0.98)
        let excesses = scores.filter { $0 > start }.map { Double($0 - start) }
        let count = Double(excesses.count)
        guard count >= 10 else { return order.quantile(1 - probability) }
        let mean = excesses.reduce(0, +) / count
        let variance = excesses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        guard variance > 0 else { return start }
        let ratio = mean * mean / variance
        let shape = 0.5 * (1 - ratio)
        let scale = 0.5 * mean * (ratio + 1)
        let tail = probability * Double(order.count) / count
        let excess = abs(shape) < 1e-9 ? -scale * log(tail) : scale / shape * (pow(tail, -shape) - 1)
        return start + Float(max(0, excess))
    }
}

/// A run of flagged rows.
public struct Event: Sendable, Equatable {
    /// First to last flagged row.
    public var rows: Range<Int>
    /// The row of the highest combined score.
    public var peakRow: Int
    /// The highest combined score.
    public var peak: Float
    /// The mean combined score.
    public var mean: Float
    /// The highest score of each model in the run; NaN without one.
    public var modelPeaks: PerModel<Float>
}

/// How flags become events.
public struct EventRule: Sendable, Equatable {
    /// Runs with at most this many unflagged rows between them are one event.
    public var mergeGap = 3
    /// Shorter events are dropped.
    public var minimumRows = 1

    /// Merges over 3 rows and keeps all lengths.
    public init(mergeGap: Int = 3, minimumRows: Int = 1) {
        self.mergeGap = mergeGap
        self.minimumRows = minimumRows
    }

    /// The events among rows whose `combined` score reaches `level`, in time order.
    public func events(combined: [Float], scores: PerModel<[Float]>, level: Float) -> [Event] {
        let runs = flaggedRuns(combined, level: level)
        return runs.filter { $0.count >= minimumRows }.map { rows in
            var event = Event(
                rows: rows, peakRow: rows.lowerBound, peak: -1, mean: 0,
                modelPeaks: scores.mapValues { own in rows.reduce(.nan) { Float.maximum($0, own[$1]) } })
            var counted: Float = 0
            for row in rows where !combined[row].isNaN {
                if combined[row] > event.peak { (event.peak, event.peakRow) = (combined[row], row) }
                event.mean += combined[row]
                counted += 1
            }
            event.mean /= max(1, counted)
            return event
        }
    }

    /// Runs of rows that reach `level`, those near each other joined. Stretches without a flag, nearly all
    /// of a series, are passed over 64 rows at a time.
    private func flaggedRuns(_ scores: [Float], level: Float) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        scores.withUnsafeBufferPointer { scores in
            for start in stride(from: 0, to: scores.count, by: 64) {
                let end = min(start + 64, scores.count)
                var flagged: UInt32 = 0
                for row in start..<end { flagged += isFlagged(scores[row], level: level) ? 1 : 0 }
                guard flagged > 0 else { continue }
                for row in start..<end where isFlagged(scores[row], level: level) {
                    if let last = runs.last, row - last.upperBound <= mergeGap {
                        runs[runs.count - 1] = last.lowerBound..<(row + 1)
                    } else {
                        runs.append(row..<(row + 1))
                    }
                }
            }
        }
        return runs
    }
}

/// Whether a score counts as flagged at `level`: it reaches the level and is above 0.
@inline(__always)
public func isFlagged(_ score: Float, level: Float) -> Bool { score >= level && score > 0 }
