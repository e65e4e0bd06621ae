import Accounts
import Foundation
import Testing

@testable import HTTPService
@testable import StrictJSON

extension JSON {
    /// A member of an object.
    subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    var members: [Member] { if case .object(let members) = self { members } else { [] } }
    var items: [JSON] { if case .list(let items) = self { items } else { [] } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var number: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }
}

/// The OpenAPI document as a client reads it.
struct ServedDocument {
    let root: JSON

    init(_ text: String) throws { root = try JSON(Array(text.utf8), deepest: 64) }

    var operations: [(method: String, path: String, document: JSON)] {
        (root["paths"] ?? .null).members.flatMap { path in
            path.value.members.map { ($0.name.uppercased(), path.name, $0.value) }
        }
    }

    /// The operation that a request asks for.
    func operation(_ method: String, _ path: String) -> JSON? {
        let plain = path.split(separator: "?")[0].split(separator: "/")
        return operations.first {
            let parts = $0.path.split(separator: "/")
            return $0.method == method && parts.count == plain.count
                && zip(parts, plain).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }?.document
    }

    /// What an answer has that the document does not tell.
    func problems(with answer: Answer, to method: String, _ path: String) -> [String] {
        guard let operation = operation(method, path) else {
            let known = [400, 404, 405]
            return known.contains(answer.status) ? bodyProblems(answer, problemResponse) : ["no such operation"]
        }
        guard let response = operation["responses"]?[String(answer.status)] else { return ["the status is not told"] }
        return bodyProblems(answer, response["$ref"] == nil ? response : problemResponse)
    }

    private var problemResponse: JSON { root["components"]?["responses"]?["Problem"] ?? .null }

    private func bodyProblems(_ answer: Answer, _ response: JSON) -> [String] {
        guard let content = response["content"]?.members.first else { return answer.body.isEmpty ? [] : ["there is a body"] }
        guard answer.headers["content-type"] == content.name else {
            return ["the body is \(answer.headers["content-type"] ?? "untyped"), not \(content.name)"]
        }
        guard let schema = content.value["schema"], let body = try? JSON(Array(answer.body.utf8), deepest: 64) else {
            return ["the body is no JSON"]
        }
        return schemaProblems(body, schema)
    }
}

/// Where a value is not what a JSON schema says. All keywords that the document uses are known; another one is a problem.
func schemaProblems(_ value: JSON, _ schema: JSON, at place: String = "body") -> [String] {
    schema.members.flatMap { keyword -> [String] in
        switch keyword.name {
        case "type": typeProblem(value, keyword.value.text ?? "", place)
        case "enum": keyword.value.items.contains(value) ? [] : ["\(place) is none of the enumeration"]
        case "minimum": bound(value.number, keyword.value.number) { $0 >= $1 } ? [] : ["\(place) is too small"]
        case "maximum": bound(value.number, keyword.value.number) { $0 <= $1 } ? [] : ["\(place) is too great"]
        case "minLength": bound(length(value), keyword.value.number) { $0 >= $1 } ? [] : ["\(place) is too short"]
        case "maxLength": bound(length(value), keyword.value.number) { $0 <= $1 } ? [] : ["\(place) is too long"]
        case "pattern":
            value.text.map { AccountRules.matches($0, keyword.value.text ?? "") } ?? true
                ? [] : ["\(place) does not look as it should"]
        case "format":
            keyword.value == "date-time" && value.text.flatMap { try? Date($0, strategy: .iso8601) } != nil
                ? [] : ["\(place) is no time"]
        case "items":
            value.items.enumerated().flatMap { schemaProblems($1, keyword.value, at: "\(place)[\($0)]") }
        case "properties":
            value.members.flatMap { member in
                keyword.value[member.name].map { schemaProblems(member.value, $0, at: "\(place).\(member.name)") } ?? []
            }
        case "required": keyword.value.items.compactMap(\.text).filter { value[$0] == nil }.map { "\(place) lacks \($0)" }
        case "additionalProperties":
            keyword.value != false
                ? ["additionalProperties is not false"]
                : value.members.filter { schema["properties"]?[$0.name] == nil }.map { "\(place) has an unknown \($0.name)" }
        case "anyOf": matches(value, keyword.value) > 0 ? [] : ["\(place) is none of the alternatives"]
        case "oneOf": matches(value, keyword.value) == 1 ? [] : ["\(place) is not one of the alternatives"]
        case "allOf": keyword.value.items.flatMap { schemaProblems(value, $0, at: place) }
        default: ["the schema has an unknown keyword \(keyword.name)"]
        }
    }
}

private func matches(_ value: JSON, _ schemas: JSON) -> Int { schemas.items.count { schemaProblems(value, $0).isEmpty } }

/// Bounds concern values of their type alone.
private func bound(_ value: Double?, _ bound: Double?, _ holds: (Double, Double) -> Bool) -> Bool {
    guard let value, let bound else { return bound != nil }
    return holds(value, bound)
}

private func length(_ value: JSON) -> Double? { value.text.map { Double($0.unicodeScalars.count) } }

private func typeProblem(_ value: JSON, _ type: String, _ place: String) -> [String] {
    let isOfType =
        switch (type, value) {
        case ("string", .text), ("boolean", .flag), ("null", .null), ("array", .list), ("object", .object), ("integer", .integer),
            ("number", .integer), ("number", .number):
            true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    return isOfType ? [] : ["\(place) is no \(type)"]
}
