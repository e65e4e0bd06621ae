import TimeSeries

/// Decides how a text of records is read, by the lines above the table, by a sample of its rows and by what the user said.
struct TableDecision {
    let bytes: UnsafeBufferPointer<UInt8>
    let file: String
    let options: SeriesReader.Options
    /// Whether nothing comes behind `bytes`.
    let isWhole: Bool
    /// What the format of the content fixes; the text has no header then.
    let given: Given?

    /// What a format other than delimited text knows of its columns.
    struct Given: Sendable {
        var names: [String]
        /// The line of the source of each record; empty where they are the same.
        var lines: [Int] = []
        var timeColumn: String?
        var timeNotation: String?
        var keyColumns: [String] = []
        /// The zone of times that name none.
        var zone: WallClock?
    }

    /// Times further down that are written otherwise than those of the sample, which the notation must read too.
    let furtherTimes: [String]

    var form = TableForm()
    var understanding = Understanding()
    var sample: RowSample
    var facts: [ColumnFacts] = []
    /// The table in another shape, where times stand in its header; nothing else is decided then.
    var turned: TurnedTable?
    /// The time of each row of the sample on the clock of the file, once the time is chosen.
    var localTimes: [Int64?] = []
    /// Columns that may tell series apart.
    var keyCandidates: [Int] = []
    /// Columns that are called as labels are and hold some, besides the one that is taken.
    var secondLabels: Set<Int> = []
    /// Columns that together say the time on another clock.
    var otherClock: Set<Int> = []
    /// Columns without names that are marks of quality.
    var flags: Set<Int> = []
    /// Columns that the user asked for, by any option but to leave them out.
    var wanted: Set<String> = []
    /// What the rows behind those of the sample say otherwise.
    var wholeColumns = WholeColumns()

    /// - Throws: `SeriesError`.
    static func decide(
        _ bytes: UnsafeBufferPointer<UInt8>, file: String, options: SeriesReader.Options, given: Given? = nil,
        isWhole: Bool = true,
        furtherTimes: [String] = []
    ) throws(SeriesError) -> TableDecision {
        var decision = TableDecision(
            bytes: bytes, file: file, options: options, given: given, isWhole: isWhole, furtherTimes: furtherTimes)
        try decision.decide()
        return decision
    }

    private init(
        bytes: UnsafeBufferPointer<UInt8>, file: String, options: SeriesReader.Options, given: Given?, isWhole: Bool,
        furtherTimes: [String]
    ) {
        self.furtherTimes = furtherTimes
        (self.bytes, self.file, self.options, self.given, self.isWhole) = (bytes, file, options, given, isWhole)
        sample = RowSample(bytes, TableLayout(), isWhole: false)
    }

    private mutating func decide() throws(SeriesError) {
        if let given {
            guard bytes.contains(where: { $0 != 0x0A && $0 != 0x0D }) else { throw .empty(file: file) }
            (form.layout.width, form.layout.rowWidth) = (given.names.count, given.names.count)
            form.layout.names = given.names.map(printable)
            form.layout.end = bytes.count
        } else {
            form.layout = try LayoutFinder(bytes: bytes, file: file, options: options, isWhole: isWhole).find()
            understanding.headerLine = form.layout.headerLine
            understanding.delimiter = Self.text(ofDelimiter: form.layout.delimiter)
            understanding.notices += form.layout.notices
            turned = TurnedTable(self, options: options)
            guard turned == nil else { return }
            try refuseAcross()
        }
        form.names = names()
        form.marks = GapMarks(named: options.missing)
        sample = RowSample(bytes, form.layout, isWhole: isWhole)
        guard sample.rowCount > 0 else { throw .empty(file: file) }
        wanted = Set(
            options.columns + options.taken + options.timeColumns + [options.labels, options.keyColumn].compactMap { $0 }
                + options.only.map(\.column) + options.listed)
        let known = Set(form.names)
        for name in Array(wanted) + options.ignored where !known.contains(name) {
            throw .noSuchColumn(file: file, column: name, known: form.names)
        }
        facts = sample.columns.map { ColumnFacts($0, marks: form.marks) }
        findWordsForGaps()
        lookAtWholeColumns()
        if facts.allSatisfy(\.present.isEmpty) { throw .allGaps(file: file, column: form.names[0]) }
        form.roles = Array(repeating: .none, count: form.layout.width)
        understanding.columns = form.names.map { Understanding.Column(name: $0, role: .leftOut(.isText)) }
        decideNumbers()
        try chooseTime()
        try refuseMonthsAcross()
        try chooseColumns()
        try refuseTimesAlone()
        sketchColumns()
        understanding.decimal = form.usesDecimalComma ? "," : "."
    }

    /// Whether the names of columns say nothing: they are counted.
    var isNameless: Bool {
        guard let given else { return form.layout.headerLine == nil }
        return given.names.enumerated().allSatisfy { $1 == Self.name(ofColumn: $0) }
    }

    static func text(ofDelimiter delimiter: UInt8) -> String {
        switch delimiter {
        case 0x09: "tab"
        case TableLayout.blanks: "blanks"
        default: String(UnicodeScalar(delimiter))
        }
    }

    private func refuseAcross() throws(SeriesError) {
        let names = form.layout.names
        let times = names.dropFirst().filter { name in
            Array(name.utf8).withUnsafeBufferPointer { FieldLook($0) == .time } && !TimeNotation.guesses([name.utf8]).isEmpty
                || Int(name).map { (1000...2200).contains($0) } == true
        }
        guard form.layout.isAcross || times.count > 2 && times.count * 3 >= (names.count - 1) * 2 else { return }
        throw .timesAcross(file: file, names: Array(times.prefix(3)))
    }

