import TimeSeries
import Work

/// The runs of labelled rows, in order.
public func labelledRanges(_ labels: [Bool]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for row in labels.indices where labels[row] {
        if let last = ranges.last, last.upperBound == row {
            ranges[ranges.count - 1] = last.lowerBound..<(row + 1)
        } else {
            ranges.append(row..<(row + 1))
        }
    }
    return ranges
}

/// Precision and recall counted in events: a labelled run of rows is found when a flagged event overlaps it, widened, and a
/// flagged event is right when it overlaps a labelled run so widened.
public struct EventMeasures: Sendable, Equatable {
    /// For each labelled run, in order, whether it was found.
    public let found: [Bool]
    /// Share of flagged events that are right, 0 to 1; 0 without a flag.
    public let precision: Double
    /// Share of labelled runs that are found, 0 to 1; 0 without a label.
    public var recall: Double { found.isEmpty ? 0 : Double(found.count { $0 }) / Double(found.count) }
    /// The harmonic mean of precision and recall; 0 where one is.
    public var f1: Double { precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0 }

    /// Compares flagged rows with labelled rows, both in rising order and without overlaps.
    /// - Parameter reach: rows by which labelled runs are widened on both sides: half a period, since an event's score rises
    ///   before it and falls after it.
    public init(flagged: [Range<Int>], labelled: [Range<Int>], reach: Int = 0) {
        let spans = labelled.map { ($0.lowerBound - reach)..<($0.upperBound + reach) }
        func hits(_ ranges: [Range<Int>], _ others: [Range<Int>]) -> [Bool] {
            var index = 0
            return ranges.map { range in
                while index < others.count, others[index].upperBound <= range.lowerBound { index += 1 }
                return index < others.count && others[index].overlaps(range)
            }
        }
        found = hits(spans, flagged)
        let right = hits(flagged, spans)
        precision = right.isEmpty ? 0 : Double(right.count { $0 }) / Double(right.count)
    }

    /// The largest F1 of events at any level, in hindsight. Tried are the scores of ranks that grow by a tenth from the highest
    /// score to the median, so that the cost is that of about a hundred levels.
    /// - Parameters:
    ///   - ranking: of `scores`, with labels of any kind.
    ///   - reach: as above.
    /// - Throws: `DetectionError.cancelled`.
    public static func bestF1(
        _ scores: [Float], _ ranking: Ranking, labelled: [Range<Int>], reach: Int = 0,
        cancellation: Cancellation = Cancellation()
    ) throws(DetectionError) -> Double {
        let blocks = ExtentBlocks(scores)
        var (best, rank, last) = (0.0, 0, Float.infinity)
        while rank < scores.count, rank <= scores.count / 2 {
            if cancellation.isCancelled { throw .cancelled }
            let level = ranking.score(atRank: rank)
            guard level > 0 else { break }
            rank = max(rank + 1, rank * 11 / 10)
            guard level < last else { continue }
            last = level
            let flagged = EventRule().runs(of: blocks, level: level)
            best = max(best, EventMeasures(flagged: flagged, labelled: labelled, reach: reach).f1)
        }
        return best
    }
}
