import TimeSeries

/// A table whose times stand in its header, as one whose rows each have a time: months of a year side by side become one series, and
/// rows that are series become columns. Only where that is certain.
struct TurnedTable {
    /// Records without a header, with commas between fields.
    private(set) var records: [UInt8] = []
    private(set) var given = TableDecision.Given(names: [])
    /// What was done, in a sentence.
    private(set) var notice = ""

    /// The fewest times in a header that are certain, and the most rows that become channels.
    private static let fewestTimes = 12, mostRows = 100

    /// - Parameters:
    ///   - decision: one that has found where the table lies.
    ///   - options: a month that they name keeps the table as it is.
    /// - Returns: `nil` where the table has no times in its header, or it is not certain.
    init?(_ decision: TableDecision, options: SeriesReader.Options) {
        guard options.keyColumn == nil, options.only.isEmpty, options.listed.isEmpty, decision.isWhole else { return nil }
        let names = decision.form.layout.names
        guard names.count > Self.fewestTimes else { return nil }
        let isNameless = decision.form.layout.headerLine == nil
        if let months = isNameless ? Self.namelessMonths(decision) : Self.months(names) {
            let labels = [options.labels].compactMap { $0 }
            let named = Set(options.columns + options.taken + options.ignored + options.timeColumns + labels)
            let known = isNameless ? names.indices.map(TableDecision.name) : names
            guard named.isDisjoint(with: known.dropFirst()) else { return nil }
            self.init(years: decision, months)
        } else {
            self.init(series: decision, names)
        }
    }

    // MARK: Months across

    /// The columns of twelve months in their order; `nil` where there are more or fewer.
    private static func months(_ names: [String]) -> [Int]? {
        guard let notation = try? TimeNotation(name: "%b") else { return nil }
        let found = names.indices.dropFirst().compactMap { column -> (column: Int, instant: Int64)? in
            let instant = notation.instant(Array(names[column].utf8))
            return instant.map { (column, $0) }
        }
        guard found.count == 12, found.map(\.instant).adjacentPairs().allSatisfy({ $0 < $1 }) else { return nil }
        return found.map(\.column)
    }

    /// The columns of months in a table without names: twelve behind years that follow each other, and those side by side of like size,
    /// as months are; `nil` elsewhere.
    private static func namelessMonths(_ decision: TableDecision) -> [Int]? {
        guard decision.form.layout.width == fewestTimes + 1, decision.options.headerLine == nil else { return nil }
        var (years, columns) = ([Int](), Array(repeating: [Double](), count: fewestTimes))
        var isCertain = true
        decision.forEachRow { scanner, fields in
            let numbers = fields.dropFirst().map { NumberParser.double(scanner.slice($0), decimalComma: false) }
            guard fields.count == fewestTimes + 1, let year = Int(scanner.text(fields[0])), !numbers.contains(nil) else {
                isCertain = false
                return false
            }
            years.append(year)
            for (month, number) in numbers.enumerated() { if let number { columns[month].append(number) } }
            return true
        }
        let ranges = columns.compactMap { column in column.min().flatMap { least in column.max().map { least...$0 } } }
        guard isCertain, years.count > 2, years.adjacentPairs().allSatisfy({ $1 == $0 + 1 }), ranges.count == fewestTimes,
            ranges.adjacentPairs().allSatisfy({ $0.overlaps($1) }), !columns.contains(where: { Set($0).count < 2 })
        else { return nil }
        return Array(1...fewestTimes)
    }

