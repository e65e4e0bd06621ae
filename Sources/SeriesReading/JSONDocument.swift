import StrictJSON
import TimeSeries

/// The bytes of JSON values, one behind the other, that are known to be well-formed, and ways through them. No tree is built: what
/// is looked for is found by passing what lies before it, and large lists and objects are passed in one step.
struct JSONDocument {
    /// What a value is.
    enum Kind: Equatable { case object, list, text, number, word, null }

    let bytes: UnsafeBufferPointer<UInt8>
    /// What to call it in messages.
    let file: String
    /// Where the first value begins.
    let start: Int
    /// How many values lie in no other.
    let count: Int
    private let extents: [Int: JSONSyntax.Extent]

    /// Cost: one pass; memory for one entry for each list or object of more than 4 kB.
    /// - Throws: `SeriesError.badJSON`.
    init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) throws(SeriesError) {
        do throws(JSONSyntax.Flaw) {
            let syntax = try JSONSyntax(checking: bytes)
            (start, count, extents) = (syntax.start, syntax.count, syntax.extents)
        } catch {
            throw Self.broken(bytes, file: file, at: error.place, error.reason)
        }
        self.bytes = bytes
        self.file = file
    }

    /// That the document is wrong at a place.
    func broken(at place: Int, _ reason: String) -> SeriesError { Self.broken(bytes, file: file, at: place, reason) }

    private static func broken(
        _ bytes: UnsafeBufferPointer<UInt8>, file: String, at place: Int, _ reason: String
    ) -> SeriesError {
        var counter = LineCounter(bytes)
        let lineStart = bytes[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let column = bytes[lineStart..<place].count { $0 & 0xC0 != 0x80 } + 1
        return .badJSON(file: file, line: counter.line(at: place), column: column, reason: reason)
    }

    // MARK: Places

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    /// The first place from `place` on that holds no space.
    @inline(__always)
    func behindSpaces(_ place: Int) -> Int {
        var place = place
        while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
        return place
    }

    /// What the value that begins at `place` is.
    func kind(at place: Int) -> Kind {
        switch bytes[place] {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .list
        case UInt8(ascii: "\""): .text
        case UInt8(ascii: "-"), 0x30...0x39: .number
        case UInt8(ascii: "n"): .null
        default: .word
        }
    }

    /// Where the value that begins at `place` ends.
    func end(of place: Int) -> Int {
        switch bytes[place] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): endOfContainer(place)
        case UInt8(ascii: "\""): endOfText(place)
        default: endOfScalar(place)
        }
    }

    /// The same of a value that is neither a list nor an object.
    @inline(__always)
    func endOfValue(_ place: Int) -> Int { bytes[place] == 0x22 ? endOfText(place) : endOfScalar(place) }

    /// Where the text ends, behind its quote, that begins at `place` with a quote.
    @inline(__always)
    func endOfText(_ place: Int) -> Int {
        var place = place + 1
        while bytes[place] != 0x22 { place += bytes[place] == 0x5C ? 2 : 1 }
        return place + 1
    }

    @inline(__always)
    func endOfScalar(_ place: Int) -> Int {
        var place = place
        while place < bytes.count, bytes[place] > 0x20, bytes[place] != 0x2C, bytes[place] != 0x5D, bytes[place] != 0x7D {
            place += 1
        }
        return place
    }

    private func endOfContainer(_ start: Int) -> Int {
        var (place, depth) = (start, 0)
        let limit = start + JSONSyntax.large
        while place <= limit {
            switch bytes[place] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return place + 1 }
            case 0x22: place = endOfText(place) - 1
            default: break
            }
            place += 1
        }
        return extents[start]?.end ?? bytes.count
    }

    /// How many values a list or an object holds.
    func count(of place: Int) -> Int {
        if let known = extents[place] { return known.count }
        var count = 0
        if kind(at: place) == .object {
            for _ in members(of: place) { count += 1 }
        } else {
            var items = items(of: .list(place))
            while items.next() != nil { count += 1 }
        }
        return count
    }

    // MARK: Contents

    /// A member of an object: its name as it is written between its quotes, and where its value begins.
    struct Member {
        let name: Range<Int>
        let value: Int
    }

    struct Members: Sequence, IteratorProtocol {
        let document: JSONDocument
        /// Where the object begins; `nil` where it is none.
        fileprivate let start: Int?
        /// Where the last value begins.
        private var value: Int?

        fileprivate init(_ document: JSONDocument, _ place: Int) {
            self.document = document
            start = document.kind(at: place) == .object ? place : nil
        }

        mutating func next() -> Member? {
            guard let start else { return nil }
            // Where { or the comma stands.
            var place = value.map { document.behindSpaces(document.end(of: $0)) } ?? start
            guard document.bytes[place] != UInt8(ascii: "}") else { return nil }
            place = document.behindSpaces(place + 1)
            guard document.bytes[place] == 0x22 else { return nil }
            let end = document.endOfText(place)
            let next = document.behindSpaces(document.behindSpaces(end) + 1)
            value = next
            return Member(name: place + 1..<end - 1, value: next)
        }
    }

    /// The members of an object; none of anything else.
    func members(of place: Int) -> Members { Members(self, place) }

    /// Where values stand one behind the other.
    enum Row: Equatable {
        case list(Int)
        /// Those that lie in no other.
        case roots
    }

    /// Goes through values in a row. Whoever has passed a value may say where it ends.
    struct Items {
        let document: JSONDocument
        private let isList: Bool
        private var place: Int
        private var item: Int?

        fileprivate init(_ document: JSONDocument, _ row: Row) {
            self.document = document
            switch row {
            case .list(let start): (isList, place) = (true, start + 1)
            case .roots: (isList, place) = (false, document.start)
            }
        }

        /// Where the next value begins.
        mutating func next() -> Int? {
            if let item { place = document.end(of: item) }
            return found()
        }

        /// The same where the one before is known to end at `end`.
        mutating func next(behind end: Int) -> Int? {
            place = end
            return found()
        }

        private mutating func found() -> Int? {
            place = document.behindSpaces(place)
            if isList {
                if item != nil, document.bytes[place] == UInt8(ascii: ",") { place = document.behindSpaces(place + 1) }
                guard document.bytes[place] != UInt8(ascii: "]") else { return nil }
            } else if place == document.bytes.count {
                return nil
            }
            item = place
            return place
        }
    }

    /// The values in a row.
    func items(of row: Row) -> Items { Items(self, row) }

    /// Up to `most` of the first values in a row.
    func first(_ most: Int, of row: Row) -> [Int] {
        var items = items(of: row)
        var found: [Int] = []
        while found.count < most, let item = items.next() { found.append(item) }
        return found
    }

    /// The value of the first member of that name.
    func member(_ name: String, of place: Int) -> Int? {
        for member in members(of: place) where isText(member.name, name) { return member.value }
        return nil
    }

    /// The value that is found by going from name to name.
    func member(_ path: [String], of place: Int) -> Int? {
        path.reduce(Optional(place)) { place, name in place.flatMap { member(name, of: $0) } }
    }

    private func isText(_ range: Range<Int>, _ text: String) -> Bool {
        bytes[range].contains(0x5C) ? decoded(range) == Array(text.utf8) : bytes[range].elementsEqual(text.utf8)
    }

    /// What stands between quotes, without escapes; a half of a pair of escapes stays as it is.
    func decoded(_ range: Range<Int>) -> [UInt8] {
        guard bytes[range].contains(0x5C) else { return Array(bytes[range]) }
        let text = UnsafeBufferPointer(rebasing: bytes[range])
        var (content, place): ([UInt8], Int) = ([], 0)
        while place < text.count {
            if text[place] == 0x5C {
                var behind = place + 1
                if (try? JSONEscape.read(text, at: &behind, into: &content)) != nil {
                    place = behind
                    continue
                }
            }
            content.append(text[place])
            place += 1
        }
        return content
    }

    /// A name as people read it.
    func name(_ range: Range<Int>) -> String { printable(String(decoding: decoded(range), as: UTF8.self)) }

    /// The bytes of a scalar, of a text those between its quotes as they are written.
    func scalar(at place: Int) -> UnsafeBufferPointer<UInt8> {
        let end = end(of: place)
        return UnsafeBufferPointer(rebasing: kind(at: place) == .text ? bytes[place + 1..<end - 1] : bytes[place..<end])
    }

    /// The content of a text, or a number or a word as it is written; nothing for lists, objects and null.
    func content(at place: Int) -> [UInt8] {
        switch kind(at: place) {
        case .text: decoded(place + 1..<endOfText(place) - 1)
        case .number, .word: Array(bytes[place..<endOfScalar(place)])
        case .object, .list, .null: []
        }
    }

    /// The same as text; `nil` for lists, objects, null and where there is no value.
    func text(at place: Int?) -> String? {
        guard let place else { return nil }
        switch kind(at: place) {
        case .object, .list, .null: return nil
        default: return String(decoding: content(at: place), as: UTF8.self)
        }
    }

    // MARK: Records

    /// Adds the scalar that lies in `range` as a field; nothing for null.
    func add(_ range: Range<Int>, to writer: inout RecordWriter) {
        switch bytes[range.lowerBound] {
        case 0x22:
            let content = range.lowerBound + 1..<range.upperBound - 1
            let isPlain = !bytes[content].contains { $0 == 0x5C || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
            if isPlain, bytes[content].first != 0x20, bytes[content].last != 0x20 {
                writer.add(plain: bytes[content])
            } else {
                writer.add(text: decoded(content))
            }
        case UInt8(ascii: "n"): break
        default: writer.add(plain: bytes[range])
        }
    }
}
