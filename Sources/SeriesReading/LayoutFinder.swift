import TimeSeries

/// Looks for the table in the first lines of a text.
struct LayoutFinder {
    /// A record with the line that it begins on.
    struct Record {
        let fields: [CSVScanner.Field]
        let line: Int
        let start: Int
        let end: Int
        let endLine: Int
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let file: String
    let options: SeriesReader.Options
    /// Whether nothing comes behind `bytes`.
    let isWhole: Bool

    /// Records that are looked at.
    static let inspected = 200

    /// Finds the table.
    /// - Throws: `SeriesError.empty`, and what is wrong with quotes.
    func find() throws(SeriesError) -> TableLayout {
        var layout = TableLayout()
        let (top, comments) = passComments(&layout)
        layout.delimiter = try delimiter(from: top, named: layout.delimiter == 0 ? nil : separator())
        let all = try records(from: top, layout.delimiter, most: Self.inspected)
        guard !all.isEmpty else { throw .empty(file: file) }
        layout.rowWidth = Self.width(all)
        layout.width = layout.rowWidth
        var looks = looks(all, layout.width)
        if layout.delimiter == TableLayout.blanks, layout.width > 1 {
            layout.width = mostFields(all, layout.width, looks)
            looks += Array(repeating: .number, count: layout.width - looks.count)
        }
        if layout.width == 1, options.delimiter == nil {
            let lines = try records(from: top, TableLayout.blanks, most: Self.inspected, isTrial: true)
            try refuseNamedNumbers(lines)
            if !looks[0].isNumber { try refuseSeveralLayouts(lines, from: top, all, looks[0]) }
        }
        try refuseReport(all, from: top)
        let table = withoutRemarks(all, looks, &layout)
        try place(table, looks, comments, &layout)
        passRemarks(&layout)
        if layout.start >= bytes.count { throw .empty(file: file) }
        layout.repeats = linesAbove(table, looks, layout)
        layout.repeatedHeader = reportHeader(table, looks, layout)
        layout.hasLinesAboveRepeats = standsAboveRepeats(table, layout)
        passNarrowRows(table, &layout)
        layout.end = bytes.count
        if isWhole { findEnd(looks, &layout) }
        try refuseOtherLayouts(table, layout)
        return layout
    }

    func lineEnd(_ start: Int) -> (end: Int, next: Int) {
        var end = start
        while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
        guard end < bytes.count else { return (end, end) }
        return (end, bytes[end] == 0x0D && end + 1 < bytes.count && bytes[end + 1] == 0x0A ? end + 2 : end + 1)
    }

    // MARK: Records

    /// The first records. What is wrong behind the first is told when it is read.
    /// - Parameter isTrial: whether the records before a quote that does not end are enough.
    func records(
        from top: (offset: Int, line: Int), _ delimiter: UInt8, most: Int, isTrial: Bool = false
    ) throws(SeriesError) -> [Record] {
        var scanner = CSVScanner(bytes: bytes, delimiter: delimiter)
        scanner.jump(to: top.offset, line: top.line)
        var fields: [CSVScanner.Field] = []
        var records: [Record] = []
        while records.count < most {
            let before = scanner
            do throws(SeriesError) {
                guard try scanner.next(into: &fields, file: file) else { break }
                records.append(
                    Record(
                        fields: fields, line: scanner.recordLine, start: before.position, end: scanner.position,
                        endLine: scanner.line))
            } catch .unclosedQuote where !isWhole || isTrial {
                if isTrial { break }
                throw .unclosedQuote(file: file, line: before.line)
            } catch {
                // Of a stream it is told, with its place, when the record is read.
                guard !records.isEmpty, options.keyColumn != nil || isTrial else { throw error }
                scanner = before
                scanner.skipLine(endingAt: lineEnd(before.position).end)
            }
        }
        return records
    }

    /// How many fields rows have at most: as many as most have or, where blanks divide them and three records at least have numbers
    /// behind what the others have, up to a half more, as where a value is added some way down.
    private func mostFields(_ records: [Record], _ width: Int, _ looks: [FieldLook]) -> Int {
        let most = records.filter { record in
            let fit = fit(record, looks)
            return record.fields.count > width && record.fields.count * 2 <= width * 3 && fit.fitting == fit.typed
                && record.fields[width...].allSatisfy { FieldLook(slice($0)) == .number }
        }.map(\.fields.count)
        return most.count > 2 ? most.max() ?? width : width
    }

