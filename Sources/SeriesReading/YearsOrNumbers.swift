import TimeSeries

/// Numbers of four digits that are years, and those that are measured.
extension TableDecision {
    /// Whether numbers between 1500 and 2200 in a column that is called as times are years: its name says so; or it names no unit, and
    /// most numbers that differ from the one above do so by the same, as those of years do, or all rise or fall below a name that is
    /// that of a time alone.
    func areYears(_ column: Int) -> Bool {
        let name = form.names[column]
        let words = ColumnNames.words(name)
        if words.contains(where: { ColumnNames.part($0, behindHour: false) == .year }) {
            return words.count < 3 || isMostlyOrdered(column)
        }
        guard !isNameless, !ColumnNames.namesUnit(name), !words.contains(where: ColumnNames.namesUnit) else { return false }
        let values = sample.columns[column].prefix(sample.neighbours).compactMap { form.numbers[column].value($0) }
        let steps = values.adjacentPairs().map { $1 - $0 }.filter { $0 != 0 }
        guard !steps.isEmpty else { return true }
        var counts: [Double: Int] = [:]
        for step in steps { counts[step, default: 0] += 1 }
        if (counts.values.max() ?? 0) * 2 > steps.count { return true }
        let isOrdered = steps.allSatisfy { $0 > 0 } || steps.allSatisfy { $0 < 0 }
        return isOrdered && (words.count == 1 || words.last?.hasSuffix("time") == false)
    }

    /// Whether numbers go on in one direction three times in four: the years of extremes, as `max_va_yr`, do not.
    private func isMostlyOrdered(_ column: Int) -> Bool {
        let values = sample.columns[column].prefix(sample.neighbours).compactMap { form.numbers[column].value($0) }
        let (rising, falling) = (values.adjacentPairs().count { $0 < $1 }, values.adjacentPairs().count { $0 > $1 })
        return max(rising, falling) * 4 >= (rising + falling) * 3
    }
}
