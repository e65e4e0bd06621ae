/// The time from a row to the next: a time that is always as long, or months of the calendar.
public struct GridStep: Sendable, Hashable, CustomStringConvertible {
    /// Months of the calendar; 0 where it is a time.
    let months: Int
    /// Microseconds, of a month about how many.
    let time: Int64

    static let day: Int64 = 86_400_000_000
    /// A month in the mean of the Gregorian calendar.
    static let month: Int64 = 2_629_746_000_000

    /// A time in microseconds, 1 at the least.
    public init(microseconds: Int64) { (months, time) = (0, max(1, microseconds)) }

    /// Months of the calendar, 1 at the least.
    public init(months: Int) { (self.months, time) = (max(1, months), Int64(max(1, months)) * Self.month) }

    /// Months from the year 0 on to the one in which a local time in microseconds lies.
    static func month(of local: Int64) -> Int64 {
        let date = civil(daysSince1970: floorDivide(local, day))
        return date.year * 12 + date.month - 1
    }

    private static let units: [(names: [String], size: Int64, months: Int)] = [
        (["us"], 1, 0), (["ms"], 1000, 0), (["s", "sec"], 1_000_000, 0), (["min", "m"], 60_000_000, 0),
        (["h"], 3_600_000_000, 0), (["d", "day"], day, 0), (["w", "week"], 7 * day, 0), (["mo", "month"], 0, 1),
        (["y", "year"], 0, 12),
    ]
    /// A hundred years, in microseconds and in months: no series has a longer step.
    private static let longest: (time: Int64, months: Int64) = (36_525 * day, 1200)

    /// A whole number and a unit: `500ms`, `30s`, `15min`, `1h`, `1d`, `1w`, `1mo`, `1y`; without a number one of the unit.
    /// - Returns: `nil` for anything else, and for more than a hundred years.
    public init?(_ text: String) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        guard let found = Self.units.first(where: { $0.names.contains(unit) }),
            let count = digits.isEmpty ? 1 : Int64(digits), count > 0, count <= Self.longest.time
        else { return nil }
        if found.months > 0 {
            guard count * Int64(found.months) <= Self.longest.months else { return nil }
            self.init(months: Int(count) * found.months)
        } else {
            guard count <= Self.longest.time / found.size else { return nil }
            self.init(microseconds: count * found.size)
        }
    }

    /// The text that `init` takes, in the largest unit of which it is a whole number.
    public var description: String {
        let (size, unit) =
            Self.units.last { unit in
                months > 0 ? unit.months > 0 && months % unit.months == 0 : unit.months == 0 && time % unit.size == 0
            }.map { ($0.months > 0 ? Int64($0.months) : $0.size, $0.names[0]) } ?? (1, "us")
        return "\((months > 0 ? Int64(months) : time) / size)\(unit)"
    }
}
