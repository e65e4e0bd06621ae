/// Even steps of time that the rows of a file lie on, a row each: where the file has none there is a gap, so that rows count time.
///
/// ```swift
/// if let grid = Grid(of: series) { series = grid.completed(series) }
/// ```
public struct Grid: Sendable, Equatable {
    /// The time from a row to the next.
    public let step: GridStep
    /// The most rows of one gap. A pause that would have more is made as short: of the first 20,000 rows, gaps are at most twice as
    /// many as rows.
    public private(set) var longestGap = Int.max
    private let zone: TimeFormat.Notation.Zone

    /// How far a step may lie from a whole number of steps, as a share of one.
    private static let tolerance = 0.1
    /// The share of steps that may lie farther, and how many may of few.
    private static let mostOff = (share: 0.05, count: 2)
    /// How many rows there may be to each row of the file, pauses left out.
    private static let mostRows = 4
    /// Steps beyond which rows are apart by a pause, which says nothing of how densely they lie.
    private static let pause = 50.0

    /// Whether the step is a day and no row lies on a Saturday or a Sunday, which are then no gaps.
    public let skipsWeekends: Bool

    /// The grid that rows lie on: nearly all are whole steps apart, and a quarter of its rows are there. The step is that of the
    /// rows that lie nearest to each other, or a half to a quarter of it: of steps of 10, 15 and 25 minutes, it is five. Months are
    /// those of the calendar, whatever the day. From the first 20,000 rows.
    /// - Returns: `nil` without times, where rows lie on none, and where more than a fifth of them repeat the time of the row above:
    ///   they come faster than their clock goes.
    public init?(of series: Series) {
        guard let all = series.time.microseconds else { return nil }
        let (times, zone) = (Array(all.prefix(SeriesProfile.rows)), series.time.zone)
        let local = localTimes(times, zone)
        let steps = local.adjacentPairs().map { $1 - $0 }.filter { $0 > 0 }
        guard !steps.isEmpty, Double(times.count - 1 - steps.count) <= Self.mostRepeated * Double(times.count) else { return nil }
        let step: GridStep
        if let months = Self.months(local, steps) {
            step = GridStep(months: months)
        } else {
            guard let time = Self.step(of: steps) else { return nil }
            step = GridStep(microseconds: time)
        }
        let skipsWeekends =
            step == GridStep(microseconds: GridStep.day) && times.count >= Self.twoWeeks
            && !local.contains { Self.weekday(floorDivide($0, GridStep.day)) > 4 }
        (self.step, self.zone, self.skipsWeekends) = (step, zone, skipsWeekends)
        longestGap = longestOf(times.adjacentPairs().map { absent(from: $0, to: $1) }, rows: times.count)
    }

    /// Rows of two working weeks: without a weekend among them, there are none.
    private static let twoWeeks = 10
    /// The share of rows that may repeat the time of the row above.
    package static let mostRepeated = 0.2

    /// 0 for a Monday; 1970 began with a Thursday.
    private static func weekday(_ day: Int64) -> Int64 { day + 3 - floorDivide(day + 3, 7) * 7 }

    /// How many months of the calendar rows are apart, most of them; `nil` where they are not.
    private static func months(_ local: [Int64], _ steps: [Int64]) -> Int? {
        let median = Double(steps.sorted()[steps.count / 2]) / Double(GridStep(months: 1).time)
        let months = median.rounded()
        guard months >= 1, abs(median - months) <= tolerance else { return nil }
        let numbers = local.map { GridStep.month(of: $0) }
        let apart = numbers.adjacentPairs().map { $1 - $0 }.filter { $0 > 0 }
        guard apart.count == steps.count, apart.allSatisfy({ $0 % Int64(months) == 0 }) else { return nil }
        return Int(months)
    }