    private init?(years decision: TableDecision, _ months: [Int]) {
        var (last, isCertain, rows) = (0, true, [(year: Int, line: Int, values: [[UInt8]])]())
        decision.forEachRow { scanner, fields in
            guard let year = Int(scanner.text(fields[0])), (1000...2200).contains(year), year > last else {
                isCertain = false
                return false
            }
            last = year
            let values = months.map { $0 < fields.count ? Array(scanner.slice(fields[$0])) : [] }
            rows.append((year, scanner.recordLine, values))
            return true
        }
        guard isCertain, rows.count > 1 else { return nil }
        let isNameless = decision.form.layout.headerLine == nil
        let names = isNameless ? [""] + months.map(TableDecision.name) : decision.form.layout.names
        given.names = [names[0].isEmpty ? "year" : names[0], "value"]
        (given.timeColumn, given.timeNotation) = (given.names[0], "%Y-%m")
        var writer = RecordWriter()
        for (year, line, values) in rows {
            // Months of the last year that have not come are no gaps.
            let count = year == last ? values.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0 : values.count
            for (month, value) in values.prefix(count).enumerated() {
                writer.add(plain: "\(year)-\(month < 9 ? "0" : "")\(month + 1)".utf8)
                writer.addDelimiter()
                writer.add(text: value)
                writer.endRecord(fields: 2, line: line)
            }
        }
        (records, given.lines) = (writer.bytes, writer.lines)
        let others = names.indices.dropFirst().filter { !months.contains($0) && !names[$0].isEmpty }.map { names[$0] }
        notice =
            "Each row is a year and its columns \(names[months[0]]) to \(names[months[11]]) are months, read as one monthly channel, "
            + "value"
            + (others.isEmpty ? "" : "; left out: \(listed(others))")
            + " (--column \(SeriesError.shellWord(names[months[0]])) takes that column as it is)."
    }

    // MARK: Rows that are series

    private init?(series decision: TableDecision, _ names: [String]) {
        let times = Array(names.dropFirst())
        guard let notation = Self.notation(times) else { return nil }
        var (rows, isCertain) = ([(name: String, line: Int, values: [[UInt8]])](), true)
        decision.forEachRow { scanner, fields in
            guard rows.count < Self.mostRows, fields.count <= names.count, !scanner.text(fields[0]).isEmpty else {
                isCertain = false
                return false
            }
            let values = (1..<names.count).map { $0 < fields.count ? Array(scanner.slice(fields[$0])) : [] }
            let looks = values.map { value in value.withUnsafeBufferPointer { FieldLook($0) } }
            isCertain = looks.allSatisfy { $0 == .gap || $0.isNumber }
            rows.append((printable(scanner.text(fields[0])), scanner.recordLine, values))
            return isCertain
        }
        let channels = rows.map(\.name)
        guard isCertain, !rows.isEmpty, Set(channels).count == channels.count, channels.contains(where: { Double($0) == nil })
        else { return nil }
        let time = RecordText.unique("time", among: channels)
        given.names = [time] + channels
        (given.timeColumn, given.timeNotation) = (time, notation)
        var writer = RecordWriter()
        for (index, text) in times.enumerated() {
            writer.add(text: Array(text.utf8))
            for row in rows {
                writer.addDelimiter()
                writer.add(text: row.values[index])
            }
            writer.endRecord(fields: given.names.count, line: rows[0].line)
        }
        (records, given.lines) = (writer.bytes, writer.lines)
        let what = names[0].isEmpty ? "" : ", named in \(names[0]),"
        notice =
            "Times stand in the header, \(times[0]) to \(times[times.count - 1]): the table is turned round, so that "
            + (rows.count == 1 ? "its row\(what) is a channel." : "each of its \(rows.count) rows\(what) is a channel.")
    }

    /// How the times in a header are written, `""` where that is for the reader to find out; `nil` where they are no times that rise.
    private static func notation(_ times: [String]) -> String?? {
        guard times.count >= fewestTimes else { return nil }
        let years = times.compactMap { Int($0) }
        if years.count == times.count {
            return years.allSatisfy((1000...2200).contains) && years.adjacentPairs().allSatisfy { $0 < $1 } ? .some("%Y") : nil
        }
        let texts = times.map { Array($0.utf8) }
        let rises = TimeNotation.guesses(texts).contains { notation in
            let instants = texts.compactMap { notation.instant($0) }
            return !notation.isElapsed && instants.adjacentPairs().allSatisfy { $0 < $1 }
        }
        return rises ? .some(nil) : nil
    }
}
