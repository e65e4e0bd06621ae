import Algorithms
import Foundation

extension SeriesFormat {
    /// How the names of CSV files end.
    public static let csvEnding = ".csv"

    /// Delimited text.
    static let csv = SeriesFormat(
        endings: [csvEnding], recognises: { _ in true },
        read: { source, options in
            if let kind = ForeignContent.kind(of: source.data) {
                throw SeriesError.foreign(file: source.name, kind: kind.name, remedy: kind.remedy)
            }
            return try CSVReader.series(source.data, file: source.name, options: options)
        })
}

/// Reads delimited text into a `Series`.
///
/// Delimiter, decimal comma, header, time column and label column are found from the first 200 records.
/// Cost: one pass over the bytes that counts lines and one that reads them, the work of large files shared by all
/// cores; about 16 bytes of memory a value.
struct CSVReader {
    /// How a column is read.
    enum Role: Equatable { case number, label, text, calendar, unixSeconds, unixMilliseconds }

    let bytes: UnsafeBufferPointer<UInt8>
    let file: String
    let dialect: CSVDialect
    private(set) var names: [String] = []
    private var roles: [Role] = []
    private var hasHeader = false
    /// Whether the names are known and not written in the text.
    private var isNamed = false
    private var options: SeriesReader.Options

    /// Parses `data`; `file` is the name used in messages.
    /// - Parameter names: of the columns where they are known; the text has no header then, and its dialect is `CSVDialect.plain`.
    static func series(
        _ data: Data, file: String, options: SeriesReader.Options, names: [String]? = nil
    ) throws -> Series {
        try data.withUnsafeBytes {
            var reader = CSVReader(bytes: $0.bindMemory(to: UInt8.self), file: file, options: options, names: names)
            try reader.inspect()
            return try reader.parse()
        }
    }

    /// By what records are read, found from the first ones of the first key where there are keys.
    /// - Returns: also how many bytes the header takes.
    static func form(
        of bytes: UnsafeBufferPointer<UInt8>, file: String, options: SeriesReader.Options, names: [String]?
    ) throws(SeriesError) -> (form: CSVForm, headerBytes: Int) {
        var reader = CSVReader(bytes: bytes, file: file, options: options, names: names)
        try reader.inspect()
        guard reader.roles.contains(.number) else { throw .noNumericColumn(file: file, columns: reader.names) }
        return (reader.form, try reader.scannerBehindHeader().position)
    }

    private var form: CSVForm { CSVForm(dialect: dialect, names: names, roles: roles, hasHeader: hasHeader) }

    /// As above, with what records behind these are read by.
    static func seriesAndForm(
        _ data: Data, file: String, options: SeriesReader.Options
    ) throws -> (series: Series, form: CSVForm) {
        try data.withUnsafeBytes {
            var reader = CSVReader(bytes: $0.bindMemory(to: UInt8.self), file: file, options: options)
            try reader.inspect()
            return (try reader.parse(), reader.form)
        }
    }

    private init(
        bytes: UnsafeBufferPointer<UInt8>, file: String, options: SeriesReader.Options, names: [String]? = nil
    ) {
        self.bytes = bytes
        self.file = file
        self.options = options
        dialect = names == nil ? CSVDialect.detect(bytes) : .plain
        if let names { (self.names, isNamed, hasHeader) = (names, true, true) }
    }

    init(bytes: UnsafeBufferPointer<UInt8>, file: String, form: CSVForm) {
        self.bytes = bytes
        self.file = file
        options = SeriesReader.Options()
        (dialect, names, roles, hasHeader) = (form.dialect, form.names, form.roles, form.hasHeader)
    }

    // MARK: Roles

