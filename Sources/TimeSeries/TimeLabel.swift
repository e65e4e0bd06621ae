extension TimeAxis {
    /// An instant on this axis as people write it: date and time of day in the file's zone, without what is zero at its end, where the
    /// file counts seconds since 1970 too. Time from the start is hours, minutes and seconds.
    /// - Parameter instant: microseconds since 1970-01-01 00:00 UTC, as `microseconds` has them.
    public func label(of instant: Int64) -> String {
        if case .clock = format { return format.text(of: instant) }
        var (instant, notation) = (instant, TimeFormat.Notation())
        if case .iso8601(let own) = format {
            instant = own.zone.local(instant)
            notation.dateSeparator = own.dateSeparator
            if own.timeSeparator == nil { return TimeFormat.iso8601(notation).text(of: instant) }
        }
        notation.timeSeparator = UInt8(ascii: " ")
        notation.hasSeconds = instant % 60_000_000 != 0
        notation.fractionDigits = instant % 1_000_000 == 0 ? 0 : instant % 1000 == 0 ? 3 : 6
        return TimeFormat.iso8601(notation).text(of: instant)
    }
}
