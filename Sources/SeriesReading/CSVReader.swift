import Foundation
import TimeSeries
import Work

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
    var names: [String] = []
    var roles: [Role] = []
    var hasHeader = false
    /// Whether the names are known and not written in the text.
    var isNamed = false
    var options: SeriesReader.Options

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

    /// By what records are read, found from the first ones.
    /// - Parameter isWhole: whether nothing comes behind `bytes`.
    /// - Returns: also how many bytes the header takes.
    /// - Throws: `SeriesError`; `.unclosedQuote` where they end within quotes and more comes.
    static func form(
        of bytes: UnsafeBufferPointer<UInt8>, isWhole: Bool, file: String, options: SeriesReader.Options, names: [String]?
    ) throws(SeriesError) -> (form: CSVForm, headerBytes: Int) {
        var reader = CSVReader(bytes: bytes, file: file, options: options, names: names)
        try reader.inspect(isStream: true, isWhole: isWhole)
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
        if let names {
            self.names = names.enumerated().map { $1.isEmpty ? Self.name(ofColumn: $0) : printable($1) }
            (isNamed, hasHeader) = (true, true)
        }
    }

    init(bytes: UnsafeBufferPointer<UInt8>, file: String, form: CSVForm) {
        self.bytes = bytes
        self.file = file
        options = SeriesReader.Options()
        (dialect, names, roles, hasHeader) = (form.dialect, form.names, form.roles, form.hasHeader)
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
            let row = table.rowCount + 1
            if let end = try plainRecord(at: scanner.position, Place(row: row, line: scanner.line), table) {
                scanner.skipLine(endingAt: end)
            } else {
                guard try scanner.next(into: &fields, file: file) else { return table }
                try convert(fields, of: scanner, Place(row: row, line: scanner.recordLine), table)
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
        let tables = mapInParallel(count) { plainTable(bounds[$0]..<bounds[$0 + 1]) }.compactMap { $0 }
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
            // So that the time between any two is a number of microseconds too.
            abs(value) < (roles[column] == .unixMilliseconds ? 4.6e15 : 4.6e12)
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
