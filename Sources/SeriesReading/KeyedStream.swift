import Foundation
import TimeSeries

/// The rows of one key as a stream of many series holds them.
public struct KeyedRows: Sendable {
    /// What the column of keys says in each row.
    public let key: String
    /// The records.
    fileprivate(set) var text: [UInt8] = []
    /// Where stretches of them begin: how many lines of `text` and of the stream lie before.
    private var stretches: [(own: Int, stream: Int)]
    /// Why they are no series, where that is known before they are read.
    fileprivate(set) var problem: SeriesError?

    fileprivate init(key: String, linesBefore: Int) { (self.key, stretches) = (key, [(0, linesBefore)]) }

    /// How much memory they take.
    public var byteCount: Int { text.count }

    /// The line of the stream of a line of the records, from 1.
    func line(_ own: Int) -> Int {
        let stretch = stretches[max(0, stretches.partitioningIndex { $0.own >= own } - 1)]
        return own - stretch.own + stretch.stream
    }

    /// Adds rows of the same key that lie further down.
    mutating func append(_ rows: KeyedRows) {
        problem = problem ?? rows.problem
        guard problem == nil else { return free() }
        let lines = LineEnds.count(text[...])
        stretches += rows.stretches.map { (lines + $0.own, $0.stream) }
        text += rows.text
    }

    /// Lets go of the records.
    mutating func free() { text = [] }
}

/// Reads many series from one stream of delimited text or JSON lines, a key at a time; a column tells the key of each row.
///
/// Where the rows of each key lie together, as they do where rows are sorted by key, no more is held than one key's rows and the names
/// of the keys that were. Where they do not, an ordinary file is sorted by key in memory, for which it is scanned once more; of standard
/// input and pipes a key that comes back is given with a problem in place of rows. What cannot be told to belong to a key spoils the key
/// before it and the one that begins behind it, since it may be of either.
public struct KeyedStream {
    /// How the rows of all keys are read; found from the first rows.
    public var form: KeyedForm
    /// The column of keys.
    public let keyColumn: String
    /// What a program said that reads the file, a sentence each, and which it is.
    public private(set) var notices: [String] = []
    private var input: ByteStream
    private let json: JSONLines?
    private let keyIndex: Int
    /// Delimited text that is not given out yet, and the lines before it.
    private var text: [UInt8] = []
    private var lines = 0
    /// How many bytes of text were looked at without finding a whole row: they are looked at again when there is half as much
    /// again, so that a very long row costs in its length alone.
    private var unfinished = 0
    /// The keys that were, as they are written: no two that differ in a byte are one.
    private var seen: Set<[UInt8]> = []
    private var open: KeyedRows?
    /// The open key as it is written.
    private var openKey: [UInt8] = []
    /// What stood before the next row and could not be told to belong to a key.
    private var stray: SeriesError?
    private var ready: [KeyedRows] = []
    private var given = 0
    private var isAtEnd = false
    /// Whether the rest of a line that is left out is still to come.
    private var isSkipping = false
    /// Whether what the input holds was looked at.
    private var isTaken = false
    /// Whether a key may come back behind others, and the rows of all keys then.
    private var mayScatter = false
    private var gathering: KeyedGathering?

    /// Lines that tell the form: a header and 200 more.
    private static let inspectedLines = 201
    /// The most bytes that a record may have. One of a million columns has fewer.
    private static let longestRecord = 16 << 20

    /// Opens a file, gzip-compressed or not, or standard input where `path` is `-`, and reads its beginning; what is no stream is also
    /// scanned for keys that come back. What one of `options.readers` writes is held in memory.
    /// - Throws: `SeriesError`; `.noSuchColumn` without the column of keys.
    public init(path: String, key: String, options: SeriesReader.Options = SeriesReader.Options()) throws {
        let file = printable(URL(fileURLWithPath: path).lastPathComponent)
        let table = try options.readers?.csv(of: path, name: file)
        func input() throws -> ByteStream { try table.map { ByteStream($0.csv, name: file) } ?? ByteStream(path: path) }
        try self.init(input(), key: key, options)
        notices = table?.notices ?? []
        if table != nil || Self.isOrdinary(path) {
            var trial = try KeyedStream(input(), key: key, options)
            mayScatter = trial.isScattered()
        }
    }

    /// Reads the beginning of a stream in which the rows of a key must lie together.
    init(_ stream: ByteStream, key: String, _ options: SeriesReader.Options) throws {
        input = stream
        keyColumn = key
        var options = options
        options.keyColumn = key
        let name = input.name
        let (json, found, header) = try Self.inspect(&self.input, options)
        self.json = json
        let numbers = found.channels.map { found.names[$0] }
        for column in options.columns where !numbers.contains(column) {
            throw SeriesError.noSuchColumn(file: name, column: column, known: numbers)
        }
        form = KeyedForm(name: name, form: found, options: options, numbers: numbers)
        keyIndex = found.names.firstIndex(of: key) ?? 0
        if json == nil {
            lines = LineEnds.count(self.input.bytes[..<header])
            self.input.bytes.removeFirst(header)
        }
    }

