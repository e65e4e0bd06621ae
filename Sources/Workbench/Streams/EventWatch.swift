import AnomalyDetection
import TimeSeries

/// Tells which events are new while a series grows: those that reach behind the rows there were to begin with, each once,
/// also where it grows longer or its rows shift as more rows come.
public struct EventWatch: Sendable {
    private var first: Int
    /// Rows of events, in order; no two share any.
    private var told: [Range<Int>]

    /// Watches the rows from `count` on; events that are known are not new.
    public init(behind count: Int, known: [Event]) {
        first = count
        told = known.map(\.rows)
    }

    /// Counts rows from `count` rows later on; what was told of rows before is forgotten.
    mutating func forget(first count: Int) {
        first = max(0, first - count)
        told = told.compactMap { $0.upperBound > count ? max(0, $0.lowerBound - count)..<($0.upperBound - count) : nil }
    }

    /// The events among `events`, which are in order, that were not told before.
    public mutating func new(among events: [Event]) -> [Event] {
        let gap = EventRule().mergeGap
        var new: [Event] = []
        for event in events where event.rows.upperBound > first {
            let near = (event.rows.lowerBound - gap)..<(event.rows.upperBound + gap)
            let place = told.partitioningIndex { $0.upperBound > near.lowerBound }
            let known = told[place...].prefix { $0.lowerBound < near.upperBound }
            if known.isEmpty { new.append(event) }
            let rows = known.reduce(event.rows) { min($0.lowerBound, $1.lowerBound)..<max($0.upperBound, $1.upperBound) }
            told.replaceSubrange(known.indices, with: [rows])
        }
        return new
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

    /// The facts of an event.
    public init(_ event: Event, in series: Series, path: String) {
        let (first, last) = (event.rows.lowerBound, event.rows.upperBound - 1)
        (self.series, self.path, peak) = (series.name, path, event.peak)
        (firstRow, lastRow) = (series.rowNumber(first), series.rowNumber(last))
        (start, end) = (series.timeText(row: first), series.timeText(row: last))
    }
}
