import TimeSeries

/// When an event was and how long: "2014-11-01 20:30, 12 rows".
public func eventText(_ series: Series, _ rows: Range<Int>) -> String {
    "\(timeLabel(series, row: rows.lowerBound)), \(rows.count) row\(rows.count == 1 ? "" : "s")"
}

/// The time of a row as its file writes it, but as a date where the file counts seconds or milliseconds; the row's number where
/// there are no times.
public func readableTime(_ series: Series, row: Int) -> String {
    if case .iso8601 = series.time.format { return series.timeText(row: row) }
    return series.time.microseconds == nil ? series.timeText(row: row) : timeLabel(series, row: row)
}

/// The time of a row as people write it: date and time of day in the file's zone, without what is zero at its end; the
/// row's number where there are no times. Time from the start is hours, minutes and seconds.
public func timeLabel(_ series: Series, row: Int) -> String {
    guard var instant = series.time.microseconds?[row] else { return "row \(series.rowNumber(row))" }
    if case .clock = series.time.format { return series.time.format.text(of: instant) }
    var notation = TimeFormat.Notation()
    if case .iso8601(let own) = series.time.format {
        instant += Int64(own.zone.minutes(at: instant)) * 60_000_000
        notation.dateSeparator = own.dateSeparator
        if own.timeSeparator == nil { return TimeFormat.iso8601(notation).text(of: instant) }
    }
    notation.timeSeparator = UInt8(ascii: " ")
    notation.hasSeconds = instant % 60_000_000 != 0
    notation.fractionDigits = instant % 1_000_000 == 0 ? 0 : instant % 1000 == 0 ? 3 : 6
    return TimeFormat.iso8601(notation).text(of: instant)
}
