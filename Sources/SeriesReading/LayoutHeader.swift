import Foundation
import TimeSeries

/// Looks for the header above the rows, and for where they begin.
extension LayoutFinder {
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
    func holdsNumbers(_ record: Record) -> Bool { record.fields.contains { FieldLook(slice($0)) == .number } }

    /// Whether a record holds text in a column of numbers.
    func namesNumbers(_ record: Record, _ looks: [FieldLook]) -> Bool {
        looks.indices.contains { looks[$0].isNumber && $0 < record.fields.count && FieldLook(slice(record.fields[$0])) == .text }
    }

    /// Whether a record holds words where rows hold numbers and times, and no number.
    func isOfWords(_ record: Record, _ looks: [FieldLook]) -> Bool {
        fit(record, looks).fitting == 0 && !holdsNumbers(record) && !holdsGaps(record, looks) || isReportHeader(record, looks)
            || isMostlyNames(record, looks)
    }

    /// Whether a record holds the widths and kinds of the columns, as `5s 15s 10d` in USGS tables.
    private func areWidths(_ record: Record) -> Bool {
        record.fields.count > 1
            && record.fields.allSatisfy { field in
                let bytes = slice(field)
                guard let last = bytes.last, "sdn".utf8.contains(last), bytes.count > 1 else { return false }
                return bytes.dropLast().allSatisfy { $0 &- 0x30 < 10 }
            }
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

    // MARK: The first row

    /// Finds the header and the first row.
    func place(
        _ records: [Record], _ looks: [FieldLook], _ comments: [Comment], _ layout: inout TableLayout
    ) throws(SeriesError) {
        if let wanted = options.headerLine { return try place(header: wanted, records, looks, &layout) }
        // Without numbers and times the first line is the header, as far as one can tell.
        let keys = keyLines(records, looks, layout)
        guard let first = firstRow(records, looks, layout, keys: keys) else {
            return use(headers: [records[0]], records, looks, &layout)
        }
        if let fixed = fixedHeader(above: first, records, looks, layout) {
            return use(headers: fixed.lines, fixed: fixed, records, looks, &layout)
        }
        let uneven = unevenHeader(above: first, records, looks, layout)
        if let uneven, uneven.fields.count > layout.width { return use(headers: [uneven], records, looks, &layout) }
        if let headers = wideHeader(above: first, keys: keys, records, looks, layout) {
            guard !headers.names.isEmpty else { return begin(at: headers.end, records, &layout) }
            use(headers: headers.names, records, looks, &layout)
            return headers.areMany ? pass(to: keys.isEmpty ? headers.end : first, records, &layout) : ()
        }
        if let uneven { return use(headers: [uneven], records, looks, &layout) }
        if useComment(comments, first, records, &layout) { return }
        let start = records[..<first].lastIndex { $0.fields.count != layout.width }.map { $0 + 1 } ?? 0
        let rows = Array(records[start...])
        if isCounting(rows) || countsBehindNames(rows) || areYears(rows) {
            layout.isAcross = areYears(rows) && !isCounting(rows)
            return use(headers: [records[start]], records, looks, &layout)
        }
        try refuseRowsAbove(start, records)
        begin(at: start, records, &layout)
    }

    /// The most lines that a header has with its units and kinds.
    static let mostHeaderLines = 4

    /// Takes the rows from a record on, without a header.
    private func begin(at index: Int, _ records: [Record], _ layout: inout TableLayout) {
        tell(above: records[..<index], &layout)
        start(at: records[index], &layout)
        layout.names = Array(repeating: "", count: layout.width)
    }

    private func start(at row: Record, _ layout: inout TableLayout) {
        let blank = bytes[row.start..<max(row.start, row.fields.first?.start ?? row.start)]
        (layout.start, layout.startLine) = (row.start, row.line - blank.count { $0 == 0x0A })
    }

    /// Goes on to a row behind the header, and tells of the lines between.
    private func pass(to row: Int, _ records: [Record], _ layout: inout TableLayout) {
        let between = records[..<row].filter { $0.start >= layout.start }
        if let first = between.first, let last = between.last {
            let isOne = between.count == 1
            layout.notices.append(
                "Line\(isOne ? " \(first.line) stands" : "s \(first.line) to \(last.line) stand") between the header and the rows and "
                    + "\(isOne ? "is" : "are") left out.")
        }
        start(at: records[row], &layout)
    }

    func text(_ field: CSVScanner.Field) -> String {
        // Tabs at the ends of a name in quotes tell nothing.
        let text = CSVScanner(bytes: bytes, delimiter: 0).text(field)
        return printable(text.contains("\t") ? text.trimmingCharacters(in: .whitespaces) : text)
    }

    private func tell(above records: ArraySlice<Record>, _ layout: inout TableLayout) {
        guard let first = records.first, let last = records.last else { return }
        let begin = String((first.fields.map { text($0) }.first { !$0.isEmpty } ?? "").prefix(40))
        layout.notices.append(
            records.count == 1
                ? "Line \(first.line) stands above the table and is left out: \(begin)."
                : "Lines \(first.line) to \(last.line) stand above the table and are left out: \(begin) ...")
    }

    // MARK: The header

    /// The lines of the header where one is as wide as the table: of the lines right above the rows that are, the one that names most
    /// columns, and those below it. Where so many lines are as wide that they are names with values, the one that names all columns
    /// differently or none; the rows begin at `end` then.
    private func wideHeader(
        above first: Int, keys: Range<Int>, _ records: [Record], _ looks: [FieldLook], _ layout: TableLayout
    ) -> (names: [Record], end: Int, areMany: Bool)? {
        // Names with values stand above a single column, if more than a name and its unit do.
        if layout.width == 1, records[..<first].count(where: { !isGap($0) }) > 2 { return ([], first, true) }
        let wide = records[..<first].indices.filter { index in
            let record = records[index]
            return isWide(record, layout)
                && (fit(record, looks).fitting == 0 && !holdsGaps(record, looks) && !isRule(record, layout.width)
                    || isName(record, looks, layout) || isReportHeader(record, looks) || isMostlyNames(record, looks)
                    || keys.contains(index) && lacksTime(record, looks))
        }
        guard let last = wide.last else { return nil }
        var start = last
        while wide.contains(start - 1), !beginsDrawn(records[start - 1]) { start -= 1 }
        if last - start >= Self.mostHeaderLines {
            return (namesAmong(records[start...last], layout), last + 1, true)
        }
        let named = (start...last).filter { isHeader(records[$0], looks) }
        let full = named.filter { records[$0].fields.count >= layout.width }
        let report = named.first { isReportHeader(records[$0], looks) }
        guard var header = report ?? (full.isEmpty ? named : full).max(by: { nameCount(records[$0]) < nameCount(records[$1]) })
        else {
            return nil
        }
        if report == nil, header > start, upperLine(of: records[header], in: records[start..<header], layout) != nil {
            header -= 1
        }
        var end = header
        while end < last, case let next = records[end + 1],
            !holdsNumbers(next) || isMostlyNames(next, looks) && !isSame(next, records[header])
        {
            end += 1
        }
        return (Array(records[header...end]), end + 1, !keys.isEmpty)
    }

    /// How many different things the fields of a record say, but for how dates are written.
    func nameCount(_ record: Record) -> Int {
        Set(record.fields.map { text($0) }.filter { !$0.isEmpty && DatePattern.directives($0) == nil }).count
    }

    /// Whether a record has as many fields as rows have, one more that holds nothing, or one less, as R writes.
    private func isWide(_ record: Record, _ layout: TableLayout) -> Bool {
        let count = record.fields.count
        return count == layout.width || count == layout.rowWidth
            || count == layout.width + 1 && record.fields.last.map { $0.start == $0.end } == true
            || count == layout.width - 1 && count > 1 && record.fields.allSatisfy { $0.start < $0.end }
    }

    /// Whether at least half of a record's fields hold something, columns that are empty throughout not counted.
    func isHeader(_ record: Record, _ looks: [FieldLook]) -> Bool {
        let named = record.fields.count { $0.start < $0.end }
        return named > 0 && named * 2 >= min(record.fields.count, looks.count { $0 != .gap })
    }

    /// A header that names more columns than rows have fields, since these end where nothing follows, or only the first ones: a line
    /// of words right above the rows, with a word in all fields but perhaps the first, of which neither has twice as many as the
    /// other but where the first names the times that stand below it. Blanks between words tell nothing of that.
    private func unevenHeader(
        above first: Int, _ records: [Record], _ looks: [FieldLook], _ layout: TableLayout
    ) -> Record? {
        guard layout.delimiter != TableLayout.blanks, let header = records[..<first].last(where: { !isRule($0, layout.width) })
        else { return nil }
        let (names, width) = (fieldsBeforeTheEmpty(header), layout.width)
        // Three names stand above two fields where some row has the third.
        guard width > 2 || width == 2 && records[first...].contains(where: { $0.fields.count == names && holdsNumbers($0) }),
            names != width, names > 2, width * 2 > names, isOfWords(header, looks),
            header.fields[1..<names].allSatisfy({ FieldLook(slice($0)) == .text }),
            names * 2 > width || looks[0] == .time && ColumnNames.isTime(text(header.fields[0]))
        else { return nil }
        return header
    }

    private func isGap(_ record: Record) -> Bool { record.fields.allSatisfy { FieldLook(slice($0)) == .gap } }

    /// How many fields a record has up to the last that holds something.
    private func fieldsBeforeTheEmpty(_ record: Record) -> Int {
        record.fields.lastIndex { $0.start < $0.end }.map { $0 + 1 } ?? 0
    }

    /// Takes lines for the header, the first for names but where they stand over fixed columns.
    private func use(
        headers: [Record], fixed: FixedHeader? = nil, _ records: [Record], _ looks: [FieldLook], _ layout: inout TableLayout
    ) {
        guard let header = headers.first, let last = headers.last else { return }
        tell(above: records.prefix { $0.line < header.line }, &layout)
        layout.headerLine = header.line
        layout.headerFields = header.fields.map { text($0) }
        widen(header, &layout)
        layout.names = fixed?.names ?? names(header, records, looks, &layout)
        var below = Array(headers.dropFirst())
        var end = last
        var rows = records[...].drop { $0.line <= last.line }
        while let next = rows.first, rows.count > 1, below.count < Self.mostHeaderLines,
            isRule(next, layout.width) || isOfWords(next, looks) || areWidths(next)
        {
            end = next
            if !isSame(next, header) { below.append(next) }
            rows.removeFirst()
        }
        layout.below = below.filter { !isRule($0, layout.width) }.map { record in record.fields.map { text($0) } }
        if let fixed {
            layout.below = fixed.below
            layout.hasRowNames = header.fields.count == layout.width - 1 && fixed.names.firstIndex(of: "") == 0
            layout.notices.append(
                "Names are the words that stand over the columns (--header-line takes those of one line in turn).")
        }
        nameByPatterns(&layout)
        let isJoined = fixed == nil && layout.joinedNames != nil
        if isJoined, let line = below.first(where: { !isRule($0, layout.width) })?.line {
            layout.notices.append("Line \(line) tells columns of one name apart and is joined to it.")
            below.removeAll { $0.line == line }
        }
        tell(below: below.filter { isRule($0, layout.width) || fixed?.areJoined != true }, &layout)
        (layout.start, layout.startLine) = (end.end, end.endLine)
    }

    private func tell(below: [Record], _ layout: inout TableLayout) {
        guard let first = below.first, let last = below.last else { return }
        let isOne = first.line == last.line
        let lines = isOne ? "Line \(first.line)" : "Lines \(first.line) to \(last.line)"
        layout.notices.append(
            below.allSatisfy { isRule($0, layout.width) }
                ? "\(lines), drawn below the header, \(isOne ? "is" : "are") left out."
                : "\(lines), which hold\(isOne ? "s" : "") units or kinds, \(isOne ? "is" : "are") left out.")
    }

    /// Makes the table as wide as a header that has more names than rows have fields, and tells that either has more.
    private func widen(_ header: Record, _ layout: inout TableLayout) {
        let (names, width) = (fieldsBeforeTheEmpty(header), layout.width)
        guard layout.delimiter != TableLayout.blanks, names > 2, names != width, width * 2 > names else { return }
        if names > width {
            layout.width = names
            layout.notices.append(
                "The header in line \(header.line) has \(names) names and most rows have \(width) fields; what is missing at their "
                    + "ends is a gap.")
        } else if names < width - 1 || names == layout.rowWidth || header.fields[0].start == header.fields[0].end {
            let first = TableDecision.name(ofColumn: names)
            layout.notices.append(
                "The header in line \(header.line) names the first \(names) of \(width) columns; the others are called \(first) and so "
                    + "on.")
        }
    }

    /// The names in a header, one a column; a header that is one short has none for the column of row names.
    private func names(
        _ header: Record, _ records: [Record], _ looks: [FieldLook], _ layout: inout TableLayout
    ) -> [String] {
        var names = header.fields.map { text($0) }
        if isReportHeader(header, looks) { for index in 0..<leadingFields(header, looks) { names[index] = "" } }
        let body = records.filter { $0.line > header.line && $0.fields.count == layout.width }
        if names.count == layout.width - 1 {
            let isEmptyAtEnd = body.allSatisfy { $0.fields[layout.width - 1].start == $0.fields[layout.width - 1].end }
            // A name of times over times, or none over the first column, stands where it should; so do names of all but the columns
            // that some rows alone have.
            let isInPlace =
                names[0].isEmpty || names.count == layout.rowWidth || looks[0] == .time && ColumnNames.isTime(names[0])
            layout.hasRowNames = !isEmptyAtEnd && !isInPlace
            if layout.hasRowNames { names.insert("", at: 0) } else if isEmptyAtEnd { names.append("") }
        }
        // Columns that a header leaves without a word are no counters for that.
        let missing = (names.count..<max(names.count, layout.width)).map { TableDecision.name(ofColumn: $0) }
        return Array(names.prefix(layout.width)) + missing
    }

    /// Calls a column without a name by what stands below where that is how its times are written.
    private func nameByPatterns(_ layout: inout TableLayout) {
        for column in layout.names.indices where layout.names[column].isEmpty {
            let words = layout.below.compactMap { column < $0.count ? $0[column] : nil }
            if let pattern = words.first(where: { DatePattern.directives($0) != nil }) { layout.names[column] = pattern }
        }
    }

    /// Takes the last line of remarks that has as many names as rows have fields for the header; between blanks, only the last and such
    /// as stand right above a drawn line.
    private func useComment(_ comments: [Comment], _ first: Int, _ records: [Record], _ layout: inout TableLayout) -> Bool {
        let candidates = comments.indices.filter { index in
            layout.delimiter != TableLayout.blanks || index == comments.count - 1 || isDrawn(comments[index + 1].range)
        }
        for comment in candidates.reversed().map({ comments[$0] }) {
            var scanner = CSVScanner(bytes: UnsafeBufferPointer(rebasing: bytes[comment.range]), delimiter: layout.delimiter)
            var fields: [CSVScanner.Field] = []
            guard (try? scanner.next(into: &fields, file: file)) == true, fields.count == layout.width,
                !fields.contains(where: { FieldLook(scanner.slice($0)).isNumber })
            else { continue }
            layout.names = fields.map { printable(scanner.text($0)) }
            // A sign with which other names begin as well is a part of the first one: `%usr,%sys`.
            let sign = bytes[comment.range.lowerBound - 1]
            if sign == UInt8(ascii: "%"), fields.dropFirst().contains(where: { scanner.slice($0).first == sign }) {
                layout.names[0] = "%" + layout.names[0]
            }
            (layout.headerLine, layout.headerFields) = (comment.line, layout.names)
            let notice = layout.remarksNotice
            layout.notices.removeAll { $0 == notice }
            if comment.line > 1 {
                layout.notices.append("Lines above the header in line \(comment.line) are left out.")
            }
            start(at: records[first], &layout)
            return true
        }
        return false
    }

    /// Whether the first record counts up from 0 or 1 and the rows do not: then it holds names. One that begins with nothing and
    /// where rows do not holds those of a table of rows with names.
    private func isCounting(_ records: [Record]) -> Bool {
        func isEmpty(_ field: CSVScanner.Field?) -> Bool { field.map { $0.start == $0.end } == true }
        func numbers(_ record: Record) -> [Int]? {
            let fields = isEmpty(record.fields.first) ? record.fields.dropFirst() : record.fields[...]
            let found = fields.map { Int(text($0)) }
            return found.allSatisfy { $0 != nil } ? found.compactMap { $0 } : nil
        }
        guard records.count > 1, let first = numbers(records[0]), let begin = first.first,
            begin == 0 || begin == 1 && first.count > 2, zip(first, first.dropFirst()).allSatisfy({ $1 == $0 + 1 })
        else { return false }
        let next = records.dropFirst().prefix(5)
        if isEmpty(records[0].fields.first), begin == 0, !next.contains(where: { isEmpty($0.fields.first) }) { return true }
        return first.count > 1
            && !next.contains { record in
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
            return start(at: records[0], &layout)
        }
        guard let index = records.firstIndex(where: { $0.line == line }) else {
            throw .noHeaderLine(file: file, line: line, last: records.last?.line ?? 1)
        }
        var last = index
        while last + 1 < records.count, fit(records[last + 1], looks).fitting == 0, fit(records[last + 1], looks).typed > 0 {
            last += 1
        }
        use(headers: Array(records[index...last]), records, looks, &layout)
    }

    // MARK: Lines that stand again

    /// The lines above the rows that hold words, or are drawn, which are passed over where they stand again between rows.
    func linesAbove(_ records: [Record], _ looks: [FieldLook], _ layout: TableLayout) -> [[UInt8]] {
        let above = records.filter { $0.line < layout.startLine && (isRule($0, layout.width) || isOfWords($0, looks)) }
        return above.suffix(2 * Self.mostHeaderLines).map(trimmed).filter { !$0.contains(0x0A) && !$0.contains(0x0D) }
    }
}
