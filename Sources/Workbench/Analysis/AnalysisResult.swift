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
    /// Events whose highest row is expected, in time order, by the level or, where nothing else reaches one, by the one that there would
    /// be if nothing was expected. Errors are averages over rows, so that an event rises before its cause and falls after it.
    public let expectedEvents: [Event]
    /// The rows that rules expect.
    public let expected: ExpectedRows

    /// Finds the level and gathers events of scores that are combined.
    public init(
        scores: PerModel<[Float]>, combined: ExtentBlocks<Float>, rule: ThresholdRule, expected: ExpectedRows = .none
    ) {
        let watched = expected.isEmpty ? combined : expected.left(out: combined, rule)
        self.init(scores: scores, combined: combined, rule: rule, levels: rule.levels(for: watched), expected: expected)
    }

    /// The same, where the levels are known. What lessons call normal is not flagged: no event has its highest row there.
    init(
        scores: PerModel<[Float]>, combined: ExtentBlocks<Float>, rule: ThresholdRule, levels: FlagLevels, lessons: [Lesson] = [],
        expected: ExpectedRows
    ) {
        (self.scores, blocks, self.expected, level) = (scores, combined, expected, levels.level)
        let (own, normal) = (EventRule(), lessons.filter { !$0.isAnomaly })
        let found = own.events(combined: combined, scores: scores, levels: levels)
        let watched =
            expected.isEmpty
            ? found
            : found.filter { !expected.contains($0.peakRow) }.flatMap { event in
                Self.outside(expected, event.rows, combined.values, levels.level).map {
                    Event(rows: $0, of: combined.values, scores: scores)
                }
            }
        events = watched.filter { event in !normal.contains { $0.rows.contains(event.peakRow) } }
        let known =
            levels.level.isFinite || expected.isEmpty
            ? found : own.events(combined: combined, scores: scores, levels: rule.levels(for: combined))
        expectedEvents = known.filter { expected.contains($0.peakRow) }
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
    /// Scores with none on expected rows and on those of events whose highest row is expected, as a rule finds them: of such events the
    /// level is lowered by each that is left out, so that it is looked for again while there are more, three times at the most.
    func left(out scores: ExtentBlocks<Float>, _ rule: ThresholdRule) -> ExtentBlocks<Float> {
        var watched = ExtentBlocks(filled(scores.values, with: .nan))
        for _ in 0..<3 {
            let runs = EventRule().runs(of: scores, levels: rule.levels(for: watched))
            let excused = runs.filter { run in
                let peak = run.max { one, other in scores.values[one] < scores.values[other] }
                return peak.map(contains) == true && run.contains { !watched.values[$0].isNaN }
            }
            guard !excused.isEmpty else { break }
            var values = watched.values
            for row in excused.joined() { values[row] = .nan }
            watched = ExtentBlocks(values)
        }
        return watched
    }

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
