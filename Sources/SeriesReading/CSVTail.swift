import Foundation
import TimeSeries

/// Records that were read by a form that was known.
struct CSVRecords {
    /// The rows; their `fileOrder` holds the positions of their records.
    var rows: Series
    /// Why records were left out; of very many the first.
    private(set) var problems: [SeriesError] = []
    /// Records, line ends and bytes that were read.
    var count = 0, lines = 0, bytes = 0

    private static let mostProblems = 100

    init(rows: Series) { self.rows = rows }

    mutating func tell(_ problem: SeriesError) { if problems.count < Self.mostProblems { problems.append(problem) } }
}

/// Reads the rows of a CSV text that comes in pieces, cut anywhere: a row counts when its line is whole. The form is that of
/// the beginning. Cost: the bytes of each piece once, and those of a line that is not whole again when a line ends;
/// one that is longer than `longestLine` is told and left out.
struct CSVTail: Sendable {
    private let file: String
    private let form: TableForm
    private var format: TimeFormat
    private var lastTime: Int64?
    private let firstTime: Int64?
    /// The last time of the text before, until a later one has come: what stands there up to it was read.
    private var known: Int64?
    /// The steps that rows lie on; what is missing between them is completed.
    private let grid: Grid?
    private var records: Int
    private var lines: Int
    /// What came behind the last whole line.
    private var rest: Data
    /// Whether the next record must be the header of the form.
    private var awaitsHeader = false
    /// Whether what comes belongs to a line that was left out, since it has no end.
    private var isSkipping = false

    /// The bytes of the longest line that is waited for, as in streams of many series.
    static let longestLine = 16 << 20

    /// Reads the whole lines of `data`.
    /// - Returns: their series and how it was read, and the tail that reads on.
    /// - Throws: `SeriesError` as `SeriesReader` does, for a row that is wrong too.
    static func beginning(_ data: Data, file: String, options: SeriesReader.Options) throws -> (Reading, CSVTail) {
        // The other half of a line end may follow a CR that is the last byte.
        let known = data.last == 0x0D ? data.dropLast() : data
        var end = known.lastIndex { $0 == 0x0A || $0 == 0x0D }.map { $0 + 1 } ?? data.startIndex
        while true {
            let whole = data[..<end]
            do {
                let raw = try RawReading(text: whole, file: file, options: options)
                guard !raw.isTurned else { throw SeriesError.notFollowed(file: file) }
                let reading = withoutFuture(try SeriesReader.finish(raw, options, grows: true), file: file)
                let records = max(raw.series.rowCount, raw.series.fileOrder?.last ?? 0)
                let tail = CSVTail(
                    file: file, form: raw.form.dropping(reading.understanding), format: reading.series.time.format,
                    lastTime: reading.series.time.microseconds?.last,
                    firstTime: reading.series.time.microseconds?.first, grid: reading.grid, records: records,
                    lines: lineEnds(whole), rest: Data(data[end...]))
                return (reading, tail)
            } catch SeriesError.unclosedQuote(_, let line) where line > 1 {
                // The line end that the text was cut at stands within quotes.
                let starts = whole.indices.lazy.filter { whole[$0] == 0x0A }.map { $0 + 1 }
                guard let start = starts.dropFirst(line - 2).first, start < end else {
                    throw SeriesError.unclosedQuote(file: file, line: line)
                }
                end = start
            }
        }
    }

    private static func lineEnds(_ data: Data) -> Int {
        var (count, last): (Int, UInt8) = (0, 0)
        for byte in data {
            if byte == 0x0D || byte == 0x0A && last != 0x0D { count += 1 }
            last = byte
        }
        return count
    }

    /// Begins anew with a text of the same form that takes the place of the one before; its rows come behind those read.
    mutating func restart() {
        (records, lines, rest, awaitsHeader, isSkipping) = (0, 0, Data(), form.layout.startLine > 1, false)
        known = lastTime
    }

