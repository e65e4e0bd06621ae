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

    /// The scores from which rows are flagged and to which their events reach; rows with score 0 never are. Cost: at most a few
    /// passes over the scores, none sorted.
    public func levels(for scores: ExtentBlocks<Float>) -> FlagLevels {
        switch self {
        case .gap: GapRule().levels(for: scores)
        case .level(let level): FlagLevels(level)
        case .quantile(let share): FlagLevels(OrderStatistics(scores.values)?.quantile(share) ?? .infinity)
        case .share(let share): FlagLevels(OrderStatistics(scores.values)?.quantile(1 - share) ?? .infinity)
        case .top(let count): FlagLevels(Self.topLevel(scores, count: count))
        }
    }

    /// The score from which rows are flagged.
    public func level(for scores: ExtentBlocks<Float>) -> Float { levels(for: scores).level }

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

/// The two levels of flags (hysteresis): an event is where the score reaches the one, and lasts while it reaches the other.
public struct FlagLevels: Sendable, Equatable {
    /// The score from which a row is an event; infinite where nothing is flagged.
    public var level: Float
    /// The score to which the event reaches on both sides, no more than `level`.
    public var reach: Float
    /// The share of an event's highest excess below which it does not reach, though its score stays above `reach`: errors are
    /// averaged, so that a high peak has wide feet.
    public var share: Float

    /// Two levels; events are as wide as the rows that reach `level` where no other is given.
    public init(_ level: Float, reach: Float? = nil, share: Float = 0) {
        self.level = level
        self.reach = min(level, reach ?? level)
        self.share = share
    }

    /// The lower of each.
    public func lower(_ other: FlagLevels) -> FlagLevels {
        FlagLevels(min(level, other.level), reach: min(reach, other.reach), share: min(share, other.share))
    }

    /// The score to which an event reaches that has a highest score.
    fileprivate func reach(ofPeak peak: Float) -> Float {
        min(level, max(reach, Calibration.score(ofExcess: share * Calibration.excess(ofScore: peak))))
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
        events(combined: combined, scores: scores, levels: FlagLevels(level))
    }

    /// The events among rows whose `combined` score reaches a level, as far as they reach, in time order.
    public func events(combined: ExtentBlocks<Float>, scores: PerModel<[Float]>, levels: FlagLevels) -> [Event] {
        let runs = runs(of: combined, levels: levels)
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

    /// Runs of rows that reach `level`, those near each other joined; of the rows from `first` on.
    public func runs(of scores: ExtentBlocks<Float>, level: Float, from first: Int = 0) -> [Range<Int>] {
        runs(of: scores, levels: FlagLevels(level), from: first)
    }

    /// Runs of rows around those that reach the level, as far as they reach, those near each other joined; of the rows from `first`
    /// on. Blocks without a flag, nearly all of a series, are passed over.
    public func runs(of scores: ExtentBlocks<Float>, levels: FlagLevels, from first: Int = 0) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        scores.values.withUnsafeBufferPointer { values in
            for block in scores.block(ofRow: first)..<scores.highs.count where isFlagged(scores.highs[block], level: levels.level)
            {
                for row in scores.rows(ofBlock: block) where row >= max(first, runs.last?.upperBound ?? 0) {
                    guard isFlagged(values[row], level: levels.level) else { continue }
                    let run = run(around: row, in: values, levels, from: first)
                    if let last = runs.last, run.lowerBound - last.upperBound <= mergeGap {
                        runs[runs.count - 1] = min(last.lowerBound, run.lowerBound)..<run.upperBound
                    } else {
                        runs.append(run)
                    }
                }
            }
        }
        return runs
    }

    /// The rows around `row` between which no more than `mergeGap` lie below the reach, from `first` on.
    private func run(
        around row: Int, in values: UnsafeBufferPointer<Float>, _ levels: FlagLevels, from first: Int
    ) -> Range<Int> {
        var (low, high, peak) = (row, row, values[row])
        var next = row - 1
        while next >= first, low - next <= mergeGap + 1 {
            if isFlagged(values[next], level: levels.reach) { (low, peak) = (next, max(peak, values[next])) }
            next -= 1
        }
        next = row + 1
        while next < values.count, next - high <= mergeGap + 1 {
            if isFlagged(values[next], level: levels.reach) { (high, peak) = (next, max(peak, values[next])) }
            next += 1
        }
        let reach = levels.reach(ofPeak: peak)
        while low < row, !isFlagged(values[low], level: reach) { low += 1 }
        while high > row, !isFlagged(values[high], level: reach) { high -= 1 }
        return low..<(high + 1)
    }
}

/// Whether a score counts as flagged at `level`: it reaches the level and is above 0.
@inline(__always)
public func isFlagged(_ score: Float, level: Float) -> Bool { score >= level && score > 0 }
