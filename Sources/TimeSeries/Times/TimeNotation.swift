/// One way of writing times, that of a whole column.
///
/// ```swift
/// let notation = try TimeNotation(name: "%d.%m.%Y %H:%M")
/// let instant = Array("29.01.2019 13:00".utf8).withUnsafeBufferPointer { notation.instant($0) }
/// ```
package struct TimeNotation: Sendable, Hashable {
    /// What is written.
    package enum Kind: Sendable, Hashable {
        /// `YYYY-MM-DD` or `YYYY/MM/DD` with leading zeros, alone or with hours, minutes, seconds, a fraction and a zone.
        case iso
        /// What a pattern spells.
        case pattern(TimePattern)
        /// One number.
        case count(TimeCount)
        /// Hours, minutes and seconds without a date.
        case clock
    }

    /// What is written.
    package let kind: Kind

    /// The notation of what is written.
    package init(_ kind: Kind) { self.kind = kind }

    /// What `TimeParser.calendar` reads.
    package static let iso = TimeNotation(.iso)
    /// What `ClockTime` reads.
    package static let clock = TimeNotation(.clock)
    /// A number.
    package static func count(_ count: TimeCount) -> TimeNotation { TimeNotation(.count(count)) }

    /// The names of notations that are no patterns, as help lists them.
    package static let names: [(name: String, meaning: String)] = [
        ("iso", "2023-03-05 13:00:00.5+01:00 and shorter"), ("unix", "seconds since 1970"),
        ("unix-ms", "milliseconds since 1970"),
        ("unix-us", "microseconds since 1970"), ("unix-ns", "nanoseconds since 1970"),
        ("unix-days", "days since 1970, as R counts dates"), ("excel", "days as spreadsheets count them"),
        ("decimal-year", "1958.2027"), ("decimal-month", "1958.25, the first of April"),
        ("ordinal", "days since year 1, as Python's toordinal counts"), ("datenum", "days since year 0, as MATLAB counts"),
        ("clock", "13:00 or 0:00:00.1, from the start"), ("seconds", "seconds from the start"),
        ("elapsed-ns", "nanoseconds from the start"), ("elapsed-us", "microseconds from the start"),
        ("elapsed-ms", "milliseconds from the start"), ("elapsed-minutes", "minutes from the start"),
        ("elapsed-hours", "hours from the start"), ("elapsed-days", "days from the start"),
    ]

    private static let otherNames = [
        "iso8601": "iso", "%s": "unix", "unix-s": "unix", "elapsed": "seconds", "elapsed-seconds": "seconds",
    ]

    /// The notation of a name, in either case, or of a pattern as `strptime` spells it.
    package init(name: String) throws(TimeNotationError) {
        let given = name.lowercased().filter { !$0.isWhitespace }
        let plain = Self.otherNames[given] ?? given
        if plain == "iso" {
            self = .iso
        } else if plain == "clock" {
            self = .clock
        } else if let count = TimeCount(rawValue: plain) {
            self = .count(count)
        } else {
            self = TimeNotation(.pattern(try TimePattern(name)))
        }
    }

    /// What `init(name:)` makes this notation of.
    package var name: String {
        switch kind {
        case .iso: "iso"
        case .clock: "clock"
        case .count(let count): count.rawValue
        case .pattern(let pattern): pattern.spelling
        }
    }

    /// Microseconds since 1970-01-01 00:00 that a text names, of UTC where it says how far its clock is from it, else of its own clock;
    /// from the start where it says no date. `nil` where it is written otherwise, and where there is no such time.
    ///
    /// - Parameter decimalComma: whether a comma is the decimal sign of numbers; fractions of seconds take either.
    package func instant(_ bytes: UnsafeBufferPointer<UInt8>, decimalComma: Bool = false) -> Int64? {
        switch kind {
        case .iso: TimeParser.calendar(bytes)?.microseconds
        case .pattern(let pattern): pattern.read(bytes)?.microseconds
        case .count(let count): count.instant(bytes, decimalComma: decimalComma)
        case .clock: ClockTime.instant(bytes)
        }
    }

    /// The zone that a text names: by which its instant is one of UTC, or none.
    package func zone(_ bytes: UnsafeBufferPointer<UInt8>) -> TimeFormat.Notation.Zone {
        switch kind {
        case .iso: return TimeParser.calendar(bytes)?.notation.zone ?? .none
        case .pattern(let pattern):
            guard let offset = pattern.read(bytes)?.offset else { return .none }
            return offset == 0 ? .utc : .offset(minutes: Int(offset), colon: true)
        case .count(let count): return count.isUnix ? .utc : .none
        case .clock: return .none
        }
    }

    /// Whether times are counted from the start, so that no date is known.
    package var isElapsed: Bool {
        switch kind {
        case .clock: true
        case .count(let count): count.isElapsed
        case .iso, .pattern: false
        }
    }

    /// The name of the zone in the IANA database that stands in a pattern as text, which reading passes over: the instants are those
    /// of that zone's clock. `nil` where there is none.
    package var zoneName: String? {
        guard case .pattern(let pattern) = kind, !pattern.hasZone else { return nil }
        return pattern.spelling.split(separator: " ").map(String.init).first { $0.contains("/") && WallClock($0) != nil }
    }

    /// How times that were read in this notation are shown: seconds and milliseconds since 1970 as such numbers, time from the start as
    /// a clock, all else in ISO 8601, each as fine as the times need.
    package func format(of microseconds: [Int64], zone: TimeFormat.Notation.Zone = .none) -> TimeFormat {
        switch kind {
        case .count(.unix): return .unixSeconds(fractionDigits: TimeFormat.fractionDigits(of: microseconds))
        case .count(.unixMilliseconds):
            return .milliseconds(fractionDigits: max(0, TimeFormat.fractionDigits(of: microseconds) - 3))
        case _ where isElapsed: return .finestClock(microseconds)
        case .count(let count) where count.isUnix && zone == .none: return .finest(microseconds, zone: .utc)
        default: return .finest(microseconds, zone: zone)
        }
    }
}

extension TimeNotation {
    /// Whether a word in lower case is the name of a month or an abbreviation of it.
    package static func isMonth(_ word: String) -> Bool { CalendarNames.month(Word(word)) != nil }

    /// Whether times are years with a fraction.
    package var isYearWithFraction: Bool { kind == .count(.decimalYear) || kind == .count(.decimalMonth) }

    /// Whether it tells times of a day, not only days.
    package var hasTimeOfDay: Bool {
        switch kind {
        case .clock, .iso: true
        case .count(let count): count.isUnix || [.excel, .datenum].contains(count) || count.isElapsed
        case .pattern(let pattern): pattern.has(.hour) || pattern.has(.hour12) || pattern.has(.compactTime)
        }
    }

    /// Whether it tells the year.
    package var namesYear: Bool {
        guard case .pattern(let pattern) = kind else { return true }
        return pattern.has(.year) || pattern.has(.shortYear) || pattern.has(.isoYear)
    }

    /// Whether it tells a day, a month or a year, not only a time of day.
    package var namesDate: Bool {
        guard case .pattern(let pattern) = kind else { return !isElapsed }
        let parts: [TimePattern.Piece.Kind] = [
            .year, .shortYear, .month, .monthName, .day, .dayOfYear, .quarter, .isoYear, .week,
        ]
        return parts.contains { pattern.has($0) }
    }

    /// The share of steps between instants that are the commonest one; `nil` without steps.
    package static func commonestStepShare(_ instants: [Int64]) -> Double? {
        TimeStep.commonest(of: instants).map { Double($0.count) / Double($0.all) }
    }
}