    /// - Throws: `SeriesError.timesAlone` where there are times and nothing but text beside them.
    private func refuseTimesAlone() throws(SeriesError) {
        let isTime = understanding.columns.map { $0.role == .time }
        if form.channels.isEmpty, form.categories.isEmpty, options.columns.isEmpty, options.ignored.isEmpty {
            let left = facts.indices.filter { facts[$0].isNumeric && !isTime[$0] }
            if let first = left.first, case .leftOut(let why) = understanding.columns[first].role {
                throw .nothingLeft(file: file, columns: left.map { form.names[$0] }, reason: why.clause)
            }
        }
        guard form.hasTime, form.channels.isEmpty, form.categories.isEmpty,
            facts.indices.allSatisfy({ isTime[$0] || !facts[$0].isNumeric })
        else { return }
        throw .timesAlone(
            file: file, time: form.names.indices.filter { isTime[$0] }.map { form.names[$0] },
            others: form.names.indices.filter { !isTime[$0] && !facts[$0].present.isEmpty }.map { form.names[$0] })
    }

    // MARK: Names

    static func name(ofColumn index: Int) -> String { "column\(index + 1)" }

    /// The names in the header, those of nameless columns counted, and no two alike: a second one of a name has a number behind it,
    /// or what stands below where that tells them apart.
    private mutating func names() -> [String] {
        let layout = form.layout
        var names = (layout.joinedNames ?? layout.names).enumerated().map { $1.isEmpty ? Self.name(ofColumn: $0) : $1 }
        var counts: [String: Int] = [:]
        var renamed: [String] = []
        let all = Set(names)
        for index in names.indices {
            let name = names[index]
            var count = counts[name] ?? 0
            if count > 0 {
                while all.contains("\(name).\(count)") { count += 1 }
                names[index] = "\(name).\(count)"
                renamed.append(names[index])
            }
            counts[name] = count + 1
        }
        if !renamed.isEmpty {
            understanding.notices.append(
                "Several columns have one name; the later ones are called \(listed(renamed)).")
        }
        return names
    }

    // MARK: Numbers

    /// Decides the decimal sign and what else numbers are written with.
    private mutating func decideNumbers() {
        var signs = SignEvidence()
        for facts in facts where facts.isNumeric { signs += facts.signs }
        if signs.isOpen, isWhole, given == nil { signs = settleSigns() ?? signs }
        if let wanted = options.decimal {
            form.decimal = wanted
        } else if signs.decimalCommas > signs.decimalPoints || signs.isOpen && meansCommas(signs) {
            form.decimal = 0x2C
        }
        if signs.isOpen, options.decimal == nil { tellOpen(signs) }
        form.numbers = facts.map { facts in
            guard facts.isNumeric else { return NumberForm(decimal: form.decimal) }
            let unit = facts.units ?? []
            let areMarks = facts.areLettersMarks(decimal: form.decimal) || !facts.flags.isEmpty
            return NumberForm(
                decimal: form.decimal, isGrouped: true,
                isDecorated: facts.hasCurrency || facts.hasParentheses || !unit.isEmpty && !facts.areMultipliers || areMarks,
                hasMultipliers: facts.areMultipliers && !areMarks)
        }
    }

    /// Whether commas that may be either are decimal ones: where semicolons divide fields, it is for their sake.
    private func meansCommas(_ signs: SignEvidence) -> Bool {
        form.layout.delimiter == UInt8(ascii: ";") && given == nil && signs.ambiguousCommas > 0 && signs.ambiguousPoints == 0
    }

    /// What the numbers of all rows say where those of the sample do not: the first that settles it.
    private func settleSigns() -> SignEvidence? {
        let columns = facts.indices.filter { facts[$0].isNumeric && facts[$0].signs.isOpen }
        var found: SignEvidence?
        forEachRow { scanner, fields in
            for column in columns where column < fields.count {
                guard let evidence = NumberShape(scanner.slice(fields[column]))?.evidence else { continue }
                if evidence.decimalCommas + evidence.decimalPoints > 0 { found = evidence }
            }
            return found == nil
        }
        return found
    }

    /// Says how numbers are read that can be read two ways throughout.
    private mutating func tellOpen(_ signs: SignEvidence) {
        if meansCommas(signs) {
            understanding.notices.append(
                "All numbers with a comma have three digits behind it: 1,037 is read as one and 37 thousandths, since semicolons divide "
                    + "fields (--decimal . reads thousands).")
        } else if signs.ambiguousCommas > 0 {
            understanding.notices.append(
                "All numbers with a comma have three digits behind it: 1,037 is read as a thousand and thirty-seven "
                    + "(--decimal , reads a decimal comma).")
        } else if form.layout.delimiter != 0x2C, given == nil {
            understanding.notices.append(
                "All numbers with a point have three digits behind it: 1.037 is read as one and 37 thousandths "
                    + "(--decimal , reads thousands).")
        }
    }

    /// Hands over all rows of the table until `body` wants no more.
    func forEachRow(_ body: (CSVScanner, [CSVScanner.Field]) -> Bool) {
        var scanner = form.layout.rows(of: bytes, line: form.layout.startLine)
        var fields: [CSVScanner.Field] = []
        while (try? scanner.next(into: &fields, file: file)) == true {
            guard body(scanner, fields) else { return }
        }
    }

    /// Adds a notice.
    mutating func tell(_ notice: String) { understanding.notices.append(notice) }
}