    /// Reads the first lines and finds what they tell: from no more and no fewer however much comes with them, so that a stream is
    /// read alike whichever way it comes, and from more where a record goes on behind them.
    /// - Returns: also how many bytes the header takes.
    private static func inspect(
        _ input: inout ByteStream, _ options: SeriesReader.Options
    ) throws -> (json: JSONLines?, form: TableForm, headerBytes: Int) {
        var lineCount = inspectedLines
        while true {
            while input.lineEndCount < lineCount, try input.read() {
                try refuseForeign(Data(input.firstLines(inspectedLines, mostBytes: ForeignContent.head)), file: input.name)
                guard input.lineEndCount > 0 || input.bytes.count <= longestRecord else {
                    throw SeriesError.longRecord(file: input.name, line: 1, mostBytes: longestRecord)
                }
            }
            let beginning = input.firstLines(lineCount)
            let isWhole = input.isAtEnd && beginning.count == input.bytes.count
            do {
                return try inspect(beginning, isWhole: isWhole, file: input.name, options)
            } catch SeriesError.unclosedQuote where !isWhole {
                lineCount *= 2
            }
        }
    }

    private static func refuseForeign(_ head: Data, file: String) throws(SeriesError) {
        if SeriesFormat.sqlite.recognises(head.prefix(64)) {
            throw .foreign(
                file: file, kind: "an SQLite database", remedy: "give its table as CSV, as sqlite3 -csv -header does")
        }
        if let kind = ForeignContent.kind(of: head) { throw .foreign(file: file, kind: kind.name, remedy: kind.remedy) }
        if head.first(where: { $0 > 0x20 }) == UInt8(ascii: "["), OtherText.isWhole(head) {
            throw .foreign(
                file: file, kind: "a JSON document, which is read as a whole",
                remedy: "give its rows as JSON lines, as jq -c '.[]' does")
        }
    }

    private static func inspect(
        _ beginning: [UInt8], isWhole: Bool, file: String, _ options: SeriesReader.Options
    ) throws -> (json: JSONLines?, form: TableForm, headerBytes: Int) {
        let json = try beginning.withUnsafeBufferPointer {
            JSONLines.begin($0) ? try JSONLines(beginning: $0, file: file) : nil
        }
        var sample = beginning
        if let json {
            sample = []
            _ = beginning.withUnsafeBufferPointer {
                try? JSONLines.forEach(of: $0, isEnd: isWhole) { line throws(SeriesError) in
                    try? json.append(line, number: 0, to: &sample)
                }
            }
        }
        let form = try sample.withUnsafeBufferPointer { bytes in
            try TableDecision.decide(
                bytes, file: file, options: options, given: json.map { TableDecision.Given(names: $0.names) },
                isWhole: isWhole || json != nil
            ).form
        }
        guard !form.channels.isEmpty else { throw SeriesError.noNumericColumn(file: file, columns: form.names) }
        return (json, form, form.layout.start)
    }

    /// The next key's rows, in the order of the stream; `nil` at its end. Waits for as much as that takes.
    /// - Throws: `SeriesError`; `.scatteredTooLarge` for a file of more than 2 GiB in which the rows of a key do not lie together.
    public mutating func next() throws(SeriesError) -> KeyedRows? {
        guard mayScatter else { return try nextStretch() }
        if gathering == nil { gathering = try KeyedGathering(&self, file: form.name) }
        return gathering?.next()
    }

    /// The next rows of one key that lie together.
    mutating func nextStretch() throws(SeriesError) -> KeyedRows? {
        while given == ready.count {
            ready.removeAll(keepingCapacity: true)
            given = 0
            guard !isAtEnd else { return nil }
            try advance()
        }
        given += 1
        return ready[given - 1]
    }

    /// Takes what was read, or reads on and takes that.
    private mutating func advance() throws(SeriesError) {
        if isTaken { _ = try input.read() }
        isTaken = true
        isAtEnd = input.isAtEnd
        if let json {
            try take(json)
        } else {
            text += input.bytes
            input.bytes = []
            if isAtEnd || text.count < 1 << 16 || text.count >= unfinished + unfinished / 2 { scan() }
        }
        guard isAtEnd else {
            if max(text.count, input.bytes.count) > Self.longestRecord {
                throw .longRecord(file: form.name, line: lines + 1, mostBytes: Self.longestRecord)
            }
            return
        }
        if let stray, open == nil, seen.isEmpty { throw stray }
        close()
    }

