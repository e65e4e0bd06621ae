import TimeSeries

/// Remarks above the rows, and texts that hold no one table.
extension LayoutFinder {
    // MARK: Above the table

    /// What a first line `sep=;` says.
    func separator() -> UInt8? {
        let head = Array(bytes.prefix(12))
        let start = head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard head.count > start + 4, String(decoding: head[start..<start + 4], as: UTF8.self).lowercased() == "sep=" else {
            return nil
        }
        return head[start + 4]
    }

    /// A remark, without its mark.
    typealias Comment = (range: Range<Int>, line: Int)

    /// The most remarks among which the header is looked for.
    private static let mostComments = 64
    private static let mark = UInt8(ascii: "#")

    /// Passes over a line that names the delimiter and over remarks.
    /// - Returns: where the rest begins, and the last remarks that say something.
    func passComments(_ layout: inout TableLayout) -> (top: (offset: Int, line: Int), comments: [Comment]) {
        var offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var (line, comments) = (1, 0)
        var last: [Comment] = []
        if separator() != nil {
            layout.notices.append("Line 1 names the delimiter and is left out.")
            (offset, line) = (lineEnd(offset).next, 2)
        }
        guard let sign = remarkSign(at: offset) else { return ((offset, line), []) }
        while offset < bytes.count, bytes[offset] == sign {
            let (end, next) = lineEnd(offset)
            if bytes[offset..<end].contains(where: { $0 != sign && $0 != 0x20 && $0 != 0x09 }) {
                last.append((offset + 1..<end, line))
                if last.count > Self.mostComments { last.removeFirst() }
            }
            (offset, line, comments) = (next, line + 1, comments + 1)
        }
        layout.hasRemarks = sign == Self.mark
        let shown = String(UnicodeScalar(sign))
        let notice =
            comments == 1
            ? "A line that begins with \(shown) is left out." : "\(comments) lines that begin with \(shown) are left out."
        layout.remarksNotice = notice
        layout.notices.append(notice)
        return ((offset, line), last)
    }

    /// The sign with which remarks begin that stand here: `#`, or another that the line below them does not have.
    private func remarkSign(at start: Int) -> UInt8? {
        guard start < bytes.count else { return nil }
        let sign = bytes[start]
        if sign == Self.mark { return sign }
        guard ";%!".utf8.contains(sign), sign != options.delimiter else { return nil }
        var offset = start
        while offset < bytes.count, bytes[offset] == sign || bytes[offset] == 0x0A || bytes[offset] == 0x0D {
            offset = lineEnd(offset).next
        }
        return offset < bytes.count && !bytes[offset..<lineEnd(offset).end].contains(sign) ? sign : nil
    }

    /// The signs of which lines are drawn: `#`, `-`, `=`, `_`, `*` and `~`.
    static let signsOfRules: [UInt8] = [0x23, 0x2D, 0x3D, 0x5F, 0x2A, 0x7E]

    /// Whether a remark is a line drawn with signs.
    func isDrawn(_ range: Range<Int>) -> Bool {
        let drawn = bytes[range].filter { $0 > 0x20 }
        return drawn.count > 3 && drawn.allSatisfy(Self.signsOfRules.contains)
    }

    /// The records but for remarks below the header: lines that begin with `#` and have not as many fields as rows.
    func withoutRemarks(_ records: [Record], _ looks: [FieldLook], _ layout: inout TableLayout) -> [Record] {
        func isRemark(_ record: Record) -> Bool { record.fields.first.map { slice($0).first == Self.mark } == true }
        let header = records.firstIndex { record in
            !isRemark(record) && record.fields.count == layout.width && isOfWords(record, looks)
        }
        guard let header else { return records }
        let rest = records[(header + 1)...].filter { record in
            !isRemark(record) || record.fields.count == layout.width && layout.width > 1
                || holdsNumbers(record) && layout.width == 1
        }
        guard rest.count < records.count - header - 1 else { return records }
        layout.hasRemarks = true
        layout.notices.append("Lines that begin with # below line \(records[header].line) are left out.")
        return Array(records[...header]) + rest
    }

    /// Begins the rows behind remarks.
    func passRemarks(_ layout: inout TableLayout) {
        guard layout.hasRemarks else { return }
        var (offset, line) = (layout.start, layout.startLine)
        while offset < bytes.count, [Self.mark, 0x0A, 0x0D].contains(bytes[offset]) {
            if bytes[offset] == Self.mark { (layout.start, layout.startLine) = (lineEnd(offset).next, line + 1) }
            (offset, line) = (lineEnd(offset).next, line + 1)
        }
    }

    // MARK: Texts of no one table