    /// Takes the next piece.
    /// - Throws: `SeriesError.otherColumns` where a text that took the place of another has another header.
    mutating func append(_ piece: Data) throws(SeriesError) -> SeriesTail.Growth {
        let end = piece.firstIndex { $0 == 0x0A || $0 == 0x0D }
        if isSkipping {
            guard let end = piece.firstIndex(of: 0x0A) ?? end else { return SeriesTail.Growth() }
            isSkipping = false
            (records, lines) = (records + 1, lines + 1)
            return try append(Data(piece[(end + 1)...]))
        }
        // Without the end of a line no row is whole: what came before is not looked at again.
        let isWhole = end != nil || rest.last == 0x0D
        rest.append(piece)
        var growth = !isWhole ? SeriesTail.Growth() : try wholeRows()
        if rest.count > Self.longestLine {
            growth.problems.append(.longRecord(file: file, line: lines + 1, mostBytes: Self.longestLine))
            (rest, isSkipping) = (Data(), true)
        }
        return growth
    }

    /// Takes the whole rows of what came.
    private mutating func wholeRows() throws(SeriesError) -> SeriesTail.Growth {
        if awaitsHeader {
            let above = form.layout.startLine - 1
            let ends = rest.indices.lazy.filter { [rest] in rest[$0] == 0x0A }.prefix(above)
            guard ends.count == above, let end = Array(ends).last else { return SeriesTail.Growth() }
            if let line = form.layout.headerLine {
                let starts = [rest.startIndex] + ends.map { $0 + 1 }
                try check(header: rest[starts[line - 1]...end])
            }
            rest = Data(rest[(end + 1)...])
            (awaitsHeader, lines) = (false, above)
        }
        let found = CSVReader.records(rest, file: file, form: form, after: (records, lines), format: format)
        rest = Data(rest.dropFirst(found.bytes))
        (records, lines) = (records + found.count, lines + found.lines)
        var growth = SeriesTail.Growth(problems: found.problems)
        let rows = found.rows
        growth.rows = inOrder(rows, &growth.problems).map { grid?.completed($0, after: lastTime) ?? $0 }
        if let last = growth.rows?.time.microseconds?.last { lastTime = last }
        format = rows.time.microseconds == nil ? format : rows.time.format
        return growth
    }

    private func check(header: Data) throws(SeriesError) {
        let names = header.withUnsafeBytes { raw -> [String] in
            var scanner = CSVScanner(bytes: raw.bindMemory(to: UInt8.self), delimiter: form.layout.delimiter)
            var fields: [CSVScanner.Field] = []
            guard (try? scanner.next(into: &fields, file: file)) == true else { return [] }
            return fields.map { printable(scanner.text($0)) }
        }
        let mark: Set<Character> = ["#", " ", "\u{FEFF}"]
        func bare(_ name: String?) -> String { String((name ?? "").drop { mark.contains($0) }) }
        let known = form.layout.headerFields
        guard names.dropFirst().elementsEqual(known.dropFirst()), bare(names.first) == bare(known.first) else {
            throw .otherColumns(file: file, expected: form.names, found: names)
        }
    }

    /// Microseconds of a day, by which clocks of different zones may differ.
    private static let day: Int64 = 86_400_000_000

    /// Whether a time is a slip, after which no row would come any more: it lies in the future of this machine's clock, where the
    /// row before does not, and farther ahead of that than a day and than all rows before cover.
    private static func isFuture(_ time: Int64, after last: Int64, first: Int64) -> Bool {
        guard last != .min else { return false }
        let now = Int64(Date().timeIntervalSince1970 * 1e6)
        let (jump, isTooFar) = time.subtractingReportingOverflow(last)
        return last <= now + day && time > now + day && (isTooFar || jump > max(day, last - first))
    }

    /// Leaves out what lies behind such a slip among the rows that there are, which are in the order of time.
    private static func withoutFuture(_ reading: Reading, file: String) -> Reading {
        let series = reading.series
        guard let times = series.time.microseconds, let first = times.first,
            let slip = times.indices.dropFirst().first(where: { isFuture(times[$0], after: times[$0 - 1], first: first) })
        else { return reading }
        let error = SeriesError.futureRow(file: file, row: series.rowNumber(slip), time: series.timeText(row: slip))
        var (rows, understanding) = (series.prefix(slip), reading.understanding)
        understanding.notices.append(error.description)
        understanding.rowCount = rows.rowCount
        rows.notices = understanding.notices
        return Reading(series: rows, understanding: understanding, grid: reading.grid)
    }

