/// A JSON value (RFC 8259) whose types are kept: `1` is an integer and `true` is a flag.
public enum JSON: Sendable, Equatable {
    case null
    case flag(Bool)
    /// A number without fraction and exponent, as far as it fits.
    case integer(Int)
    /// Any other number; always finite.
    case number(Double)
    case text(String)
    case list([JSON])
    /// Members in their order, each name once.
    case object([Member])

    /// A named value of an object.
    public struct Member: Sendable, Equatable {
        /// The name.
        public let name: String
        /// The value.
        public let value: JSON

        /// Names a value.
        public init(name: String, value: JSON) {
            self.name = name
            self.value = value
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// Takes a literal.
    public init(stringLiteral value: String) { self = .text(value) }
    /// Takes a literal.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// Takes a literal.
    public init(booleanLiteral value: Bool) { self = .flag(value) }
    /// Takes a literal.
    public init(arrayLiteral elements: JSON...) { self = .list(elements) }
    /// Takes a literal.
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements.map { Member(name: $0, value: $1) }) }
}

/// JSON as it is written, piece by piece.
public struct JSONText: Sendable {
    /// What was written so far, in UTF-8.
    public private(set) var bytes: [UInt8] = []

    /// Nothing yet.
    public init() {}

    /// Adds a number, `null`, or punctuation as it stands.
    public mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Adds a value without spaces.
    public mutating func add(_ value: JSON) {
        switch value {
        case .null: add("null")
        case .flag(let isTrue): add(isTrue ? "true" : "false")
        case .integer(let integer): add(String(integer))
        case .number(let number): add(number.description)
        case .text(let text): addQuoted(text)
        case .list(let items):
            addList("[", items, "]") { $0.add($1) }
        case .object(let members):
            addList("{", members, "}") { text, member in
                text.addQuoted(member.name)
                text.add(":")
                text.add(member.value)
            }
        }
    }

    /// Adds items with commas between them.
    public mutating func addList<Item>(
        _ start: String, _ items: [Item], _ end: String, each write: (inout JSONText, Item) -> Void
    ) {
        add(start)
        for (index, item) in items.enumerated() {
            if index > 0 { add(",") }
            write(&self, item)
        }
        add(end)
    }

    /// A text in quotation marks.
    public static func quoted(_ text: String) -> String {
        var quoted = JSONText()
        quoted.addQuoted(text)
        return String(decoding: quoted.bytes, as: UTF8.self)
    }

    /// Adds text in quotation marks.
    public mutating func addQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                add("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
