/// On which days something happens again, as RFC 5545 has it (`RRULE`): a period of days, weeks, months or years, and which days of it.
///
/// Taken are FREQ of these four, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH and WKST. Days are counted from 1970-01-01.
public struct Recurrence: Sendable, Hashable {
    /// The length of a period.
    enum Frequency: String, Sendable, CaseIterable {
        case daily = "DAILY", weekly = "WEEKLY", monthly = "MONTHLY", yearly = "YEARLY"
    }

    /// A weekday, Monday 0 to Sunday 6; the `ordinal`-th of its month or year, from the end where negative, each where 0.
    struct Weekday: Sendable, Hashable {
        var ordinal: Int
        var weekday: Int
    }

    var frequency: Frequency
    /// From one period to the next, in periods.
    var interval: Int64 = 1
    /// How often at most.
    var count: Int?
    /// The last time at which it may begin.
    var until: CalendarTime?
    var weekdays: [Weekday] = []
    /// Days of a month, from its end where negative.
    var monthDays: [Int] = []
    var months: [Int] = []
    /// The weekday with which a week begins.
    var weekStart = 0

    init(_ frequency: Frequency) { self.frequency = frequency }

    /// The days on which it happens.
    /// - Parameters:
    ///   - start: the first day.
    ///   - wanted: only days among these are of interest; others may be among them.
    /// - Returns: rising days. Complexity: the periods from `start` on; without COUNT those of `wanted`.
    func days(from start: Int64, among wanted: ClosedRange<Int64>) -> [Int64] {
        guard start <= wanted.upperBound else { return [] }
        let beginning = civil(daysSince1970: start)
        var (found, period) = ([Int64](), count == nil ? firstPeriod(from: start, before: wanted.lowerBound) : 0)
        let most = count ?? .max
        while let first = beginningOfPeriod(period, start, beginning), first <= wanted.upperBound, found.count < most {
            for day in days(ofPeriod: first, start, beginning) where day >= start && found.count < most { found.append(day) }
            period += 1
        }
        return found
    }

    /// A period whose days lie before a day, or the first.
    private func firstPeriod(from start: Int64, before wanted: Int64) -> Int64 {
        let longest: Int64 =
            switch frequency {
            case .daily: 1
            case .weekly: 7
            case .monthly: 31
            case .yearly: 366
            }
        return max(0, (wanted - start) / (longest * interval) - 1)
    }

    /// The first day of a period, counted from 0; `nil` behind the year 9999.
    private func beginningOfPeriod(_ period: Int64, _ start: Int64, _ beginning: (year: Int64, month: Int64, day: Int64))
        -> Int64?
    {
        let steps = period * interval
        guard steps <= 4_000_000 else { return nil }
        switch frequency {
        case .daily: return start + steps
        case .weekly: return start - (weekday(of: start) - Int64(weekStart) + 7) % 7 + 7 * steps
        case .monthly:
            let month = beginning.year * 12 + beginning.month - 1 + steps
            return TimeSeries.days(year: month / 12, month: month % 12 + 1, day: 1)
        case .yearly: return TimeSeries.days(year: beginning.year + steps, month: 1, day: 1)
        }
    }

    private func days(ofPeriod first: Int64, _ start: Int64, _ beginning: (year: Int64, month: Int64, day: Int64)) -> [Int64] {
        let (year, month, _) = civil(daysSince1970: first)
        switch frequency {
        case .daily: return isOfMonths(first) && isOfMonthDays(first) && isOfWeekdays(first) ? [first] : []
        case .weekly:
            let wanted = weekdays.isEmpty ? [weekday(of: start)] : weekdays.map { Int64($0.weekday) }
            return (first..<(first + 7)).filter { wanted.contains(weekday(of: $0)) && isOfMonths($0) }
        case .monthly: return months.isEmpty || months.contains(Int(month)) ? days(year, month, beginning.day) : []
        case .yearly:
            if !months.isEmpty { return Set(months).sorted().flatMap { days(year, Int64($0), beginning.day) } }
            if !monthDays.isEmpty { return (1...12).flatMap { days(year, $0, beginning.day) } }
            if !weekdays.isEmpty { return days(among: first..<TimeSeries.days(year: year + 1, month: 1, day: 1)) }
            return days(year, beginning.month, beginning.day)
        }
    }

    /// The days of a month.
    private func days(_ year: Int64, _ month: Int64, _ ofStart: Int64) -> [Int64] {
        let first = TimeSeries.days(year: year, month: month, day: 1)
        let all = first..<(first + lastDay(year, month))
        if !monthDays.isEmpty {
            let named = weekdays.isEmpty ? nil : Set(days(among: all))
            return all.filter { isOfMonthDays($0) && named?.contains($0) ?? true }
        }
        if !weekdays.isEmpty { return days(among: all) }
        return ofStart <= all.count ? [first + ofStart - 1] : []
    }

    /// The weekdays that are named among the days of a month or year.
    private func days(among all: Range<Int64>) -> [Int64] {
        all.filter { day in
            weekdays.contains { named in
                guard weekday(of: day) == Int64(named.weekday) else { return false }
                let (fromStart, fromEnd) = (Int((day - all.lowerBound) / 7) + 1, -Int((all.upperBound - 1 - day) / 7) - 1)
                return named.ordinal == 0 || named.ordinal == fromStart || named.ordinal == fromEnd
            }
        }
    }