    /// Rows that come in order of time; `nil` where none does.
    private mutating func inOrder(_ rows: Series, _ problems: inout [SeriesError]) -> Series? {
        guard rows.rowCount > 0 else { return nil }
        guard let times = rows.time.microseconds else { return rows }
        var (kept, latest): ([Int], Int64) = ([], lastTime ?? .min)
        let again = known.map { known in times.prefix { $0 <= known }.count } ?? 0
        if again > 0 { problems.append(.knownRows(file: file, count: again)) }
        if again < times.count { known = nil }
        for row in times.indices.dropFirst(again) {
            if Self.isFuture(times[row], after: latest, first: firstTime ?? latest) {
                problems.append(.futureRow(file: file, row: rows.rowNumber(row), time: rows.timeText(row: row)))
            } else if times[row] >= latest {
                kept.append(row)
                latest = times[row]
            } else {
                problems.append(.lateRow(file: file, row: rows.rowNumber(row), time: rows.timeText(row: row)))
            }
        }
        return kept.isEmpty ? nil : kept.count == times.count ? rows : rows.selecting(rows: kept)
    }
}

extension CSVReader {
    /// How many lines of a text that grows are waited for within quotes: a note has fewer, and a stray quote is to be told soon.
    private static let mostLinesInQuotes = 20

    /// Reads records of a form that is known, up to the last whole line; those that are wrong are told and left out.
    /// - Parameters:
    ///   - count: records and lines that came before, for messages.
    ///   - format: the notation of the times before.
    static func records(
        _ data: Data, file: String, form: TableForm, after count: (records: Int, lines: Int), format: TimeFormat?
    ) -> CSVRecords {
        data.withUnsafeBytes {
            records($0.bindMemory(to: UInt8.self), file: file, form: form, after: count, format: format)
        }
    }

    /// The same of bytes in memory.
    static func records(
        _ bytes: UnsafeBufferPointer<UInt8>, file: String, form: TableForm, after count: (records: Int, lines: Int),
        format: TimeFormat?
    ) -> CSVRecords {
        // A CR at the end may be the first half of a line end.
        let whole = bytes.last == 0x0D ? UnsafeBufferPointer(rebasing: bytes.dropLast()) : bytes
        return CSVReader(bytes: whole, file: file, form: form).records(after: count, format: format) { count.lines + $0 }
    }

    /// The same of records that stand in lines of a file which `line` tells by those of `bytes`, both from 1.
    static func records(
        _ bytes: UnsafeBufferPointer<UInt8>, file: String, form: TableForm, line: (Int) -> Int
    ) -> CSVRecords {
        CSVReader(bytes: bytes, file: file, form: form).records(after: (0, line(1) - 1), format: nil, line: line)
    }

    private func records(after count: (records: Int, lines: Int), format: TimeFormat?, line: (Int) -> Int) -> CSVRecords {
        var scanner = form.layout.scanner(bytes)
        let table = CSVTable(columns: form.names.count, rowLimit: recordLimit(0..<bytes.count))
        table.format = format
        var fields: [CSVScanner.Field] = []
        var found = CSVRecords(rows: Series(name: file, channels: []))
        var numbers: [Int] = []
        while true {
            let before = scanner
            let start = scanner.position
            do throws(SeriesError) {
                guard try scanner.next(into: &fields, file: file) else {
                    (found.bytes, found.lines) = (scanner.position, scanner.line - 1)
                    break
                }
                guard scanner.position > start, [0x0A, 0x0D].contains(bytes[scanner.position - 1]) else {
                    break
                }
                let place = Place(row: count.records + found.count + 1, line: line(scanner.recordLine))
                if try convert(fields, of: scanner, place, table) {
                    table.rowCount += 1
                    numbers.append(place.row)
                }
            } catch .unclosedQuote where bytes[start...].count(where: { $0 == 0x0A }) <= Self.mostLinesInQuotes {
                break
            } catch {
                switch error {
                case .longField, .tornQuote, .unclosedQuote:
                    found.tell(error.moved(by: count.lines))
                    scanner = before
                    scanner.skipLine(endingAt: bytes[start...].firstIndex(of: 0x0A) ?? bytes.count)
                default: found.tell(error)
                }
            }
            found.count += 1
            (found.bytes, found.lines) = (scanner.position, scanner.line - 1)
        }
        found.rows = series(of: [table])
        found.rows.fileOrder = numbers
        return found
    }
}
