/// Why bytes are not JSON that the service reads.
public enum JSONError: Error, Equatable, Sendable {
    /// The bytes are not UTF-8, or not JSON.
    case malformed
    /// Lists and objects lie deeper within each other than is allowed.
    case tooDeep
    /// An object names a member twice.
    case repeatedMember
}

extension JSON {
    /// Reads UTF-8 strictly by RFC 8259: one value and nothing after it, no member twice, at most `deepest` lists and
    /// objects within each other. Cost: one pass.
    /// - Throws: `JSONError`.
    public init(_ bytes: [UInt8], deepest: Int = 8) throws(JSONError) {
        var reader = JSONReader(bytes: bytes, deepest: deepest)
        self = try reader.document()
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    let deepest: Int
    private var place = 0
    private var depth = 0

    init(bytes: [UInt8], deepest: Int) {
        self.bytes = bytes
        self.deepest = deepest
    }

    mutating func document() throws(JSONError) -> JSON {
        let value = try value()
        skipSpaces()
        guard place == bytes.count else { throw .malformed }
        return value
    }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipSpaces() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { place += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func value() throws(JSONError) -> JSON {
        skipSpaces()
        switch next {
        case UInt8(ascii: "{"): return try inside { (reader) throws(JSONError) in try reader.object() }
        case UInt8(ascii: "["): return try inside { (reader) throws(JSONError) in try reader.list() }
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t"): return try word("true", .flag(true))
        case UInt8(ascii: "f"): return try word("false", .flag(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func inside(_ read: (inout JSONReader) throws(JSONError) -> JSON) throws(JSONError) -> JSON {
        depth += 1
        guard depth <= deepest else { throw .tooDeep }
        place += 1
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSONError) -> JSON {
        var members: [JSON.Member] = []
        var names: Set<String> = []
        skipSpaces()
        if take("}") { return .object([]) }
        repeat {
            skipSpaces()
            let name = try text()
            guard names.insert(name).inserted else { throw .repeatedMember }
            skipSpaces()
            guard take(":") else { throw .malformed }
            members.append(JSON.Member(name: name, value: try value()))
            skipSpaces()
        } while take(",")
        guard take("}") else { throw .malformed }
        return .object(members)
    }

    private mutating func list() throws(JSONError) -> JSON {
        var items: [JSON] = []
        skipSpaces()
        if take("]") { return .list([]) }
        repeat {
            items.append(try value())
            skipSpaces()
        } while take(",")
        guard take("]") else { throw .malformed }
        return .list(items)
    }

    private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
        guard bytes[place...].starts(with: word.utf8) else { throw .malformed }
        place += word.utf8.count
        return value
    }

    // MARK: Numbers

    private mutating func number() throws(JSONError) -> JSON {
        let start = place
        _ = take("-")
        if !take("0") { try digits() }
        var isInteger = true
        if take(".") {
            isInteger = false
            try digits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if isInteger, let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw .malformed }
        return .number(number)
    }

    /// Passes one digit or more.
    private mutating func digits() throws(JSONError) {
        let start = place
        while let byte = next, (0x30...0x39).contains(byte) { place += 1 }
        guard place > start else { throw .malformed }
    }

    // MARK: Text

    private mutating func text() throws(JSONError) -> String {
        guard take("\"") else { throw .malformed }
        var content: [UInt8] = []
        while true {
            let start = place
            while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { place += 1 }
            content += bytes[start..<place]
            if take("\"") { break }
            guard take("\\") else { throw .malformed }
            do { try JSONEscape.read(bytes, at: &place, into: &content) } catch { throw .malformed }
        }
        guard let text = String(validating: content, as: UTF8.self) else { throw .malformed }
        return text
    }
}
