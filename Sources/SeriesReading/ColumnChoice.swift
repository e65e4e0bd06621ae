import TimeSeries

extension TableDecision {
    /// Decides what each column is that is not the time.
    mutating func chooseColumns() throws(SeriesError) {
        chooseLabels()
        chooseFlags()
        let asked = Set(options.columns + options.taken)
        otherClock = columnsOfOtherClock()
        keyCandidates = findKeyCandidates(asked).filter { !otherClock.contains($0) }
        for column in form.names.indices where form.roles[column] == .none {
            try choose(column, isAsked: asked.contains(form.names[column]))
        }
        form.only = options.only.compactMap { only in
            form.names.firstIndex(of: only.column).map { TableForm.Only(column: $0, value: Array(only.value.utf8)) }
        }
        tellMonthsAcross()
        if isNameless, !form.hasTime, form.channels.count > 50 {
            tell("\(form.channels.count) columns without names and no time: where each row is a series, turn the table round.")
        }
        if !options.columns.isEmpty {
            var seen: Set<String> = []
            let places = Dictionary(uniqueKeysWithValues: form.names.indices.map { (form.names[$0], $0) })
            form.order = (options.columns + options.taken).filter { seen.insert($0).inserted }.compactMap { places[$0] }
        } else {
            form.order = Array(form.names.indices)
        }
        tellNumbers()
    }

    private var hasNames: Bool { !isNameless }

    private func isTimeColumn(_ column: Int) -> Bool { understanding.columns[column].role == .time }

    // MARK: Labels

    /// Takes the label column that was asked for or, of those that are named so and hold yes and no, the best named one.
    private mutating func chooseLabels() {
        if let name = options.labels, let column = form.names.firstIndex(of: name) { return take(label: column) }
        guard hasNames else { return }
        let found = form.names.indices.compactMap { column -> (column: Int, rank: Int)? in
            guard !isTaken(column), !isTimeColumn(column), let rank = ColumnNames.labelRank(form.names[column]) else {
                return nil
            }
            return isLabel(column) ? (column, rank) : nil
        }
        guard let best = found.min(by: { $0.rank < $1.rank }) else { return }
        take(label: best.column)
        secondLabels = Set(found.map(\.column).filter { $0 != best.column })
    }

    private mutating func take(label column: Int) {
        form.roles[column] = .label
        understanding.columns[column].role = .label
    }

    /// Whether a column holds labels: yes and no in all rows of the sample or, where its name leaves no doubt, in most.
    private func isLabel(_ column: Int) -> Bool {
        let present = facts[column].present
        let labels = present.count { CSVReader.label($0, decimalComma: form.usesDecimalComma) != nil }
        guard ColumnNames.isCertainLabel(form.names[column]) else {
            // A class that is the same in all rows says nothing.
            return labels == present.count && labels > 0 && !(sample.isAll && facts[column].texts.count == 1)
        }
        return labels * 2 >= present.count
    }

    // MARK: Channels

    private mutating func choose(_ column: Int, isAsked: Bool) throws(SeriesError) {
        let (name, facts) = (form.names[column], facts[column])
        if name == options.keyColumn || options.only.contains(where: { $0.column == name }) {
            understanding.columns[column].role = .key
            return
        }
        if isAsked { return try take(asked: column) }
        if secondLabels.contains(column) { return leaveOut(column, .isSecondLabel) }
        if options.ignored.contains(name) { return leaveOut(column, .isIgnored) }
        if !options.columns.isEmpty { return leaveOut(column, .othersWereAsked) }
        if facts.present.isEmpty { return leaveOut(column, .isEmpty) }
        guard facts.isNumeric else {
            if saysTime(column) { return leaveOut(column, .saysTheTime) }
            if holdsClock(column) { return leaveOut(column, .isClock) }
            if form.hasTime, facts.times * 10 >= facts.present.count * 9, single(column, isAsked: false)?.hasDate == true {
                return leaveOut(column, .isOtherTime)
            }
            let numbers = facts.shaped + facts.infinities
            return leaveOut(column, numbers * 2 >= facts.present.count && facts.units == nil ? .unitsDiffer : .isText)
        }
        if let why = reason(column) { return leaveOut(column, why) }
        if isRating(column) {
            tell(
                "Column \(name) holds ratings of 0 to 10 and is a channel (--ignore \(SeriesError.shellWord(name)) leaves it out)."
            )
        }
        take(channel: column)
    }