    private func isOfMonths(_ day: Int64) -> Bool {
        months.isEmpty || months.contains(Int(civil(daysSince1970: day).month))
    }

    private func isOfMonthDays(_ day: Int64) -> Bool {
        guard !monthDays.isEmpty else { return true }
        let date = civil(daysSince1970: day)
        return monthDays.contains(Int(date.day)) || monthDays.contains(Int(date.day - lastDay(date.year, date.month)) - 1)
    }

    private func isOfWeekdays(_ day: Int64) -> Bool {
        weekdays.isEmpty || weekdays.contains { Int64($0.weekday) == weekday(of: day) }
    }
}

/// The weekday of a day counted from 1970-01-01, a Thursday: Monday 0 to Sunday 6.
package func weekday(of day: Int64) -> Int64 { ((day + 3) % 7 + 7) % 7 }

// MARK: Text

extension Recurrence {
    private static let weekdayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    /// Reads the value of an `RRULE`.
    /// - Throws: what is wrong with it, to stand behind the property's name.
    init(_ text: String) throws(CalendarPropertyError) {
        var parts: [(name: String, value: String)] = []
        for part in text.uppercased().split(separator: ";") {
            let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2 else { throw .init("\"\(printable(String(part)))\" is no NAME=VALUE") }
            guard !parts.contains(where: { $0.name == sides[0] }) else { throw .init("\(printable(sides[0])) is given twice") }
            parts.append((sides[0], sides[1]))
        }
        guard let named = parts.first(where: { $0.name == "FREQ" })?.value else { throw .init("has no FREQ") }
        guard let frequency = Frequency(rawValue: named) else {
            throw .init("FREQ=\(printable(named)) is not understood, only DAILY, WEEKLY, MONTHLY and YEARLY are")
        }
        self.init(frequency)
        for (name, value) in parts where name != "FREQ" { try take(name, value) }
        if count != nil, until != nil { throw .init("has both COUNT and UNTIL") }
        if frequency == .weekly, !monthDays.isEmpty { throw .init("has BYMONTHDAY, which weeks have not") }
        let hasOrdinal = weekdays.contains { $0.ordinal != 0 }
        if hasOrdinal, frequency == .daily || frequency == .weekly {
            throw .init("has numbered weekdays, which are of months and years")
        }
    }

    private mutating func take(_ name: String, _ value: String) throws(CalendarPropertyError) {
        let refusal = CalendarPropertyError("\(name)=\(printable(value)) is not understood")
        func numbers(_ range: ClosedRange<Int>, signed: Bool = false) throws(CalendarPropertyError) -> [Int] {
            let numbers = value.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard numbers.count <= 400, numbers.allSatisfy({ $0.map { range.contains(signed ? abs($0) : $0) } ?? false }) else {
                throw refusal
            }
            return numbers.compactMap { $0 }
        }
        switch name {
        case "INTERVAL": interval = Int64(try only(numbers(1...10_000), refusal))
        case "COUNT": count = try only(numbers(1...10_000_000), refusal)
        case "UNTIL":
            guard let time = CalendarTime(value) else { throw refusal }
            until = time
        case "BYMONTH": months = try numbers(1...12)
        case "BYMONTHDAY": monthDays = try numbers(1...31, signed: true)
        case "BYDAY":
            weekdays = []
            for text in value.split(separator: ",", omittingEmptySubsequences: false) {
                let ordinal = text.dropLast(2)
                guard let weekday = Self.weekdayNames.firstIndex(of: String(text.suffix(2))),
                    let number = ordinal.isEmpty ? 0 : Int(ordinal), ordinal.isEmpty || (1...53).contains(abs(number))
                else { throw refusal }
                weekdays.append(Weekday(ordinal: number, weekday: weekday))
            }
        case "WKST":
            guard let day = Self.weekdayNames.firstIndex(of: value) else { throw refusal }
            weekStart = day
        default:
            throw .init(
                "\(printable(name)) is not understood, only INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH and WKST are")
        }
    }

    private func only(_ numbers: [Int], _ refusal: CalendarPropertyError) throws(CalendarPropertyError) -> Int {
        guard numbers.count == 1 else { throw refusal }
        return numbers[0]
    }

    /// As an `RRULE` has it.
    var text: String {
        func list(_ name: String, _ items: [String]) -> [String] {
            items.isEmpty ? [] : ["\(name)=\(items.joined(separator: ","))"]
        }
        let days = weekdays.map { ($0.ordinal == 0 ? "" : String($0.ordinal)) + Self.weekdayNames[$0.weekday] }
        return
            (["FREQ=\(frequency.rawValue)"] + list("INTERVAL", interval == 1 ? [] : ["\(interval)"])
            + list("COUNT", count.map { ["\($0)"] } ?? []) + list("UNTIL", until.map { [$0.text] } ?? [])
            + list("BYMONTH", months.map(String.init)) + list("BYMONTHDAY", monthDays.map(String.init)) + list("BYDAY", days)
            + list("WKST", weekStart == 0 ? [] : [Self.weekdayNames[weekStart]])).joined(separator: ";")
    }
}

/// What is wrong with a property, to stand behind its name, without a full stop.
struct CalendarPropertyError: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
