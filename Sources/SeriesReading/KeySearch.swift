import TimeSeries

/// A column that may tell series apart.
struct KeyColumn {
    let column: Int
    /// What it says in each record, as numbers of its texts in the order in which they appear.
    var codes: [Int]
    var texts: [String]
    /// Whether it holds text, and whether numbers that are called as those of things are.
    var isText = true, isIdentifier = false
    var isNamed: Bool { isText || isIdentifier }

    /// Whether each of its numbers stands about as often as any other, as those of things do, while measured ones gather somewhere.
    var isEven: Bool {
        var counts = Array(repeating: 0, count: texts.count)
        for code in codes { counts[code] += 1 }
        return counts.allSatisfy { $0 * texts.count * 3 >= codes.count }
    }

    /// Of the places that its numbers have at all times, the share in which rows stand: nearly all where they are those of things that
    /// are measured together.
    func fill(_ times: [Int64]) -> Double {
        let cells = Set(zip(codes, times).map { Pair($0, $1) }).count
        return Double(cells) / Double(max(1, Set(times).count * texts.count))
    }

    /// Columns that make the same difference as one before them are left out.
    static func distinct(_ columns: [KeyColumn]) -> [KeyColumn] {
        var found: [KeyColumn] = []
        for column in columns where !found.contains(where: { $0.texts.count == column.texts.count && $0.codes == column.codes }) {
            found.append(column)
        }
        return found
    }
}

/// Looks for the fewest columns that together tell series apart.
struct KeySearch {
    /// The columns, and the series of each row as a number.
    struct Found {
        var columns: [KeyColumn]
        var codes: [Int]
        var count: Int
        /// The rows that it does not tell apart.
        var left: Int
    }

    let times: [Int64]
    private let disorder: Disorder

    init(_ times: [Int64]) {
        self.times = times
        disorder = Disorder(times)
    }

    /// Whether times are no times of one series.
    var isNeeded: Bool { disorder.matters }
    /// Whether that is since they repeat.
    var repeats: Bool { disorder.repeats }
    /// Whether they are in no order, rising and falling again and again.
    var isMixed: Bool { disorder.isMixed }

    /// The most columns that are tried, and the most that together tell series apart; fewer where series follow each other, since all
    /// rows are looked at then.
    private static let mostColumns = 8, mostTogether = 4
    /// The most choices of as many columns that are looked at in all rows.
    private static let mostChoices = 4
    /// Rows by which columns are chosen.
    private static let tried = 20_000

    /// - Parameter columns: with one code for each time.
    func best(_ columns: [KeyColumn]) -> Found? {
        let columns = columns.prefix(disorder.repeats ? Self.mostColumns : 6)
        let rows = triedRows()
        let few = rows.map { rows in KeySearch(rows.map { times[$0] }) } ?? self
        let tried = columns.map { column in
            var column = column
            if let rows { column.codes = rows.map { column.codes[$0] } }
            return column
        }
        for size in 1...(disorder.repeats ? Self.mostTogether : 2) where size <= columns.count {
            let found = Self.choices(size, of: Array(tried.indices)).compactMap { choice in
                few.found(choice.map { tried[$0] }).map { (choice, $0) }
            }
            for (choice, _) in found.sorted(by: { ($0.1.left, $0.1.count) < ($1.1.left, $1.1.count) }).prefix(Self.mostChoices) {
                if let whole = self.found(choice.map { columns[$0] }), isOfSeries(whole) { return whole }
            }
        }
        return nil
    }

    /// Whether what some columns tell apart are series; rows of series that stand one after the other have been looked at.
    private func isOfSeries(_ found: Found) -> Bool {
        !disorder.repeats || KeyCoverage(times, codes: found.codes).isOfSeries
    }

