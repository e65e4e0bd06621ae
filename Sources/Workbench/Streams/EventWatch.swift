import AnomalyDetection
import TimeSeries

/// What became of an event.
public enum EventChange: String, Sendable, Codable, CaseIterable {
    /// It is new.
    case begin
    /// It has twice the rows that it had when it was told last.
    case grow
    /// The rows behind it are not flagged.
    case end
}

/// What became of an event since it was told last.
public struct EventNews: Sendable, Equatable {
    /// What became of it.
    public let change: EventChange
    /// Its rows, as far as they have come.
    public let rows: Range<Int>
    /// The highest combined score.
    public let peak: Float
}

/// Tells what is new of events while a series grows: of those that reach behind the rows there were to begin with, that each begins,
/// once, also where it grows longer or its rows shift as more rows come; and of these that they have grown and ended.
public struct EventWatch: Sendable, Equatable, Codable {
    private var first: Int
    /// Events, in order; no two share rows.
    private var told: [Told]

    private struct Told: Equatable, Codable {
        var rows: Range<Int>
        /// How many rows it had when it was told last.
        var count: Int
        var peak: Float
        /// Whether its end is to be told.
        var isOpen: Bool
    }

    /// Watches the rows from `count` on; events that are known are not new.
    public init(behind count: Int, known: [Event]) {
        first = count
        told = known.map { Told(rows: $0.rows, count: $0.rows.count, peak: $0.peak, isOpen: false) }
    }

    /// Counts rows from `count` rows later on; what was told of rows before is forgotten.
    mutating func forget(first count: Int) { shift(by: -count) }

    /// Counts rows from `count` rows earlier on.
    mutating func shift(by count: Int) {
        first = max(0, first + count)
        told = told.compactMap { event in
            guard event.rows.upperBound + count > 0 else { return nil }
            var event = event
            event.rows = max(0, event.rows.lowerBound + count)..<(event.rows.upperBound + count)
            return event
        }
    }

    /// The events among `events`, which are in order, that were not told before.
    public mutating func new(among events: [Event]) -> [Event] {
        let begun = Set(news(among: events, of: 0).filter { $0.change == .begin }.map(\.rows))
        return events.filter { begun.contains($0.rows) }
    }

    /// What has become of events, which are in order, since it was asked last.
    /// - Parameter count: how many rows have come: an event has ended where more follow it than events are joined over.
    public mutating func news(among events: [Event], of count: Int) -> [EventNews] {
        let gap = EventRule().mergeGap
        var news: [EventNews] = []
        for event in events where event.rows.upperBound > first {
            let near = (event.rows.lowerBound - gap)..<(event.rows.upperBound + gap)
            let place = told.partitioningIndex { $0.rows.upperBound > near.lowerBound }
            let known = told[place...].prefix { $0.rows.lowerBound < near.upperBound }
            // What was known, or has ended, may be the foot of something else: that is new where its highest row lies behind it.
            let isNew = known.allSatisfy { !$0.isOpen && event.peakRow >= max(first, $0.rows.upperBound + gap) }
            var joined = Told(rows: event.rows, count: event.rows.count, peak: event.peak, isOpen: isNew)
            for one in known {
                joined.rows = min(joined.rows.lowerBound, one.rows.lowerBound)..<max(joined.rows.upperBound, one.rows.upperBound)
                joined.peak = max(joined.peak, one.peak)
                joined.isOpen = joined.isOpen || one.isOpen
            }
            if isNew {
                news.append(EventNews(change: .begin, rows: event.rows, peak: event.peak))
            } else {
                joined.count = known.map(\.count).max() ?? joined.count
                if joined.isOpen, event.rows.count >= 2 * joined.count {
                    news.append(EventNews(change: .grow, rows: event.rows, peak: event.peak))
                    joined.count = event.rows.count
                }
            }
            told.replaceSubrange(known.indices, with: [joined])
        }
        for index in told.indices where told[index].isOpen && told[index].rows.upperBound + gap < count {
            told[index].isOpen = false
            news.append(EventNews(change: .end, rows: told[index].rows, peak: told[index].peak))
        }
        return news
    }
}

/// What a command on events is told, and a line of text says.
public struct EventFacts: Sendable, Equatable {
    /// The series' name, and its file.
    public let series: String, path: String
    /// The rows' positions in the file, from 1, both ends included.
    public let firstRow: Int, lastRow: Int
    /// Their times as the file writes them; row numbers where there are none.
    public let start: String, end: String
    /// The highest combined score, 0 to 1.
    public let peak: Float
    /// What became of it.
    public let change: EventChange

    /// The facts of an event.
    public init(_ event: Event, in series: Series, path: String) {
        self.init(EventNews(change: .begin, rows: event.rows, peak: event.peak), in: series, path: path)
    }

    /// What became of an event.
    public init(_ news: EventNews, in series: Series, path: String) {
        let (first, last) = (news.rows.lowerBound, news.rows.upperBound - 1)
        (self.series, self.path, peak, change) = (series.name, path, news.peak, news.change)
        (firstRow, lastRow) = (series.rowNumber(first), series.rowNumber(last))
        (start, end) = (series.timeText(row: first), series.timeText(row: last))
    }
}