    private mutating func take(channel column: Int) {
        form.roles[column] = .number
        understanding.columns[column].role = .channel
        let unit = facts[column].units.map { String(decoding: $0, as: UTF8.self) } ?? ""
        if !unit.isEmpty { understanding.columns[column].unit = unit }
    }

    /// Takes a column that was asked for: numbers, or a text of few values, which becomes a channel a value.
    private mutating func take(asked column: Int) throws(SeriesError) {
        let facts = facts[column]
        if !facts.isNumeric, holdsClock(column) {
            form.numbers[column].isClock = true
            tell(
                "Column \(form.names[column]) holds times of day or durations and is read in seconds; 2:21 counts as 2 hours and 21 "
                    + "minutes.")
            return take(channel: column)
        }
        guard !facts.isNumeric, !facts.present.isEmpty, facts.shaped == 0 else { return take(channel: column) }
        let values = try categories(column)
        form.roles[column] = .category
        form.categories[column] = values.map { Array($0.utf8) }
        understanding.columns[column].role = .channel
    }

    /// The most values of a text that becomes channels.
    private static let mostCategories = 20

    /// What a column of text says in all rows, in the order of the alphabet.
    private func categories(_ column: Int) throws(SeriesError) -> [String] {
        var values: Set<String> = []
        forEachRow { scanner, fields in
            if column < fields.count, fields[column].start < fields[column].end { values.insert(scanner.text(fields[column])) }
            return values.count <= Self.mostCategories
        }
        guard values.count <= Self.mostCategories else {
            throw .manyCategories(file: file, column: form.names[column], most: Self.mostCategories)
        }
        return values.sorted()
    }

    mutating func leaveOut(_ column: Int, _ why: Understanding.Reason) { understanding.columns[column].role = .leftOut(why) }

    // MARK: Numbers that measure nothing

    /// Why a column of numbers is no channel; `nil` where it is one.
    private func reason(_ column: Int) -> Understanding.Reason? {
        let name = form.names[column]
        if form.layout.hasRowNames, column == 0 { return .namesRows }
        if given?.keyColumns.contains(name) == true { return .tellsSeriesApart }
        let values = facts[column].numbers(form.numbers[column])
        if form.hasTime, isLineOfTime(column) { return .saysTheTime }
        if isNameless, otherClock.contains(column) { return .followsFromTime }
        let isWhole = values.allSatisfy { $0 == $0.rounded() }
        if isWhole, hasLeadingZeros(column) { return form.hasTime && isPartOfTime(column) ? .followsFromTime : .namesSomething }
        if isWhole, ColumnNames.isQuality(name, beside: form.names), Set(values).count <= 20, !isRating(column) {
            return .isQuality
        }
        if flags.contains(column) { return .isQuality }
        guard isWhole else { return nil }
        if isSecondUnixTime(column) { return sample.isAll && Set(values).count == 1 ? .isConstant : .saysTheTime }
        if namesTextAgain(column) { return .namesSomething }
        guard hasNames else { return goesRound(column) ? .countsRows : nil }
        let isNameless = form.layout.names[column].isEmpty
        if countsRows(column) || mostlyRises(column) { return .countsRows }
        let isCounter = ColumnNames.isCounter(name, nameless: isNameless)
        if counts(column), isCounter || ColumnNames.words(name).first == "id" || countsAsAnother(column) { return .countsRows }
        if runs(column), isCounter, ColumnNames.words(name) != ["n"] || risesByOneMostly(column) { return .countsRows }
        if numbersRows(column) { return .namesRows }
        if countsWithinGroups(column) || isCounter && goesRound(column) { return .countsRows }
        if form.hasTime, isPartOfTime(column) {
            let isSecond = ColumnNames.part(name, behindHour: false) == .second
            return isSecond && sample.isAll && values.allSatisfy { $0 == 0 } ? .isConstant : .followsFromTime
        }
        if !form.hasTime, isYearOfMany(column) { return .isYearOfMany }
        if values.count > 1, Set(values).count == 1, ColumnNames.isIdentifier(name) {
            return sample.isAll ? .isConstant : .namesSomething
        }
        if keyCandidates.contains(column), ColumnNames.isIdentifier(name), !isShareOfHundred(column) { return .namesSomething }
        return isNumberOfThings(column) ? .namesSomething : nil
    }

