/// What stands under a table.
extension LayoutFinder {
    /// What stands before sums of columns.
    private static let sums: Set<String> = [
        "total", "totals", "sum", "mean", "average", "avg", "max", "min", "summe", "gesamt", "mittel", "mittelwert", "somme",
        "moyenne",
    ]

    /// The most bytes at the end that are looked at for what stands under the table.
    private static let foot = 8192

    /// Finds what stands under the table: lines at the end in which no field holds what its column does, and a last line that was
    /// cut off.
    func findEnd(_ looks: [FieldLook], _ layout: inout TableLayout) {
        guard looks.contains(where: { $0 != .text && $0 != .gap }), layout.width > 1 else { return }
        var from = max(layout.start, bytes.count - Self.foot)
        if from > layout.start { from = lineEnd(from).next }
        guard let tail = try? records(from: (from, 1), layout.delimiter, most: .max), tail.count > 1 else { return }
        var count = isSum(tail, looks, layout) ? 1 : 0
        for record in tail.dropLast(count).reversed() {
            let fit = fit(record, looks)
            let isEmpty = record.fields.count == layout.rowWidth && record.fields.allSatisfy { FieldLook(slice($0)) == .gap }
            let isCut =
                count == 0 && record.end == bytes.count && bytes.last.map { $0 != 0x0A && $0 != 0x0D } == true
                && record.fields.count < layout.rowWidth && fit.fitting < fit.typed
            // A sentence may hold a number where one is looked for.
            let words = looks.indices.count {
                looks[$0].isNumber && $0 < record.fields.count && FieldLook(slice(record.fields[$0])) == .text
            }
            // The number that marks what is missing may stand alone above notes.
            let isAlone = count > 0 && record.fields.count == 1 && layout.rowWidth > 3
            let isNote = isAlone || fit.fitting * 2 <= words && !isEmpty && record.fields.count != layout.rowWidth
            let isSum = record.fields.first.map { Self.sums.contains(text($0).lowercased().filter(\.isLetter)) } ?? false
            guard isNote || isCut || isSum && looks[0] != .text else { break }
            count += 1
        }
        guard count > 0, count < tail.count, count <= 20 else { return }
        let first = tail[tail.count - count]
        layout.end = first.start
        if count == 1, isSum(tail, looks, layout) {
            layout.notices.append("The last line sums up the rows above and is left out: \(text(first.fields[0])).")
            return
        }
        let begin = String(text(first.fields[0]).prefix(40))
        layout.notices.append(
            count == 1
                ? "The last line is no row of the table and is left out: \(begin)."
                : "The last \(count) lines are no rows of the table and are left out: \(begin) ...")
    }

    /// The fewest rows of which a sum is no chance.
    private static let fewestSummed = 5

    /// Whether the last record is the sum of all rows of a small table, column by column but for the first: whatever it is called.
    private func isSum(_ tail: [Record], _ looks: [FieldLook], _ layout: TableLayout) -> Bool {
        guard let last = tail.last, tail.count > Self.fewestSummed, tail[0].start <= layout.start, looks.count > 1,
            tail.allSatisfy({ $0.fields.count == looks.count })
        else { return false }
        var sums = 0
        for column in looks.indices.dropFirst() where looks[column] == .number {
            let values = tail.map { NumberParser.double(slice($0.fields[column]), decimalComma: false) ?? 0 }
            let (sum, most) = (values.dropLast().reduce(0, +), values.dropLast().map(abs).max() ?? 0)
            guard abs(sum - values[values.count - 1]) <= 1e-6 * max(1, abs(sum)) else { return false }
            if abs(sum) > 2 * most, most > 0 { sums += 1 }
        }
        return sums > 0 && looks[0] != .time && !slice(last.fields[0]).isEmpty
    }
}
