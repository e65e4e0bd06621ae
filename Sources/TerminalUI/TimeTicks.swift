import Glibc

/// Round places on an axis of times with short labels.
public struct TimeTicks: Sendable, Equatable {
    /// A round instant.
    public struct Tick: Sendable, Equatable {
        /// Microseconds since 1970.
        public let microseconds: Int64
        /// What to write there: `2015`, `Nov`, `Nov 8`, `Sat 8`, `06:30`, `06:30:15` or `30:15.250`.
        public let label: String
    }

    /// What all labels share and none says: the year, the month, the day, or nothing.
    public let context: String
    /// Ticks in order of time.
    public let ticks: [Tick]

    /// The round instants between two, as many as `columns` hold with their labels.
    /// - Parameter zoneMinutes: how far east of UTC the clock is that is to be round.
    public init(from first: Int64, to last: Int64, columns: Int, zoneMinutes: Int = 0) {
        let shift = Int64(zoneMinutes) * 60_000_000
        let (start, end) = (first + shift, max(first, last) + shift)
        let step =
            Step.all.first { step in
                step.count(over: end - start) * Int64(step.unit.labelWidth + 3) <= Int64(max(columns, 1))
            } ?? Step(unit: .year, count: 1000)
        ticks = step.instants(from: start, to: end).map {
            Tick(microseconds: $0 - shift, label: step.unit.label(of: $0, areWeeks: step.areWeeks))
        }
        context = step.unit.context(of: start, areWeeks: step.areWeeks)
    }
}

/// A distance between ticks.
private struct Step {
    let unit: Unit
    /// How many units.
    let count: Int64

    /// Whether it is a number of weeks, which all begin on Mondays.
    var areWeeks: Bool { unit == .day && count >= 7 }

    static let all: [Step] = {
        func steps(_ unit: Unit, _ counts: [Int64]) -> [Step] { counts.map { Step(unit: unit, count: $0) } }
        return steps(.microsecond, [1, 2, 5, 10, 20, 50, 100, 200, 500])
            + steps(.millisecond, [1, 2, 5, 10, 20, 50, 100, 200, 500]) + steps(.second, [1, 2, 5, 10, 15, 30])
            + steps(.minute, [1, 2, 5, 10, 15, 30]) + steps(.hour, [1, 2, 3, 6, 12]) + steps(.day, [1, 2, 7, 14])
            + steps(.month, [1, 2, 3, 6]) + steps(.year, [1, 2, 5, 10, 20, 50, 100, 200, 500])
    }()

    /// How many ticks there are at most over a time.
    func count(over microseconds: Int64) -> Int64 { microseconds / (unit.microseconds * count) + 1 }

    func instants(from start: Int64, to end: Int64) -> [Int64] {
        switch unit {
        case .month, .year:
            let months = unit == .year ? count * 12 : count
            let date = Clock(start)
            var month = floorDivide(date.year * 12 + date.month - 1, months) * months
            var found: [Int64] = []
            while true {
                let instant = Clock.beginning(ofMonth: month)
                if instant > end { return found }
                if instant >= start { found.append(instant) }
                month += months
            }
        default:
            let length = unit.microseconds * count
            // Weeks begin on Mondays; 1970 began on a Thursday.
            let origin = areWeeks ? 4 * Unit.day.microseconds : 0
            let next = -floorDivide(-(start - origin), length) * length + origin
            return next > end ? [] : Array(stride(from: next, through: end, by: Int64.Stride(length)))
        }
    }
}

private enum Unit {
    case microsecond, millisecond, second, minute, hour, day, month, year

    var microseconds: Int64 {
        switch self {
        case .microsecond: 1
        case .millisecond: 1000
        case .second: 1_000_000
        case .minute: 60_000_000
        case .hour: 3_600_000_000
        case .day: 86_400_000_000
        case .month: 28 * 86_400_000_000
        case .year: 365 * 86_400_000_000
        }
    }

    var labelWidth: Int {
        switch self {
        case .microsecond: 12
        case .millisecond: 9
        case .second: 8
        case .minute, .hour, .day: 6
        case .month, .year: 4
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

    func label(of instant: Int64, areWeeks: Bool) -> String {
        let date = Clock(instant)
        let within = instant - floorDivide(instant, Unit.day.microseconds) * Unit.day.microseconds
        let month = Self.months[Int(date.month) - 1]
        let isNewYear = date.month == 1 && date.day == 1
        if self == .year || (isNewYear && within == 0 && self != .microsecond) { return String(date.year) }
        if self == .month { return month }
        if areWeeks { return "\(month) \(date.day)" }
        if self == .day || (within == 0 && self != .microsecond && self != .millisecond) {
            let days = floorDivide(instant, Unit.day.microseconds)
            return "\(Self.weekdays[Int(days - floorDivide(days, 7) * 7)]) \(date.day)"
        }
        let clock = date.text
        switch self {
        case .microsecond: return String(clock.dropFirst(3))
        case .millisecond: return String(clock.dropFirst(3).dropLast(3))
        case .second: return String(clock.prefix(8))
        default: return String(clock.prefix(5))
        }
    }

    /// What the labels leave out, at the first instant shown.
    func context(of instant: Int64, areWeeks: Bool) -> String {
        let date = Clock(instant)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
        switch self {
        case .year: return ""
        case .day where !areWeeks: return "\(Self.months[Int(date.month) - 1]) \(date.year)"
        case .month, .day: return String(date.year)
        case .hour, .minute: return "\(date.year)-\(two(date.month))-\(two(date.day))"
        case .second, .millisecond, .microsecond:
            return "\(date.year)-\(two(date.month))-\(two(date.day)) \(date.text.prefix(5))"
        }
    }
}

/// What a calendar (proleptic Gregorian) and a clock say at an instant.
private struct Clock {
    let year: Int64, month: Int64, day: Int64
    /// `hh:mm:ss.` and six digits.
    let text: String

    init(_ microseconds: Int64) {
        let seconds = floorDivide(microseconds, 1_000_000)
        var (instant, parts) = (time_t(seconds), tm())
        gmtime_r(&instant, &parts)
        (year, month, day) = (Int64(parts.tm_year) + 1900, Int64(parts.tm_mon) + 1, Int64(parts.tm_mday))
        func digits(_ number: Int64, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { digits(Int64($0), 2) }.joined(separator: ":")
        text = clock + "." + digits(microseconds - seconds * 1_000_000, 6)
    }

    /// Microseconds since 1970 at which a month begins, of months counted from the year 0.
    static func beginning(ofMonth month: Int64) -> Int64 {
        let year = floorDivide(month, 12)
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (Int32(clamping: year - 1900), Int32(month - year * 12), 1)
        return Int64(timegm(&parts)) * 1_000_000
    }
}

/// `a / b` rounded down, for positive `b`.
private func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : ~(~a / b) }
