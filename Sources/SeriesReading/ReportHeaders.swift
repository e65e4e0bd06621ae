import TimeSeries

/// Headers that begin with a clock or a count, as those of reports do that a program writes again and again, and what stands above them.
extension LayoutFinder {
    /// Whether a record has a word in all columns of numbers but perhaps the first, two at least, and fits the rows in what stands in
    /// front of them: it names columns at some time, or counts with the rows.
    func isReportHeader(_ record: Record, _ looks: [FieldLook]) -> Bool {
        guard record.fields.count == looks.count, leadingFields(record, looks) > 0 else { return false }
        let words = record.fields.indices.dropFirst().filter { looks[$0].isNumber }.map { slice(record.fields[$0]) }
        return words.count > 1
            && words.allSatisfy { FieldLook($0) == .text && CSVReader.label($0, decimalComma: false) == nil }
            && Set(words.map { Array($0) }).count == words.count
            && record.fields.dropFirst(leadingFields(record, looks)).allSatisfy { FieldLook(slice($0)) == .text }
    }

    /// How many fields a record begins with that are such as rows begin with: a number or a time, and perhaps the half of a day.
    func leadingFields(_ record: Record, _ looks: [FieldLook]) -> Int {
        guard let first = record.fields.first, let look = looks.first, look == .number || look == .time,
            FieldLook(slice(first)) == look
        else { return 0 }
        return record.fields.count > 1 && look == .time && Self.isHalf(slice(record.fields[1])) ? 2 : 1
    }

    static func isHalf(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        ["am", "pm"].contains(String(decoding: field.prefix(3), as: UTF8.self).lowercased())
    }

    /// The header as it comes again: without the fields that are others each time, and how many those are.
    func reportHeader(_ records: [Record], _ looks: [FieldLook], _ layout: TableLayout) -> TableLayout.RepeatedHeader? {
        guard let line = layout.headerLine, let header = records.first(where: { $0.line == line }), isReportHeader(header, looks)
        else { return nil }
        let count = leadingFields(header, looks)
        var rest = bytes[header.fields[count - 1].end..<header.end]
        while rest.last.map({ $0 <= 0x20 }) == true { rest.removeLast() }
        return rest.contains(0x0A) || rest.contains(0x0D) ? nil : TableLayout.RepeatedHeader(skipped: count, rest: Array(rest))
    }

    /// Whether lines that are no rows stand above the lines of the header where these come again, as dates do above those of a report.
    func standsAboveRepeats(_ records: [Record], _ layout: TableLayout) -> Bool {
        guard !layout.repeats.isEmpty else { return false }
        let heads = records.adjacentPairs().filter { above, record in
            above.start >= layout.start && above.fields.count != layout.rowWidth && layout.repeats.contains(trimmed(record))
        }
        return heads.contains { !layout.repeats.contains(trimmed($0.0)) }
    }

    /// The bytes of a record without the blanks around them.
    func trimmed(_ record: Record) -> [UInt8] {
        var line = bytes[record.start..<record.end]
        line = line.drop { $0 <= 0x20 }
        while line.last.map({ $0 <= 0x20 }) == true { line.removeLast() }
        return Array(line)
    }

    // MARK: Rows of another layout above

    /// Leaves out rows without names that stand above all others and have two fields less at least: which columns they lack cannot be
    /// told.
    func passNarrowRows(_ records: [Record], _ layout: inout TableLayout) {
        guard layout.headerLine == nil, layout.delimiter != TableLayout.blanks else { return }
        let rows = records.filter { $0.start >= layout.start }
        guard let first = rows.firstIndex(where: { $0.fields.count == layout.rowWidth }), first > 0,
            rows[first...].allSatisfy({ $0.fields.count == layout.rowWidth }), rows.count > 2 * first || rows.count - first > 2,
            rows[..<first].allSatisfy({ $0.fields.count + 2 <= layout.rowWidth }), let top = rows.first
        else { return }
        let last = rows[first - 1]
        layout.notices.append(
            "Line\(first == 1 ? " \(top.line) has" : "s \(top.line) to \(last.line) have") fewer fields (\(last.fields.count)) than the "
                + "rows below (\(layout.rowWidth)) and \(first == 1 ? "is" : "are") left out, since columns have no names by which to "
                + "tell which are missing.")
        (layout.start, layout.startLine) = (rows[first].start, rows[first].line)
    }
}

extension TableLayout {
    /// A header that comes again between rows with other fields in front.
    struct RepeatedHeader: Sendable, Equatable {
        var skipped: Int
        var rest: [UInt8]
    }
}
