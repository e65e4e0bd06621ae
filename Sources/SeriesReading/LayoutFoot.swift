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
        var count = 0
        for record in tail.reversed() {
            let fit = fit(record, looks)
            let isEmpty = record.fields.count == layout.width && record.fields.allSatisfy { FieldLook(slice($0)) == .gap }
            let isCut =
                count == 0 && record.end == bytes.count && bytes.last.map { $0 != 0x0A && $0 != 0x0D } == true
                && record.fields.count < layout.width && fit.fitting < fit.typed
            let isNote = fit.fitting == 0 && !isEmpty && record.fields.count != layout.width
            let isSum = record.fields.first.map { Self.sums.contains(text($0).lowercased().filter(\.isLetter)) } ?? false
            guard isNote || isCut || isSum && looks[0] != .text else { break }
            count += 1
        }
        guard count > 0, count < tail.count, count <= 20 else { return }
        let first = tail[tail.count - count]
        layout.end = first.start
        let begin = String(text(first.fields[0]).prefix(40))
        layout.notices.append(
            count == 1
                ? "The last line is no row of the table and is left out: \(begin)."
                : "The last \(count) lines are no rows of the table and are left out: \(begin) ...")
    }
}
