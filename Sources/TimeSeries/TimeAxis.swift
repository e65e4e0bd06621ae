/// The times of a series' rows, with the notation they were read in.
public struct TimeAxis: Sendable, Equatable {
    /// Microseconds since 1970-01-01 00:00 UTC (local clock time where the file names no zone), one
    /// a row; `nil` where the file has no time column.
    public var microseconds: [Int64]?
    /// How the file writes a time.
    public var format: TimeFormat

    /// No times: rows are counted.
    public static let rowNumbers = TimeAxis(microseconds: nil, format: .iso8601(.init()))

    /// Makes an axis from its instants and their notation.
    public init(microseconds: [Int64]?, format: TimeFormat) {
        self.microseconds = microseconds
        self.format = format
    }

    /// The time of `row` in the file's own notation, or `nil` where rows have no time.
    public func text(row: Int) -> String? {
        microseconds.map { format.text(of: $0[row]) }
    }

    /// The zone of the clock that the file's times are read from; none where it names none.
    package var zone: TimeFormat.Notation.Zone { if case .iso8601(let notation) = format { notation.zone } else { .none } }

    /// Minutes east of UTC of the clock that the file's times are read from, at an instant in microseconds since 1970; 0 where it
    /// names no zone.
    public func zoneMinutes(at instant: Int64) -> Int {
        zone.minutes(at: instant)
    }

    /// The first row at or after a calendar time, of which the end may be missing: a year, a month, a day, or a day with a time
    /// of day. A time without a zone is one of the file's zone; where times count from the start, so does this one. `nil` without
    /// times, and where the text is no time or lies after the last row.
    public func row(at text: String) -> Int? {
        guard let microseconds, let instant = instant(of: text) else { return nil }
        let row = microseconds.partitioningIndex { $0 >= instant }
        return row < microseconds.count ? row : nil
    }

    private func instant(of text: String) -> Int64? { period(of: text)?.lowerBound }

    /// What a calendar time takes, as `row(at:)` has it: all of a year, a month, a day, an hour, a minute or a second. `nil` where the
    /// text is no time.
    func period(of text: String) -> Range<Int64>? {
        if case .clock = format {
            return Array(text.utf8).withUnsafeBufferPointer { ClockTime.instant($0) }.map { $0..<($0 + 1) }
        }
        guard let (beginning, end, notation) = TimeParser.period(text) else { return nil }
        func instant(_ local: Int64) -> Int64 { notation.zone == .none ? zone.instant(of: local) : local }
        let first = instant(beginning)
        return first..<max(first, instant(end))
    }

    /// For each of some rows the row that is nearest to the time so many microseconds before it on the file's clock, which may have
    /// been set meanwhile; `nil` where none is nearer than half the time to the row's neighbour. Without times there are none.
    public func rows(_ rows: Range<Int>, earlierBy span: Int64) -> [Int?] {
        guard let microseconds else { return rows.map { _ in nil } }
        return rows.map { row in
            let wanted = zone.instant(of: zone.local(microseconds[row]) - span)
            let after = microseconds.partitioningIndex { $0 >= wanted }
            let near = [after - 1, after].filter(microseconds.indices.contains)
            guard let best = near.min(by: { abs(microseconds[$0] - wanted) < abs(microseconds[$1] - wanted) }) else { return nil }
            let step =
                row > 0
                ? microseconds[row] - microseconds[row - 1] : microseconds[min(1, microseconds.count - 1)] - microseconds[0]
            return 2 * abs(microseconds[best] - wanted) <= step ? best : nil
        }
    }

    /// The weekday of an instant on the file's clock: `Mon` to `Sun`; `nil` where times count from the start.
    public func weekday(of instant: Int64) -> String? {
        if isOfClock { return nil }
        return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][
            Int(TimeSeries.weekday(of: floorDivide(zone.local(instant), 86_400_000_000)))]
    }

    func prefix(_ count: Int) -> TimeAxis {
        TimeAxis(microseconds: microseconds.map { Array($0.prefix(count)) }, format: format)
    }
}
