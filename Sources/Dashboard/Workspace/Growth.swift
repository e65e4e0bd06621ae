import AnomalyDetection
import SeriesReading
import TerminalUI
import TimeSeries
import Work
import Workbench

/// Rows that come behind those of the open series while its file is followed.
///
/// Rows wait here until the models have scored them, one piece after the other; then series and scores grow together. The screen
/// goes on showing the analysis as it was meanwhile, so that a piece costs a copy of it, away from the screen: about 60 bytes a row
/// of one channel. A horizon bounds that; those that wait are those of one look at the file, since the next piece is read when the
/// one before is being scored.
struct Growth: Sendable {
    /// Rows that are kept; `nil` keeps all.
    var horizon: Int?
    /// Cancelled to end the reading of new rows; `nil` while the file is not followed.
    var reading: Following?
    /// Known by this are the scores of this series; raised when another takes its place.
    let scoring = Cancellation()
    /// Rows that have come and that no model has been asked about.
    var waiting: Series?
    /// Whether a piece is being scored.
    var isScoring = false
    /// Whether models are among what is being scored.
    var bringsModels = false
    /// Whether reading begins when the rows that have come are scored.
    var startsLater = false
    /// Models that have not scored all rows.
    var late: [ScoredModel] = []
    /// Which events are new.
    var watch: EventWatch?

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
        guard analysis.series.source == nil else {
            frame.complain(
                "Several rows of this file make one here, so that it cannot be followed; with `e` among the columns (o) say rows."
            )
            return []
        }
        let run = Following()
        growth.reading = run
        growth.watch = EventWatch(behind: analysis.series.rowCount, known: events)
        let last = analysis.series.rowCount - 1
        let columns = layout(frame).plot.width
        if last > 4 * columns { show(last, count: 4 * columns) }
        moveCursor(to: last)
        let key = frame.name(of: NamedKey.follow)
        frame.say("New rows are read as they come; the plots go with them while the cursor is on the last row. \(key) ends it.")
        growth.startsLater = growth.isScoring || growth.waiting != nil
        return growth.startsLater ? [] : [.follow(path: path, analysis.series, reading.options, run)]
    }

    /// Stores under the series as it is now what was stored under it with fewer rows.
    mutating func carryOver() -> [Effect] {
        guard known != analysis.series.identity else { return [] }
        defer { known = analysis.series.identity }
        return [.carryOver(path: path, analysis.series, from: known)]
    }

    /// Has models used, away from the screen, after they have scored the rows that came while they were made.
    mutating func take(_ models: [ScoredModel]) -> [Effect] {
        let kinds = models.map(\.detector.kind)
        growth.late = growth.late.filter { !kinds.contains($0.detector.kind) } + models
        return scoreGrowth()
    }

    /// Takes what has come in the file.
    mutating func receive(_ news: SeriesTail.Growth, _ frame: inout Frame) -> [Effect] {
        if let rows = news.rows {
            if growth.waiting == nil { growth.waiting = rows } else { growth.waiting?.append(rows) }
        }
        if let problem = news.problems.first {
            let others = news.problems.count - 1
            frame.complain(problem.description + (others > 0 ? " (+\(others) more)" : ""))
        }
        return scoreGrowth()
    }

    /// Has what has come scored, unless a piece is being scored already.
    private mutating func scoreGrowth() -> [Effect] {
        guard !growth.isScoring else { return [] }
        growth.reading?.isTaken()
        guard growth.waiting != nil || !growth.late.isEmpty else { return [] }
        let watch = growth.watch ?? EventWatch(behind: analysis.series.rowCount, known: events)
        let followed = FollowedAnalysis(analysis, watch, horizon: growth.horizon)
        defer {
            growth.bringsModels = !growth.late.isEmpty
            (growth.waiting, growth.late, growth.isScoring) = (nil, [], true)
        }
        return [.scoreGrowth(followed, growth.waiting, late: growth.late, growth.scoring)]
    }

    /// Takes the scores of what has come, tells of new events and goes on with what has come meanwhile.
    mutating func receive(_ followed: FollowedAnalysis, _ news: FollowedAnalysis.News?, _ frame: inout Frame) -> [Effect] {
        growth.isScoring = false
        growth.watch = followed.told
        let settling = grow(to: followed.analysis, news)
        let events = news?.events ?? []
        let facts = events.map { EventFacts($0, in: analysis.series, path: path) }
        if growth.isFollowing, let highest = events.max(by: { $0.peak < $1.peak }) {
            let others = events.count > 1 ? " (+\(events.count - 1) more)" : ""
            frame.say("New event: \(eventText(analysis.series, highest.rows)), peak \(significant(highest.peak))\(others).")
        }
        return (facts.isEmpty ? [] : [.tell(facts)]) + settling + scoreGrowth() + startLater()
    }

    /// Takes rows and models back that could not be scored; they are scored with the rows that come next.
    mutating func receive(unscored rows: Series?, late: [ScoredModel], _ problem: String, _ frame: inout Frame) -> [Effect] {
        growth.isScoring = false
        growth.reading?.isTaken()
        let kinds = growth.late.map(\.detector.kind)
        growth.late += late.filter { !kinds.contains($0.detector.kind) }
        if var rows {
            if let later = growth.waiting { rows.append(later) }
            growth.waiting = rows
        }
        frame.complain(problem)
        // Reading begins behind the rows that are scored, so that what waited is read again.
        if growth.startsLater { growth.waiting = nil }
        return startLater()
    }

    /// Begins to read new rows where that has waited for the scores of others.
    private mutating func startLater() -> [Effect] {
        guard growth.startsLater, !growth.isScoring, let run = growth.reading else { return [] }
        growth.startsLater = false
        return [.follow(path: path, analysis.series, reading.options, run)]
    }

    /// Shows more rows: at the end of the series the plots go with it, and the whole stays the whole. The highest event is selected
    /// until all models have scored, unless another was chosen in between.
    /// - Parameter news: what came; where rows were forgotten, what was done before cannot be taken back.
    private mutating func grow(to grown: Analysis, _ news: FollowedAnalysis.News?) -> [Effect] {
        let forgotten = news?.forgotten ?? 0
        let (before, after) = (analysis.series.rowCount, grown.series.rowCount)
        let isWhole = visible.count == before
        let isAtEnd = visible.upperBound == before && cursor == before - 1
        let isOpen = analysis.result == nil || !analysis.isComplete && chosen == foundFirst
        let decided = analysis.decisions
        explained = forgotten > 0 || growth.bringsModels ? nil : explained(in: grown)
        analysis = grown
        analysis.decide {
            $0 = decided
            $0.judgements.shift(by: forgotten)
        }
        if forgotten > 0 { forget(first: forgotten) }
        if isWhole || isAtEnd { show(isWhole ? 0 : after - visible.count, count: isWhole ? after : visible.count) }
        if isAtEnd {
            place(cursorAt: after - 1)
            chosen = cursor..<after
        }
        let effects = settle(keepsOrder: true)
        if growth.bringsModels || isForgotten(sensitivity) { forgetExamination() }
        sensitivity?.follow(analysis)
        follow()
        if isOpen, !growth.isFollowing {
            if let highest = events.max(by: { $0.peak < $1.peak }) { select(highest) }
            foundFirst = chosen
        }
        return effects
    }

    /// What is known of the inspected event, where that stays as it is: no window that reaches to it has rows that have come.
    private func explained(in grown: Analysis) -> Explained? {
        let reach = 2 * (grown.scored.values.map(\.detector.windowLength).max() ?? 0)
        guard let explained, explained.rows.upperBound + reach <= analysis.series.rowCount else { return nil }
        return Explained(identity: grown.series.identity, rows: explained.rows, byModel: explained.byModel)
    }

    /// Keeps in sight what was, where its rows are counted from later on.
    private mutating func forget(first count: Int) {
        notes.shift(by: count)
        kept?.forget(first: count)
        history = History()
        place(cursorAt: cursor - count)
        show(visible.lowerBound - count, count: visible.count)
        chosen = max(0, chosen.lowerBound - count)..<max(1, chosen.upperBound - count)
        markedFrom = markedFrom.map { max(0, $0 - count) }
        list.ticked = []
        list.news = list.news.map { max(0, $0.lowerBound - count)..<max(0, $0.upperBound - count) }
    }
}
