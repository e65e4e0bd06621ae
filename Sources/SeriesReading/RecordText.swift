import Foundation
import TimeSeries

/// What a file of another format holds, as records of delimited text, so that one reader decides what columns mean.
struct RecordText: Sendable {
    /// What the file is, for people: "JSON list of objects", "Prometheus range query".
    var format: String
    /// The names of the columns; two may be alike.
    var names: [String]
    /// Records without a header: commas between fields, points in numbers, a line end behind each record and none within one. A
    /// gap is an empty field, and a lone empty field is `""`, since an empty line is no record.
    var records: [UInt8]
    /// The line of the source on which each record stands, for messages; empty where each line of `records` is that line.
    var lines: [Int]
    /// What an analyst should know.
    var notices: [String]
    /// Columns that are known to tell series apart.
    var keyColumns: [String] = []
    /// How times are written, where the format says so: `unix`, `unix-ms`, `unix-us` or `unix-ns`.
    var timeNotation: String?
    /// The column of times, where the format says which.
    var timeColumn: String?
    /// The zone of times that name none, and the units of columns, where the format says so.
    var zone: WallClock?
    var units: [String: String] = [:]
}

extension RecordText {
    /// Whether so many rows and columns are more than a source of so many bytes can have a reason for: rows that have hardly a
    /// column in common would take memory out of proportion.
    static func isSparse(rows: Int, columns: Int, bytes: Int) -> Bool {
        let (cells, isTooMany) = rows.multipliedReportingOverflow(by: columns)
        return isTooMany || cells > max(1 << 24, 4 * bytes)
    }

    /// `name`, or with a number behind it where it is one of `others`.
    static func unique(_ name: String, among others: [String]) -> String {
        guard others.contains(name) else { return name }
        let number = (2...others.count + 2).first { !others.contains("\(name)\($0)") } ?? 2
        return "\(name)\(number)"
    }
}

/// Writes records of delimited text and notes the lines that they come from.
struct RecordWriter {
    private(set) var bytes: [UInt8] = []
    private(set) var lines: [Int] = []
    private var start = 0

    /// Where a record is that has fewer fields than later ones.
    private var shorter: [(behindRow: Int, fields: Int)] = []

    /// Begins a further field of the record; nothing for the first.
    mutating func addDelimiter() { bytes.append(UInt8(ascii: ",")) }

    /// Adds what needs no quotes.
    mutating func add(plain field: some Sequence<UInt8>) { bytes.append(contentsOf: field) }

    /// Adds a text, quoted where it must be.
    mutating func add(text: some BidirectionalCollection<UInt8>) {
        guard mustBeQuoted(text) else { return bytes.append(contentsOf: text) }
        if text.contains(where: isLineEnd) { return add(text: lineEndsShown(Array(text))) }
        appendQuoted(text, to: &bytes)
    }

    /// Ends a record of so many fields; those that came before with fewer are filled up by `fill`.
    mutating func endRecord(fields: Int, line: Int) {
        if bytes.count == start { bytes += [0x22, 0x22] }
        bytes.append(0x0A)
        start = bytes.count
        if shorter.last?.fields == fields {
            shorter[shorter.count - 1].behindRow = lines.count
        } else {
            shorter.append((lines.count, fields))
        }
        lines.append(line)
    }

    /// Adds empty fields to the records that have fewer than `columns`.
    mutating func fill(columns: Int) {
        guard shorter.contains(where: { $0.fields < columns }) else { return }
        var filled: [UInt8] = []
        filled.reserveCapacity(bytes.count + lines.count)
        var (row, run, begin) = (0, 0, 0)
        for end in bytes.indices where bytes[end] == 0x0A {
            while row > shorter[run].behindRow { run += 1 }
            filled += bytes[begin..<end]
            filled += repeatElement(UInt8(ascii: ","), count: columns - shorter[run].fields)
            filled.append(0x0A)
            (row, begin) = (row + 1, end + 1)
        }
        bytes = filled
    }
}

private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

/// A text in which line ends are shown by their symbols, so that no record spans lines and no two texts become one.
func lineEndsShown(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(where: isLineEnd) else { return text }
    return text.flatMap { byte -> [UInt8] in
        switch byte {
        case 0x0A: Array("\u{240A}".utf8)
        case 0x0D: Array("\u{240D}".utf8)
        default: [byte]
        }
    }
}

/// Counts lines up to places that come in order; a place that lies before the last is counted from the beginning.
struct LineCounter {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0
    private var line = 1

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The line, from 1, of a place.
    mutating func line(at wanted: Int) -> Int {
        guard let base = bytes.baseAddress else { return 1 }
        if wanted < place { (place, line) = (0, 1) }
        while place < wanted, let found = memchr(base + place, 0x0A, wanted - place) {
            place = UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
            line += 1
        }
        place = wanted
        return line
    }
}

/// What tells times where a format does not: used to choose among the parts of a document, never to read a time.
enum TimeSigns {
    private static let names: Set<String> = [
        "time", "timestamp", "date", "datetime", "ts", "ds", "t", "day", "month", "year", "week", "period", "epoch", "@timestamp",
        "_time", "clock", "when",
    ]
    private static let endings = ["time", "date", "timestamp", "_at", "_ts"]

    /// Whether a column of this name should hold times; of a nested one the last part counts.
    static func areIn(name: String) -> Bool {
        let last = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        return names.contains(last) || endings.contains { last.hasSuffix($0) }
    }

    /// Whether a text looks like a date or a time: it begins with a digit, has signs as dates have, and is no number.
    static func areIn(text: some Collection<UInt8>) -> Bool {
        guard (6...40).contains(text.count), let first = text.first, isDigit(first) else { return false }
        var (digits, signs, points, letters) = (0, 0, 0, 0)
        for byte in text {
            switch byte {
            case 0x30...0x39: digits += 1
            case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ":"): signs += 1
            case UInt8(ascii: "."): points += 1
            case 0x41...0x5A, 0x61...0x7A: letters += 1
            case 0x20, UInt8(ascii: "+"), UInt8(ascii: ","): break
            default: return false
            }
        }
        if digits == text.count { return [8, 12, 14].contains(digits) && (first == 0x31 || first == 0x32) || isInstant(text) }
        guard digits >= 4, letters <= 14 else { return false }
        return signs >= 2 || points == 2 && signs == 0 && letters == 0 || signs == 1 && points == 0
            || letters >= 3 && digits >= 4 && points == 0
    }

    /// Whether a number is as large as those that count seconds, or parts of them, since 1970 are in our days.
    static func isInstant(_ number: some Collection<UInt8>) -> Bool {
        let whole = number.prefix { isDigit($0) }
        let rest = number.dropFirst(whole.count)
        guard let first = whole.first, first != 0x30 else { return false }
        guard rest.isEmpty || rest.first == UInt8(ascii: ".") && rest.dropFirst().allSatisfy(isDigit) else { return false }
        return notation(digits: whole.count) != nil
    }

    /// The notation of whole numbers with so many digits, from 2001 to 2286, and of seconds from 1973.
    static func notation(digits: Int) -> String? {
        switch digits {
        case 9, 10: "unix"
        case 12, 13: "unix-ms"
        case 15, 16: "unix-us"
        case 18, 19: "unix-ns"
        default: nil
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