    private mutating func inspect() throws(SeriesError) {
        var scanner = CSVScanner(bytes: bytes, delimiter: dialect.delimiter)
        var fields: [CSVScanner.Field] = []
        var records: [[CSVScanner.Field]] = []
        while records.count < 200, try scanner.next(into: &fields, file: file) { records.append(fields) }
        guard let first = records.first else { throw .empty(file: file) }
        if !isNamed { name(by: first, scanner) }
        var body = hasHeader && !isNamed ? records.dropFirst() : records[...]
        if let keyColumn = options.keyColumn {
            guard let index = names.firstIndex(of: keyColumn) else {
                throw .noSuchColumn(file: file, column: keyColumn, known: names)
            }
            func key(_ record: [CSVScanner.Field]) -> String? { index < record.count ? scanner.text(record[index]) : nil }
            body = body.prefix { key($0) == body.first.map { key($0) } ?? nil }
        }
        guard !body.isEmpty else { throw .empty(file: file) }
        roles = names.indices.map { column in
            names[column] == options.keyColumn
                ? .text : role(column, body.compactMap { column < $0.count ? scanner.slice($0[column]) : nil })
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
            return text.isEmpty ? "column\(index + 1)" : text
        }
    }

    private func isValue(_ slice: UnsafeBufferPointer<UInt8>) -> Bool {
        NumberParser.double(slice, decimalComma: dialect.decimalComma) != nil
            || TimeParser.calendar(slice) != nil || NumberParser.isGap(slice) || NumberParser.isInfinity(slice)
    }

    private func role(_ column: Int, _ samples: [UnsafeBufferPointer<UInt8>]) -> Role {
        let present = samples.filter { !NumberParser.isGap($0) }
        if hasHeader, ["label", "labels", "is_anomaly", "anomaly"].contains(names[column].lowercased()) { return .label }
        guard !present.isEmpty else { return .number }
        let calendar = present.count { TimeParser.calendar($0) != nil }
        if calendar * 2 > present.count { return .calendar }
        let numbers = present.compactMap { NumberParser.double($0, decimalComma: dialect.decimalComma) }
        let infinities = present.count { NumberParser.isInfinity($0) }
        guard (numbers.count + infinities) * 2 >= present.count else { return .text }
        return unixRole(numbers, named: hasHeader && SeriesReader.timeNames.contains(names[column].lowercased())) ?? .number
    }

