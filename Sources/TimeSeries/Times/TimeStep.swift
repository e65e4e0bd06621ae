/// The step between two instants: so many months of the calendar where it is one, else a time.
struct TimeStep: Hashable {
    /// Months from one day to the same day of a later month at the same time of day, or from the end of a month to the end of another;
    /// 0 where it is no such step. Negative where the second instant is the earlier one.
    let months: Int64
    /// Microseconds; 0 where the step is one of months.
    let time: Int64

    init(_ first: Int64, _ second: Int64) {
        months = Self.months(first, second)
        time = months == 0 ? second - first : 0
    }

    private static func months(_ first: Int64, _ second: Int64) -> Int64 {
        let day: Int64 = 86_400_000_000
        // No month is shorter, and most steps of a series need no calendar.
        guard (first - second).magnitude >= 28 * day.magnitude, (first - second) % day == 0 else { return 0 }
        let (one, other) = (civil(daysSince1970: floorDivide(first, day)), civil(daysSince1970: floorDivide(second, day)))
        let bothEnd = one.day == lastDay(one.year, one.month) && other.day == lastDay(other.year, other.month)
        guard one.day == other.day || bothEnd else { return 0 }
        return (other.year - one.year) * 12 + other.month - one.month
    }

    /// The step that comes most often between neighbouring instants, those of no time left out, the shortest of several; and how many
    /// steps there are.
    static func commonest(of microseconds: some Collection<Int64>) -> (step: TimeStep, count: Int, all: Int)? {
        var counts: [TimeStep: Int] = [:]
        var all = 0
        for (first, second) in microseconds.adjacentPairs() where first != second {
            counts[TimeStep(first, second), default: 0] += 1
            all += 1
        }
        let best = counts.max { ($0.value, $1.key.length) < ($1.value, $0.key.length) }
        return best.map { ($0.key, $0.value, all) }
    }

    /// About how long it is.
    private var length: Int64 { months == 0 ? abs(time) : abs(months) * GridStep.month }
}

/// The step between instants as a duration of ISO 8601: `PT0.1S`, `PT1H`, `P1D`, and `P1M`, `P3M`, `P1Y` where they are months of the
/// calendar apart. It is the step that comes most often where it is that of a third of the rows, else the median, the larger of two in
/// the middle. Rows at the time of the row above count nothing. From the first 20,000 instants. It names a step; by
/// `SeriesProfile.step`, a length, holes and periods are measured.
///
/// - Parameters:
///   - microseconds: in their order, oldest or newest first.
///   - zone: the zone of the clock by which days and months are whole.
/// - Returns: `nil` where no two instants differ.
package func isoStep(of microseconds: [Int64], zone: TimeFormat.Notation.Zone = .none) -> String? {
    let local = localTimes(microseconds, zone)
    guard let (step, count, all) = TimeStep.commonest(of: local) else { return nil }
    if 3 * count >= all {
        let months = abs(step.months)
        if months != 0 { return months % 12 == 0 ? "P\(months / 12)Y" : "P\(months)M" }
        return isoDuration(abs(step.time))
    }
    let sizes = local.adjacentPairs().map { abs($1 - $0) }.filter { $0 > 0 }.sorted()
    return isoDuration(sizes[sizes.count / 2])
}

/// The first 20,000 instants on the clock of a zone, by which steps are told.
func localTimes(_ microseconds: [Int64], _ zone: TimeFormat.Notation.Zone) -> [Int64] {
    microseconds.prefix(SeriesProfile.rows).map(zone.local)
}

/// A time as a duration of ISO 8601 in days, hours, minutes and seconds.
private func isoDuration(_ microseconds: Int64) -> String {
    let (days, rest) = microseconds.quotientAndRemainder(dividingBy: 86_400_000_000)
    let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1_000_000)
    var text = days > 0 ? "P\(days)D" : "P"
    guard rest > 0 else { return text }
    text += "T"
    if seconds >= 3600 { text += "\(seconds / 3600)H" }
    if seconds / 60 % 60 > 0 { text += "\(seconds / 60 % 60)M" }
    guard seconds % 60 > 0 || fraction > 0 else { return text }
    text += "\(seconds % 60)"
    if fraction > 0 {
        var digits = String(String(1_000_000 + fraction).dropFirst())
        while digits.hasSuffix("0") { digits.removeLast() }
        text += "." + digits
    }
    return text + "S"
}