    /// Whether a column of whole numbers is called the id of something, and there are others that measure.
    private func isNumberOfThings(_ column: Int) -> Bool {
        let words = ColumnNames.words(form.names[column])
        guard let last = words.last, last == "id" || ["pid", "ppid", "tid", "uid", "gid", "port"].contains(last) else {
            return false
        }
        // `id` alone may be short for something else, but no two things have one, and such numbers count nothing.
        let values = words.count > 1 || last != "id" ? [] : facts[column].numbers(form.numbers[column])
        return
            (words.count > 1 || last != "id"
            || values.count > 9 && Set(values).count * 10 >= values.count * 9 && values.allSatisfy { $0 >= 1e6 })
            && facts.indices.contains { $0 != column && facts[$0].isNumeric && !isTimeColumn($0) }
    }

    /// Whether a column is one of several side by side that make a hundred in each row, as the idle time of a machine does with the
    /// others, which is called `id` in reports.
    private func isShareOfHundred(_ column: Int) -> Bool {
        let rows = (0..<sample.rowCount).map { row in
            (max(0, column - 2)..<min(facts.count, column + 3)).map { form.numbers[$0].value(sample.columns[$0][row]) ?? 0 }
        }
        guard let width = rows.first?.count, rows.count > 4, width > 2 else { return false }
        return [width, width - 1].contains { count in
            rows.count { (98...102).contains($0.prefix(count).reduce(0, +)) } * 10 >= rows.count * 9
        }
    }

    /// Whether numbers are written as names are: with zeros in front, and no fraction.
    private func hasLeadingZeros(_ column: Int) -> Bool {
        let present = facts[column].present
        let zeros = present.count { field in
            field.count > 1 && field[0] == 0x30 && field[1] &- 0x30 < 10 && !field.contains { $0 == 0x2E || $0 == 0x2C }
        }
        // As 01 to 47 are.
        let isCode = zeros > 0 && Set(present.map(\.count)).count == 1 && counts(column)
        return isCode || zeros * 2 > present.count
    }

    // MARK: Several series

    /// Columns that may tell series apart: few values, text or whole numbers, each in several rows.
    private func findKeyCandidates(_ asked: Set<String>) -> [Int] {
        form.names.indices.filter { column in
            guard !isTimeColumn(column), form.roles[column] != .label, !asked.contains(form.names[column]),
                !wholeColumns.late.contains(column)
            else { return false }
            if given?.keyColumns.contains(form.names[column]) == true { return true }
            let facts = facts[column]
            let filled = facts.isNumeric ? facts.present.count : facts.filled
            guard facts.texts.count > 0, filled * 10 >= sample.rowCount * 9 else { return false }
            guard facts.isNumeric else { return facts.texts.count * 3 <= max(6, sample.rowCount * 2) || facts.isManyTexts }
            let values = facts.numbers(form.numbers[column])
            guard values.allSatisfy({ $0 == $0.rounded() }) else { return false }
            return facts.isManyTexts ? standsInRuns(column) : facts.texts.count * 2 <= sample.rowCount
        }
    }

