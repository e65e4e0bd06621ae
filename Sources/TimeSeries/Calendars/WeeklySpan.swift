/// Some hours of some days of the week: every Sunday from 02:00 to 04:00.
public struct WeeklySpan: Sendable, Hashable {
    /// The days on which it begins, Monday 0 to Sunday 6, rising; never none.
    public let weekdays: [Int]
    /// Minutes after midnight at which it begins, 0 to 1439.
    public let from: Int
    /// Minutes after midnight at which it ends, 1 to 1440, of the day after where that is not behind the beginning.
    public let to: Int

    private static let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let minute: Int64 = 60_000_000
    private static let day: Int64 = 1440 * minute

    /// Some hours of some days, Monday 0 to Sunday 6; `nil` for days, minutes or an order of them that there are not.
    public init?(weekdays: some Sequence<Int>, from: Int = 0, to: Int = 1440) {
        self.weekdays = Set(weekdays).sorted()
        (self.from, self.to) = (from, to)
        guard !self.weekdays.isEmpty, self.weekdays.allSatisfy((0...6).contains), (0..<1440).contains(from),
            (1...1440).contains(to), from != to
        else { return nil }
    }

    /// Takes `Sun 02:00..04:00`, `Mon-Fri,Sun 22:00..06:00`, `daily 02:00..04:00`, or days alone for all of their hours.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard (1...2).contains(words.count), let days = Self.weekdays(words[0].lowercased()) else { return nil }
        guard words.count == 2 else {
            self.init(weekdays: days)
            return
        }
        guard let sign = words[1].firstRange(of: ".."), let from = Self.minutes(words[1][..<sign.lowerBound]),
            let to = Self.minutes(words[1][sign.upperBound...])
        else { return nil }
        self.init(weekdays: days, from: from, to: to == 0 ? 1440 : to)
    }

    private static func weekdays(_ text: String) -> [Int]? {
        if text == "daily" { return Array(0...6) }
        var days: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { name in
                name.count >= 2 ? fullNames.firstIndex { $0.hasPrefix(name) } : nil
            }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else { return nil }
            days += (first...(last < first ? last + 7 : last)).map { $0 % 7 }
        }
        return days
    }

    private static let fullNames = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    /// Minutes after midnight of `2:00` or `24:00`.
    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour < 24 || hour == 24 && minute == 0
        else { return nil }
        return hour * 60 + minute
    }

    /// As it is read back.
    var text: String {
        var runs: [String] = []
        var rest = weekdays[...]
        while let first = rest.first {
            let run = rest.enumerated().prefix { $0.element == first + $0.offset }.count
            let last = first + run - 1
            runs += run > 2 ? ["\(Self.names[first])-\(Self.names[last])"] : (first...last).map { Self.names[$0] }
            rest = rest.dropFirst(run)
        }
        let days = weekdays.count == 7 ? "daily" : runs.joined(separator: ",")
        if from == 0, to == 1440 { return days }
        func clock(_ minutes: Int) -> String { "\(twoDigits(minutes / 60)):\(twoDigits(minutes % 60))" }
        return "\(days) \(clock(from))..\(clock(to))"
    }

    /// When it is, in microseconds since 1970 UTC, rising: at least all that shares time with a range.
    func periods(among wanted: Range<Int64>, own: TimeFormat.Notation.Zone) -> [Range<Int64>] {
        let (first, last) = (floorDivide(wanted.lowerBound, Self.day) - 3, floorDivide(wanted.upperBound, Self.day) + 2)
        return (first...last).lazy.filter { weekdays.contains(Int(weekday(of: $0))) }.map { day in
            let end = Int64(to) * Self.minute + (to <= from ? Self.day : 0)
            let beginning = own.instant(of: day * Self.day + Int64(from) * Self.minute)
            return beginning..<max(beginning, own.instant(of: day * Self.day + end))
        }
    }
}

/// Days of every year: December 24 to 26.
public struct YearlySpan: Sendable, Hashable {
    /// The first day, and the last one.
    let from: Date, to: Date

    /// A month and a day of it.
    struct Date: Sendable, Hashable {
        let month: Int64, day: Int64

        /// Takes `12-24`, with a day that the month has in a leap year.
        init?(_ text: Substring) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
            guard parts.count == 2, let month = parts[0], let day = parts[1], (1...12).contains(month),
                (1...lastDay(2000, month)).contains(day)
            else { return nil }
            (self.month, self.day) = (month, day)
        }

        var text: String { "\(twoDigits(month))-\(twoDigits(day))" }
    }

    /// Takes `12-25` or `12-24..12-26`.
    init?(_ text: String) {
        let ends = text.firstRange(of: "..").map { [text[..<$0.lowerBound], text[$0.upperBound...]] } ?? [text[...]]
        guard let from = Date(ends[0]), let to = Date(ends[ends.count - 1]) else { return nil }
        (self.from, self.to) = (from, to)
    }

    /// As it is read back.
    var text: String { from == to ? from.text : "\(from.text)..\(to.text)" }

    func periods(among wanted: Range<Int64>, own: TimeFormat.Notation.Zone) -> [Range<Int64>] {
        let micros: Int64 = 86_400_000_000
        let years = [wanted.lowerBound, wanted.upperBound].map { civil(daysSince1970: floorDivide($0, micros)).year }
        return ((years[0] - 2)...(years[1] + 1)).compactMap { year in
            guard from.day <= lastDay(year, from.month) else { return nil }
            let first = days(year: year, month: from.month, day: from.day)
            let isOver = (to.month, to.day) < (from.month, from.day)
            let end = isOver ? year + 1 : year
            let last = days(year: end, month: to.month, day: min(to.day, lastDay(end, to.month)))
            return own.instant(of: first * micros)..<own.instant(of: (last + 1) * micros)
        }
    }
}
