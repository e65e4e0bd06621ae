import TimeSeries

extension LayoutFinder {
    /// The fewest numbers that count on behind a name and are names for that.
    private static let fewestNumbers = 4

    /// Whether the first record holds names and, behind them, numbers that count on from 0 or 1 to its end, and none of the rows below it
    /// does: then it holds names throughout.
    func countsBehindNames(_ records: [Record]) -> Bool {
        func counts(_ record: Record) -> Bool {
            let fields = record.fields.prefix(through: record.fields.lastIndex { $0.start < $0.end } ?? record.fields.startIndex)
            let numbers = fields.drop { FieldLook(slice($0)) == .text }.map { Int(text($0)) }
            guard numbers.count >= Self.fewestNumbers, numbers.count < fields.count, let first = numbers.first,
                first == 0 || first == 1
            else { return false }
            return numbers.indices.allSatisfy { numbers[$0] == (first ?? 0) + $0 }
        }
        guard records.count > 1, !records[0].fields.isEmpty else { return false }
        return counts(records[0]) && !records[1...].prefix(5).contains(where: counts)
    }
}

extension TableDecision {
    /// - Throws: `SeriesError.foreign` where the numbers of the months stand in the header behind other names and no column tells a time,
    ///   so that a row is a series.
    func refuseMonthsAcross() throws(SeriesError) {
        guard !form.hasTime, given == nil, options.headerLine == nil, options.columns.isEmpty, let line = form.layout.headerLine
        else { return }
        let names = form.layout.names
        let numbers = names.drop { Int($0) == nil }
        let months = numbers.prefix(12).compactMap { Int($0) }
        guard numbers.count < names.count, months == Array(1...12), numbers.dropFirst(12).allSatisfy(\.isEmpty) else { return }
        throw .foreign(
            file: file, kind: "a table with months, 1 to 12, in its header, so that a row is a series",
            remedy: "turn the table round, so that each row has a month, or read it as it is with --header-line \(line)")
    }
}