    /// Makes records of whole JSON lines.
    private mutating func take(_ json: JSONLines) throws(SeriesError) {
        let bytes = input.bytes
        var number = lines + LineEnds.count(text[...])
        let taken = try bytes.withUnsafeBufferPointer { pointer throws(SeriesError) in
            try JSONLines.forEach(of: pointer, isEnd: isAtEnd) { line throws(SeriesError) in
                number += 1
                do throws(SeriesError) {
                    try json.append(line, number: number, to: &text)
                } catch {
                    scan()
                    if let key = json.field(keyIndex, of: line), !key.isEmpty {
                        spoil(error, of: key, line: number)
                    } else {
                        spoil(error)
                    }
                    text.append(0x0A)
                }
            }
        }
        input.bytes.removeFirst(taken)
        scan()
    }

    // MARK: Records

    /// Gives whole records of `text` to their keys.
    private mutating func scan() {
        let bytes = text
        let consumed = bytes.withUnsafeBufferPointer { all -> Int in
            // A CR at the end may be the first half of a line end.
            let cut = !isAtEnd && all.last == 0x0D ? 1 : 0
            return scan(UnsafeBufferPointer(rebasing: all.dropLast(cut)))
        }
        unfinished = consumed == 0 ? text.count : 0
        if consumed > 0 { text = Array(bytes[consumed...]) }
    }

    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var scanner = form.form.layout.scanner(bytes)
        var fields: [CSVScanner.Field] = []
        // Where the open key's rows begin that are not kept yet, and where the last whole record ends.
        var (begun, consumed) = (0, 0)
        var whole = scanner
        if isSkipping {
            guard let end = bytes.firstIndex(of: 0x0A) else { return bytes.count }
            scanner.skipLine(endingAt: end)
            (begun, consumed, whole, isSkipping) = (scanner.position, scanner.position, scanner, false)
        }
        while true {
            let (start, lineBefore) = (scanner.position, lines + scanner.line - 1)
            do throws(SeriesError) {
                guard try scanner.next(into: &fields, file: form.name) else { break }
            } catch .unclosedQuote where !isAtEnd {
                break
            } catch {
                spoil(error.moved(by: lines))
                scanner = whole
                let end = bytes[start...].firstIndex(of: 0x0A)
                isSkipping = end == nil
                scanner.skipLine(endingAt: end ?? bytes.count)
                keep(bytes[begun..<start])
                (begun, consumed, whole) = (scanner.position, scanner.position, scanner)
                continue
            }
            guard isAtEnd || [0x0A, 0x0D].contains(bytes[scanner.position - 1]) else { break }
            consumed = scanner.position
            whole = scanner
            let line = lines + scanner.recordLine
            guard keyIndex < fields.count, fields[keyIndex].start < fields[keyIndex].end else {
                spoil(.noKey(file: form.name, line: line))
                continue
            }
            let key = scanner.slice(fields[keyIndex])
            if open != nil, openKey.elementsEqual(key) {
                stray = nil
            } else {
                keep(bytes[begun..<start])
                begun = start
                close()
                begin(
                    scanner.text(fields[keyIndex]), written: Array(key), line: line, linesBefore: lineBefore,
                    isUTF8: scanner.isUTF8(fields[keyIndex]))
            }
        }
        keep(bytes[begun..<consumed])
        lines += whole.line - 1
        return consumed
    }

    private mutating func keep(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        if open?.problem == nil { open?.text += bytes }
    }

    private mutating func begin(_ key: String, written: [UInt8], line: Int, linesBefore: Int, isUTF8: Bool) {
        var rows = KeyedRows(key: key, linesBefore: linesBefore)
        let file = "\(form.name), key \(shown(key: key))"
        if !isUTF8 {
            rows.problem = .keyNotUTF8(file: file, line: line)
        } else {
            let isNew = seen.insert(written).inserted
            rows.problem = isNew || mayScatter ? stray : .scatteredKey(file: file, line: line)
        }
        (open, openKey, stray) = (rows, written, nil)
    }

    /// A row is wrong of which nothing but the key is known.
    private mutating func spoil(_ problem: SeriesError, of key: [UInt8], line: Int) {
        var written: [UInt8] = []
        appendDoublingQuotes(key, to: &written)
        if open == nil || openKey != written {
            close()
            begin(String(decoding: key, as: UTF8.self), written: written, line: line, linesBefore: line - 1, isUTF8: true)
        }
        if open?.problem == nil { open?.problem = problem }
        stray = nil
    }

    /// What cannot be told to belong to a key may be of the one before it or of the one behind.
    private mutating func spoil(_ problem: SeriesError) {
        if open?.problem == nil { open?.problem = problem }
        stray = problem
    }

    private mutating func close() {
        guard var rows = open else { return }
        open = nil
        if rows.problem != nil {
            rows.text = []
        } else if rows.text.last != 0x0A {
            rows.text.append(0x0A)
        }
        ready.append(rows)
    }
}

/// A key in messages, where a long one is cut.
public func shown(key: String) -> String { printable(key.count > 80 ? key.prefix(80) + "…" : key) }
