import Foundation
import TimeSeries

/// How rows of a table lie in a JSON document.
enum JSONForm: Equatable {
    /// Lists of scalars, one a column.
    struct Column: Equatable {
        let name: String
        let list: Int
    }

    /// An object a row.
    case objects(JSONDocument.Row)
    /// A list of scalars a row; the first may hold the names. `index` is a list of one more value for each row.
    case lists(JSONDocument.Row, names: [String]?, isHeaded: Bool, index: Int?)
    /// Lists of as many scalars each.
    case columns([Column])
    /// An object whose members are columns, each an object of as many scalars by row.
    case columnsByRow(Int)
    /// An object whose members are rows: objects, lists or scalars. Their names are a column where they are times.
    case rowsByName(Int)
    /// Lists of pairs of a time and a value, a list a column.
    case pairs([Column])
    /// A list of scalars.
    case values(Int)
}

/// A table that a document may hold.
struct JSONCandidate {
    let form: JSONForm
    /// How one comes to it from the outermost value.
    let path: [JSONStep]
    let rows: Int
    /// Whether a column of it looks like times.
    let hasTime: Bool
}

/// A step into a value: to a member or, from 0, to an item.
enum JSONStep: Equatable {
    case member(String), item(Int)
}

extension [JSONStep] {
    /// As people write it: `results[0].hourly`.
    var shown: String {
        reduce(into: "") { text, step in
            switch step {
            case .member(let name): text += text.isEmpty ? name : ".\(name)"
            case .item(let index): text += "[\(index)]"
            }
        }
    }

    /// As jq takes it within single quotes.
    var forJQ: String {
        let text = reduce(into: "") { text, step in
            switch step {
            case .member(let name):
                let isWord = name.first?.isNumber == false && name.utf8.allSatisfy { Self.isWord($0) }
                text += isWord ? ".\(name)" : "\(text.isEmpty ? "." : "")[\"\(name)\"]"
            case .item(let index): text += "\(text.isEmpty ? "." : "")[\(index)]"
            }
        }
        return "jq '\(text.isEmpty ? "." : text.replacing("'", with: "?"))'"
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || 0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
    }
}

/// What the values in a row are, from the first of them; null is as any.
enum JSONShape: Equatable {
    case objects, lists, scalars, mixed, empty
}

extension JSONDocument {
    /// How many values tell what those in a row are.
    private static let inspected = 64

    func shape(of row: Row) -> JSONShape { shape(of: first(Self.inspected, of: row)) }

    func shape(of values: [Int]) -> JSONShape {
        let kinds = values.map { kind(at: $0) }.filter { $0 != .null }
        if values.isEmpty { return .empty }
        if kinds.allSatisfy({ $0 != .object && $0 != .list }) { return .scalars }
        if kinds.allSatisfy({ $0 == .object }) { return .objects }
        return kinds.allSatisfy { $0 == .list } ? .lists : .mixed
    }

    /// The first members of an object.
    func firstMembers(of place: Int) -> [Member] { Array(members(of: place).prefix(Self.inspected)) }

    /// Whether a scalar looks like a time; texts of digits alone do where they count seconds since 1970.
    func isTime(_ place: Int?) -> Bool {
        guard let place else { return false }
        switch kind(at: place) {
        case .text: return TimeSigns.areIn(text: scalar(at: place))
        case .number: return TimeSigns.isInstant(scalar(at: place))
        default: return false
        }
    }

    /// Whether an object holds what looks like a time, in itself or in objects and lists of one value in it.
    func holdsTime(_ place: Int, depth: Int = 4) -> Bool {
        guard depth > 0 else { return false }
        return firstMembers(of: place).contains { member in
            switch kind(at: member.value) {
            case .object: return holdsTime(member.value, depth: depth - 1)
            case .list:
                let items = first(2, of: .list(member.value))
                return items.count == 1 && (isTime(items[0]) || holdsTime(items[0], depth: depth - 1))
            case .text, .number:
                let isNamed = TimeSigns.areIn(name: name(member.name))
                return isNamed && scalar(at: member.value).first.map(TimeSigns.isDigit) == true || isTime(member.value)
            case .word, .null: return false
            }
        }
    }
}
