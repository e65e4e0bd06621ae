/// Finds the instants at which a clock that is set now and then showed the times of rows, oldest first.
struct ClockWalk {
    private let shifts: WallClock.Shifts
    /// What the clock showed, a row each.
    private let local: [Int64]
    /// Times on the clock that lie between two settings, and the offset that holds for them.
    private var plain: (times: Range<Int64>, offset: Int64) = (0..<0, 0)

    init(shifts: WallClock.Shifts, local: [Int64]) { (self.shifts, self.local) = (shifts, local) }

    /// A time on the clock: shown once, twice, or never.
    private enum Place {
        case once(offset: Int64)
        case twice(times: Range<Int64>, first: Int64, second: Int64)
        case never(offset: Int64)
    }

    /// Writes the instants into `instants`, which has as many rows.
    mutating func run(_ instants: inout [Int64], _ turns: inout WallClock.Turns) {
        var row = 0
        while row < local.count {
            let time = local[row]
            if plain.times.contains(time) {
                instants[row] = time - plain.offset
                row += 1
                continue
            }
            switch place(of: time) {
            case .once(let offset):
                instants[row] = time - offset
                row += 1
            case .never(let offset):
                turns.missing += 1
                instants[row] = time - offset
                row += 1
            case .twice(let times, let first, let second):
                var end = row + 1
                while end < local.count, times.contains(local[end]) { end += 1 }
                turns.repeated += end - row
                part(row..<end, first, second, &instants)
                row = end
            }
        }
    }

    /// Where a time stands between the settings of the clock, and remembers the neighbourhood where it is shown once.
    private mutating func place(of time: Int64) -> Place {
        let (starts, offsets) = (shifts.starts, shifts.offsets)
        // From the setting on after which the clock shows this time or a later one at once.
        let next = starts.indices.partitioningIndex { starts[$0] + max(offsets[$0], offsets[$0 + 1]) > time }
        guard next < starts.count, starts[next] + min(offsets[next], offsets[next + 1]) <= time else {
            let from = next > 0 ? starts[next - 1] + max(offsets[next - 1], offsets[next]) : .min
            let to = next < starts.count ? starts[next] + min(offsets[next], offsets[next + 1]) : .max
            if from < to { plain = (from..<to, offsets[next]) }
            return .once(offset: offsets[next])
        }
        let (before, after) = (offsets[next], offsets[next + 1])
        if before < after { return .never(offset: before) }
        return .twice(times: (starts[next] + after)..<(starts[next] + before), first: before, second: after)
    }

    /// Gives each row of some that lie in an hour that comes twice the offset of the pass that it belongs to.
    private func part(_ rows: Range<Int>, _ first: Int64, _ second: Int64, _ instants: inout [Int64]) {
        // Less of a step back than a quarter of what the clock was set back by is that of rows out of order.
        let back = rows.dropFirst().min { local[$0] - local[$0 - 1] < local[$1] - local[$1 - 1] }
        if let back, 4 * (local[back - 1] - local[back]) >= first - second {
            for row in rows { instants[row] = local[row] - (row < back ? first : second) }
            return
        }
        let together = rowsTogether(beside: rows)
        let runs = local[rows].chunked { $0 == $1 }
        if runs.contains(where: { $0.count >= 2 * together }) {
            for run in runs {
                for row in run.indices {
                    let isFirst = run.count < 2 * together || row - run.startIndex < run.count / 2
                    instants[row] = local[row] - (isFirst ? first : second)
                }
            }
            return
        }
        let offset = isSecondPass(rows, first, second, instants) ? second : first
        for row in rows { instants[row] = local[row] - offset }
    }

    /// How many rows share the time of the row before some, or after them.
    private func rowsTogether(beside rows: Range<Int>) -> Int {
        if rows.lowerBound > 0 {
            let time = local[rows.lowerBound - 1]
            return local[..<rows.lowerBound].reversed().prefix { $0 == time }.count
        }
        guard rows.upperBound < local.count else { return 1 }
        let time = local[rows.upperBound]
        return local[rows.upperBound...].prefix { $0 == time }.count
    }

    /// Whether rows of which only one pass is there fit better to the rows below than to those above.
    private func isSecondPass(_ rows: Range<Int>, _ first: Int64, _ second: Int64, _ instants: [Int64]) -> Bool {
        guard rows.upperBound < local.count, let from = rows.first, let to = rows.last else { return false }
        let gapBelow = local[rows.upperBound] - local[to]
        guard from > 0 else { return gapBelow >= 0 }
        let gapAbove = local[from] - first - instants[from - 1]
        return gapBelow >= 0 && gapAbove >= 0 && gapBelow < gapAbove
    }
}
