import TimeSeries

/// Keys that show once rows that stand twice are passed over, and those of things that are measured by turns.
extension RawReading {
    /// The fewest rows that show turns, the most that are looked at, the least share of even steps in one series, and the most in all of them together.
    private static let fewestTurns = 12, mostTurns = 200_000, leastEven = 0.9, mostEven = 0.8

    /// The rows of which none before says the same: time, columns that may be keys and channels.
    func rowsOnce(_ columns: [KeyColumn]) -> [Int] {
        guard let times = series.time.microseconds else { return [] }
        var counts: [Int64: Int] = [:]
        for time in times { counts[time, default: 0] += 1 }
        var seen: Set<[Int64]> = []
        return times.indices.filter { row in
            guard counts[times[row]] ?? 0 > 1 else { return true }
            let values = series.channels.map {
                Int64(bitPattern: $0.values[row].isNaN ? 0x7FF8 << 48 : $0.values[row].bitPattern)
            }
            return seen.insert([times[row]] + columns.map { Int64($0.codes[row]) } + values).inserted
        }
    }

    /// The columns that tell the series of some rows apart.
    func keyOfRows(_ rows: [Int], _ columns: [KeyColumn]) -> KeySearch.Found? {
        guard rows.count > 3, let times = series.time.microseconds else { return nil }
        let search = KeySearch(rows.map { times[$0] })
        guard search.isNeeded else {
            let texts = columns.filter(\.isText)
            return search.isMixed ? keyByOrder(texts, times) : keyByTurns(texts, times)
        }
        let few = columns.map { column in
            var column = column
            column.codes = rows.map { column.codes[$0] }
            return column
        }
        guard let found = search.best(few) else {
            let texts = zip(columns, few).filter { $0.0.isText }
            let byLevels = texts.first { differs(by: $0.0) && search.found([$0.1]) != nil }
            return byLevels.map { KeySearch.Found($0.0) } ?? keyByTurns(texts.map(\.0), times)
        }
        let chosen = Set(found.columns.map(\.column))
        return KeySearch.found(all: columns.filter { chosen.contains($0.column) })
    }

    /// The first column of text within which rows are even while those of all are not, since things are measured by turns: it is called
    /// as what tells series apart is, or makes most of the difference between the numbers.
    func keyByTurns(_ columns: [KeyColumn], _ times: [Int64]) -> KeySearch.Found? {
        guard times.count >= Self.fewestTurns, times.count <= Self.mostTurns, columns.contains(where: \.isText),
            Self.evenShare(Set(times).sorted()) <= Self.mostEven
        else { return nil }
        return columns.first { column in
            guard column.isText, column.codes.count == times.count, column.texts.count * 3 <= times.count,
                ColumnNames.functionOfDate(form.names[column.column]) == nil, column.isIdentifier || differs(by: column)
            else { return false }
            var series = Array(repeating: Set<Int64>(), count: column.texts.count)
            for (code, time) in zip(column.codes, times) { series[code].insert(time) }
            return series.allSatisfy { $0.count < 3 || Self.evenShare($0.sorted()) >= Self.leastEven }
                && series.count { $0.count > 2 } > 1
        }.map(KeySearch.Found.init)
    }

    /// The share of steps that are as long as the one in the middle, but for a fiftieth.
    private static func evenShare(_ times: [Int64]) -> Double {
        let steps = times.adjacentPairs().map { Double($1 - $0) }.sorted()
        guard !steps.isEmpty else { return 0 }
        let middle = steps[steps.count / 2]
        return Double(steps.count { abs($0 - middle) <= 0.02 * middle }) / Double(steps.count)
    }
}
