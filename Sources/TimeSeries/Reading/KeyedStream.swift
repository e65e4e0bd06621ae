import Foundation

/// The rows of one key as a stream of many series holds them.
public struct KeyedRows: Sendable {
    /// What the column of keys says in each row.
    public let key: String
    /// The records.
    fileprivate(set) var text: [UInt8] = []
    /// Lines of the stream before them.
    let linesBefore: Int
    /// Why they are no series, where that is known before they are read.
    fileprivate(set) var problem: SeriesError?

    /// How much memory they take.
    public var byteCount: Int { text.count }
}

/// How the rows of a key are read.
public struct KeyedForm: Sendable {
    /// The value columns, in order.
    public let channelNames: [String]
    let name: String
    let form: CSVForm
    let options: SeriesReader.Options

    /// The series of a key: what its rows are as a file of their own. Rows are counted from 1.
    /// - Throws: `SeriesError` with the key, the row and the stream's line.
    public func series(_ rows: KeyedRows) throws -> Series {
        if let problem = rows.problem { throw problem }
        let file = "\(name), key \(printable(rows.key))"
        var found = rows.text.withUnsafeBufferPointer {
            CSVReader.records($0, file: file, form: form, after: (0, rows.linesBefore), format: nil)
        }
        if let problem = found.problems.first { throw problem }
        found.rows.fileOrder = nil
        return try SeriesReader.finish(found.rows, options)
    }
}

/// Reads many series from one stream of delimited text or JSON lines, a key at a time; a column tells the key of each row.
///
/// The rows of a key must lie together, as they do where rows are sorted by key; so no more is held than one key's rows and
/// the names of the keys that were. A key that comes back is given with a problem in place of rows. What cannot be told to
/// belong to a key spoils the key before it and the one that begins behind it, since it may be of either.
public struct KeyedStream {
    /// How the rows of all keys are read; found from the first key.
    public let form: KeyedForm
    /// The column of keys.
    public let keyColumn: String
    private var input: ByteStream
    private let json: JSONLines?
    private let keyIndex: Int
    /// Delimited text that is not given out yet, and the lines before it.
    private var text: [UInt8] = []
    private var lines = 0
    private var seen: Set<String> = []
    private var open: KeyedRows?
    /// The open key as it is written.
    private var openKey: [UInt8] = []
    /// What stood before the next row and could not be told to belong to a key.
    private var stray: SeriesError?
    private var ready: [KeyedRows] = []
    private var given = 0
    private var isAtEnd = false
    /// Whether what the input holds was looked at.
    private var isTaken = false

    private static let inspectedLines = 201

    /// Opens a file, or standard input where `path` is `-`, and reads its beginning.
    /// - Throws: `SeriesError`; `.noSuchColumn` without the column of keys.
    public init(path: String, key: String, options: SeriesReader.Options = SeriesReader.Options()) throws {
        input = try ByteStream(path: path)
        keyColumn = key
        var options = options
        options.keyColumn = key
        while input.lineEnds < Self.inspectedLines, try input.read() {}
        let name = input.name
        if let kind = ForeignContent.kind(of: Data(input.bytes)) {
            let remedy = input.bytes.starts(with: SeriesReader.gzipMark) ? "give it through zcat" : kind.remedy
            throw SeriesError.foreign(file: name, kind: kind.name, remedy: remedy)
        }
        let beginning = input.bytes
        let json = try beginning.withUnsafeBufferPointer {
            JSONLines.begin($0) ? try JSONLines(beginning: $0, file: name) : nil
        }
        self.json = json
        var sample = beginning
        if let json {
            sample = []
            let isWhole = input.isAtEnd
            _ = beginning.withUnsafeBufferPointer {
                try? JSONLines.forEach(of: $0, isEnd: isWhole) { line throws(SeriesError) in
                    try? json.append(line, number: 0, to: &sample)
                }
            }
        }
        let (found, header) = try sample.withUnsafeBufferPointer {
            try CSVReader.form(of: $0, file: name, options: options, names: json?.names)
        }
        let numbers = found.names.indices.filter { found.roles[$0] == .number }.map { found.names[$0] }
        for column in options.columns where !numbers.contains(column) {
            throw SeriesError.noSuchColumn(file: name, column: column, known: numbers)
        }
        form = KeyedForm(
            channelNames: options.columns.isEmpty ? numbers : options.columns, name: name, form: found, options: options)
        keyIndex = found.names.firstIndex(of: key) ?? 0
        if json == nil {
            lines = input.bytes[..<header].count { $0 == 0x0A }
            input.bytes.removeFirst(header)
        }
    }

