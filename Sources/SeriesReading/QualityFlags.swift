import TimeSeries

/// Marks of quality behind measured values, in tables without names.
extension TableDecision {
    /// The fewest pairs of a value and a mark that are no chance, and the fewest rows that make them certain.
    private static let fewestPairs = 3, fewestRows = 20

    /// The columns at the end of a table without names that each follow a measured value and hold few small whole numbers, mostly 0, as
    /// marks of quality do; none where they are fewer than three.
    func likelyFlags() -> [Int] {
        guard isNameless else { return [] }
        var found: [Int] = []
        var column = form.names.count - 1
        while column > 0, isFlag(column), isMeasured(column - 1) {
            found.append(column)
            column -= 2
        }
        return found.count >= Self.fewestPairs ? found.reversed() : []
    }

    /// Takes likely marks of quality for such where there are rows enough, else says so.
    mutating func chooseFlags() {
        let likely = likelyFlags().filter { form.roles[$0] == .none && !isTaken($0) }
        guard !likely.isEmpty, options.columns.isEmpty else { return }
        if sample.rowCount >= Self.fewestRows {
            flags = Set(likely)
        } else {
            let names = likely.map { form.names[$0] }
            tell(
                "Columns \(listed(names)) look like marks of quality behind values, and are channels for want of rows "
                    + "(--ignore \(names[0]) leaves one out).")
        }
    }

    /// Whether a column that is called quality alone holds what people give for it: whole numbers up to ten, four at least that differ,
    /// none of which stands in most rows. Marks of quality are mostly one.
    func isRating(_ column: Int) -> Bool {
        guard ColumnNames.plain(form.names[column]) == "quality" else { return false }
        let values = facts[column].numbers(form.numbers[column])
        var counts: [Double: Int] = [:]
        for value in values { counts[value, default: 0] += 1 }
        return counts.count >= 4 && values.allSatisfy { (0...10).contains($0) }
            && (counts.values.max() ?? 0) * 2 <= values.count
    }

    private func isFlag(_ column: Int) -> Bool {
        guard facts[column].isNumeric else { return false }
        let values = facts[column].numbers(form.numbers[column])
        return values.count == facts[column].present.count && values.allSatisfy { $0 == $0.rounded() && abs($0) < 10 }
            && values.count { $0 == 0 } * 2 > values.count
    }

    private func isMeasured(_ column: Int) -> Bool {
        guard form.roles[column] == .none, facts[column].isNumeric else { return false }
        let values = facts[column].numbers(form.numbers[column])
        return values.contains { $0 != $0.rounded() } || Set(values).count > 20
    }
}
