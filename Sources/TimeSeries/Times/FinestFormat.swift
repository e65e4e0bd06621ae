extension TimeFormat {
    /// ISO 8601 as fine as some instants need: the date alone where all of them are midnights on the clock of `zone`; else with `T`,
    /// hours and minutes, with seconds where one is not a whole minute, and with one, two, three or six digits of a fraction.
    ///
    /// - Parameter microseconds: since 1970, of UTC, or of the file's own clock where `zone` is none.
    package static func finest(_ microseconds: [Int64], zone: Notation.Zone = .none) -> TimeFormat {
        var notation = Notation()
        notation.zone = zone
        var (isDate, isMinute) = (true, true)
        for instant in microseconds {
            guard isDate || isMinute else { break }
            if isMinute, instant % 60_000_000 != 0 { (isMinute, isDate) = (false, false) }
            if isDate {
                let local = zone.local(instant)
                isDate = local % 86_400_000_000 == 0
            }
        }
        guard !isDate else { return .iso8601(notation) }
        notation.timeSeparator = UInt8(ascii: "T")
        notation.hasSeconds = !isMinute
        if !isMinute { notation.fractionDigits = fractionDigits(of: microseconds) }
        return .iso8601(notation)
    }

    /// Hours and minutes from the start, with seconds and a fraction of them where some instants need them.
    static func finestClock(_ microseconds: [Int64]) -> TimeFormat {
        .clock(
            hasSeconds: microseconds.contains { $0 % 60_000_000 != 0 },
            fractionDigits: fractionDigits(of: microseconds))
    }

    /// How many digits behind the point of a second tell some instants apart: 0, 1, 2, 3 or 6.
    static func fractionDigits(of microseconds: [Int64]) -> Int {
        var (digits, unit): (Int, Int64) = (0, 1_000_000)
        for instant in microseconds {
            while instant % unit != 0 {
                if digits >= 3 { return 6 }
                (digits, unit) = (digits + 1, unit / 10)
            }
        }
        return digits
    }
}