    /// Which times numbers are, if any: in the range of recent epochs and named like times, or, in a file without
    /// header, whole and rising; or whole, rising, not negative and named like times.
    private func unixRole(_ numbers: [Double], named: Bool) -> Role? {
        guard let (low, high) = numbers.minAndMax() else { return nil }
        let rising = numbers.adjacentPairs().allSatisfy { $0 <= $1 } && (high > low || numbers.count == 1)
        let whole = numbers.allSatisfy { $0 == $0.rounded() }
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
            if roles[index] == .number { roles[index] = .unixSeconds }
            chosen = index
        }
        for index in names.indices where index != chosen && isTime(roles[index]) {
            roles[index] = roles[index] == .calendar ? .text : .number
        }
    }

    // MARK: Values

    private func parse() throws(SeriesError) -> Series {
        guard roles.contains(.number) else { throw .noNumericColumn(file: file, columns: names) }
        let scanner = try scannerBehindHeader()
        let tables = if let plain = plainTables(from: scanner.position) { plain } else { [try table(scanner)] }
        return series(of: tables)
    }

    private func scannerBehindHeader() throws(SeriesError) -> CSVScanner {
        var scanner = CSVScanner(bytes: bytes, delimiter: dialect.delimiter)
        var fields: [CSVScanner.Field] = []
        if hasHeader, !isNamed { _ = try scanner.next(into: &fields, file: file) }
        return scanner
    }

    /// The columns of tables that follow each other.
    func series(of tables: [CSVTable]) -> Series {
        let timeColumn = roles.firstIndex { [.calendar, .unixSeconds, .unixMilliseconds].contains($0) }
        let labelColumn = roles.firstIndex(of: .label)
        let numbers = roles.indices.filter { roles[$0] == .number }
        let channels = numbers.map { Series.Channel(name: names[$0], values: CSVTable.column($0, of: tables, as: Double.self)) }
        let axis = timeColumn.map {
            TimeAxis(
                microseconds: CSVTable.column($0, of: tables, as: Int64.self), format: tables[0].format ?? .unixMilliseconds)
        }
        var notices: [String] = []
        let text = roles.indices.filter { roles[$0] == .text }.map { names[$0] }
        if !text.isEmpty { notices.append("Text is left out: \(text.joined(separator: ", ")).") }
        return Series(
            name: file, channels: channels, time: axis ?? .rowNumbers,
            labels: labelColumn.map { CSVTable.column($0, of: tables, as: Double.self).map { $0 == 1 } }, notices: notices)
    }

    /// Reads all records behind the header, one after the other.
    private func table(_ start: CSVScanner) throws(SeriesError) -> CSVTable {
        var scanner = start
        var fields: [CSVScanner.Field] = []
        let table = CSVTable(columns: names.count, rowLimit: recordLimit(scanner.position..<bytes.count))
        while true {
            let place = Place(row: table.rowCount + 1, line: scanner.line)
            if let end = try plainRecord(at: scanner.position, place, table) {
                scanner.skipLine(endingAt: end)
            } else {
                guard try scanner.next(into: &fields, file: file) else { return table }
                try convert(fields, of: scanner, place, table)
            }
            table.rowCount += 1
        }
    }

    func convert(
        _ fields: [CSVScanner.Field], of scanner: CSVScanner, _ place: Place, _ table: CSVTable
    ) throws(SeriesError) {
        guard fields.count == names.count else {
            throw .fieldCount(file: file, row: place.row, line: place.line, expected: names.count, found: fields.count)
        }
        for column in names.indices { try convert(scanner.slice(fields[column]), place, column, table) }
    }

    /// Reads all records behind the header in parts, one on each core.
    /// - Returns: `nil` for a small file, for one in which any record needs the scanner or is wrong, and where
    ///   the parts disagree on how times are written: the slower way then finds out what and where.
    private func plainTables(from start: Int) -> [CSVTable]? {
        let count = min(ProcessInfo.processInfo.activeProcessorCount, (bytes.count - start) >> 19)
        guard count > 1, let base = bytes.baseAddress else { return nil }
        var bounds = [start]
        for part in 1..<count {
            let middle = max(start + (bytes.count - start) / count * part, bounds[part - 1])
            guard let lineEnd = memchr(base + middle, 0x0A, bytes.count - middle) else { return nil }
            bounds.append(UnsafeRawPointer(lineEnd) - UnsafeRawPointer(base) + 1)
        }
        bounds.append(bytes.count)
        let tables = inParallel(count) { plainTable(bounds[$0]..<bounds[$0 + 1]) }.compactMap { $0 }
        guard tables.count == count, tables.allSatisfy({ $0.rowCount > 0 && $0.format == tables[0].format }) else { return nil }
        return tables
    }

    private func plainTable(_ range: Range<Int>) -> CSVTable? {
        let table = CSVTable(columns: names.count, rowLimit: recordLimit(range))
        var position = range.lowerBound
        while position < range.upperBound {
            if bytes[position] == 0x0A || bytes[position] == 0x0D {
                position += 1
            } else {
                guard let end = try? plainRecord(at: position, Place(row: 0, line: 0), table) else { return nil }
                position = end
                table.rowCount += 1
            }
        }
        return table
    }

    /// An upper bound on the records in `range`: one a line end, and one more; but no more than fit, since each has as many
    /// delimiters and line ends as there are columns. So a table has no more cells than the file has bytes.
    func recordLimit(_ range: Range<Int>) -> Int { min(lineCount(range), range.count / names.count + 2) }

    private func lineCount(_ range: Range<Int>) -> Int {
        guard let base = UnsafeRawPointer(bytes.baseAddress) else { return 1 }
        var (count, position) = (1, range.lowerBound)
        /// How many of eight bytes are zero: only those leave their highest bit unset when the lower ones are
        /// carried into it.
        func zeros(_ word: UInt64) -> Int {
            let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
            return (~(((word & low) &+ low) | word | low)).nonzeroBitCount
        }
        while position + 8 <= range.upperBound {
            let word = (base + position).loadUnaligned(as: UInt64.self)
            count &+= zeros(word ^ 0x0A0A_0A0A_0A0A_0A0A) &+ zeros(word ^ 0x0D0D_0D0D_0D0D_0D0D)
            position += 8
        }
        return count + bytes[position..<range.upperBound].count { $0 == 0x0A || $0 == 0x0D }
    }

    /// Reads a record whose fields are neither quoted nor padded straight from the bytes; nearly all are so.
    /// - Returns: the place of its line end, or `nil` when the record needs the scanner.
    private func plainRecord(at start: Int, _ place: Place, _ table: CSVTable) throws(SeriesError) -> Int? {
        var position = start
        for column in names.indices {
            guard position < bytes.count, bytes[position] != 0x22, bytes[position] > 0x20 || column > 0 else { return nil }
            let begin = position
            if roles[column] == .number,
                let (value, end) = NumberParser.plainDecimal(bytes, at: begin, delimiter: dialect.delimiter, point: dialect.point)
            {
                table.set(value, column: column)
                position = end
            } else {
                while position < bytes.count, bytes[position] != dialect.delimiter, bytes[position] != 0x0A,
                    bytes[position] != 0x0D
                {
                    position += 1
                }
                if position > begin, bytes[begin] == 0x20 || bytes[position - 1] == 0x20 { return nil }
                guard position - begin <= CSVScanner.longestField else { return nil }
                try convert(UnsafeBufferPointer(rebasing: bytes[begin..<position]), place, column, table)
            }
            guard column < names.count - 1 else { break }
            guard position < bytes.count, bytes[position] == dialect.delimiter else { return nil }
            position += 1
        }
        return position == bytes.count || bytes[position] == 0x0A || bytes[position] == 0x0D ? position : nil
    }

    private func convert(
        _ slice: UnsafeBufferPointer<UInt8>, _ place: Place, _ column: Int, _ table: CSVTable
    ) throws(SeriesError) {
        switch roles[column] {
        case .number: table.set(try number(slice, place, column), column: column)
        case .label: table.set(try label(slice, place, column) ? 1.0 : 0.0, column: column)
        case .text: break
        case .calendar, .unixSeconds, .unixMilliseconds:
            if roles[column] == .calendar, table.format != nil, let instant = table.calendar.instant(slice) {
                table.set(instant, column: column)
            } else {
                table.set(try time(slice, place, column, &table.format), column: column)
            }
        }
    }

    struct Place {
        let row: Int
        let line: Int
    }

    private func number(_ slice: UnsafeBufferPointer<UInt8>, _ place: Place, _ column: Int) throws(SeriesError) -> Double {
        if let value = NumberParser.double(slice, decimalComma: dialect.decimalComma), value.isFinite { return value }
        if NumberParser.isGap(slice) { return .nan }
        let text = String(decoding: slice, as: UTF8.self)
        if NumberParser.isInfinity(slice) || NumberParser.looksNumeric(slice) && Double(text)?.isInfinite == true {
            throw .infinite(file: file, row: place.row, line: place.line, column: names[column], text: text)
        }
        throw .badNumber(file: file, row: place.row, line: place.line, column: names[column], text: text)
    }

    private func time(
        _ slice: UnsafeBufferPointer<UInt8>, _ place: Place, _ column: Int, _ format: inout TimeFormat?
    ) throws(SeriesError) -> Int64 {
        if roles[column] == .calendar {
            if let (instant, notation) = TimeParser.calendar(slice) {
                if format == nil { format = .iso8601(notation) }
                return instant
            }
        } else if let value = NumberParser.double(slice, decimalComma: dialect.decimalComma),
            abs(value) < (roles[column] == .unixMilliseconds ? 9e15 : 9e12)
        {
            if roles[column] == .unixMilliseconds {
                format = .unixMilliseconds
                return Int64((value * 1000).rounded())
            }
            let digits = slice.lastIndex(where: { $0 == 0x2E || $0 == 0x2C }).map { slice.count - 1 - $0 } ?? 0
            if case .unixSeconds(let known) = format, known >= digits {
            } else {
                format = .unixSeconds(fractionDigits: min(6, digits))
            }
            return Int64((value * 1_000_000).rounded())
        }
        throw .badTime(
            file: file, row: place.row, line: place.line, column: names[column], text: String(decoding: slice, as: UTF8.self))
    }

    private func label(_ slice: UnsafeBufferPointer<UInt8>, _ place: Place, _ column: Int) throws(SeriesError) -> Bool {
        if NumberParser.isGap(slice) { return false }
        if let value = NumberParser.double(slice, decimalComma: dialect.decimalComma), value == 0 || value == 1 {
            return value == 1
        }
        let text = String(decoding: slice, as: UTF8.self)
        switch text.lowercased() {
        case "true", "yes", "anomaly": return true
        case "false", "no", "normal": return false
        default:
            throw .badLabel(file: file, row: place.row, line: place.line, column: names[column], text: text)
        }
    }
}
