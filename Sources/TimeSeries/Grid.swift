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
    let longestGap: Int
    private let zone: TimeFormat.Notation.Zone

    /// How far a step may lie from a whole number of steps, as a share of one.
    private static let tolerance = 0.1
    /// The share of steps that must lie no farther.
    private static let share = 0.98
    /// How many rows there may be to each row of the file, pauses left out.
    private static let mostRows = 4
    /// Steps beyond which rows are apart by a pause, that says nothing of how densely they lie.
    private static let pause = 50.0

    /// The grid that rows lie on: nearly all are whole steps apart, and a quarter of its rows are there. The step is that of the
    /// rows that lie nearest to each other, or a half to a quarter of it: of steps of 10, 15 and 25 minutes, it is five. From the
    /// first 20,000 rows.
    /// - Returns: `nil` without times, and where rows lie on none.
    public init?(of series: Series) {
        guard let all = series.time.microseconds, series.profile.step ?? 0 > 0 else { return nil }
        let (times, zone) = (Array(all.prefix(SeriesProfile.rows)), series.time.zone)
        let step: GridStep
        if let months = series.profile.monthStep {
            let apart = localTimes(times, zone).adjacentPairs().filter { $0 < $1 }.map { TimeStep($0, $1).months }
            let whole = apart.count { $0 > 0 && $0 % Int64(months) == 0 }
            guard Double(whole) >= Self.share * Double(apart.count) else { return nil }
            step = GridStep(months: months)
        } else {
            let steps = times.adjacentPairs().map { $1 - $0 }.filter { $0 > 0 }
            guard let time = Self.step(of: steps) else { return nil }
            step = GridStep(microseconds: time)
        }
        let unlimited = Grid(step: step, longestGap: .max, zone: zone)
        let gaps = times.adjacentPairs().map { unlimited.absent(from: $0, to: $1) }
        self.init(step: step, longestGap: longestOf(gaps, rows: times.count), zone: zone)
    }

    private init(step: GridStep, longestGap: Int, zone: TimeFormat.Notation.Zone) {
        (self.step, self.longestGap, self.zone) = (step, longestGap, zone)
    }

    /// - Parameter steps: those that are more than none.
    private static func step(of steps: [Int64]) -> Int64? {
        guard !steps.isEmpty else { return nil }
        // Some few rows may lie nearer to each other than others do.
        let shortest = steps.sorted()[steps.count / 20]
        for parts in 1...mostRows {
            let step = Double(shortest) / Double(parts)
            var (whole, rows) = (0, 0.0)
            for time in steps {
                let count = Double(time) / step
                // A long gap may be a little off.
                if count > 0.5, abs(count - count.rounded()) <= tolerance * max(1, count / 10) { whole += 1 }
                rows += min(count.rounded(), pause)
            }
            let isDense = rows <= Double(mostRows * steps.count)
            if step >= 1, isDense, Double(whole) >= share * Double(steps.count) { return Int64(step.rounded()) }
        }
        return nil
    }

    /// How many rows the file lacks between two of its rows.
    private func absent(from first: Int64, to second: Int64) -> Int {
        guard second > first else { return 0 }
        if step.months > 0 {
            func local(_ instant: Int64) -> Int64 { instant + Int64(zone.minutes(at: instant)) * 60_000_000 }
            let months = Int(TimeStep(local(first), local(second)).months)
            if months > 0 { return min(max(months / step.months, 1) - 1, longestGap) }
        }
        return min(max(Int((Double(second - first) / Double(step.time)).rounded()), 1) - 1, longestGap)
    }

    /// The series with a row of gaps for each that the file lacks between its rows, and before the first one where rows came before.
    /// - Parameter last: the time of the row before, in microseconds.
    public func completed(_ series: Series, after last: Int64? = nil) -> Series {
        guard let times = series.time.microseconds, !times.isEmpty else { return series }
        var before = last ?? times[0]
        let gaps = times.map { time in
            defer { before = time }
            return absent(from: before, to: time)
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
