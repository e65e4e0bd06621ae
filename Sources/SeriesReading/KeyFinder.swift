import Foundation
import TimeSeries

extension RawReading {
    /// Finds out whether the rows are of several series: their times repeat or run back, and those of the rows that say the same in
    /// one of some columns do not.
    /// - Throws: `SeriesError.severalSeries` where they are, since a series is one of them.
    mutating func tellApart(
        _ bytes: UnsafeBufferPointer<UInt8>, file: String, options: SeriesReader.Options, candidates: [Int]
    ) throws(SeriesError) {
        if !options.listed.isEmpty {
            let found = Self.codes(bytes, form, options.listed.compactMap { form.names.firstIndex(of: $0) })
            understanding.key = Self.listing(options.listed, found.map(\.found))
            return
        }
        guard options.only.isEmpty, options.keyColumn == nil else {
            if let only = options.only.first, series.rowCount == 0 {
                throw .noSuchKey(file: file, column: only.column, value: only.value)
            }
            if !options.only.isEmpty { leaveOutNamesOfSeries(candidates) }
            return
        }
        let ignored = Set(options.ignored)
        let open = candidates.filter { !ignored.contains(form.names[$0]) }
        guard let found = findKey(bytes, open) ?? keyOfOneTime(bytes) else { return }
        let key = Understanding.Key(
            columns: found.columns.map { form.names[$0.column] }, count: found.count,
            examples: found.columns.map { printable($0.texts.first ?? "") })
        understanding.key = key
        leaveOutRepeats(of: found)
        for index in understanding.columns.indices where key.columns.contains(understanding.columns[index].name) {
            understanding.columns[index].role = .key
        }
        if options.tellsApartOnly { return }
        throw .severalSeries(file: file, columns: key.columns, count: key.count, examples: key.examples)
    }

    /// The columns that tell series apart, by times that repeat or turn back, else by units and by what is measured.
    private mutating func findKey(_ bytes: UnsafeBufferPointer<UInt8>, _ candidates: [Int]) -> KeySearch.Found? {
        guard series.rowCount > 3, !candidates.isEmpty else { return nil }
        let times = series.time.microseconds
        let search = times.map { KeySearch($0) }
        if let search, search.isNeeded {
            let columns = keyColumns(bytes, candidates, search)
            if let found = search.best(columns) ?? keyByLevels(columns, among: search) { return found }
            guard search.repeats else { return nil }
            let once = rowsOnce(columns)
            guard once.count < series.rowCount, let found = keyOfRows(once, columns) else {
                tellTried(columns)
                return nil
            }
            let twice = series.rowCount - once.count
            understanding.notices.append(
                "\(twice) row\(twice == 1 ? " stands" : "s stand") there twice, alike in time, series and values."
            )
            return found
        }
        let texts = candidates.filter { understanding.columns[$0].role == .leftOut(.isText) }
        guard !texts.isEmpty, series.rowCount <= Self.mostRows || search?.isMixed == true else { return nil }
        let columns = keyColumns(bytes, texts, nil)
        if let found = keyByUnits(columns) { return found }
        if let times, let search, search.isMixed, let found = keyByOrder(columns, times) ?? keyByLevels(columns) { return found }
        if let times, let found = keyByTurns(columns, times) { return found }
        tellLevels(columns)
        return nil
    }

    /// The column of text that names another thing in each row, where all rows are of one time.
    private func keyOfOneTime(_ bytes: UnsafeBufferPointer<UInt8>) -> KeySearch.Found? {
        guard series.rowCount > 3, let times = series.time.microseconds, Set(times).count == 1 else { return nil }
        let texts = form.names.indices.filter { understanding.columns[$0].role == .leftOut(.isText) }
        return Self.codes(bytes, form, texts).lazy.compactMap { column, found -> KeySearch.Found? in
            guard found.codes.count == series.rowCount, found.texts.count == series.rowCount,
                found.texts.allSatisfy({ $0.count <= 40 && $0.contains(where: \.isLetter) }),
                found.texts.count(where: { $0.contains(where: \.isNumber) }) * 2 < found.texts.count
            else { return nil }
            return KeySearch.Found(KeyColumn(column: column, codes: found.codes, texts: found.texts))
        }.first
    }

    /// The columns that may be keys, those that name things before numbers: with what they say in the rows that are read.
    /// - Parameter search: by which numbers are judged; they are no keys without.
    private func keyColumns(_ bytes: UnsafeBufferPointer<UInt8>, _ candidates: [Int], _ search: KeySearch?) -> [KeyColumn] {
        let (rows, count) = (series.fileOrder, series.rowCount)
        func marks(_ text: [UInt8]) -> Bool { text.withUnsafeBufferPointer { form.marks.contains($0) } }
        var found = Self.codes(bytes, form, candidates).compactMap { column, found -> KeyColumn? in
            guard found.codes.count >= rows?.last ?? count, found.texts.count > 1 else { return nil }
            var key = KeyColumn(
                column: column, codes: rows.map { $0.map { found.codes[$0 - 1] } } ?? found.codes, texts: found.texts)
            // Each of several series has some rows.
            guard key.codes.count == count, key.texts.count * 3 <= count * 2 else { return nil }
            key.isText = key.texts.contains { !$0.isEmpty && Double($0) == nil && !marks(Array($0.utf8)) }
            key.isIdentifier =
                ColumnNames.isKey(form.names[column]) || understanding.columns[column].role == .leftOut(.tellsSeriesApart)
            guard !key.isNamed else { return key }
            guard let search else { return nil }
            let isOnlyChannel = series.channels.allSatisfy { $0.name == form.names[column] }
            guard !isOnlyChannel, key.texts.count * 2 <= count else { return nil }
            guard search.repeats else { return key.isEven ? key : nil }
            let fill = key.fill(search.times)
            // Some things are measured for a shorter time than the others.
            return fill >= (key.isEven ? 0.8 : 0.9) ? key : nil
        }
        guard search != nil else { return found }
        // Several numbers of 0 and 1 are marks of what a row is.
        func isMark(_ key: KeyColumn) -> Bool { !key.isNamed && key.texts.allSatisfy { $0 == "0" || $0 == "1" } }
        if found.count(where: isMark) > 1 { found.removeAll(where: isMark) }
        func rank(_ column: KeyColumn) -> Int { column.isText ? 0 : column.isIdentifier ? 1 : 2 }
        return KeyColumn.distinct(found.enumerated().sorted { (rank($0.1), $0.0) < (rank($1.1), $1.0) }.map(\.1))
    }

