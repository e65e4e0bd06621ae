import Foundation
import HTTPTypes
import Hummingbird
import StrictJSON

/// How a value of the program is written as JSON, and what the document says of it.
struct Output<Value: Sendable>: Sendable {
    let schema: Schema
    let write: @Sendable (Value, inout JSONText) -> Void

    /// A member of an object that describes an `Owner`.
    struct Member: Sendable {
        let schema: Schema.Member
        /// Writes the member with its name when it has a value; whether it had.
        let write: @Sendable (Value, inout JSONText, _ isFirst: Bool) -> Bool
    }

    /// An object with these members.
    static func object(_ members: [Member]) -> Output {
        Output(schema: .object(members.map(\.schema))) { value, text in
            text.add("{")
            var isFirst = true
            for member in members where member.write(value, &text, isFirst) { isFirst = false }
            text.add("}")
        }
    }

    /// A list of what `item` describes.
    static func list<Item: Sendable>(_ item: Output<Item>) -> Output where Value == [Item] {
        Output(schema: .list(item.schema)) { items, text in
            text.addList("[", items, "]") { item.write($1, &$0) }
        }
    }
}

extension Output.Member {
    /// A member that is always there.
    static func member<Part: Sendable>(
        _ name: String, _ output: Output<Part>, _ part: @escaping @Sendable (Value) -> Part
    ) -> Self {
        Self(schema: .init(name: name, schema: output.schema, isRequired: true)) { value, text, isFirst in
            add(part(value), as: name, output, to: &text, isFirst: isFirst)
        }
    }

    /// A member that is left out where it is `nil`.
    static func optional<Part: Sendable>(
        _ name: String, _ output: Output<Part>, _ part: @escaping @Sendable (Value) -> Part?
    ) -> Self {
        Self(schema: .init(name: name, schema: output.schema, isRequired: false)) { value, text, isFirst in
            guard let part = part(value) else { return false }
            return add(part, as: name, output, to: &text, isFirst: isFirst)
        }
    }

    /// A member that is null where it has no value.
    static func nullable<Part: Sendable>(
        _ name: String, _ output: Output<Part>, _ part: @escaping @Sendable (Value) -> Part?
    ) -> Self {
        let orNull = Output<Part?>(schema: .nullable(output.schema)) { value, text in
            if let value { output.write(value, &text) } else { text.add("null") }
        }
        return member(name, orNull, part)
    }

    private static func add<Part: Sendable>(
        _ part: Part, as name: String, _ output: Output<Part>, to text: inout JSONText, isFirst: Bool
    ) -> Bool {
        if !isFirst { text.add(",") }
        text.addQuoted(name)
        text.add(":")
        output.write(part, &text)
        return true
    }
}

extension Output where Value == String {
    /// Any text.
    static var text: Output { Output(schema: .text(nil)) { $1.addQuoted($0) } }

    /// One of `names`.
    static func choice(_ names: [String]) -> Output { Output(schema: .choice(names)) { $1.addQuoted($0) } }
}

extension Output where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a type's cases, by name.
    static var choice: Output { Output(schema: .choice(Value.allCases.map(\.rawValue))) { $1.addQuoted($0.rawValue) } }
}

extension Output where Value: FixedWidthInteger {
    /// A whole number.
    static var integer: Output { Output(schema: .integer(nil)) { $1.add(String($0)) } }
}

extension Output where Value: BinaryFloatingPoint & CustomStringConvertible {
    /// A finite number.
    static var number: Output { Output(schema: .number(nil)) { $1.add($0.description) } }

    /// A number from 0 to 1.
    static var share: Output { Output(schema: .number(0...1)) { $1.add($0.description) } }
}

extension Output where Value == Bool {
    /// `true` or `false`.
    static var flag: Output { Output(schema: .flag) { $1.add($0 ? "true" : "false") } }
}

extension Output where Value == Date {
    /// A moment as ISO 8601 in UTC, to the second.
    static var time: Output { Output(schema: .time) { $1.addQuoted($0.formatted(.iso8601)) } }
}

extension Output where Value == JSON {
    /// Any object, as it is.
    static var anyObject: Output { Output(schema: .anyObject) { $1.add($0) } }
}

/// What an operation answers when all goes well: status, body and headers, documented and written from one
/// declaration.
struct Answer<Value: Sendable>: Sendable {
    let status: HTTPResponse.Status
    /// The schema of the body, where there is one.
    let schema: Schema?
    /// Whether it may take long to write.
    var isLong = false
    let write: @Sendable (Value) -> Written

    /// The same, which may take long to write.
    var long: Answer {
        var answer = self
        answer.isLong = true
        return answer
    }

    private static func answer(
        _ status: HTTPResponse.Status, _ output: Output<Value>, location: (@Sendable (Value) -> String)? = nil
    ) -> Answer {
        Answer(status: status, schema: output.schema) { value in
            var headers: HTTPFields = [.contentType: "application/json"]
            headers[.location] = location?(value)
            return Written(status: status, headers: headers, bytes: output.text(value))
        }
    }

    /// 200 with a body.
    static func ok(_ output: Output<Value>) -> Answer { answer(.ok, output) }

    /// 201 with a body and the place of what was made.
    static func created(_ output: Output<Value>, at location: @escaping @Sendable (Value) -> String) -> Answer {
        answer(.created, output, location: location)
    }

    /// 202 with a body and the place that tells how it goes on.
    static func accepted(_ output: Output<Value>, at location: @escaping @Sendable (Value) -> String) -> Answer {
        answer(.accepted, output, location: location)
    }
}

extension Answer where Value == Void {
    /// 204.
    static var nothing: Answer { Answer(status: .noContent, schema: nil) { Written(status: .noContent, headers: [:]) } }
}

extension Output {
    /// `value` as JSON.
    func text(_ value: Value) -> [UInt8] {
        var text = JSONText()
        write(value, &text)
        return text.bytes
    }
}
