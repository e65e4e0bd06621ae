import Foundation
import TimeSeries

/// The rule by which a combined score becomes a flag.
public enum ThresholdRule: Sendable, Equatable {
    /// What stands apart, if anything does (`GapRule`).
    case gap
    /// A score, 0 to 1.
    case level(Float)
    /// The quantile of all scores, 0 to 1 (0.99 flags about one row in a hundred).
    case quantile(Double)
    /// The share of rows that is expected to be odd, 0 to 1.
    case share(Double)
    /// So many events, those with the highest peaks.
    case top(Int)

    /// The score from which rows are flagged; rows with score 0 never are. Cost: at most a few passes over the scores, none sorted.
    public func level(for scores: ExtentBlocks<Float>) -> Float {
        switch self {
        case .gap: GapRule().level(for: scores)
        case .level(let level): level
        case .quantile(let share): OrderStatistics(scores.values)?.quantile(share) ?? .infinity
        case .share(let share): OrderStatistics(scores.values)?.quantile(1 - share) ?? .infinity
        case .top(let count): Self.topLevel(scores, count: count)
        }
    }

    /// The same for scores that are asked for once.
    public func level(for scores: [Float]) -> Float { level(for: ExtentBlocks(scores)) }

    /// The level is lowered from the highest score as long as there are not too many events; joined ones count as one. Where
    /// they join before there are as many as asked for, it stays where there were most of them. Tried are scores of ranks that
    /// grow by a half from the highest to the median, and then those between the last that will do and the first that will not.
    private static func topLevel(_ scores: ExtentBlocks<Float>, count: Int) -> Float {
        guard let order = OrderStatistics(scores.values), count > 0 else { return .infinity }
        func attempt(_ rankFromTop: Int) -> (level: Float, events: Int) {
            let level = order.value(atRank: order.count - 1 - rankFromTop)
            return (level, EventRule().runs(of: scores, level: level).count)
        }
        let highest = attempt(0)
        guard highest.events <= count else { return highest.level }
        var (most, lowest, rank, tooLow) = (highest, highest, 0, 1)
        while tooLow <= order.count / 2 {
            let tried = attempt(tooLow)
            if tried.events > count { break }
            if tried.events > most.events { most = tried }
            (lowest, rank, tooLow) = (tried, tooLow, max(tooLow + 1, tooLow * 3 / 2))
        }
        guard tooLow <= order.count / 2 else { return most.level }
        while tooLow - rank > 1 {
            let middle = (rank + tooLow) / 2
            let tried = attempt(middle)
            if tried.events > count { tooLow = middle } else { (lowest, rank) = (tried, middle) }
        }
        return lowest.events >= most.events ? lowest.level : most.level
    }
}

/// Flags what stands apart from the ordinary: runs of rows whose peaks lie above a gap.
///
/// Compared are the peaks of runs of rows with an excess (`Calibration.Method.excess`) of 1, the ordinary reach of errors, or
/// more. Those that reach a third of the highest are looked at from below: the first gap of at least 15 % parts the odd ones from
/// the rest. Where there is none, peaks fade into each other, nothing is odd and nothing is flagged.
public struct GapRule: Sendable, Equatable {
    /// How many times the lower peak the higher one is, at least, beside a gap.
    public var narrowest: Float
    /// The share of the highest peak below which no gap is looked for.
    public var share: Float
    /// The lowest excess that is looked at: the ordinary reach of errors.
    private static let ordinary: Float = 1
    /// The same as a score.
    static let ordinaryScore = Calibration.score(ofExcess: ordinary)

    /// The defaults were chosen by the F1 of events over labelled series; `Benchmarks/README.md` has the table.
    public init(narrowest: Float = 1.15, share: Float = 1.0 / 3) {
        self.narrowest = narrowest
        self.share = share
    }

