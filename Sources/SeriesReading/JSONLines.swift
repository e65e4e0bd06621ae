import Foundation
import StrictJSON
import TimeSeries

extension SeriesFormat {
    /// How the names of files of JSON lines end.
    public static let jsonLinesEnding = ".jsonl"

    /// Objects of numbers and texts, one a line, each a row with a member a column.
    static let jsonLines = SeriesFormat(
        endings: [jsonLinesEnding, ".ndjson"], recognises: JSONLines.recognises, read: SeriesFormat.other.read)
}

/// Turns JSON lines into records of delimited text, each on the line of its object, so that what is known of columns, times
/// and gaps holds for both. Line ends in texts are shown by their symbols, so that no record spans lines.
struct JSONLines: Sendable {
    /// What to call the input in messages.
    let file: String
    /// The members of the first lines, in the order in which they appear.
    let names: [String]
    private let nameBytes: [[UInt8]]
    /// The place of each name.
    private let places: [[UInt8]: Int]

    /// How many lines tell the names.
    private static let inspected = 200

    /// How text may begin in UTF-8, which has no order of bytes to mark.
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Whether text begins as JSON lines do: with an object that is empty or has a name.
    static func begin(_ bytes: some Collection<UInt8>) -> Bool {
        func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
        let text = bytes.dropFirst(bytes.starts(with: mark) ? mark.count : 0).drop(while: isSpace)
        guard text.first == UInt8(ascii: "{") else { return false }
        let member = text.dropFirst().first { !isSpace($0) }
        return member == UInt8(ascii: "\"") || member == UInt8(ascii: "}")
    }

    /// Whether the first line that is not blank is a whole object without a list or an object in it.
    static func recognises(_ data: Data) -> Bool {
        guard begin(data.prefix(64)) else { return false }
        return data.withUnsafeBytes { raw in
            guard let line = lines(of: raw.bindMemory(to: UInt8.self)).first(where: { _ in true }) else { return false }
            var object = JSONObject(line)
            do {
                while try object.next() != nil {}
                return true
            } catch {
                return false
            }
        }
    }

    /// Whether more than one line is not blank.
    static func areSeveral(_ data: Data) -> Bool {
        data.withUnsafeBytes { raw in lines(of: raw.bindMemory(to: UInt8.self)).dropFirst().contains { _ in true } }
    }

    /// The lines that are not blank, one after the other.
    private static func lines(of bytes: UnsafeBufferPointer<UInt8>) -> AnySequence<UnsafeBufferPointer<UInt8>> {
        AnySequence {
            var start = bytes.starts(with: mark) ? mark.count : 0
            return AnyIterator {
                while let base = bytes.baseAddress, start < bytes.count {
                    let found = memchr(base + start, 0x0A, bytes.count - start)
                    let end = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? bytes.count
                    let line = UnsafeBufferPointer(rebasing: bytes[start..<end])
                    start = end + 1
                    if line.contains(where: { $0 > 0x20 }) { return line }
                }
                return nil
            }
        }
    }

    /// The records of all lines, each on the line of its object.
    /// - Throws: `SeriesError.badJSONLine`.
    static func table(_ data: Data, file: String) throws(SeriesError) -> RecordText {
        let result: Result<RecordText, SeriesError> = data.withUnsafeBytes { raw in
            Result { () throws(SeriesError) in
                let bytes = raw.bindMemory(to: UInt8.self)
                let lines = try JSONLines(beginning: bytes, file: file)
                var records: [UInt8] = []
                records.reserveCapacity(bytes.count / 2)
                var number = 1
                try forEach(of: bytes, isEnd: true) { line throws(SeriesError) in
                    try lines.append(line, number: number, to: &records)
                    number += 1
                }
                guard !lines.names.isEmpty else { throw .empty(file: file) }
                return RecordText(format: "JSON lines", names: lines.names, records: records, lines: [], notices: [])
            }
        }
        return try result.get()
    }

    /// Learns the names from the first lines.
    /// - Throws: `SeriesError.badJSONLine`.
    init(beginning bytes: UnsafeBufferPointer<UInt8>, file: String) throws(SeriesError) {
        var (found, known, number): ([[UInt8]], [[UInt8]: Int], Int) = ([], [:], 0)
        try Self.forEach(of: bytes, isEnd: true) { line throws(SeriesError) in
            number += 1
            guard number <= Self.inspected else { return }
            var object = JSONObject(line)
            do throws(JSONObject.Flaw) {
                while let (name, _) = try object.next() {
                    guard known[name] == nil else { continue }
                    known[name] = found.count
                    found.append(name)
                }
            } catch {
                // The end may be cut off; an object that is wrong is told when its row is read.
                if number == 1 { throw .badJSONLine(file: file, line: 1, reason: error.reason) }
            }
        }
        self.file = file
        nameBytes = found
        places = known
        names = found.map { printable(String(decoding: $0, as: UTF8.self)) }
    }

