import AnomalyDetection
import TimeSeries

/// Scores of every row, the level from which they are flagged, and the events.
public struct AnalysisResult: Sendable, Equatable {
    /// Calibrated, smoothed scores of each model; NaN without a score.
    public let scores: PerModel<[Float]>
    /// Their weighted average, as the verdicts move it, with the extents of its blocks.
    public let blocks: ExtentBlocks<Float>
    /// The score from which a row is flagged, found among the rows that no rule expects.
    public let level: Float
    /// Flagged rows gathered, in time order; none of them is expected.
    public let events: [Event]
    /// Expected rows that reach the level, gathered, in time order.
    public let expectedEvents: [Event]
    /// The rows that rules expect.
    public let expected: ExpectedRows

    /// Finds the level and gathers events of scores that are combined.
    public init(
        scores: PerModel<[Float]>, combined: ExtentBlocks<Float>, rule: ThresholdRule, expected: ExpectedRows = .none
    ) {
        self.init(
            scores: scores, combined: combined, watched: expected.isEmpty ? combined : expected.left(out: combined), rule: rule,
            expected: expected)
    }

    /// The same, where `watched` is known: what is combined, without the rows that are expected.
    init(
        scores: PerModel<[Float]>, combined: ExtentBlocks<Float>, watched: ExtentBlocks<Float>, rule: ThresholdRule,
        expected: ExpectedRows
    ) {
        (self.scores, blocks, self.expected) = (scores, combined, expected)
        level = rule.level(for: watched)
        let own = EventRule()
        guard !expected.isEmpty else {
            events = own.events(combined: combined, scores: scores, level: level)
            expectedEvents = []
            return
        }
        func gathered(_ runs: [Range<Int>]) -> [Event] { runs.map { Event(rows: $0, of: combined.values, scores: scores) } }
        let level = level
        events = gathered(
            own.runs(of: watched, level: level).flatMap { expected.outside($0) }.compactMap { rows in
                let flagged = rows.filter { AnomalyDetection.isFlagged(combined.values[$0], level: level) }
                return flagged.first.flatMap { first in flagged.last.map { first..<($0 + 1) } }
            })
        expectedEvents = gathered(
            expected.rows.flatMap { rows -> [Range<Int>] in
                let rows = rows.clamped(to: 0..<combined.values.count)
                return own.runs(of: ExtentBlocks(Array(combined.values[rows])), level: level).map {
                    ($0.lowerBound + rows.lowerBound)..<($0.upperBound + rows.lowerBound)
                }
            })
    }

    /// The weighted average of each row.
    public var combined: [Float] { blocks.values }

    /// Whether `row` is flagged: it lies in an event, because its score reaches the level or because it lies between rows
    /// whose scores do.
    public func isFlagged(_ row: Int) -> Bool { !events(overlapping: row..<(row + 1)).isEmpty }

    /// The events that share rows with some rows, in time order.
    public func events(overlapping rows: Range<Int>) -> ArraySlice<Event> {
        let first = events.partitioningIndex { $0.rows.upperBound > rows.lowerBound }
        return events[first...].prefix { $0.rows.overlaps(rows) }
    }

    /// Scores as they are measured against labels.
    func measured(_ scores: [Float]) -> [Float] { expected.measured(scores) }
}

extension ExpectedRows {
    /// Scores with none on expected rows.
    func left(out scores: ExtentBlocks<Float>) -> ExtentBlocks<Float> { ExtentBlocks(filled(scores.values, with: .nan)) }

    /// Scores as they are measured against labels: expected rows are never flagged, which is what 0 says.
    public func measured(_ scores: [Float]) -> [Float] { isEmpty ? scores : filled(scores, with: 0) }

    /// Scores with another in place of those of expected rows.
    fileprivate func filled(_ scores: [Float], with score: Float) -> [Float] {
        var filled = scores
        for row in rows.joined() where row < filled.count { filled[row] = score }
        return filled
    }

    /// What is left of some rows without those that are expected.
    fileprivate func outside(_ wanted: Range<Int>) -> [Range<Int>] {
        var (left, start) = ([Range<Int>](), wanted.lowerBound)
        for rows in rows[rows.partitioningIndex { $0.upperBound > wanted.lowerBound }...] {
            if rows.lowerBound >= wanted.upperBound { break }
            if rows.lowerBound > start { left.append(start..<rows.lowerBound) }
            start = max(start, rows.upperBound)
        }
        if start < wanted.upperBound { left.append(start..<wanted.upperBound) }
        return left
    }
}