    /// - Parameter steps: those that are more than none.
    private static func step(of steps: [Int64]) -> Int64? {
        // Some few rows may lie nearer to each other than others do.
        let shortest = steps.sorted()[steps.count / 20]
        let off = min(max(mostOff.count, Int(mostOff.share * Double(steps.count))), steps.count / 4)
        for parts in 1...mostRows {
            let step = Double(shortest) / Double(parts)
            var (whole, rows) = ([Double](), 0.0)
            for time in steps {
                let count = Double(time) / step
                // A long gap may be a little off.
                if count > 0.5, abs(count - count.rounded()) <= tolerance * max(1, count / 10) {
                    whole.append(Double(time) / count.rounded())
                }
                rows += min(count.rounded(), pause)
            }
            guard step >= 1, rows <= Double(mostRows * steps.count), steps.count - whole.count <= off
            else { continue }
            return Resampling.ordinary(near: Int64(whole.sorted()[whole.count / 2].rounded()))
        }
        return nil
    }

    /// How many rows the file lacks between two of its rows, however long the pause is.
    private func absent(from first: Int64, to second: Int64) -> Int {
        guard second > first else { return 0 }
        var count = (Double(second - first) / Double(step.time)).rounded()
        if step.months > 0 || skipsWeekends {
            let (one, other) = (zone.local(first), zone.local(second))
            if step.months > 0 {
                count = Double(GridStep.month(of: other) - GridStep.month(of: one)) / Double(step.months)
            } else {
                count = Double(Self.workingDay(other) - Self.workingDay(one))
            }
        }
        return Int(max(count, 1)) - 1
    }

    /// The number of a day among those that are no weekend.
    private static func workingDay(_ local: Int64) -> Int64 {
        let day = floorDivide(local, GridStep.day)
        return floorDivide(day + 3, 7) * 5 + min(weekday(day), 5)
    }

    /// How many rows the file lacks between its rows, however long pauses are.
    public func absentCount(in series: Series) -> Int {
        series.time.microseconds?.adjacentPairs().reduce(0) { $0 + absent(from: $1.0, to: $1.1) } ?? 0
    }

    /// The series with a row of gaps for each that the file lacks between its rows, and before the first one where rows came before.
    /// - Parameter last: the time of the row before, in microseconds.
    public func completed(_ series: Series, after last: Int64? = nil) -> Series {
        guard let times = series.time.microseconds, !times.isEmpty else { return series }
        var before = last ?? times[0]
        let gaps = times.map { time in
            defer { before = time }
            return min(absent(from: before, to: time), longestGap)
        }
        return gaps.contains { $0 > 0 } ? series.inserting(gaps, after: last) : series
    }
}

/// The length that the longest gaps are cut to, so that all have at most twice as many rows as the file.
func longestOf(_ gaps: [Int], rows: Int) -> Int {
    let most = 2 * rows
    var (left, others) = (most, gaps.count)
    for gap in gaps.sorted() {
        if gap > left / others { return max(1, left / others) }
        (left, others) = (left - gap, others - 1)
    }
    return max(1, most)
}

extension Series {
    /// The series with so many rows of gaps before each of its rows, evenly between the times beside them. They are labelled where
    /// both rows beside them are.
    fileprivate func inserting(_ gaps: [Int], after last: Int64?) -> Series {
        let count = rowCount + gaps.reduce(0, +)
        func inserted<Value>(_ values: [Value], _ gap: (Int, Int) -> Value) -> [Value] {
            var all: [Value] = []
            all.reserveCapacity(count)
            for row in values.indices {
                for place in 0..<gaps[row] { all.append(gap(row, place)) }
                all.append(values[row])
            }
            return all
        }
        let times = time.microseconds.map { times in
            inserted(times) { row, place in
                let before = row > 0 ? times[row - 1] : last ?? times[row]
                return before + (times[row] - before) / Int64(gaps[row] + 1) * Int64(place + 1)
            }
        }
        var series = Series(
            name: name, channels: channels.map { Channel(name: $0.name, values: inserted($0.values) { _, _ in .nan }) },
            time: TimeAxis(microseconds: times, format: time.format),
            labels: labels.map { labels in inserted(labels) { row, _ in row > 0 && labels[row - 1] && labels[row] } },
            fileOrder: inserted(fileOrder ?? (0..<rowCount).map(rowNumber)) { _, _ in 0 }, notices: notices)
        if let source {
            var (before, moved): (Int, [Int]) = (0, [])
            for gap in gaps {
                moved.append(moved.count + before + gap)
                before += gap
            }
            series.source = GridSource(rows: source.rows, places: source.places.map { moved[$0] })
        }
        return series
    }
}