    /// The commonest number of fields in the second half of the records; of several the commonest in all, and the largest.
    static func width(_ records: [Record]) -> Int {
        var (late, all): ([Int: Int], [Int: Int]) = ([:], [:])
        for (index, record) in records.enumerated() {
            all[record.fields.count, default: 0] += 1
            if index >= records.count / 2 { late[record.fields.count, default: 0] += 1 }
        }
        return late.max { ($0.value, all[$0.key] ?? 0, $0.key) < ($1.value, all[$1.key] ?? 0, $1.key) }?.key ?? 1
    }

    /// What stands between fields: what `named` says, else of those that split nine in ten rows alike the one in whose columns
    /// most are numbers and times, else blanks, else a comma. Blanks, too, where they split all lines alike and tabs do not.
    private func delimiter(from top: (offset: Int, line: Int), named: UInt8?) throws(SeriesError) -> UInt8 {
        if let named { return named }
        if let wanted = options.delimiter { return wanted }
        var best: (delimiter: UInt8, share: Double)?
        for delimiter in TableLayout.delimiters {
            guard let share = share(from: top, delimiter) else { continue }
            if share > best?.share ?? -1 { best = (delimiter, share) }
        }
        if let best {
            let isMixed =
                best.delimiter == 0x09 && isEven(from: top, TableLayout.blanks)
                && (!isEven(from: top, 0x09) || holdRuns(from: top, 0x09))
            return isMixed ? TableLayout.blanks : best.delimiter
        }
        return share(from: top, TableLayout.blanks) == nil ? UInt8(ascii: ",") : TableLayout.blanks
    }

    /// Whether a delimiter makes as many fields, and several, of each of the first lines.
    private func isEven(from top: (offset: Int, line: Int), _ delimiter: UInt8) -> Bool {
        guard let records = try? records(from: top, delimiter, most: 40, isTrial: true), let width = records.first?.fields.count
        else { return false }
        return width > 1 && records.allSatisfy { $0.fields.count == width }
    }

    /// Whether in all of the first lines a field that a delimiter makes holds numbers with several blanks between them, which divide
    /// fields then.
    private func holdRuns(from top: (offset: Int, line: Int), _ delimiter: UInt8) -> Bool {
        guard let records = try? records(from: top, delimiter, most: 40, isTrial: true), records.count > 2 else { return false }
        return records.dropFirst().allSatisfy { record in
            record.fields.contains { field in
                let parts = slice(field).split(separator: 0x20, omittingEmptySubsequences: false)
                return parts.contains(where: \.isEmpty)
                    && parts.allSatisfy { $0.isEmpty || FieldLook(UnsafeBufferPointer(rebasing: $0)) == .number }
            }
        }
    }

    /// The share of columns of numbers and times among those that a delimiter makes, less where quotes stand within fields; `nil`
    /// where it makes no columns.
    private func share(from top: (offset: Int, line: Int), _ delimiter: UInt8) -> Double? {
        guard let records = try? records(from: top, delimiter, most: 40, isTrial: true), !records.isEmpty else { return nil }
        let width = Self.width(records)
        guard width > 1, let first = records.firstIndex(where: { $0.fields.count == width }) else { return nil }
        let body = records[first...]
        guard body.count(where: { $0.fields.count == width }) * 10 >= body.count * 7 else { return nil }
        let isTorn = body.contains { $0.fields.contains { !$0.hasEscapes && slice($0).contains(0x22) } }
        let looks = looks(records, width)
        return Double(looks.count { $0 != .text && $0 != .gap }) / Double(width) - (isTorn ? 1 : 0)
    }

    func slice(_ field: CSVScanner.Field) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[field.start..<field.end])
    }

    /// What most fields of each column hold in the second half of the records.
    private func looks(_ records: [Record], _ width: Int) -> [FieldLook] {
        let body = records[(records.count / 2)...].filter { $0.fields.count == width }.prefix(
            max(8, min(60, 12_000 / max(1, width))))
        return (0..<width).map { column in
            var counts: [FieldLook: Int] = [:]
            for record in body { counts[FieldLook(slice(record.fields[column])), default: 0] += 1 }
            counts[.gap] = nil
            let present = counts.values.reduce(0, +)
            let numbers = (counts[.number] ?? 0) + (counts[.decorated] ?? 0)
            if numbers * 2 >= present, numbers > 0 { return (counts[.decorated] ?? 0) > 0 ? .decorated : .number }
            if let times = counts[.time], times * 2 >= present { return .time }
            return present == 0 ? .gap : .text
        }
    }
}