    /// Leaves out channels that are the same in all rows of each series: they say what series it is.
    private mutating func leaveOutRepeats(of key: KeySearch.Found) {
        guard key.count * 3 <= key.codes.count else { return }
        let repeating = series.channels.filter { channel in
            var known = Array(repeating: Double?.none, count: (key.codes.max() ?? 0) + 1)
            return zip(key.codes, channel.values).allSatisfy { code, value in
                if let before = known[code] { return before == value || before.isNaN && value.isNaN }
                known[code] = value
                return true
            }
        }.map(\.name)
        leaveOut(channels: repeating, .isConstantInSeries)
    }

    /// Leaves out the numbers by which one of several series is called besides what it was asked for by: the same in all of its rows.
    private mutating func leaveOutNamesOfSeries(_ candidates: [Int]) {
        leaveOut(channels: constant(among: Set(candidates.map { form.names[$0] })), .isConstantInSeries)
    }

    /// Leaves out channels, unless there is no other.
    mutating func leaveOut(channels names: [String], _ why: Understanding.Reason) {
        let names = Set(names)
        let left = series.channels.count { !names.contains($0.name) }
        guard left > 0, left < series.channels.count else { return }
        understanding.leaveOut(names, of: &series, why)
    }

    /// Says which columns do not tell rows of the same time apart.
    private mutating func tellTried(_ columns: [KeyColumn]) {
        let names = columns.filter(\.isNamed).map { form.names[$0.column] }
        guard let first = columns.first, first.isNamed else { return }
        let only = SeriesError.shellWord("\(form.names[first.column])=\(printable(first.texts.first ?? ""))")
        understanding.notices.append(
            "Rows repeat times, and no columns tell series apart in which they do not (\(listed(names)) \(names.count == 1 ? "was" : "were") tried; "
                + "--only \(only) reads some rows).")
    }

    /// All that some columns tell apart together, in the order in which they begin, with their rows.
    private static func listing(_ columns: [String], _ found: [(codes: [Int], texts: [String])]) -> Understanding.Key {
        var counts: [(codes: [Int], rowCount: Int)] = []
        var places: [[Int]: Int] = [:]
        for row in 0..<(found.map(\.codes.count).min() ?? 0) {
            let codes = found.map { $0.codes[row] }
            if let place = places[codes] {
                counts[place].rowCount += 1
            } else {
                places[codes] = counts.count
                counts.append((codes, 1))
            }
        }
        let series = counts.map { one in
            Understanding.Key.One(values: zip(found, one.codes).map { $0.texts[$1] }, rowCount: one.rowCount)
        }
        return Understanding.Key(
            columns: columns, count: series.count, examples: series.first?.values.map(printable) ?? [], series: series)
    }

    /// What some columns say in each record, as numbers of the texts in the order in which they appear; no more of a column once it
    /// has too many.
    private static func codes(
        _ bytes: UnsafeBufferPointer<UInt8>, _ form: TableForm, _ columns: [Int]
    ) -> [(column: Int, found: (codes: [Int], texts: [String]))] {
        var known = columns.map { _ in [[UInt8]: Int]() }
        var codes = columns.map { _ in [Int]() }
        var texts = columns.map { _ in [String]() }
        var scanner = form.layout.rows(of: bytes)
        var fields: [CSVScanner.Field] = []
        while (try? scanner.next(into: &fields, file: "")) == true {
            for (index, column) in columns.enumerated() where texts[index].count <= mostKeys {
                let field = column < fields.count ? Array(scanner.slice(fields[column])) : []
                if let code = known[index][field] {
                    codes[index].append(code)
                } else {
                    codes[index].append(texts[index].count)
                    known[index][field] = texts[index].count
                    texts[index].append(column < fields.count ? scanner.text(fields[column]) : "")
                }
            }
        }
        return columns.indices.map { (columns[$0], (codes[$0], texts[$0])) }
    }

    /// The most rows in order, or without a time, in which keys are looked for.
    private static let mostRows = 200_000
    /// The most series that are told apart.
    private static let mostKeys = 100_000
}

extension Understanding.Key {
    /// How many series there are, and the two ways to go on.
    var sentence: String {
        // A text that is cut in a message is no example.
        let only = zip(columns, examples).map { column, text in
            let one = "\(column)=\(text)"
            return "--only " + SeriesError.shellWord(shown(key: one) == one ? one : "\(column)=TEXT")
        }.joined(separator: " ")
        guard columns.count == 1 else {
            return
                "\(columns.dropLast().joined(separator: ", ")) and \(columns.last ?? "") together tell \(count) series apart, which are not mixed; read one with \(only)."
        }
        return
            "\(name) tells \(count) series apart, which are not mixed; train and score them with --key \(SeriesError.shellWord(name)), or "
            + "read one with \(only)."
    }
}
