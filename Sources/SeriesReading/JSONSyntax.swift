/// Checks that bytes are JSON values, one behind the other, in one pass and without recursion. NaN and infinities are taken as
/// Python writes them.
struct JSONSyntax {
    /// What is wrong, and at which byte.
    struct Flaw: Error {
        let place: Int
        let reason: String
    }

    /// Where a list or an object ends, and how many values are in it.
    struct Extent {
        let end: Int
        let count: Int
    }

    /// The deepest that lists and objects may lie within each other.
    static let deepest = 64
    /// Lists and objects of more bytes are kept in `extents`.
    static let large = 4096

    /// Where the first value begins.
    private(set) var start = 0
    /// How many values there are that lie in no other.
    private(set) var count = 0
    /// The large lists and objects by the place where they begin.
    private(set) var extents: [Int: Extent] = [:]

    private let bytes: UnsafeBufferPointer<UInt8>
    private var place: Int
    private var open: [Open] = []

    private struct Open {
        let start: Int
        let isObject: Bool
        var count = 0
    }

    /// - Throws: `Flaw`; that of what ends too early is at the end.
    init(checking bytes: UnsafeBufferPointer<UInt8>) throws(Flaw) {
        self.bytes = bytes
        place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        skipSpaces()
        start = place
        while place < bytes.count {
            try value()
            count += 1
            skipSpaces()
        }
        if count == 0 { throw flaw("nothing is in it") }
    }

    private func flaw(_ reason: String) -> Flaw { Flaw(place: place, reason: reason) }

    /// What is wrong where something else belongs than what stands there.
    private func missing(_ wanted: String) -> Flaw {
        guard place == bytes.count else { return flaw("\(wanted) belongs there") }
        guard let inner = open.last else { return flaw("it ends too early") }
        return flaw("it ends in the midst of \(inner.isObject ? "an object" : "a list")")
    }

    private mutating func skipSpaces() {
        while place < bytes.count, bytes[place] <= 0x20, JSONDocument.isSpace(bytes[place]) { place += 1 }
    }

    /// Passes a value with all that is in it.
    private mutating func value() throws(Flaw) {
        repeat {
            guard place < bytes.count else { throw missing("a value") }
            switch bytes[place] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if try begin() { continue }
            case UInt8(ascii: "\""): try text()
            case UInt8(ascii: "-"), 0x30...0x39: try number()
            default: try word()
            }
            try passEnds()
        } while !open.isEmpty
    }

    /// Opens a list or an object.
    /// - Returns: whether a value comes next.
    private mutating func begin() throws(Flaw) -> Bool {
        let isObject = bytes[place] == UInt8(ascii: "{")
        guard open.count < Self.deepest else { throw flaw("lists and objects lie more than \(Self.deepest) deep there") }
        open.append(Open(start: place, isObject: isObject))
        place += 1
        skipSpaces()
        if place < bytes.count, bytes[place] == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            end()
            return false
        }
        if isObject { try name() }
        return true
    }

    private mutating func end() {
        place += 1
        guard let ended = open.popLast() else { return }
        if place - ended.start > Self.large { extents[ended.start] = Extent(end: place, count: ended.count) }
    }

    /// Passes what may stand behind a value, up to the next value or to the end of all.
    private mutating func passEnds() throws(Flaw) {
        while let inner = open.last {
            open[open.count - 1].count = inner.count + 1
            skipSpaces()
            guard place < bytes.count else { throw missing("") }
            switch bytes[place] {
            case UInt8(ascii: ","):
                place += 1
                skipSpaces()
                if inner.isObject { try name() }
                return
            case UInt8(ascii: "}") where inner.isObject, UInt8(ascii: "]") where !inner.isObject: end()
            default: throw missing(inner.isObject ? "a comma or }" : "a comma or ]")
            }
        }
    }

    /// Passes the name of a member and its colon.
    private mutating func name() throws(Flaw) {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { throw missing("a name in quotes") }
        try text()
        skipSpaces()
        guard place < bytes.count, bytes[place] == UInt8(ascii: ":") else { throw missing("a colon") }
        place += 1
        skipSpaces()
    }

    private mutating func text() throws(Flaw) {
        let start = place
        place += 1
        while true {
            while place < bytes.count, bytes[place] != 0x22, bytes[place] != 0x5C, bytes[place] >= 0x20 || bytes[place] == 0x09 {
                place += 1
            }
            guard place < bytes.count else { throw flaw("it ends in the midst of a text") }
            switch bytes[place] {
            case 0x22:
                place += 1
                return
            case 0x5C: try escape()
            default:
                place = start
                throw flaw("a text begins there that does not end on its line")
            }
        }
    }

    private mutating func escape() throws(Flaw) {
        let escapes: StaticString = "\"\\/bfnrt"
        let start = place
        place += 1
        guard place < bytes.count else { throw flaw("it ends in the midst of a text") }
        if bytes[place] == UInt8(ascii: "u") {
            let digits = bytes[(place + 1)...].prefix(4)
            place = start
            guard digits.count == 4, digits.allSatisfy(Self.isHexadecimal) else { throw flaw("an escape that is none") }
            place += 6
        } else {
            let isKnown = escapes.withUTF8Buffer { $0.contains(bytes[place]) }
            place = start
            guard isKnown else { throw flaw("an escape that is none") }
            place += 2
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || 0x41...0x46 ~= byte || 0x61...0x66 ~= byte
    }

    private mutating func number() throws(Flaw) {
        let start = place
        if bytes[place] == UInt8(ascii: "-") {
            place += 1
            if place < bytes.count, bytes[place] == UInt8(ascii: "I") { return try word() }
        }
        var isNumber = passDigits() > 0
        if isNumber, place < bytes.count, bytes[place] == UInt8(ascii: ".") {
            place += 1
            isNumber = passDigits() > 0
        }
        if isNumber, place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
            place += 1
            if place < bytes.count, bytes[place] == UInt8(ascii: "+") || bytes[place] == UInt8(ascii: "-") { place += 1 }
            isNumber = passDigits() > 0
        }
        guard isNumber, isEnd else {
            if isNumber || place < bytes.count { place = start }
            throw place < bytes.count ? flaw("no number is written so") : flaw("it ends in the midst of a number")
        }
    }

    private mutating func passDigits() -> Int {
        let start = place
        while place < bytes.count, bytes[place] &- 0x30 < 10 { place += 1 }
        return place - start
    }

    /// Whether what stands here may follow a number or a word.
    private var isEnd: Bool {
        guard place < bytes.count else { return true }
        let byte = bytes[place]
        return byte == 0x2C || byte == 0x7D || byte == 0x5D || JSONDocument.isSpace(byte)
    }

    private static let words: [[UInt8]] = ["true", "false", "null", "NaN", "Infinity"].map { Array($0.utf8) }

    private mutating func word() throws(Flaw) {
        let rest = UnsafeBufferPointer(rebasing: bytes[place...])
        let start = place
        if let word = Self.words.first(where: { rest.starts(with: $0) }) {
            place += word.count
            if isEnd { return }
        }
        place = start
        // A word that is cut off at the end of all.
        if Self.words.contains(where: { $0.starts(with: rest) }) { place = bytes.count }
        throw missing("a value")
    }
}
