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

    /// Minutes east of UTC of the clock that the file's times are read from; 0 where it names no zone.
    public var zoneMinutes: Int {
        if case .iso8601(let notation) = format, case .offset(let minutes, _) = notation.zone { minutes } else { 0 }
    }

    /// The first row at or after a calendar time, of which the end may be missing: a year, a month, a day, or a day with a time
    /// of day. A time without a zone is one of the file's zone. `nil` without times, and where the text is no time or lies after
    /// the last row.
    public func row(at text: String) -> Int? {
        guard let microseconds, let (beginning, notation) = TimeParser.beginning(text) else { return nil }
        var instant = beginning
        if notation.zone == .none, case .iso8601(let own) = format, case .offset(let minutes, _) = own.zone {
            instant -= Int64(minutes) * 60_000_000
        }
        let row = microseconds.partitioningIndex { $0 >= instant }
        return row < microseconds.count ? row : nil
    }

    /// For each of some rows the row that is nearest to the time so many microseconds before it; `nil` where none is nearer
    /// than half the time to the row's neighbour. Without times there are none.
    public func rows(_ rows: Range<Int>, earlierBy span: Int64) -> [Int?] {
        guard let microseconds else { return rows.map { _ in nil } }
        return rows.map { row in
            let wanted = microseconds[row] - span
            let after = microseconds.partitioningIndex { $0 >= wanted }
            let near = [after - 1, after].filter(microseconds.indices.contains)
            guard let best = near.min(by: { abs(microseconds[$0] - wanted) < abs(microseconds[$1] - wanted) }) else { return nil }
            let step =
                row > 0
                ? microseconds[row] - microseconds[row - 1] : microseconds[min(1, microseconds.count - 1)] - microseconds[0]
            return 2 * abs(microseconds[best] - wanted) <= step ? best : nil
        }
    }

    func prefix(_ count: Int) -> TimeAxis {
        TimeAxis(microseconds: microseconds.map { Array($0.prefix(count)) }, format: format)
    }
}

/// A way of writing times.
public enum TimeFormat: Sendable, Equatable {
    /// A calendar date with or without a time of day and a zone.
    case iso8601(Notation)
    /// Whole or fractional seconds since 1970.
    case unixSeconds(fractionDigits: Int)
    /// Milliseconds since 1970.
    case unixMilliseconds

    /// The details of a calendar notation, kept so that times are written as they were read.
    public struct Notation: Sendable, Equatable {
        /// Between year, month and day.
        public var dateSeparator: UInt8 = UInt8(ascii: "-")
        /// Between date and time of day (`T` or a space); `nil` where there is no time of day.
        public var timeSeparator: UInt8?
        /// Whether seconds are written.
        public var hasSeconds = false
        /// Digits after the decimal point of the seconds.
        public var fractionDigits = 0
        /// The zone as written.
        public var zone = Zone.none

        /// A zone designator.
        public enum Zone: Sendable, Equatable {
            /// None is written.
            case none
            /// `Z`.
            case utc
            /// Hours and minutes east of UTC, with a colon between them or without.
            case offset(minutes: Int, colon: Bool)
        }

        /// A date alone, `YYYY-MM-DD`.
        public init() {}
    }

    /// `microseconds` since 1970 in this notation.
    public func text(of microseconds: Int64) -> String {
        var text: [UInt8] = []
        append(microseconds, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Adds `microseconds` since 1970 in this notation, in ASCII.
    public func append(_ microseconds: Int64, to text: inout [UInt8]) {
        switch self {
        case .unixMilliseconds: text += String(microseconds / 1000).utf8
        case .unixSeconds(let digits):
            guard digits > 0 else {
                text += String(microseconds / 1_000_000).utf8
                return
            }
            let (whole, rest) = microseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
            if microseconds < 0 { text.append(UInt8(ascii: "-")) }
            text += String(whole).utf8
            appendFraction(Int64(rest), digits: digits, to: &text)
        case .iso8601(let notation): appendCalendar(microseconds, notation, to: &text)
        }
    }

    private func appendCalendar(_ microseconds: Int64, _ notation: Notation, to text: inout [UInt8]) {
        var local = microseconds
        if case .offset(let minutes, _) = notation.zone { local += Int64(minutes) * 60_000_000 }
        let seconds = floorDivide(local, 1_000_000)
        let days = floorDivide(seconds, 86400)
        let (year, month, day) = civil(daysSince1970: days)
        append(year, 4, to: &text)
        text.append(notation.dateSeparator)
        append(month, 2, to: &text)
        text.append(notation.dateSeparator)
        append(day, 2, to: &text)
        guard let timeSeparator = notation.timeSeparator else { return }
        let time = seconds - days * 86400
        text.append(timeSeparator)
        append(time / 3600, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(time / 60 % 60, 2, to: &text)
        if notation.hasSeconds {
            text.append(UInt8(ascii: ":"))
            append(time % 60, 2, to: &text)
        }
        if notation.fractionDigits > 0 {
            appendFraction(local - seconds * 1_000_000, digits: notation.fractionDigits, to: &text)
        }
        switch notation.zone {
        case .none: break
        case .utc: text.append(UInt8(ascii: "Z"))
        case .offset(let minutes, let colon):
            let size = Int64(abs(minutes))
            text.append(UInt8(ascii: minutes < 0 ? "-" : "+"))
            append(size / 60, 2, to: &text)
            if colon { text.append(UInt8(ascii: ":")) }
            append(size % 60, 2, to: &text)
        }
    }

    /// Adds a point and the first of nine digits, of which the last three are 0.
    private func appendFraction(_ microseconds: Int64, digits: Int, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "."))
        let start = text.count
        append(microseconds * 1000, 9, to: &text)
        text.removeSubrange((start + min(digits, 9))...)
    }

    /// Adds a number with zeros before it where it has fewer digits.
    private func append(_ value: Int64, _ width: Int, to text: inout [UInt8]) {
        var least: Int64 = 1
        for _ in 1..<width { least *= 10 }
        guard (0..<least * 10).contains(value) else {
            text += String(value).utf8
            return
        }
        while least > 0 {
            text.append(UInt8(truncatingIfNeeded: value / least % 10) + 0x30)
            least /= 10
        }
    }
}

/// `a / b` rounded down, for positive `b`.
func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    a >= 0 ? a / b : -((b - 1 - a) / b)
}

/// Days since 1970-01-01 of a proleptic Gregorian date (era arithmetic after Hinnant).
func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = floorDivide(y, 400)
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146097 + dayOfEra - 719468
}

/// The date of a day counted from 1970-01-01.
func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let z = daysSince1970 + 719468
    let era = floorDivide(z, 146097)
    let dayOfEra = z - era * 146097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
}