    /// Hands over each line of `bytes` without its end, a last one that has none only where this is the end.
    /// - Returns: how many bytes were handed over.
    @discardableResult
    static func forEach(
        of bytes: UnsafeBufferPointer<UInt8>, isEnd: Bool, _ body: (UnsafeBufferPointer<UInt8>) throws(SeriesError) -> Void
    ) throws(SeriesError) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var start = bytes.starts(with: mark) ? mark.count : 0
        while start < bytes.count {
            let found = memchr(base + start, 0x0A, bytes.count - start)
            guard found != nil || isEnd else { break }
            let end = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? bytes.count
            try body(UnsafeBufferPointer(rebasing: bytes[start..<end]))
            start = end + 1
        }
        return min(start, bytes.count)
    }

    /// Adds the record of an object, with a line end; an empty line stays one.
    /// - Throws: `SeriesError.badJSONLine`; nothing is added then.
    func append(_ line: UnsafeBufferPointer<UInt8>, number: Int, to records: inout [UInt8]) throws(SeriesError) {
        let before = records.count
        do throws(JSONObject.Flaw) {
            var object = JSONObject(line)
            var fields = [JSONObject.Value?](repeating: nil, count: nameBytes.count)
            var next = 0
            while let (name, value) = try object.next() {
                if next >= nameBytes.count || nameBytes[next] != name {
                    guard let place = places[name] else {
                        throw JSONObject.Flaw(
                            "a member \"\(printable(String(decoding: name.prefix(40), as: UTF8.self)))\" that the first lines lack"
                        )
                    }
                    next = place
                }
                guard fields[next] == nil else { throw JSONObject.Flaw("a member that comes twice") }
                fields[next] = value
                next += 1
            }
            guard !object.isBlank else { return records.append(0x0A) }
            for (index, field) in fields.enumerated() {
                if index > 0 { records.append(UInt8(ascii: ",")) }
                if let field { append(field, to: &records) }
            }
            // A record of one empty field is no blank line.
            if records.count == before { records += [0x22, 0x22] }
            records.append(0x0A)
        } catch {
            records.removeSubrange(before...)
            throw .badJSONLine(file: file, line: number, reason: error.reason)
        }
    }

    /// What the member of one of `names` holds in a line that may be wrong elsewhere; `nil` where that cannot be told.
    func field(_ index: Int, of line: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var object = JSONObject(line)
        while let (name, value) = try? object.next() {
            guard name == nameBytes[index] else { continue }
            switch value {
            case .word(let bytes), .text(let bytes): return bytes
            }
        }
        return nil
    }

    private func append(_ value: JSONObject.Value, to records: inout [UInt8]) {
        switch value {
        case .word(let bytes): records += bytes
        case .text(let bytes):
            if mustBeQuoted(bytes) { appendQuoted(bytes, to: &records) } else { records += bytes }
        }
    }
}

/// Reads the members of one object that holds no list and no other object.
private struct JSONObject {
    /// A number or word as it is written (`null` as nothing), or a text without its escapes.
    enum Value: Equatable {
        case word([UInt8]), text([UInt8])
    }

    /// What is wrong with a line.
    struct Flaw: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0
    private var isOpen = false
    /// Whether the line holds nothing.
    private(set) var isBlank = false

    init(_ line: UnsafeBufferPointer<UInt8>) { bytes = line }

    /// The next member, or `nil` behind the last one.
    mutating func next() throws(Flaw) -> (name: [UInt8], value: Value)? {
        skipSpaces()
        if !isOpen {
            isBlank = place == bytes.count
            if isBlank { return nil }
            try expect("{")
            isOpen = true
            skipSpaces()
            if take("}") { return try end() }
        } else if take("}") {
            return try end()
        } else {
            try expect(",")
            skipSpaces()
        }
        let name = try text()
        skipSpaces()
        try expect(":")
        skipSpaces()
        return (name, try value(of: name))
    }

    private mutating func end() throws(Flaw) -> (name: [UInt8], value: Value)? {
        skipSpaces()
        guard place == bytes.count else { throw Flaw("something behind the object") }
        return nil
    }

    private func shown(_ name: [UInt8], _ more: String = "") -> String {
        "\"\(printable(String(decoding: name.prefix(40), as: UTF8.self)))\(more)\""
    }

    private mutating func value(of name: [UInt8]) throws(Flaw) -> Value {
        guard place < bytes.count else { throw Flaw("no end") }
        switch bytes[place] {
        case 0x22: return .text(lineEndsShown(try text()))
        case UInt8(ascii: "{"):
            throw Flaw(
                "its member \(shown(name)) holds an object; give what is in it names of its own, as \(shown(name, ".value"))")
        case UInt8(ascii: "["):
            throw Flaw("its member \(shown(name)) holds a list; give each value a name of its own, as \(shown(name, "1"))")
        default:
            let start = place
            while place < bytes.count, ![0x2C, 0x7D, 0x20, 0x09, 0x0D].contains(bytes[place]) { place += 1 }
            let word = bytes[start..<place]
            // Infinities are told when the number is read.
            let isWord = ["true", "false", "null", "NaN", "Infinity", "-Infinity"].contains { word.elementsEqual($0.utf8) }
            guard isWord || NumberParser.looksNumeric(UnsafeBufferPointer(rebasing: word)) else {
                throw Flaw("a value that is no number, text, true, false or null")
            }
            return .word(word.elementsEqual("null".utf8) ? [] : Array(word))
        }
    }

    private mutating func skipSpaces() {
        while place < bytes.count, [0x20, 0x09, 0x0D].contains(bytes[place]) { place += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(Flaw) {
        guard take(character) else { throw Flaw(place < bytes.count ? "no \(character) where one belongs" : "no end") }
    }

    private mutating func text() throws(Flaw) -> [UInt8] {
        try expect("\"")
        var content: [UInt8] = []
        while true {
            let start = place
            while place < bytes.count, bytes[place] != 0x22, bytes[place] != 0x5C { place += 1 }
            content += bytes[start..<place]
            if take("\"") { return content }
            guard take("\\"), place < bytes.count else { throw Flaw("no end") }
            do { try JSONEscape.read(bytes, at: &place, into: &content) } catch {
                throw Flaw(error == .unknown ? "an escape that is none" : "half of a pair of escapes")
            }
        }
    }
}
