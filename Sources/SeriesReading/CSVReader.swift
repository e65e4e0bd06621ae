import Foundation
import TimeSeries
import Work

/// Reads the records of a text into a `Series`, by what was decided about it.
///
/// Cost: one pass over the bytes that counts lines and one that reads them, the work of large files shared by all
/// cores; about 16 bytes of memory a value.
struct CSVReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let file: String
    let form: TableForm
    /// What stands between fields, and the decimal point, at hand for each field.
    private let delimiter: UInt8, point: UInt8
    private let plainTimeColumn: Int?

    /// The line of the source of each record, where those are not the lines of the text.
    private let lines: [Int]

    init(bytes: UnsafeBufferPointer<UInt8>, file: String, form: TableForm, lines: [Int] = []) {
        (self.bytes, self.file, self.form, self.lines) = (bytes, file, form, lines)
        (delimiter, point, plainTimeColumn) = (form.layout.delimiter, form.decimal, form.plainTimeColumn)
    }

    /// Reads all rows of the table in their order.
    /// - Throws: `SeriesError`.
    func parse() throws(SeriesError) -> (series: Series, remarks: CSVRemarks) {
        guard !form.channels.isEmpty || !form.categories.isEmpty else { throw .noNumericColumn(file: file, columns: form.names) }
        let tables = if let plain = plainTables() { plain } else { [try table()] }
        return (series(of: tables), CSVRemarks(tables))
    }

    // MARK: Records

    private func scanner() -> CSVScanner {
        form.layout.rows(of: bytes, line: form.layout.startLine)
    }

    /// Reads all records of the table, one after the other.
    private func table() throws(SeriesError) -> CSVTable {
        var scanner = scanner()
        var fields: [CSVScanner.Field] = []
        let table = CSVTable(columns: form.names.count, rowLimit: recordLimit(scanner.position..<form.layout.end))
        var row = 0
        while true {
            row += 1
            scanner.passLines()
            if form.only.isEmpty, let end = try plainRecord(at: scanner.position, place(row, scanner.line), table) {
                scanner.skipLine(endingAt: end)
                table.take(row: row)
            } else {
                guard try scanner.next(into: &fields, file: file) else {
                    table.passedPlaces = scanner.passedPlaces
                    return table
                }
                if isRemark(fields[0]) {
                    row -= 1
                } else if try convert(fields, of: scanner, place(row, scanner.recordLine), table) {
                    table.take(row: row)
                }
            }
        }
    }

    private func place(_ row: Int, _ line: Int) -> Place { Place(row: row, line: row <= lines.count ? lines[row - 1] : line) }

    /// Whether a record is a remark, where some stand above the table.
    private func isRemark(_ field: CSVScanner.Field) -> Bool {
        form.layout.hasRemarks && field.start < field.end && bytes[field.start] == UInt8(ascii: "#")
    }

    /// Reads a record.
    /// - Returns: whether it is a row of the series.
    func convert(
        _ fields: [CSVScanner.Field], of scanner: CSVScanner, _ place: Place, _ table: CSVTable
    ) throws(SeriesError) -> Bool {
        if fields.count != form.names.count { try checkCount(fields, place, table) }
        func slice(_ column: Int) -> UnsafeBufferPointer<UInt8> {
            column < fields.count ? scanner.slice(fields[column]) : UnsafeBufferPointer(start: nil, count: 0)
        }
        if form.only.contains(where: { !slice($0.column).elementsEqual($0.value) }) { return false }
        if form.hasTime, isWithoutTime(slice) {
            table.timelessRows += 1
            return false
        }
        for column in form.names.indices where form.roles[column] != .timePart {
            try convert(slice(column), place, column, table)
        }
        if !form.timeColumns.isEmpty { try convertParts(place, table, slice) }
        return true
    }

    /// A record may lack its last fields, of which it has more than half, and have more that hold nothing.
    private func checkCount(_ fields: [CSVScanner.Field], _ place: Place, _ table: CSVTable) throws(SeriesError) {
        let expected = form.names.count
        if fields.count < expected, fields.count * 2 > expected {
            if fields.count < form.layout.rowWidth { table.shortRows += 1 }
        } else if fields.count < expected || fields[expected...].contains(where: { $0.start < $0.end }) {
            // A remark may stand behind a row of which blanks divide the fields.
            if fields.count > expected, delimiter == TableLayout.blanks, "<#(!/%;[".utf8.contains(bytes[fields[expected].start]) {
                table.remarkedRows += 1
                return
            }
            throw .fieldCount(file: file, row: place.row, line: place.line, expected: expected, found: fields.count)
        }
    }

    private func isWithoutTime(_ slice: (Int) -> UnsafeBufferPointer<UInt8>) -> Bool {
        if let plainTimeColumn { return slice(plainTimeColumn).isEmpty }
        return form.timeColumns.allSatisfy { slice($0).isEmpty }
    }

    /// Reads all records in parts, one on each core.
    /// - Returns: `nil` for a small file, for one in which any record needs the scanner or is wrong, and where
    ///   the parts disagree on how times are written: the slower way then finds out what and where.
    private func plainTables() -> [CSVTable]? {
        let (start, stop) = (form.layout.start, form.layout.end)
        let count = min(ProcessInfo.processInfo.activeProcessorCount, (stop - start) >> 19)
        guard count > 1, form.only.isEmpty, delimiter != TableLayout.blanks, let base = bytes.baseAddress else { return nil }
        var bounds = [start]
        for part in 1..<count {
            let middle = max(start + (stop - start) / count * part, bounds[part - 1])
            guard let lineEnd = memchr(base + middle, 0x0A, stop - middle) else { return nil }
            bounds.append(UnsafeRawPointer(lineEnd) - UnsafeRawPointer(base) + 1)
        }
        bounds.append(stop)
        let tables = mapInParallel(count) { plainTable(bounds[$0]..<bounds[$0 + 1]) }.compactMap { $0 }
        guard tables.count == count, tables.allSatisfy({ $0.rowCount > 0 && $0.format == tables[0].format }) else { return nil }
        return tables
    }

    private func plainTable(_ range: Range<Int>) -> CSVTable? {
        let table = CSVTable(columns: form.names.count, rowLimit: recordLimit(range))
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

    /// An upper bound on the records in `range`: one a line end, and one more; but no more than fit, since each has at least half as
    /// many delimiters and line ends as there are columns. So a table has no more than twice as many cells as the file has bytes.
    func recordLimit(_ range: Range<Int>) -> Int { min(lineCount(range), range.count / max(1, form.names.count / 2) + 2) }

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
        let stop = form.layout.end
        guard delimiter != TableLayout.blanks else { return nil }
        var (position, parts) = (start, 0)
        for column in form.roles.indices {
            guard position < stop, bytes[position] != 0x22, bytes[position] > 0x23 || column > 0 else { return nil }
            let begin = position
            let role = form.roles[column]
            if role == .number, let (value, end) = NumberParser.plainDecimal(bytes, at: begin, delimiter: delimiter, point: point)
            {
                table.set(value, column: column)
                position = end
            } else {
                while position < stop, bytes[position] != delimiter, bytes[position] != 0x0A, bytes[position] != 0x0D {
                    position += 1
                }
                let last = position > begin ? bytes[position - 1] : 0
                if last == 0x20 || last == 0x09 || position > begin && bytes[begin] == 0x20 { return nil }
                guard position - begin <= CSVScanner.longestField else { return nil }
                let field = UnsafeBufferPointer(rebasing: bytes[begin..<position])
                if role == .timePart {
                    table.parts[column] = begin..<position
                    parts += 1
                } else {
                    if plainTimeColumn == column, field.isEmpty { return nil }
                    try convert(field, place, column, table)
                }
            }
            guard column < form.roles.count - 1 else { break }
            guard position < stop, bytes[position] == delimiter else { return nil }
            position += 1
        }
        guard position == stop || bytes[position] == 0x0A || bytes[position] == 0x0D else { return nil }
        if parts > 0 {
            guard form.timeColumns.contains(where: { !(table.parts[$0]?.isEmpty ?? true) }) else { return nil }
            try convertParts(place, table) { UnsafeBufferPointer(rebasing: bytes[table.parts[$0] ?? 0..<0]) }
        }
        return position
    }

    /// The columns of tables that follow each other.
    func series(of tables: [CSVTable]) -> Series {
        var channels: [Series.Channel] = []
        for column in form.order {
            switch form.roles[column] {
            case .number:
                var values = CSVTable.column(column, of: tables, as: Double.self)
                if !form.marks.numbers.isEmpty { values = values.map { form.marks.contains($0) ? .nan : $0 } }
                channels.append(Series.Channel(name: form.names[column], values: values))
            case .category:
                let codes = CSVTable.column(column, of: tables, as: Int64.self)
                for (index, value) in (form.categories[column] ?? []).enumerated() {
                    channels.append(
                        Series.Channel(
                            name: "\(form.names[column])=\(printable(String(decoding: value, as: UTF8.self)))",
                            values: codes.map { $0 < 0 ? .nan : $0 == index ? 1 : 0 }))
                }
            default: continue
            }
        }
        let labels = form.roles.firstIndex(of: .label).map { CSVTable.column($0, of: tables, as: Double.self).map { $0 == 1 } }
        let rowNumbers = tables.count == 1 ? tables[0].rowNumbers : nil
        return Series(name: file, channels: channels, time: axis(tables), labels: labels, fileOrder: rowNumbers)
    }

    private func axis(_ tables: [CSVTable]) -> TimeAxis {
        if let column = plainTimeColumn {
            var times = CSVTable.column(column, of: tables, as: Int64.self)
            let format = tables[0].format ?? .unixMilliseconds
            if let zone = form.zone, case .iso8601(let notation) = format, notation.zone == .none {
                zone.toUTC(&times)
                return TimeAxis(microseconds: times, format: .finest(times, zone: zone.zone))
            }
            return TimeAxis(microseconds: times, format: format)
        }
        guard let notation = form.notation, let first = form.timeColumns.first else { return .rowNumbers }
        var times = CSVTable.column(first, of: tables, as: Int64.self)
        if form.hasShortYears { TableForm.putInThePast(&times) }
        if notation == .clock || !notation.isElapsed && !notation.namesDate { ClockTime.unwind(&times) }
        guard let zone = form.zone, form.writtenZone == .none, !notation.isElapsed else {
            return TimeAxis(microseconds: times, format: notation.format(of: times, zone: form.writtenZone))
        }
        zone.toUTC(&times)
        return TimeAxis(microseconds: times, format: notation.format(of: times, zone: zone.zone))
    }

    // MARK: Fields

    private func convert(
        _ slice: UnsafeBufferPointer<UInt8>, _ place: Place, _ column: Int, _ table: CSVTable
    ) throws(SeriesError) {
        switch form.roles[column] {
        case .number: table.set(try number(slice, place, column, table), column: column)
        case .label: table.set(try label(slice, place, column) ? 1.0 : 0.0, column: column)
        case .category: table.set(Int64(form.categories[column]?.firstIndex { $0.elementsEqual(slice) } ?? -1), column: column)
        case .none, .timePart: break
        case .calendar, .unixSeconds, .unixMilliseconds:
            if form.roles[column] == .calendar, table.format != nil, let instant = table.calendar.instant(slice) {
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

    private func number(
        _ slice: UnsafeBufferPointer<UInt8>, _ place: Place, _ column: Int, _ table: CSVTable
    ) throws(SeriesError) -> Double {
        if let value = form.numbers[column].value(slice), value.isFinite {
            if let mark = NumberForm.mark(behind: slice) { table.count(behind: mark) }
            return value
        }
        if form.marks.contains(slice) {
            table.count(mark: slice)
            return .nan
        }
        let text = String(decoding: slice, as: UTF8.self)
        if NumberParser.isInfinity(slice) || NumberParser.looksNumeric(slice) && Double(text)?.isInfinite == true {
            throw .infinite(file: file, row: place.row, line: place.line, column: form.names[column], text: text)
        }
        throw .badNumber(file: file, row: place.row, line: place.line, column: form.names[column], text: text)
    }

    private func time(
        _ slice: UnsafeBufferPointer<UInt8>, _ place: Place, _ column: Int, _ format: inout TimeFormat?
    ) throws(SeriesError) -> Int64 {
        let role = form.roles[column]
        if role == .calendar {
            if let (instant, notation) = TimeParser.calendar(slice) {
                if format == nil { format = .iso8601(notation) }
                return instant
            }
        } else if let value = NumberParser.double(slice, decimalComma: form.usesDecimalComma),
            // So that the time between any two is a number of microseconds too.
            abs(value) < (role == .unixMilliseconds ? 4.6e15 : 4.6e12)
        {
            if role == .unixMilliseconds {
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
        throw badTime(String(decoding: slice, as: UTF8.self), place, [column])
    }

    private func badTime(_ text: String, _ place: Place, _ columns: [Int]) -> SeriesError {
        .badTime(
            file: file, row: place.row, line: place.line, column: columns.map { form.names[$0] }.joined(separator: " and "),
            text: text)
    }

    /// Reads the time whose parts stand in one column or several, which are joined by blanks.
    private func convertParts(
        _ place: Place, _ table: CSVTable, _ slice: (Int) -> UnsafeBufferPointer<UInt8>
    ) throws(SeriesError) {
        let instant: Int64?
        if form.timeColumns.count == 1 {
            instant = form.notation?.instant(slice(form.timeColumns[0]))
        } else {
            Self.join(form.timeColumns, into: &table.joined, slice)
            instant = table.joined.withUnsafeBufferPointer { form.notation?.instant($0) }
        }
        guard let instant else {
            let text = form.timeColumns.map { String(decoding: slice($0), as: UTF8.self) }.joined(separator: " ")
            throw badTime(text, place, form.timeColumns)
        }
        table.set(instant, column: form.timeColumns[0])
    }

    /// Joins the parts of a time, with a blank between two. Whole numbers lose a fraction of zeros, which some programs write.
    static func join(_ columns: [Int], into text: inout [UInt8], _ slice: (Int) -> UnsafeBufferPointer<UInt8>) {
        text.removeAll(keepingCapacity: true)
        for column in columns {
            if !text.isEmpty { text.append(0x20) }
            let field = slice(column)
            if let whole = wholeWithExponent(field) {
                text += String(whole).utf8
                continue
            }
            var end = field.count
            if let point = field.firstIndex(of: 0x2E), field[(point + 1)...].allSatisfy({ $0 == 0x30 }),
                field[..<point].allSatisfy({ $0 &- 0x30 < 10 })
            {
                end = point
            }
            text += field[..<end]
        }
    }

    /// A whole number that is written with an exponent, as `1.952e+03`.
    private static func wholeWithExponent(_ field: UnsafeBufferPointer<UInt8>) -> Int? {
        guard field.count > 4, let first = field.first, first &- 0x30 < 10, field.contains(where: { $0 | 0x20 == 0x65 }),
            let value = NumberParser.double(field, decimalComma: false), value == value.rounded(), value < 1e9
        else { return nil }
        return Int(value)
    }

    private func label(_ slice: UnsafeBufferPointer<UInt8>, _ place: Place, _ column: Int) throws(SeriesError) -> Bool {
        if let label = Self.label(slice, decimalComma: form.usesDecimalComma) { return label }
        if form.marks.contains(slice) { return false }
        throw .badLabel(
            file: file, row: place.row, line: place.line, column: form.names[column], text: String(decoding: slice, as: UTF8.self)
        )
    }

    /// What a field of a label column says; `nil` for what is neither yes nor no. Nothing is no.
    static func label(_ slice: UnsafeBufferPointer<UInt8>, decimalComma: Bool) -> Bool? {
        if NumberParser.isGap(slice) { return false }
        if let value = NumberParser.double(slice, decimalComma: decimalComma) {
            return value == 0 || value == 1 ? value == 1 : nil
        }
        return switch String(decoding: slice, as: UTF8.self).lowercased() {
        case "true", "yes", "anomaly", "t", "y", "outlier", "abnormal", "attack", "anomalous": true
        case "false", "no", "normal", "f", "n", "ok", "inlier", "benign": false
        default: nil
        }
    }
}
