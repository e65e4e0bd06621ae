extension TimePattern {
    /// The instant that a text names and how many minutes east of UTC its clock is, `nil` where it does not say; no instant where the
    /// text is written otherwise, or there is no such time. Blanks around it count nothing.
    func read(_ bytes: UnsafeBufferPointer<UInt8>) -> (microseconds: Int64, offset: Int64?)? {
        var cursor = ByteCursor(bytes: bytes)
        var parts = Parts()
        cursor.skipBlanks()
        let isWritten = pieces.withUnsafeBufferPointer { pieces in
            for index in pieces.indices {
                if index == optionalClock {
                    var end = cursor
                    end.skipBlanks()
                    if end.atEnd { return true }
                }
                guard Self.read(pieces[index], &cursor, &parts) else { return false }
            }
            return true
        }
        cursor.skipBlanks()
        guard isWritten, cursor.atEnd, let local = parts.microseconds else { return nil }
        return (local - (parts.offset ?? 0) * 60_000_000, parts.offset)
    }

    @inline(__always)
    private static func read(_ piece: Piece, _ cursor: inout ByteCursor, _ parts: inout Parts) -> Bool {
        switch piece.kind {
        case .byte:
            if cursor.skip(piece.byte) { return true }
            // Spreadsheets leave some dates of a column as they were typed: 03-12-2004 and 3/13/2004.
            guard piece.byte == UInt8(ascii: "/") || piece.byte == UInt8(ascii: "-"), !parts.hasClock else { return false }
            return cursor.skip(piece.byte == UInt8(ascii: "/") ? UInt8(ascii: "-") : UInt8(ascii: "/"))
        case .letter:
            guard let byte = cursor.next() else { return false }
            return byte | 0x20 == piece.byte
        case .blank: return cursor.skipBlanks()
        case .optionalBlank:
            cursor.skipBlanks()
            return true
        case .rest:
            defer { cursor.position = cursor.bytes.count }
            return !cursor.atEnd
        case .monthName, .weekday, .half, .offset, .zone, .anyZone, .fraction, .optionalFraction:
            return readWord(piece, &cursor, &parts)
        default: break
        }
        guard let value = cursor.number(least: Int(piece.least), most: Int(piece.most)) else { return false }
        if piece.mayTrail { skipZeros(&cursor) }
        return parts.set(piece.kind, value)
    }

    /// Reads a part of a time that is no whole number.
    private static func readWord(_ piece: Piece, _ cursor: inout ByteCursor, _ parts: inout Parts) -> Bool {
        switch piece.kind {
        case .monthName:
            guard let word = cursor.word(), let month = CalendarNames.month(word) else { return false }
            parts.month = month
            if piece.mayTrail { _ = cursor.skip(UInt8(ascii: ".")) }
        case .weekday:
            guard let word = cursor.word(), CalendarNames.isWeekday(word) else { return false }
            if piece.mayTrail { _ = cursor.skip(UInt8(ascii: ".")) }
        case .half:
            guard let half = cursor.half() else { return false }
            parts.half = half
        case .offset:
            guard let offset = cursor.offset() else { return false }
            parts.offset = offset
        case .zone:
            guard let word = cursor.word(), var offset = CalendarNames.offset(word) else { return false }
            // As in UTC+1 and GMT+0100.
            if offset == 0, let sign = cursor.peek, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                guard let further = cursor.offset() else { return false }
                offset = further
            }
            parts.offset = offset
        case .anyZone:
            let start = cursor.position
            while let byte = cursor.peek, Word.isLetter(byte) || byte &- 0x30 < 10 || " /_+-.".utf8.contains(byte) {
                cursor.position += 1
            }
            return cursor.position > start
        case .optionalFraction:
            guard let mark = cursor.peek, mark == UInt8(ascii: ".") || mark == UInt8(ascii: ",") else { return true }
            cursor.position += 1
            fallthrough
        default:
            guard let fraction = cursor.fraction() else { return false }
            parts.fraction = fraction.microseconds
        }
        return true
    }

    /// Passes over `.0`, and more zeros, where a number ends in it.
    @inline(__always)
    private static func skipZeros(_ cursor: inout ByteCursor) {
        guard let mark = cursor.peek, mark == UInt8(ascii: ".") || mark == UInt8(ascii: ",") else { return }
        var end = cursor.position + 1
        while end < cursor.bytes.count, cursor.bytes[end] == UInt8(ascii: "0") { end += 1 }
        guard end > cursor.position + 1, end == cursor.bytes.count || cursor.bytes[end] == 0x20 || cursor.bytes[end] == 0x09
        else { return }
        cursor.position = end
    }
}

/// The parts of a time as they are read; what is not written is the first of its kind.
private struct Parts {
    /// Whether the hour was read, and whether minutes were.
    var hasClock = false, hasMinutes = false
    var year: Int64 = 1970
    var month: Int64 = 1
    var day: Int64 = 1
    var dayOfYear: Int64 = 0
    var week: Int64 = 0
    var weekday: Int64 = 1
    var hour: Int64 = 0
    var minute: Int64 = 0
    var second: Int64 = 0
    var fraction: Int64 = 0
    var half: ByteCursor.Half?
    var offset: Int64?

    /// Takes a number, and says whether it can be that part of a time.
    @inline(__always)
    mutating func set(_ kind: TimePattern.Piece.Kind, _ value: Int64) -> Bool {
        switch kind {
        case .year, .isoYear: year = value
        case .shortYear: year = value + (value < 69 ? 2000 : 1900)
        case .month: month = value
        case .day: day = value
        case .hour: (hour, hasClock) = (value, true)
        case .minute: (minute, hasMinutes) = (value, true)
        case .second: second = value
        case .hour12:
            (hour, hasClock) = (value, true)
            return value <= 12
        case .dayOfYear:
            dayOfYear = value
            return value > 0
        case .quarter:
            month = value * 3 - 2
            return (1...4).contains(value)
        case .week:
            week = value
            return (1...53).contains(value)
        case .isoWeekday:
            weekday = value
            return (1...7).contains(value)
        case .compactTime:
            (hour, minute) = value.quotientAndRemainder(dividingBy: 100)
            hasMinutes = true
        default: return false
        }
        return true
    }

    /// Microseconds since 1970 on the clock of the text; `nil` where there is no such date or time of day.
    var microseconds: Int64? {
        guard let date, let time else { return nil }
        return date * 86_400_000_000 + time
    }

    private var date: Int64? {
        if week > 0 { return days(isoYear: year, week: week).map { $0 + weekday - 1 } }
        if dayOfYear > 0 {
            guard dayOfYear <= (isLeap(year) ? 366 : 365) else { return nil }
            return days(year: year, month: 1, day: 1) + dayOfYear - 1
        }
        guard month >= 1, month <= 12, day >= 1, day <= 28 || day <= lastDay(year, month) else { return nil }
        return days(year: year, month: month, day: day)
    }

    private var time: Int64? {
        var hour = hour
        switch half {
        case .morning?:
            guard hour <= 12 else { return nil }
            if hour == 12 { hour = 0 }
        case .afternoon?: if hour < 12 { hour += 12 }
        case nil: break
        }
        // Hours that are counted go to 25 on the day on which clocks are set back.
        let isPastMidnight = hour == 24 && minute == 0 && second == 0 && fraction == 0 || hour == 25 && !hasMinutes
        guard minute < 60, second < 61, hour < 24 || isPastMidnight else { return nil }
        return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
    }
}
