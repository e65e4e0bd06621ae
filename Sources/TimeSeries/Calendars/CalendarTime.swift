/// A date or a date with a time of day as iCalendar writes it: `20240101`, `20240101T020000`, `20240101T020000Z`.
struct CalendarTime: Sendable, Hashable {
    /// What a clock shows, in seconds since 1970-01-01 00:00 on it; midnight of a date.
    var seconds: Int64
    /// Whether there is no time of day.
    var isDate: Bool
    /// Whether the clock is that of UTC.
    var isUTC: Bool

    init(seconds: Int64, isDate: Bool = false, isUTC: Bool = false) {
        (self.seconds, self.isDate, self.isUTC) = (seconds, isDate, isUTC)
    }

    /// `nil` where the text is written otherwise or no such day or time exists. A sixtieth second is taken for the last one.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            var number: Int64 = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                number = number * 10 + Int64(byte - 0x30)
            }
            return number
        }
        isUTC = bytes.count == 16 && bytes[15] == UInt8(ascii: "Z")
        isDate = bytes.count == 8
        guard isDate || isUTC || bytes.count == 15, let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
            year > 0, (1...12).contains(month), (1...lastDay(year, month)).contains(day)
        else { return nil }
        seconds = days(year: year, month: month, day: day) * 86_400
        guard !isDate else { return }
        guard bytes[8] == UInt8(ascii: "T"), let hour = number(9..<11), let minute = number(11..<13),
            let second = number(13..<15),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        seconds += hour * 3600 + minute * 60 + min(second, 59)
    }

    /// The day, counted from 1970-01-01.
    var day: Int64 { floorDivide(seconds, 86_400) }

    /// As iCalendar writes it.
    var text: String {
        let (year, month, date) = civil(daysSince1970: day)
        let digits = String(year)
        let yearText = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        let dateText = "\(yearText)\(twoDigits(month))\(twoDigits(date))"
        guard !isDate else { return dateText }
        let time = seconds - day * 86_400
        let clock = "\(twoDigits(time / 3600))\(twoDigits(time / 60 % 60))\(twoDigits(time % 60))"
        return "\(dateText)T\(clock)\(isUTC ? "Z" : "")"
    }
}

/// How long an event takes: days on its clock, however many hours they have, and then seconds.
struct CalendarLength: Sendable, Hashable {
    var days: Int64
    var seconds: Int64

    init(days: Int64 = 0, seconds: Int64 = 0) { (self.days, self.seconds) = (days, seconds) }

    /// Takes `P1D`, `PT2H30M`, `P1DT12H`, `P2W`, with a sign of plus; `nil` for what is written otherwise or takes no time.
    init?(_ text: String) {
        var rest = text.uppercased()[...]
        if rest.hasPrefix("+") { rest = rest.dropFirst() }
        guard rest.hasPrefix("P") else { return nil }
        rest = rest.dropFirst()
        (days, seconds) = (0, 0)
        var (isTime, units) = (false, "WDHMS"[...])
        while !rest.isEmpty {
            if rest.hasPrefix("T"), !isTime {
                isTime = true
                rest = rest.dropFirst()
                guard !rest.isEmpty else { return nil }
            }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard let number = Int64(digits), digits.count <= 7, let unit = rest.popFirst(),
                let place = units.firstIndex(of: unit),
                isTime == "HMS".contains(unit)
            else { return nil }
            units = units[units.index(after: place)...]
            switch unit {
            case "W": days += 7 * number
            case "D": days += number
            case "H": seconds += 3600 * number
            case "M": seconds += 60 * number
            default: seconds += number
            }
        }
        if days == 0, seconds == 0 { return nil }
    }

    /// As iCalendar writes it.
    var text: String { "P" + (days > 0 ? "\(days)D" : "") + (seconds > 0 ? "T\(seconds)S" : "") }
}
