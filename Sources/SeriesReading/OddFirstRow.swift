import TimeSeries

/// A first row whose time is written otherwise than that of all others.
extension TableDecision {
    /// Leaves out a first row whose time is written otherwise than that of all rows behind it, as a quote of the day is.
    mutating func leaveOutOddFirstRow() {
        let columns = form.timeColumns.isEmpty ? form.plainTimeColumn.map { [$0] } ?? [] : form.timeColumns
        guard let first = columns.first, sample.rowCount > 4, !sample.columns[first][0].isEmpty, localTimes[0] == nil,
            (1...4).allSatisfy({ localTimes[$0] != nil })
        else { return }
        var scanner = CSVScanner(bytes: bytes, delimiter: form.layout.delimiter)
        scanner.jump(to: form.layout.start, line: form.layout.startLine)
        var fields: [CSVScanner.Field] = []
        guard (try? scanner.next(into: &fields, file: file)) == true else { return }
        let text = String(decoding: sample.columns[first][0].prefix(40), as: UTF8.self)
        tell("Line \(scanner.recordLine) is left out: its time is written otherwise than all others (\(printable(text))).")
        (form.layout.start, form.layout.startLine) = (scanner.position, scanner.line)
    }

    /// The time of all rows but the first, which is written in a way of its own, as where it lacks the seconds: it is left out.
    func behindFirst(_ column: Int) -> TimeCandidate? {
        let fields = sample.columns[column]
        guard fields.count > 4, form.layout.headerLine == nil, FieldLook(fields[0]) == .time else { return nil }
        let rest = fields.dropFirst().filter { FieldLook($0) == .time }
        let notations = TimeNotation.guesses(rest.map { Array($0) } + furtherTimes.map { Array($0.utf8) })
        guard notations.count == 1, notations[0].instant(fields[0]) == nil else { return nil }
        return TimeCandidate(columns: [column], notations: notations)
    }
}