    /// - Parameter lines: the first ones, divided by blanks.
    /// - Throws: where no delimiter makes a table of a text: `SeriesError.severalLayouts` where its lines hold numbers for the most part
    ///   between blanks, not as many in one as in the next, and `SeriesError.foreign` where they hold several words and nothing of
    ///   them is asked for.
    func refuseSeveralLayouts(
        _ lines: [Record], from top: (offset: Int, line: Int), _ records: [Record], _ look: FieldLook
    ) throws(SeriesError) {
        try refuseSeveralLayouts(lines)
        // Notes may fill the beginning.
        let middle = lineEnd(bytes.count / 2).next
        if middle > top.offset {
            let place = (middle, top.line + bytes[top.offset..<middle].count { $0 == 0x0A })
            let lines = try? self.records(from: place, TableLayout.blanks, most: Self.inspected, isTrial: true)
            try refuseSeveralLayouts(lines ?? [])
        }
        let sentences = records.count { record in record.fields.contains { slice($0).contains(0x20) } }
        guard look == .text, options.headerLine == nil, options.columns.isEmpty, options.taken.isEmpty,
            sentences * 2 > records.count
        else { return }
        throw .foreign(
            file: file,
            kind:
                "text whose lines make no table, whether commas, semicolons, tabs, bars or blanks are taken to stand between fields",
            remedy: "copy the lines of one table to a file of its own, or name what stands between its fields (--delimiter)")
    }

    private func refuseSeveralLayouts(_ lines: [Record]) throws(SeriesError) {
        guard lines.count > 3 else { return }
        let ofNumbers = lines.count { line in line.fields.count { FieldLook(slice($0)) == .number } * 2 > line.fields.count }
        guard ofNumbers * 2 > lines.count, let other = lines.first(where: { $0.fields.count != lines[0].fields.count }) else {
            return
        }
        throw severalLayouts(lines[0], other)
    }

    /// - Throws: `SeriesError.severalLayouts` where records that are no rows stand among the rows and not half of all records are rows,
    ///   but of two more layouts at least.
    func refuseOtherLayouts(_ records: [Record], _ layout: TableLayout) throws(SeriesError) {
        func isOther(_ record: Record) -> Bool {
            !mayBeRow(record, layout) && !(layout.hasRemarks && bytes[record.fields[0].start] == Self.mark)
        }
        let among = records.filter { $0.start >= layout.start && $0.start < layout.end }
        if layout.delimiter == TableLayout.blanks, layout.headerLine == nil { try refuseNamedNumbers(among) }
        guard let row = among.first(where: { !isOther($0) }), let other = among.first(where: isOther),
            among.count(where: { !isOther($0) }) * 2 <= records.count, Set(records.map(\.fields.count)).count > 2
        else { return }
        throw severalLayouts(row, other)
    }

    /// - Throws: `SeriesError.severalLayouts` where more lines of several numbers and nothing else stand above the first row of a table
    ///   without names than from there on: they are rows as well.
    func refuseRowsAbove(_ first: Int, _ records: [Record]) throws(SeriesError) {
        func isOfNumbers(_ record: Record) -> Bool {
            record.fields.count > 2
                && record.fields.allSatisfy { FieldLook(slice($0)) == .number || FieldLook(slice($0)) == .gap }
        }
        guard first < records.count, records[..<first].count(where: isOfNumbers) * 2 > records.count else { return }
        throw severalLayouts(records[0], records[first])
    }

    /// - Throws: `SeriesError.foreign` where lines are drawn at several places between lines of a name and a number, nearly all names
    /// different, as in a report of sections.
    func refuseReport(_ records: [Record], from top: (offset: Int, line: Int)) throws(SeriesError) {
        guard options.delimiter == nil, options.headerLine == nil, records.count(where: { isRule($0, 2) }) > 2 else { return }
        for delimiter in TableLayout.delimiters + [UInt8(ascii: ":"), UInt8(ascii: "=")] {
            let lines = (try? self.records(from: top, delimiter, most: Self.inspected, isTrial: true)) ?? []
            let named = lines.indices.filter { index in
                let fields = lines[index].fields
                return fields.count == 2 && FieldLook(slice(fields[0])) == .text && FieldLook(slice(fields[1])) != .time
            }
            let numbers = named.count { FieldLook(slice(lines[$0].fields[1])).isNumber }
            guard let last = named.last, lines[..<last].count(where: { isRule($0, 2) }) > 2, numbers > 3,
                numbers * 2 > named.count,
                Set(named.map { text(lines[$0].fields[0]) }).count * 4 >= named.count * 3
            else { continue }
            throw .foreign(
                file: file, kind: "a report of sections with names and numbers, which is no table",
                remedy: "write the numbers of one time in one row, with their names in a header")
        }
    }

    /// - Throws: `SeriesError.foreign` where records, in which blanks divide fields, have a number and then words, not as many in one
    ///   as in the next.
    func refuseNamedNumbers(_ records: [Record]) throws(SeriesError) {
        guard options.delimiter == nil, records.count > 5 else { return }
        let named = records.filter { record in
            record.fields.count > 1 && FieldLook(slice(record.fields[0])) == .number
                && record.fields.dropFirst().allSatisfy { FieldLook(slice($0)) == .text }
        }
        guard named.count * 10 >= records.count * 8, Set(named.map(\.fields.count)).count > 2,
            Set(named.map { record in record.fields.dropFirst().map { Array(slice($0)) } }).count > 2
        else { return }
        throw .foreign(
            file: file, kind: "lines of one number and its name each, which is no table",
            remedy: "write the numbers of one time in one row, with their names in a header")
    }

    private func severalLayouts(_ one: Record, _ other: Record) -> SeriesError {
        .severalLayouts(
            file: file, line: one.line, count: one.fields.count, otherLine: other.line, otherCount: other.fields.count)
    }
}