    /// Whether each number of a column stands in several rows one after the other, and then no more, as those of things do whose rows
    /// are together.
    private func standsInRuns(_ column: Int) -> Bool {
        let fields = sample.columns[column].prefix(sample.neighbours)
        var (runs, known): (Int, Set<[UInt8]>) = (0, [])
        for row in fields.indices where row == 0 || !fields[row].elementsEqual(fields[row - 1]) {
            guard known.insert(Array(fields[row])).inserted else { return false }
            runs += 1
        }
        return runs > 1 && runs * 2 <= fields.count
    }

    // MARK: What is shown

    /// Rows of which is shown what they say.
    private static let shownRows = 8

    /// Notes what the first rows say and, of columns of numbers that are left out, the numbers.
    mutating func sketchColumns() {
        for column in form.names.indices {
            understanding.columns[column].first = sample.columns[column].prefix(min(Self.shownRows, sample.neighbours)).map {
                printable(String(decoding: $0.prefix(40), as: UTF8.self))
            }
            guard case .leftOut = understanding.columns[column].role, facts[column].isNumeric else { continue }
            let numbers = form.numbers[column]
            understanding.columns[column].sketch = sample.columns[column].prefix(sample.neighbours).map {
                numbers.value($0) ?? .nan
            }
        }
    }

    // MARK: What is told

    /// Says that channels are months where they are called so, a row a year.
    private mutating func tellMonthsAcross() {
        guard form.notation?.name == "%Y", let month = try? TimeNotation(name: "%b") else { return }
        let names = form.channels.map { form.names[$0] }
        let areNumbers = names == (1...12).map(String.init)
        let months = names.filter { areNumbers || month.instant(Array($0.utf8)) != nil }
        guard months.count > 2, !areMarksOfMonths(months) else { return }
        tell(
            "A row is a year and the columns \(listed(months)) are its months, each read as a channel; for one monthly series turn "
                + "the table round, so that each row has a year and a month.")
    }

    /// Whether columns hold a 1 for one of them in a row at most, and else 0.
    private func areMarksOfMonths(_ names: [String]) -> Bool {
        form.channels.filter { names.contains(form.names[$0]) }.allSatisfy { column in
            facts[column].numbers(form.numbers[column]).allSatisfy { $0 == 0 || $0 == 1 }
        }
    }

    /// Says what is passed over around numbers.
    private mutating func tellNumbers() {
        let multiplied = form.names.indices.filter { form.roles[$0] == .number && form.numbers[$0].hasMultipliers }.map {
            form.names[$0]
        }
        if !multiplied.isEmpty { tell("K, M, B, G and T behind numbers multiply them: \(listed(multiplied)).") }
        let marked = form.names.indices.filter { column in
            form.roles[column] == .number && facts[column].areMultipliers && !form.numbers[column].hasMultipliers
        }
        let flagged = form.names.indices.filter { form.roles[$0] == .number && !facts[$0].flags.isEmpty }.map { column in
            let flags = facts[column].flags.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            return "\(form.names[column]) (\(flags.joined(separator: ", ")))"
        }
        if !flagged.isEmpty { tell("Letters apart behind some numbers are passed over as marks: \(listed(flagged)).") }
        if !marked.isEmpty {
            tell(
                "Letters behind some numbers are passed over as marks, since they would make them a thousand times as large as all others: "
                    + "\(listed(marked.map { form.names[$0] })).")
        }
    }
}

extension Understanding {
    /// Says which columns are left out and why, but for those that were asked to be.
    mutating func tellLeftOut() {
        var names: [Reason: [String]] = [:]
        for (column, why) in leftOut where !why.wasAsked { names[why, default: []].append(column) }
        for why in Reason.allCases {
            guard let names = names[why] else { continue }
            notices.append(
                why == .isText
                    ? "Text is left out: \(listed(names))."
                    : "Left out: \(listed(names)), since \(why.clause) (--column takes it).")
        }
    }
}