    /// The geometric mean of the two peaks beside the gap, as a score; infinite where nothing is odd.
    public func level(for scores: ExtentBlocks<Float>) -> Float {
        level(highest: scores.highs.reduce(0) { Float.maximum($0, $1) }) { lowest in
            EventRule().peaks(of: scores, level: Self.ordinaryScore, atLeast: lowest)
        }
    }

    /// The same, from the peaks of scores. Cost: the peaks.
    public func level(for peaks: RunPeaks) -> Float {
        level(highest: peaks.highest) { peaks.falling(from: $0) }
    }

    /// - Parameter peaks: says the peaks that reach a score, falling.
    private func level(highest: Float, peaks: (_ lowest: Float) -> [Float]) -> Float {
        let highest = Calibration.excess(ofScore: highest)
        guard highest >= Self.ordinary else { return .infinity }
        let lowest = max(Self.ordinary, share * highest)
        let reaching = peaks(Calibration.score(ofExcess: lowest))
        let falling = reaching.map { Calibration.excess(ofScore: $0) }.filter { $0 > lowest } + [lowest]
        guard let gap = Array(zip(falling, falling.dropFirst())).last(where: { $0 >= narrowest * $1 }) else { return .infinity }
        return Calibration.score(ofExcess: (gap.0 * gap.1).squareRoot())
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

extension Event {
    /// Some rows and their scores.
    public init(rows: Range<Int>, of combined: [Float], scores: PerModel<[Float]>) {
        self.init(
            rows: rows, peakRow: rows.lowerBound, peak: -1, mean: 0,
            modelPeaks: scores.mapValues { own in
                var highest = -Float.infinity
                for score in own[rows] where score > highest { highest = score }
                return highest.isFinite ? highest : .nan
            })
        var (sum, counted) = (Float(0), Float(0))
        for (row, score) in zip(rows, combined[rows]) where !score.isNaN {
            if score > peak { (peak, peakRow) = (score, row) }
            sum += score
            counted += 1
        }
        mean = sum / max(1, counted)
    }

    /// How far the models' peaks lie apart, 0 to 1; 0 with one model alone.
    public var disagreement: Float {
        let peaks = modelPeaks.values.filter { !$0.isNaN }
        return (peaks.max() ?? 0) - (peaks.min() ?? 0)
    }
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
    public func events(combined: ExtentBlocks<Float>, scores: PerModel<[Float]>, level: Float) -> [Event] {
        let runs = runs(of: combined, level: level)
        return runs.filter { $0.count >= minimumRows }.map { Event(rows: $0, of: combined.values, scores: scores) }
    }

    /// The highest score of each run of rows that reaches `level`, falling; of those only that reach `lowest`, which is no less.
    /// Only the runs that hold them are gone through.
    func peaks(of scores: ExtentBlocks<Float>, level: Float, atLeast lowest: Float) -> [Float] {
        var (peaks, end) = ([Float](), 0)
        scores.values.withUnsafeBufferPointer { values in
            for (block, highest) in scores.highs.enumerated() where isFlagged(highest, level: lowest) {
                for row in scores.rows(ofBlock: block) where row >= end && isFlagged(values[row], level: lowest) {
                    var (peak, last) = (values[row], row)
                    end = row + 1
                    while end < values.count, end - last <= mergeGap + 1 {
                        if isFlagged(values[end], level: level) { (peak, last) = (max(peak, values[end]), end) }
                        end += 1
                    }
                    peaks.append(peak)
                }
            }
        }
        return peaks.sorted(by: >)
    }

    /// Runs of rows that reach `level`, those near each other joined; of the rows from `first` on. Blocks without a flag, nearly
    /// all of a series, are passed over.
    public func runs(of scores: ExtentBlocks<Float>, level: Float, from first: Int = 0) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        scores.values.withUnsafeBufferPointer { values in
            for block in scores.block(ofRow: first)..<scores.highs.count where isFlagged(scores.highs[block], level: level) {
                for row in scores.rows(ofBlock: block) where row >= first && isFlagged(values[row], level: level) {
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
