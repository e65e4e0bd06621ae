import Foundation
import HTTPTypes

/// A JSON object from a request's body, read strictly: one object, no unknown and no repeated members, no
/// deep nesting.
struct JSONObject {
    private let members: [String: Any]
    private static let deepest = 8

    /// - Throws: `Problem` 400 when `data` is not such an object, 422 when it has members not `allowed`.
    init(_ data: Data, allowed: Set<String>) throws {
        try Self.checkShape(data)
        guard let object = try? JSONSerialization.jsonObject(with: data, options: []) as? [String: Any] else {
            throw Problem(.badRequest, "The body is not a JSON object.")
        }
        let unknown = object.keys.filter { !allowed.contains($0) }.sorted()
        guard unknown.isEmpty else {
            throw Problem.fields(unknown.map { .init(field: String($0.prefix(64)), message: "This field is not known here.") })
        }
        members = object
    }

    /// Walks the bytes once: nesting stays shallow and no object names a member twice.
    private static func checkShape(_ data: Data) throws {
        var names: [Set<Data>] = []
        var isObject: [Bool] = []
        var expectsName = false
        var index = data.startIndex
        while index < data.endIndex {
            switch data[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                isObject.append(data[index] == UInt8(ascii: "{"))
                names.append([])
                expectsName = isObject.last == true
                guard isObject.count <= deepest else { throw Problem(.badRequest, "The JSON is nested too deeply.") }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                _ = isObject.popLast()
                _ = names.popLast()
                expectsName = false
            case UInt8(ascii: ","): expectsName = isObject.last == true
            case UInt8(ascii: "\""):
                let start = index + 1
                index = start
                while index < data.endIndex, data[index] != UInt8(ascii: "\"") {
                    index += data[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                guard index < data.endIndex else { throw Problem(.badRequest, "The body is not a JSON object.") }
                if expectsName, let last = names.indices.last, !names[last].insert(data[start..<index]).inserted {
                    throw Problem(.badRequest, "The JSON names a member twice.")
                }
                expectsName = false
            default: break
            }
            index += 1
        }
    }

    /// A text member that must be there.
    func text(_ name: String) throws -> String {
        guard let text = try optionalText(name) else {
            throw Problem.fields([.init(field: name, message: "This field is missing.")])
        }
        return text
    }

    /// A text member, or `nil` where it is missing.
    func optionalText(_ name: String) throws -> String? {
        guard let value = members[name] else { return nil }
        guard let text = value as? String else { throw Problem.fields([.init(field: name, message: "This field must be text.")]) }
        return text
    }

    /// Whether a member is given as null.
    func isNull(_ name: String) -> Bool { members[name] is NSNull }

    /// A whole number within bounds, or `nil` where it is missing.
    func optionalInteger(_ name: String, in bounds: ClosedRange<Int>) throws -> Int? {
        guard let value = members[name] else { return nil }
        guard let number = value as? NSNumber, !(value is Bool), number.doubleValue == number.doubleValue.rounded(),
            number.doubleValue >= Double(bounds.lowerBound), number.doubleValue <= Double(bounds.upperBound)
        else {
            throw Problem.fields([
                .init(
                    field: name, message: "This field must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound).")
            ])
        }
        return Int(number.doubleValue)
    }
}
