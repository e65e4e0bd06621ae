import AnomalyDetection
import SeriesReading
import TerminalUI
import TimeSeries
import Work
import Workbench

/// Rows that come behind those of the open series while its file is followed.
///
/// Rows wait here until the models have scored them, one piece after the other; then series and scores grow together.
struct Growth: Sendable {
    /// Raised to end the reading of new rows; `nil` while the file is not followed.
    var reading: Cancellation?
    /// Known by this are the scores of this series; raised when another takes its place.
    let scoring = Cancellation()
    /// The series with all rows that have come.
    var series: Series
    /// Whether a piece is being scored.
    var isScoring = false
    /// Models that have not scored all rows.
    var late: [ScoredModel] = []
    /// Which events are new.
    var watch: EventWatch?

    init(series: Series) { self.series = series }

    /// Whether new rows are read.
    var isFollowing: Bool { reading != nil }

    /// Raises both flags.
    func stop() {
        reading?.cancel()
        scoring.cancel()
    }
}

extension WorkspaceState {
    /// Begins to read new rows and goes to the last one, or ends it.
    mutating func toggleFollowing(_ frame: inout Frame) -> [Effect] {
        guard let reading = growth.reading else { return startFollowing(&frame) }
        reading.cancel()
        growth.reading = nil
        frame.say("\(analysis.series.name) is no longer followed.")
        return []
    }

    /// Begins to read new rows and goes to the last one.
    mutating func startFollowing(_ frame: inout Frame) -> [Effect] {
        let run = Cancellation()
        growth.reading = run
        growth.watch = EventWatch(behind: growth.series.rowCount, known: events)
        let last = analysis.series.rowCount - 1
        let columns = layout(frame).plot.width
        if last > 4 * columns { show(last, count: 4 * columns) }
        moveCursor(to: last)
        frame.say("New rows are read as they come; the plots go with them while the cursor is on the last row. F ends it.")
        return [.follow(path: path, growth.series, run)]
    }

    /// Stores under the series as it is now what was stored under it with fewer rows.
    mutating func carryOver() -> [Effect] {
        guard known.rowCount != analysis.series.rowCount else { return [] }
        known = analysis.series
        return [.carryOver(path: path, known)]
    }

    /// Uses models, after they have scored the rows that came while they were made.
    mutating func take(_ models: [ScoredModel]) -> [Effect] {
        if !growth.isScoring, models.allSatisfy({ $0.errors.errors.count == analysis.series.rowCount }) {
            use(models)
            return scoreGrowth()
        }
        let kinds = models.map(\.detector.kind)
        growth.late = growth.late.filter { !kinds.contains($0.detector.kind) } + models
        return scoreGrowth()
    }

    /// Takes what has come in the file.
    mutating func receive(_ news: SeriesTail.Growth, _ frame: inout Frame) -> [Effect] {
        if let rows = news.rows { growth.series.append(rows) }
        if let problem = news.problems.first {
            let others = news.problems.count - 1
            frame.complain(problem.description + (others > 0 ? " (+\(others) more)" : ""))
        }
        return scoreGrowth()
    }

    /// Has what has come scored, unless a piece is being scored already.
    private mutating func scoreGrowth() -> [Effect] {
        guard !growth.isScoring, growth.series.rowCount > analysis.series.rowCount || !growth.late.isEmpty else { return [] }
        let scored = models.compactMap { kind in
            growth.late.first { $0.detector.kind == kind } ?? analysis.scored[kind]
        }
        growth.late = []
        if scored.isEmpty {
            grow(to: growth.series, [])
            return []
        }
        growth.isScoring = true
        return [.scoreGrowth(growth.series, scored, growth.scoring)]
    }

    /// Takes the scores of what has come, tells of new events and goes on with what has come meanwhile.
    mutating func receive(_ series: Series, _ models: [ScoredModel], _ frame: inout Frame) -> [Effect] {
        growth.isScoring = false
        grow(to: series, models)
        let events = events
        let new = growth.watch?.new(among: events) ?? []
        let facts = new.map { EventFacts($0, in: series, path: path) }
        if let highest = new.max(by: { $0.peak < $1.peak }) {
            let others = new.count > 1 ? " (+\(new.count - 1) more)" : ""
            frame.say("New event: \(eventText(series, highest.rows)), peak \(significant(highest.peak))\(others).")
        }
        return (facts.isEmpty ? [] : [.tell(facts)]) + scoreGrowth()
    }

    /// Shows more rows: at the end of the series the plots go with it, and the whole stays the whole.
    private mutating func grow(to series: Series, _ models: [ScoredModel]) {
        let (before, after) = (analysis.series.rowCount, series.rowCount)
        let isWhole = visible.count == before
        let isAtEnd = visible.upperBound == before && cursor == before - 1
        analysis.grow(to: series, models)
        explained = nil
        if isWhole || isAtEnd { show(isWhole ? 0 : after - visible.count, count: isWhole ? after : visible.count) }
        if isAtEnd {
            place(cursorAt: after - 1)
            chosen = cursor..<after
        }
        follow()
    }
}