    /// All rows of some of the times, by which it shows whether columns tell rows of one time apart; `nil` for all rows.
    private func triedRows() -> [Int]? {
        guard disorder.repeats, times.count > 2 * Self.tried else { return nil }
        var counts: [Int64: Int] = [:]
        for time in times { counts[time, default: 0] += 1 }
        var (taken, total): (Set<Int64>, Int) = ([], 0)
        for (time, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) where total < Self.tried {
            taken.insert(time)
            total += count
        }
        return times.indices.filter { taken.contains(times[$0]) }
    }

    /// What some columns tell apart, whatever the times.
    static func found(all columns: [KeyColumn]) -> Found? {
        guard var codes = columns.first?.codes else { return nil }
        for column in columns.dropFirst() { codes = joined(codes, column.codes) }
        return Found(columns: columns, codes: codes, count: Set(codes).count, left: 0)
    }

    /// What some columns tell apart; `nil` where times still repeat, or most series have one row.
    func found(_ columns: [KeyColumn]) -> Found? {
        guard let first = columns.first else { return nil }
        var codes = first.codes
        for column in columns.dropFirst() { codes = Self.joined(codes, column.codes) }
        let count = Set(codes).count
        let left = disorder.left(times, codes: codes)
        guard count > 1, count * 3 <= codes.count * 2, left * 10 <= disorder.size else { return nil }
        return Found(columns: columns, codes: codes, count: count, left: left)
    }

    /// Both codes of each row as one, counted from 0.
    private static func joined(_ one: [Int], _ other: [Int]) -> [Int] {
        var known: [Pair: Int] = [:]
        return zip(one, other).map { one, other in
            let pair = Pair(one, Int64(other))
            if let code = known[pair] { return code }
            known[pair] = known.count
            return known.count - 1
        }
    }

    /// All choices of so many of some things, in their order.
    private static func choices(_ size: Int, of all: [Int]) -> [[Int]] {
        guard size > 0 else { return [[]] }
        return all.indices.flatMap { first in
            choices(size - 1, of: Array(all[(first + 1)...])).map { [all[first]] + $0 }
        }
    }
}

/// Two numbers of a row.
private struct Pair: Hashable {
    let code: Int, other: Int64

    init(_ code: Int, _ other: Int64) { (self.code, self.other) = (code, other) }
}

/// How far the times of rows are from those of one series: how many stand in several rows, and how often they turn back.
private struct Disorder {
    private let repeated: Int
    private let turns: Int
    private let rows: Int

    init(_ times: [Int64]) {
        var (rises, falls) = (0, 0)
        for (time, next) in times.adjacentPairs() {
            if time < next { rises += 1 } else if time > next { falls += 1 }
        }
        rows = times.count
        turns = min(rises, falls)
        // Times in order repeat only in the next row.
        repeated = turns == 0 ? max(0, rows - 1) - rises - falls : rows - Set(times).count
    }

    var repeats: Bool { repeated * 20 >= rows }

    /// Whether times repeat in one of twenty rows, or turn back now and then, as those of series one after the other do.
    var matters: Bool { repeats || turns > 0 && turns * 20 <= rows }
    var isMixed: Bool { !repeats && turns * 20 > rows }
    var size: Int { repeats ? repeated : turns }

    /// What is left of it where rows of the same code are a series.
    func left(_ times: [Int64], codes: [Int]) -> Int {
        if repeats {
            var seen: Set<Pair> = []
            return times.indices.count { !seen.insert(Pair(codes[$0], times[$0])).inserted }
        }
        // Blocks at different times: each turn is where a block begins, and there are as many blocks as series.
        let rows = times.indices.dropFirst()
        let falls = times.adjacentPairs().count { $0 > $1 } > times.count / 2
        let within = rows.count { codes[$0] == codes[$0 - 1] && (falls ? times[$0] > times[$0 - 1] : times[$0] < times[$0 - 1]) }
        return rows.count { codes[$0] != codes[$0 - 1] } + 1 == Set(codes).count ? within : self.rows
    }
}
