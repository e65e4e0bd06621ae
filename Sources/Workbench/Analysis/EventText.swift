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
    guard let instant = series.time.microseconds?[row] else { return "row \(series.rowNumber(row))" }
    return series.time.label(of: instant)
}
