import TimeSeries

/// What the columns of a text are, found from its first records.
extension CSVReader {
    mutating func inspect(isStream: Bool = false, isWhole: Bool = true) throws(SeriesError) {
        var scanner = CSVScanner(bytes: bytes, delimiter: dialect.delimiter)
        var fields: [CSVScanner.Field] = []
        var records: [[CSVScanner.Field]] = []
        while records.count < 200 {
            let before = scanner
            do throws(SeriesError) {
                guard try scanner.next(into: &fields, file: file) else { break }
                records.append(fields)
            } catch .unclosedQuote where !isWhole {
                throw .unclosedQuote(file: file, line: before.line)
            } catch  where isStream && !records.isEmpty {
                // It is told, with its place, when the record is read.
                scanner = before
                scanner.skipLine(endingAt: bytes[before.position...].firstIndex(of: 0x0A) ?? bytes.count)
            }
        }
        guard let first = records.first else { throw .empty(file: file) }
        if !isNamed { name(by: first, scanner) }
        let body = hasHeader && !isNamed ? records.dropFirst() : records[...]
        guard !body.isEmpty else { throw .empty(file: file) }
        var ofKeys = [body]
        if let keyColumn = options.keyColumn {
            guard let index = names.firstIndex(of: keyColumn) else {
                throw .noSuchColumn(file: file, column: keyColumn, known: names)
            }
            func key(_ record: [CSVScanner.Field]) -> String? { index < record.count ? scanner.text(record[index]) : nil }
            ofKeys = body.chunked { key($0) == key($1) }
        }
        roles = names.indices.map { column in
            names[column] == options.keyColumn
                ? .text : role(column, ofKeys.map { $0.compactMap { column < $0.count ? scanner.slice($0[column]) : nil } })
        }
        try chooseTimeColumn()
    }

    /// Takes the names of the columns from the first record, or counts them where it holds values.
    private mutating func name(by first: [CSVScanner.Field], _ scanner: CSVScanner) {
        hasHeader =
            first.allSatisfy { field in
                let slice = scanner.slice(field)
                return field.start == field.end || !isValue(slice)
            } && first.contains { $0.start < $0.end }
        names = first.indices.map { index in
            let text = hasHeader ? printable(scanner.text(first[index])) : ""
            return text.isEmpty ? Self.name(ofColumn: index) : text
        }
    }

    static func name(ofColumn index: Int) -> String { "column\(index + 1)" }

    private func isValue(_ slice: UnsafeBufferPointer<UInt8>) -> Bool {
        NumberParser.double(slice, decimalComma: dialect.decimalComma) != nil
            || TimeParser.calendar(slice) != nil || NumberParser.isGap(slice) || NumberParser.isInfinity(slice)
    }

    /// - Parameter samples: what the column holds in the first records, one key's after another's.
    private func role(_ column: Int, _ samples: [[UnsafeBufferPointer<UInt8>]]) -> Role {
        let present = samples.joined().filter { !NumberParser.isGap($0) }
        if hasHeader, ["label", "labels", "is_anomaly", "anomaly"].contains(names[column].lowercased()) { return .label }
        guard !present.isEmpty else { return .number }
        let calendar = present.count { TimeParser.calendar($0) != nil }
        if calendar * 2 > present.count { return .calendar }
        let numbers = samples.map { $0.compactMap { NumberParser.double($0, decimalComma: dialect.decimalComma) } }
        let infinities = present.count { NumberParser.isInfinity($0) }
        guard (numbers.joined().count + infinities) * 2 >= present.count || options.columns.contains(names[column]) else {
            return .text
        }
        let isNamedAsTime =
            hasHeader && SeriesReader.timeNames.contains(names[column].lowercased()) || names[column] == options.timeColumn
        return unixRole(numbers, named: isNamedAsTime) ?? .number
    }

    /// Which times numbers are, if any: in the range of recent epochs and named like times, or, in a file without
    /// header, whole and rising; or whole, rising, not negative and named like times.
    private func unixRole(_ numbers: [[Double]], named: Bool) -> Role? {
        let all = numbers.joined()
        guard let low = all.min(), let high = all.max() else { return nil }
        let rising =
            numbers.allSatisfy { $0.adjacentPairs().allSatisfy { $0 <= $1 } }
            && (high > low || numbers.allSatisfy { $0.count <= 1 })
        let whole = all.allSatisfy { $0 == $0.rounded() }
        if low >= 3e11, high <= 1e13, whole, named || rising && !hasHeader { return .unixMilliseconds }
        if low >= 3e8, high <= 1e10, named || rising && whole && !hasHeader { return .unixSeconds }
        if named, whole, rising, low >= 0 { return .unixSeconds }
        return nil
    }

    /// Keeps one time column: the requested one, else one named like a time, else the first that reads
    /// as one.
    private mutating func chooseTimeColumn() throws(SeriesError) {
        let isTime: (Role) -> Bool = { $0 == .calendar || $0 == .unixSeconds || $0 == .unixMilliseconds }
        var chosen =
            names.indices.first { isTime(roles[$0]) && SeriesReader.timeNames.contains(names[$0].lowercased()) }
            ?? names.indices.first { isTime(roles[$0]) }
        if let wanted = options.timeColumn {
            guard let index = names.firstIndex(of: wanted) else {
                throw .noSuchColumn(file: file, column: wanted, known: names)
            }
            // What is no time in it is told where it stands.
            if roles[index] == .text { roles[index] = .calendar }
            if roles[index] == .number { roles[index] = .unixSeconds }
            chosen = index
        }
        for index in names.indices where index != chosen && isTime(roles[index]) {
            roles[index] = roles[index] == .calendar ? .text : .number
        }
    }
}
