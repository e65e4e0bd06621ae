/// A way of writing times as one number.
package enum TimeCount: String, Sendable, Hashable, CaseIterable {
    /// Seconds since 1970-01-01 00:00 UTC, with or without a fraction.
    case unix
    /// Milliseconds since then.
    case unixMilliseconds = "unix-ms"
    /// Microseconds since then.
    case unixMicroseconds = "unix-us"
    /// Nanoseconds since then.
    case unixNanoseconds = "unix-ns"
    /// Days since 1899-12-30 with the time of day as a fraction, as spreadsheets count.
    case excel
    /// Days since 1970-01-01, as R counts dates.
    case unixDays = "unix-days"
    /// A year with the part of it that has passed as a fraction: 1958.2027.
    case decimalYear = "decimal-year"
    /// The same where the fraction is a number of twelfths: the first of a month, or with half a twelfth more the 15th.
    case decimalMonth = "decimal-month"
    /// Days since the year 1, of which 0001-01-01 is the first, as Python's `toordinal` counts.
    case ordinal
    /// Days since the year 0, of which 0000-01-01 is the first, with the time of day as a fraction, as MATLAB's `datenum` counts.
    case datenum
    /// Seconds from the start.
    case seconds
    /// Nanoseconds from the start.
    case elapsedNanoseconds = "elapsed-ns"
    /// Microseconds from the start.
    case elapsedMicroseconds = "elapsed-us"
    /// Milliseconds from the start.
    case elapsedMilliseconds = "elapsed-ms"
    /// Minutes from the start.
    case elapsedMinutes = "elapsed-minutes"
    /// Hours from the start.
    case elapsedHours = "elapsed-hours"
    /// Days from the start.
    case elapsedDays = "elapsed-days"

    /// Whether the number counts from 1970 in UTC.
    package var isUnix: Bool { [.unix, .unixMilliseconds, .unixMicroseconds, .unixNanoseconds].contains(self) }

    /// Whether the number counts from the start of the file.
    package var isElapsed: Bool {
        !isUnix && ![.excel, .unixDays, .decimalYear, .decimalMonth, .ordinal, .datenum].contains(self)
    }

    /// The microsecond since 1970, or since the start, that is nearest to a number; `nil` where the bytes are none, and for one so
    /// large that the time between two such is no number of microseconds.
    func instant(_ bytes: UnsafeBufferPointer<UInt8>, decimalComma: Bool) -> Int64? {
        guard let number = DecimalNumber(bytes, decimalComma: decimalComma) else { return nil }
        switch self {
        case .unix, .seconds: return number.times(1_000_000)
        case .unixMilliseconds, .elapsedMilliseconds: return number.times(1000)
        case .unixMicroseconds, .elapsedMicroseconds: return number.times(1)
        case .unixNanoseconds, .elapsedNanoseconds: return number.times(1, shift: -3)
        case .elapsedMinutes: return number.times(60_000_000)
        case .elapsedHours: return number.times(3_600_000_000)
        case .elapsedDays: return number.times(86_400_000_000)
        case .excel: return Self.days(number, since: TimeSeries.days(year: 1899, month: 12, day: 30))
        case .unixDays: return Self.days(number, since: 0)
        case .ordinal: return Self.days(number, since: TimeSeries.days(year: 0, month: 12, day: 31))
        case .datenum: return Self.days(number, since: TimeSeries.days(year: 0, month: 1, day: 1) - 1)
        case .decimalYear: return Self.decimalYear(number)
        case .decimalMonth: return Self.decimalMonth(number)
        }
    }

    /// A time in days since one of the calendar.
    ///
    /// A whole second stays what it is. Any other number stands for the roundest time that it can be: a whole hour, a quarter of one,
    /// five minutes, a minute, a second or a millisecond within half a unit of its last decimal, and within half a millisecond at
    /// least, since sums of such numbers drift. So 45000.04167, which is 288 ms past the hour, is 01:00:00.
    private static func days(_ number: DecimalNumber, since first: Int64) -> Int64? {
        guard let sinceEpoch = number.times(86_400_000_000), abs(sinceEpoch) < 86_400_000_000 * 4_000_000 else { return nil }
        let exact = sinceEpoch + first * 86_400_000_000
        if exact % 1_000_000 == 0 { return exact }
        var tolerance: Int64 = 43_200_000_000
        for _ in 0..<max(0, min(12, number.decimals)) { tolerance /= 10 }
        tolerance = max(500, tolerance)
        for unit: Int64 in [3_600_000_000, 900_000_000, 300_000_000, 60_000_000, 1_000_000, 1000] {
            let round = floorDivide(exact + unit / 2, unit) * unit
            if abs(round - exact) <= tolerance { return round }
        }
        return exact
    }

    /// A month as a year with twelfths of it; `nil` for what is further from one, or from the middle of one, than it was rounded.
    private static func decimalMonth(_ number: DecimalNumber) -> Int64? {
        // Twelfths in millionths of one.
        guard let scaled = number.times(12_000_000), scaled >= 0, scaled < 120_000_000_000 else { return nil }
        let tolerance: Int64 = number.decimals > 3 ? 2_000 : number.decimals == 3 ? 12_000 : 50_000
        let halves = floorDivide(scaled + 250_000, 500_000)
        guard abs(scaled - halves * 500_000) <= tolerance else { return nil }
        let (months, half) = halves.quotientAndRemainder(dividingBy: 2)
        return TimeSeries.days(year: months / 12, month: months % 12 + 1, day: half == 0 ? 1 : 15) * 86_400_000_000
    }

    /// A time as a year with a fraction: to the minute, and to the day where there are at most three decimals.
    private static func decimalYear(_ number: DecimalNumber) -> Int64? {
        let unit: Int64 = 1_000_000_000
        guard let scaled = number.times(1_000_000_000), scaled >= 0, scaled < 10_000 * unit else { return nil }
        let (year, fraction) = scaled.quotientAndRemainder(dividingBy: unit)
        let length: Int64 = isLeap(year) ? 366 * 86_400 : 365 * 86_400
        let grain: Int64 = number.decimals > 3 ? 60_000_000 : 86_400_000_000
        let passed = fraction * length / 1000
        return TimeSeries.days(year: year, month: 1, day: 1) * 86_400_000_000 + (passed + grain / 2) / grain * grain
    }
}
