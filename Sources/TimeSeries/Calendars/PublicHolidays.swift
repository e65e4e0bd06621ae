/// The public holidays that a country has everywhere by law, worked out from rules: days of a month, days counted from Easter, and
/// weekdays of a month. States and regions have more; those are for an iCalendar file.
///
/// Sources: Germany, the laws of its states where all agree (Feiertagsgesetze) and the Unification Treaty, article 2; Austria,
/// Feiertagsruhegesetz 1957, § 1; France, Code du travail, L3133-1; United States, 5 U.S.C. 6103(a), on the days themselves.
public struct PublicHolidays: Sendable, Hashable {
    /// The country's two letters (ISO 3166-1).
    public let country: String

    private enum Rule {
        case date(month: Int64, day: Int64)
        case easter(Int64)
        /// The `ordinal`-th Monday (0) to Sunday (6) of a month, from its end where negative.
        case weekday(Int, ordinal: Int, month: Int)
    }

    /// A holiday, and the first year that has it.
    private typealias Holiday = (name: String, rule: Rule, since: Int64)

    private static let tables: [String: [Holiday]] = [
        "AT": [
            ("New Year", .date(month: 1, day: 1), 1957), ("Epiphany", .date(month: 1, day: 6), 1957),
            ("Easter Monday", .easter(1), 1957), ("Labour Day", .date(month: 5, day: 1), 1957), ("Ascension", .easter(39), 1957),
            ("Whit Monday", .easter(50), 1957), ("Corpus Christi", .easter(60), 1957),
            ("Assumption", .date(month: 8, day: 15), 1957), ("National Day", .date(month: 10, day: 26), 1967),
            ("All Saints", .date(month: 11, day: 1), 1957), ("Immaculate Conception", .date(month: 12, day: 8), 1957),
            ("Christmas", .date(month: 12, day: 25), 1957), ("St Stephen", .date(month: 12, day: 26), 1957),
        ],
        "DE": [
            ("New Year", .date(month: 1, day: 1), 1991), ("Good Friday", .easter(-2), 1991), ("Easter Monday", .easter(1), 1991),
            ("Labour Day", .date(month: 5, day: 1), 1991), ("Ascension", .easter(39), 1991), ("Whit Monday", .easter(50), 1991),
            ("German Unity Day", .date(month: 10, day: 3), 1990), ("Christmas", .date(month: 12, day: 25), 1991),
            ("Second Christmas Day", .date(month: 12, day: 26), 1991),
        ],
        "FR": [
            ("New Year", .date(month: 1, day: 1), 1982), ("Easter Monday", .easter(1), 1982),
            ("Labour Day", .date(month: 5, day: 1), 1982), ("Victory Day", .date(month: 5, day: 8), 1982),
            ("Ascension", .easter(39), 1982), ("Whit Monday", .easter(50), 1982),
            ("Bastille Day", .date(month: 7, day: 14), 1982),
            ("Assumption", .date(month: 8, day: 15), 1982), ("All Saints", .date(month: 11, day: 1), 1982),
            ("Armistice Day", .date(month: 11, day: 11), 1982), ("Christmas", .date(month: 12, day: 25), 1982),
        ],
        "US": [
            ("New Year", .date(month: 1, day: 1), 1971), ("Martin Luther King", .weekday(0, ordinal: 3, month: 1), 1986),
            ("Washington's Birthday", .weekday(0, ordinal: 3, month: 2), 1971),
            ("Memorial Day", .weekday(0, ordinal: -1, month: 5), 1971), ("Juneteenth", .date(month: 6, day: 19), 2021),
            ("Independence Day", .date(month: 7, day: 4), 1971), ("Labor Day", .weekday(0, ordinal: 1, month: 9), 1971),
            ("Columbus Day", .weekday(0, ordinal: 2, month: 10), 1971), ("Veterans Day", .date(month: 11, day: 11), 1978),
            ("Thanksgiving", .weekday(3, ordinal: 4, month: 11), 1971), ("Christmas", .date(month: 12, day: 25), 1971),
        ],
    ]

    /// The countries that are known.
    public static var countries: [String] { tables.keys.sorted() }

    /// The holidays of a country by its two letters; `nil` where they are not known.
    public init?(country: String) {
        guard Self.tables[country.uppercased()] != nil else { return nil }
        self.country = country.uppercased()
    }

    /// The holidays of a year, in order, by days since 1970-01-01.
    public func days(of year: Int) -> [(name: String, day: Int64)] {
        let year = Int64(year)
        return (Self.tables[country] ?? []).filter { $0.since <= year }.map { holiday in
            switch holiday.rule {
            case .date(let month, let day): (holiday.name, TimeSeries.days(year: year, month: month, day: day))
            case .easter(let days): (holiday.name, Self.easter(year) + days)
            case .weekday(let weekday, let ordinal, let month):
                (holiday.name, Self.day(year, Int64(month), ordinal, Int64(weekday)))
            }
        }.sorted { $0.1 < $1.1 }
    }

    private static func day(_ year: Int64, _ month: Int64, _ ordinal: Int, _ wanted: Int64) -> Int64 {
        let first = TimeSeries.days(year: year, month: month, day: 1)
        guard ordinal < 0 else { return first + (wanted - weekday(of: first) + 7) % 7 + 7 * Int64(ordinal - 1) }
        let last = first + lastDay(year, month) - 1
        return last - (weekday(of: last) - wanted + 7) % 7 + 7 * Int64(ordinal + 1)
    }

    /// Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher; Nature, 1876).
    private static func easter(_ year: Int64) -> Int64 {
        let (a, b, c) = (year % 19, year / 100, year % 100)
        let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
        let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
        let m = (a + 11 * h + 22 * l) / 451
        let sum = h + l - 7 * m + 114
        return TimeSeries.days(year: year, month: sum / 31, day: sum % 31 + 1)
    }

    private static let day: Int64 = 86_400_000_000

    private func all(among wanted: Range<Int64>, own: TimeFormat.Notation.Zone) -> [(name: String, period: Range<Int64>)] {
        let years = [wanted.lowerBound, wanted.upperBound].map { civil(daysSince1970: floorDivide($0, Self.day)).year }
        let (first, last): (Int64, Int64) = (max(1583, years[0] - 1), max(1583, min(9999, years[1] + 1)))
        var found: [(name: String, period: Range<Int64>)] = []
        for year in first...last {
            for (name, day) in days(of: Int(year)) {
                let (start, end) = (own.instant(of: day * Self.day), own.instant(of: (day + 1) * Self.day))
                found.append((name, start..<end))
            }
        }
        return found
    }

    func periods(among wanted: Range<Int64>, own: TimeFormat.Notation.Zone) -> [Range<Int64>] {
        all(among: wanted, own: own).map(\.period)
    }

    /// The first holiday that shares time with a range.
    func name(among wanted: Range<Int64>, own: TimeFormat.Notation.Zone) -> String? {
        all(among: wanted, own: own).first { $0.period.overlaps(wanted) }?.name
    }
}