    /// The next key's rows, in the order of the stream; `nil` at its end. Waits for as much as that takes.
    public mutating func next() throws(SeriesError) -> KeyedRows? {
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
            scan()
        }
        guard isAtEnd else { return }
        if let stray, open == nil, seen.isEmpty { throw stray }
        close()
    }

    /// Makes records of whole JSON lines.
    private mutating func take(_ json: JSONLines) throws(SeriesError) {
        let bytes = input.bytes
        var number = lines + text.count { $0 == 0x0A }
        let taken = try bytes.withUnsafeBufferPointer { pointer throws(SeriesError) in
            try JSONLines.forEach(of: pointer, isEnd: isAtEnd) { line throws(SeriesError) in
                number += 1
                do throws(SeriesError) {
                    try json.append(line, number: number, to: &text)
                } catch {
                    scan()
                    spoil(error)
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
        text = Array(bytes[consumed...])
    }

    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var scanner = CSVScanner(bytes: bytes, delimiter: form.form.dialect.delimiter)
        var fields: [CSVScanner.Field] = []
        // Where the open key's rows begin that are not kept yet, and where the last whole record ends.
        var (begun, consumed) = (0, 0)
        var whole = scanner
        while true {
            let (start, line) = (scanner.position, lines + scanner.line)
            do throws(SeriesError) {
                guard try scanner.next(into: &fields, file: form.name) else { break }
            } catch .unclosedQuote where !isAtEnd {
                break
            } catch {
                spoil(error)
                scanner = whole
                scanner.skipLine(endingAt: bytes[start...].firstIndex(of: 0x0A) ?? bytes.count)
                keep(bytes[begun..<start])
                (begun, consumed, whole) = (scanner.position, scanner.position, scanner)
                continue
            }
            guard isAtEnd || [0x0A, 0x0D].contains(bytes[scanner.position - 1]) else { break }
            consumed = scanner.position
            whole = scanner
            guard keyIndex < fields.count else {
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
                begin(scanner.text(fields[keyIndex]), written: Array(key), line: line)
            }
        }
        keep(bytes[begun..<consumed])
        lines += whole.line - 1
        return consumed
    }

    private mutating func keep(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        if open?.problem == nil { open?.text += bytes }
    }

    private mutating func begin(_ key: String, written: [UInt8], line: Int) {
        var rows = KeyedRows(key: key, linesBefore: line - 1)
        rows.problem =
            key.isEmpty
            ? .noKey(file: form.name, line: line)
            : seen.insert(key).inserted ? stray : .scatteredKey(file: "\(form.name), key \(printable(key))", line: line)
        (open, openKey, stray) = (rows, written, nil)
    }

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

/// The bytes of a file or of standard input as they come.
private struct ByteStream {
    let name: String
    private let file: FileHandle
    /// What was read and not taken.
    var bytes: [UInt8] = []
    /// Line ends that were read.
    private(set) var lineEnds = 0
    private(set) var isAtEnd = false

    private static let mostAtOnce = 1 << 18

    init(path: String) throws(SeriesError) {
        name = path == "-" ? "standard input" : printable(URL(fileURLWithPath: path).lastPathComponent)
        guard let file = path == "-" ? .standardInput : FileHandle(forReadingAtPath: path) else {
            throw .unreadable(file: name, reason: "no such file, or permission denied")
        }
        self.file = file
    }

    /// Reads what is there, or waits for some.
    /// - Returns: whether there was any.
    mutating func read() throws(SeriesError) -> Bool {
        let before = bytes.count
        var count = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: Self.mostAtOnce) { target, filled in
            repeat {
                count = Foundation.read(file.fileDescriptor, target.baseAddress, Self.mostAtOnce)
            } while count < 0
                && errno == EINTR
            filled = max(0, count)
        }
        guard count >= 0 else { throw .unreadable(file: name, reason: String(cString: strerror(errno))) }
        bytes += chunk
        isAtEnd = count == 0
        lineEnds += bytes[before...].count { $0 == 0x0A }
        return count > 0
    }
}
