/// Reads times written in the notations of `TimeFormat` from bytes.
package enum TimeParser {
    /// The instant and notation of a calendar time, or `nil` when the bytes are not one.
    package static func calendar(_ bytes: UnsafeBufferPointer<UInt8>) -> (microseconds: Int64, notation: TimeFormat.Notation)? {
        var reader = ByteCursor(bytes: bytes)
        var notation = TimeFormat.Notation()
        guard let year = reader.digits(4), let separator = reader.next(), separator == 0x2D || separator == 0x2F,
            let month = reader.digits(2), (1...12).contains(month)
        else { return nil }
        notation.dateSeparator = separator
        guard reader.skip(separator), let day = reader.digits(2), (1...lastDay(year, month)).contains(day)
        else { return nil }
        var microseconds = days(year: year, month: month, day: day) * 86_400_000_000
        if reader.atEnd { return (microseconds, notation) }
        guard let mark = reader.next(), mark == 0x54 || mark == 0x20 || mark == 0x74,
            let time = timeOfDay(&reader, &notation)
        else { return nil }
        notation.timeSeparator = mark
        microseconds += time
        guard let offset = zone(&reader, &notation), reader.atEnd else { return nil }
        return (microseconds - offset * 60_000_000, notation)
    }

    /// The beginning of what `text` names: a year, a month, a day or an instant; `nil` when it is none of them.
    package static func beginning(_ text: String) -> (microseconds: Int64, notation: TimeFormat.Notation)? {
        period(text).map { ($0.beginning, $0.notation) }
    }

    /// The beginning of what `text` names, as `beginning` has it, and that of what follows it: the next year, month, day, hour, minute
    /// or second, or the next microsecond where it has a fraction of one.
    static func period(_ text: String) -> (beginning: Int64, end: Int64, notation: TimeFormat.Notation)? {
        for rest in ["", "-01", "-01-01", ":00"] {
            let bytes = Array((text + rest).utf8)
            guard let (beginning, notation) = bytes.withUnsafeBufferPointer({ calendar($0) }) else { continue }
            if rest == "-01" || rest == "-01-01" {
                let date = civil(daysSince1970: floorDivide(beginning, 86_400_000_000))
                let (year, month) = rest == "-01" && date.month < 12 ? (date.year, date.month + 1) : (date.year + 1, 1)
                return (beginning, days(year: year, month: month, day: 1) * 86_400_000_000, notation)
            }
            let length: Int64 =
                rest == ":00"
                ? 3_600_000_000
                : notation.timeSeparator == nil
                    ? 86_400_000_000 : notation.fractionDigits > 0 ? 1 : notation.hasSeconds ? 1_000_000 : 60_000_000
            return (beginning, beginning + length, notation)
        }
        return nil
    }

    private static func timeOfDay(_ reader: inout ByteCursor, _ notation: inout TimeFormat.Notation) -> Int64? {
        guard let hour = reader.digits(2), hour <= 24, reader.skip(0x3A), let minute = reader.digits(2), minute < 60
        else { return nil }
        var total = (hour * 60 + minute) * 60_000_000
        guard reader.skip(0x3A) else { return hour < 24 || minute == 0 ? total : nil }
        guard let second = reader.digits(2), second < 61 else { return nil }
        notation.hasSeconds = true
        total += second * 1_000_000
        if reader.peek == 0x2E || reader.peek == 0x2C {
            _ = reader.next()
            guard let fraction = reader.fraction() else { return nil }
            total += fraction.microseconds
            notation.fractionDigits = fraction.digits
        }
        // 24:00 is midnight at the end of the day.
        return hour < 24 || total == 86_400_000_000 ? total : nil
    }

    /// The zone's offset from UTC in minutes; 0 without a zone, `nil` when malformed.
    private static func zone(_ reader: inout ByteCursor, _ notation: inout TimeFormat.Notation) -> Int64? {
        guard let mark = reader.peek else { return 0 }
        if mark == 0x5A || mark == 0x7A {
            _ = reader.next()
            notation.zone = .utc
            return 0
        }
        guard mark == 0x2B || mark == 0x2D else { return nil }
        _ = reader.next()
        guard let hours = reader.digits(2), hours < 24 else { return nil }
        let colon = reader.skip(0x3A)
        let minutes = reader.atEnd ? 0 : reader.digits(2)
        guard let minutes, minutes < 60 else { return nil }
        let offset = (mark == 0x2D ? -1 : 1) * (hours * 60 + minutes)
        notation.zone = .offset(minutes: Int(offset), colon: colon)
        return offset
    }
}
