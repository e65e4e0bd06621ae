/// A way of writing times.
public enum TimeFormat: Sendable, Equatable {
    /// A calendar date with or without a time of day and a zone.
    case iso8601(Notation)
    /// Whole or fractional seconds since 1970.
    case unixSeconds(fractionDigits: Int)
    /// Whole or fractional milliseconds since 1970.
    case milliseconds(fractionDigits: Int)
    /// Hours, minutes and perhaps seconds from the start, of which hours may be more than 24: `25:10:00.5`.
    case clock(hasSeconds: Bool, fractionDigits: Int)

    /// Whole milliseconds since 1970.
    public static let unixMilliseconds = TimeFormat.milliseconds(fractionDigits: 0)

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
            /// The hours and minutes by which a clock that is set now and then is east of UTC at each instant, with a colon.
            case named(WallClock)

            /// What it is called: `UTC`, an offset as `+01:00`, or the name in the IANA database; `nil` for none.
            package var name: String? {
                switch self {
                case .none: return nil
                case .utc: return "UTC"
                case .offset(let minutes, _):
                    let size = abs(minutes)
                    return "\(minutes < 0 ? "-" : "+")\(twoDigits(size / 60)):\(twoDigits(size % 60))"
                case .named(let clock): return clock.identifier
                }
            }

            /// What the clock shows at an instant, both in microseconds since 1970.
            package func local(_ instant: Int64) -> Int64 { instant + Int64(minutes(at: instant)) * 60_000_000 }

            /// The instant at which the clock shows `local`, both in microseconds since 1970; of an hour that comes twice or never as
            /// `WallClock` has it.
            func instant(of local: Int64) -> Int64 {
                if case .named(let clock) = self { return clock.utc(local) }
                return local - Int64(minutes(at: local)) * 60_000_000
            }

            /// Minutes east of UTC at an instant in microseconds since 1970; 0 without a zone.
            public func minutes(at instant: Int64) -> Int {
                switch self {
                case .none, .utc: 0
                case .offset(let minutes, _): minutes
                case .named(let clock): clock.minutes(at: instant)
                }
            }
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
        case .milliseconds(let digits): appendNumber(microseconds, of: 1000, digits: digits, to: &text)
        case .unixSeconds(let digits): appendNumber(microseconds, of: 1_000_000, digits: digits, to: &text)
        case .clock(let hasSeconds, let digits): appendClock(microseconds, hasSeconds: hasSeconds, digits: digits, to: &text)
        case .iso8601(let notation): appendCalendar(microseconds, notation, to: &text)
        }
    }

    /// Adds a number of units of so many microseconds.
    private func appendNumber(_ microseconds: Int64, of unit: Int64, digits: Int, to text: inout [UInt8]) {
        guard digits > 0 else {
            text += String(microseconds / unit).utf8
            return
        }
        let (whole, rest) = microseconds.magnitude.quotientAndRemainder(dividingBy: UInt64(unit))
        if microseconds < 0 { text.append(UInt8(ascii: "-")) }
        text += String(whole).utf8
        appendFraction(Int64(rest) * (1_000_000 / unit), digits: digits, to: &text)
    }

    private func appendClock(_ microseconds: Int64, hasSeconds: Bool, digits: Int, to text: inout [UInt8]) {
        if microseconds < 0 { text.append(UInt8(ascii: "-")) }
        let seconds = Int64(microseconds.magnitude / 1_000_000)
        append(seconds / 3600, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(seconds / 60 % 60, 2, to: &text)
        guard hasSeconds || digits > 0 else { return }
        text.append(UInt8(ascii: ":"))
        append(seconds % 60, 2, to: &text)
        if digits > 0 { appendFraction(Int64(microseconds.magnitude % 1_000_000), digits: digits, to: &text) }
    }

    private func appendCalendar(_ microseconds: Int64, _ notation: Notation, to text: inout [UInt8]) {
        let minutes = notation.zone.minutes(at: microseconds)
        let local = microseconds + Int64(minutes) * 60_000_000
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
        case .none: return
        case .utc: text.append(UInt8(ascii: "Z"))
        case .offset(_, let colon): appendOffset(minutes, colon: colon, to: &text)
        case .named: appendOffset(minutes, colon: true, to: &text)
        }
    }

    private func appendOffset(_ minutes: Int, colon: Bool, to text: inout [UInt8]) {
        let size = Int64(abs(minutes))
        text.append(UInt8(ascii: minutes < 0 ? "-" : "+"))
        append(size / 60, 2, to: &text)
        if colon { text.append(UInt8(ascii: ":")) }
        append(size % 60, 2, to: &text)
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
