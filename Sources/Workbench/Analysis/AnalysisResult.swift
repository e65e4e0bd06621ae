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
        let watched = expected.isEmpty ? combined : expected.left(out: combined)
        self.init(
            scores: scores, combined: combined, watched: watched, levels: rule.levels(for: watched), expected: expected)
    }

    /// The same, where `watched` is known: what is combined, without the rows that are expected. What lessons call normal is not
    /// flagged: no event has its highest row there.
    init(
        scores: PerModel<[Float]>, combined: ExtentBlocks<Float>, watched: ExtentBlocks<Float>, levels: FlagLevels,
        lessons: [Lesson] = [], expected: ExpectedRows
    ) {
        (self.scores, blocks, self.expected, level) = (scores, combined, expected, levels.level)
        func gathered(_ runs: [Range<Int>]) -> [Event] { runs.map { Event(rows: $0, of: combined.values, scores: scores) } }
        let (own, normal) = (EventRule(), lessons.filter { !$0.isAnomaly })
        let flagged = own.runs(of: watched, levels: levels)
        let left = expected.isEmpty ? flagged : flagged.flatMap { Self.outside(expected, $0, combined.values, levels.level) }
        events = gathered(left).filter { event in !normal.contains { $0.rows.contains(event.peakRow) } }
        expectedEvents = gathered(
            expected.rows.flatMap { rows -> [Range<Int>] in
                let rows = rows.clamped(to: 0..<combined.values.count)
                return own.runs(of: ExtentBlocks(Array(combined.values[rows])), levels: levels).map {
                    ($0.lowerBound + rows.lowerBound)..<($0.upperBound + rows.lowerBound)
                }
            })
    }

    /// What is left of the rows of an event without those that are expected: of each stretch that reaches the level.
    private static func outside(_ expected: ExpectedRows, _ rows: Range<Int>, _ scores: [Float], _ level: Float) -> [Range<Int>] {
        expected.outside(rows).filter { left in left.contains { AnomalyDetection.isFlagged(scores[$0], level: level) } }
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
