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
    /// - Returns: also what is in its columns at the first look.
    /// - Throws: `SeriesError.empty`, and what is wrong with quotes.
    func find() throws(SeriesError) -> (layout: TableLayout, looks: [FieldLook]) {
        var layout = TableLayout()
        let (top, comment) = passComments(&layout)
        layout.delimiter = try delimiter(from: top, named: layout.delimiter == 0 ? nil : separator())
        let records = try records(from: top, layout.delimiter, most: Self.inspected)
        guard !records.isEmpty else { throw .empty(file: file) }
        layout.width = Self.width(records)
        let looks = looks(records, layout.width)
        try place(records, looks, comment, &layout)
        if layout.start >= bytes.count { throw .empty(file: file) }
        layout.end = bytes.count
        if isWhole { findEnd(looks, &layout) }
        return (layout, looks)
    }

    // MARK: Above the table

    /// What a first line `sep=;` says.
    private func separator() -> UInt8? {
        let head = Array(bytes.prefix(12))
        let start = head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard head.count > start + 4, String(decoding: head[start..<start + 4], as: UTF8.self).lowercased() == "sep=" else {
            return nil
        }
        return head[start + 4]
    }

    /// Passes over a line that names the delimiter and over lines that begin with `#`.
    /// - Returns: where the rest begins, and the last such line without its mark.
    private func passComments(_ layout: inout TableLayout) -> (
        top: (offset: Int, line: Int), comment: (range: Range<Int>, line: Int)?
    ) {
        var offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var (line, comments) = (1, 0)
        var last: (Range<Int>, Int)?
        if separator() != nil {
            layout.notices.append("Line 1 names the delimiter and is left out.")
            (offset, line) = (lineEnd(offset).next, 2)
        }
        while offset < bytes.count, bytes[offset] == UInt8(ascii: "#") {
            let (end, next) = lineEnd(offset)
            last = (offset + 1..<end, line)
            (offset, line, comments) = (next, line + 1, comments + 1)
        }
        layout.hasComments = comments > 0
        if comments > 0 {
            layout.notices.append(
                comments == 1 ? "A line that begins with # is left out." : "\(comments) lines that begin with # are left out.")
        }
        return ((offset, line), last)
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

    /// The commonest number of fields in the second half of the records; of several the commonest in all, and the largest.
    private static func width(_ records: [Record]) -> Int {
        var (late, all): ([Int: Int], [Int: Int]) = ([:], [:])
        for (index, record) in records.enumerated() {
            all[record.fields.count, default: 0] += 1
            if index >= records.count / 2 { late[record.fields.count, default: 0] += 1 }
        }
        return late.max { ($0.value, all[$0.key] ?? 0, $0.key) < ($1.value, all[$1.key] ?? 0, $1.key) }?.key ?? 1
    }

    /// What stands between fields: what `named` says, else of those that split nine in ten rows alike the one in whose columns
    /// most are numbers and times, else blanks, else a comma.
    private func delimiter(from top: (offset: Int, line: Int), named: UInt8?) throws(SeriesError) -> UInt8 {
        if let named { return named }
        if let wanted = options.delimiter { return wanted }
        var best: (delimiter: UInt8, share: Double)?
        for delimiter in TableLayout.delimiters {
            guard let share = share(from: top, delimiter) else { continue }
            if share > best?.share ?? -1 { best = (delimiter, share) }
        }
        if let best { return best.delimiter }
        return share(from: top, TableLayout.blanks) == nil ? UInt8(ascii: ",") : TableLayout.blanks
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

    // MARK: The header

    /// Whether a record has a word where all rows have a time: it is no row, whatever else it holds.
    func lacksTime(_ record: Record, _ looks: [FieldLook]) -> Bool {
        let times = looks.indices.filter { looks[$0] == .time && $0 < record.fields.count }.map {
            FieldLook(slice(record.fields[$0]))
        }
        return !times.isEmpty && times.allSatisfy { $0 == .text }
    }

    /// Whether a record holds nothing in all columns of numbers and times, or a word that is a label, as a row may.
    private func holdsGaps(_ record: Record, _ looks: [FieldLook]) -> Bool {
        looks.indices.allSatisfy { column in
            guard looks[column] != .text, looks[column] != .gap, column < record.fields.count else { return true }
            // Labels may be words in one row and 0 or 1 in another.
            let field = slice(record.fields[column])
            return FieldLook(field) == .gap || CSVReader.label(field, decimalComma: false) != nil && FieldLook(field) == .text
        }
    }

    /// Whether a record holds a number, as no line of units does.
    private func holdsNumbers(_ record: Record) -> Bool { record.fields.contains { FieldLook(slice($0)) == .number } }

    /// Whether a record holds text in a column of numbers.
    private func namesNumbers(_ record: Record, _ looks: [FieldLook]) -> Bool {
        looks.indices.contains { looks[$0].isNumber && $0 < record.fields.count && FieldLook(slice(record.fields[$0])) == .text }
    }

    /// How many fields of a record hold what their columns do, gaps not counted, and how many columns hold something.
    func fit(_ record: Record, _ looks: [FieldLook]) -> (fitting: Int, typed: Int) {
        var (fitting, typed) = (0, 0)
        for (column, look) in looks.enumerated() where look != .text && look != .gap {
            typed += 1
            guard column < record.fields.count else { continue }
            if FieldLook(slice(record.fields[column])).fits(look) { fitting += 1 }
        }
        return (fitting, typed)
    }

    /// Finds the header and the first row.
    private func place(
        _ records: [Record], _ looks: [FieldLook], _ comment: (range: Range<Int>, line: Int)?, _ layout: inout TableLayout
    ) throws(SeriesError) {
        if let wanted = options.headerLine { return try place(header: wanted, records, looks, &layout) }
        let fits = records.map { fit($0, looks) }
        let typed = fits[0].typed
        // Without numbers and times the first line is the header, as far as one can tell.
        let isName = records.map {
            lacksTime($0, looks) && ($0.fields.count < layout.width || namesNumbers($0, looks) || $0.line == 1)
        }
        guard typed > 0, let first = fits.indices.first(where: { fits[$0].fitting * 2 > typed && !isName[$0] }) else {
            return use(headers: [records[0]], records, &layout)
        }
        let above = records[..<first]
        // The header is the first of the lines right above that are as wide as the table, save those with hardly a name.
        let wide = above.indices.filter {
            isWide(records[$0], layout) && (fits[$0].fitting == 0 && !holdsGaps(records[$0], looks) || isName[$0])
        }
        if let last = wide.last {
            var start = last
            while wide.contains(start - 1) { start -= 1 }
            // So many lines are no units: they are names with values, as wide as the table.
            if last - start >= Self.mostHeaderLines { return begin(below: last, records, &layout) }
            let headers = (start...last).filter { isHeader(records[$0], layout) }
            if let header = headers.first(where: { records[$0].fields.count >= layout.width }) ?? headers.first {
                var end = header
                while end < last, !holdsNumbers(records[end + 1]) { end += 1 }
                return use(headers: Array(records[header...end]), records, &layout)
            }
        }
        if let comment, useComment(comment, records[first], &layout) { return }
        let start = above.lastIndex { $0.fields.count != layout.width }.map { $0 + 1 } ?? 0
        let rows = Array(records[start...])
        if isCounting(rows) || areYears(rows) {
            layout.isAcross = !isCounting(rows)
            return use(headers: [records[start]], records, &layout)
        }
        begin(below: start - 1, records, &layout)
    }

    /// The most lines that a header has with its units and kinds.
    private static let mostHeaderLines = 4

    /// Takes the rows behind a record, without a header.
    private func begin(below last: Int, _ records: [Record], _ layout: inout TableLayout) {
        tell(above: records[..<(last + 1)], &layout)
        begin(at: records[last + 1], &layout)
        layout.names = Array(repeating: "", count: layout.width)
    }

    /// Whether a record has as many fields as rows have, one more that holds nothing, or one less, as R writes.
    private func isWide(_ record: Record, _ layout: TableLayout) -> Bool {
        let count = record.fields.count
        return count == layout.width || count == layout.width + 1 && record.fields.last.map { $0.start == $0.end } == true
            || count == layout.width - 1 && count > 1 && record.fields.allSatisfy { $0.start < $0.end }
    }

    /// Whether at least half of a record's fields hold something.
    private func isHeader(_ record: Record, _ layout: TableLayout) -> Bool {
        let named = record.fields.count { $0.start < $0.end }
        return named > 0 && named * 2 >= min(record.fields.count, layout.width)
    }

    private func use(headers: [Record], _ records: [Record], _ layout: inout TableLayout) {
        guard let header = headers.first, let last = headers.last else { return }
        tell(above: records.prefix { $0.line < header.line }, &layout)
        layout.headerLine = header.line
        layout.names = names(header, records, &layout)
        layout.below = headers.dropFirst().map { record in record.fields.map { text($0) } }
        if let below = headers.dropFirst().first {
            let lines =
                below.line == last.line ? "Line \(below.line), which holds" : "Lines \(below.line) to \(last.line), which hold"
            layout.notices.append("\(lines) units or kinds, \(below.line == last.line ? "is" : "are") left out.")
        }
        (layout.start, layout.startLine) = (last.end, last.endLine)
    }

    func text(_ field: CSVScanner.Field) -> String {
        printable(CSVScanner(bytes: bytes, delimiter: 0).text(field))
    }

    /// The names in a header, one a column; a header that is one short has none for the column of row names.
    private func names(_ header: Record, _ records: [Record], _ layout: inout TableLayout) -> [String] {
        var names = header.fields.map { text($0) }
        let body = records.filter { $0.line > header.line && $0.fields.count == layout.width }
        if names.count == layout.width - 1 {
            let isEmptyAtEnd = body.allSatisfy { $0.fields[layout.width - 1].start == $0.fields[layout.width - 1].end }
            layout.hasRowNames = !isEmptyAtEnd
            names.insert("", at: isEmptyAtEnd ? names.count : 0)
        }
        return Array(names.prefix(layout.width)) + Array(repeating: "", count: max(0, layout.width - names.count))
    }

    /// Takes the last line of remarks for the header where it has as many names as rows have fields.
    private func useComment(_ comment: (range: Range<Int>, line: Int), _ row: Record, _ layout: inout TableLayout) -> Bool {
        var scanner = CSVScanner(bytes: UnsafeBufferPointer(rebasing: bytes[comment.range]), delimiter: layout.delimiter)
        var fields: [CSVScanner.Field] = []
        guard (try? scanner.next(into: &fields, file: file)) == true, fields.count == layout.width,
            !fields.contains(where: { FieldLook(scanner.slice($0)).isNumber })
        else { return false }
        layout.names = fields.map { printable(scanner.text($0)) }
        layout.headerLine = comment.line
        layout.notices = layout.notices.filter { !$0.contains("#") }
        if comment.line > 1 {
            layout.notices.append("Lines above the header in line \(comment.line) are left out.")
        }
        begin(at: row, &layout)
        return true
    }

    private func begin(at row: Record, _ layout: inout TableLayout) { (layout.start, layout.startLine) = (row.start, row.line) }

    private func tell(above records: ArraySlice<Record>, _ layout: inout TableLayout) {
        guard let first = records.first, let last = records.last else { return }
        let begin = String(text(first.fields[0]).prefix(40))
        layout.notices.append(
            records.count == 1
                ? "Line \(first.line) stands above the table and is left out: \(begin)."
                : "Lines \(first.line) to \(last.line) stand above the table and are left out: \(begin) ...")
    }

    /// Whether the first record counts up from 0 or 1 and the rows do not: then it holds names.
    private func isCounting(_ records: [Record]) -> Bool {
        func numbers(_ record: Record) -> [Int]? {
            let fields = record.fields.first.map { $0.start == $0.end } == true ? record.fields.dropFirst() : record.fields[...]
            let found = fields.map { Int(text($0)) }
            return found.allSatisfy { $0 != nil } ? found.compactMap { $0 } : nil
        }
        guard records.count > 1, let first = numbers(records[0]), first.count > 1, let begin = first.first,
            begin == 0 || begin == 1 && first.count > 2, zip(first, first.dropFirst()).allSatisfy({ $1 == $0 + 1 })
        else { return false }
        return !records.dropFirst().prefix(5).contains { record in
            numbers(record).map { zip($0, $0.dropFirst()).allSatisfy { $1 == $0 + 1 } } ?? false
        }
    }

    /// Whether the first record holds years that rise, behind a name or nothing, and the rows do not.
    private func areYears(_ records: [Record]) -> Bool {
        func areYears(_ record: Record) -> Bool {
            let years = record.fields.dropFirst().compactMap { Int(text($0)) }
            return years.count > 2 && years.count * 3 >= record.fields.dropFirst().count * 2
                && years.allSatisfy { (1000...2200).contains($0) } && zip(years, years.dropFirst()).allSatisfy { $0 < $1 }
        }
        guard records.count > 1, let first = records[0].fields.first, FieldLook(slice(first)) == .text || first.start == first.end
        else { return false }
        return areYears(records[0]) && !areYears(records[1])
    }

    /// Puts the header on a line that was asked for; 0 says that there is none.
    private func place(header line: Int, _ records: [Record], _ looks: [FieldLook], _ layout: inout TableLayout)
        throws(SeriesError)
    {
        guard line > 0 else {
            layout.names = Array(repeating: "", count: layout.width)
            return begin(at: records[0], &layout)
        }
        guard let index = records.firstIndex(where: { $0.line == line }) else {
            throw .noHeaderLine(file: file, line: line, last: records.last?.line ?? 1)
        }
        var last = index
        while last + 1 < records.count, fit(records[last + 1], looks).fitting == 0, fit(records[last + 1], looks).typed > 0 {
            last += 1
        }
        use(headers: Array(records[index...last]), records, &layout)
    }
}
