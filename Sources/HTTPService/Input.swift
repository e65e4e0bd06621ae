import Accounts
import Foundation
import StrictJSON

/// How a JSON value becomes a value of the program, and what the document says of it.
struct Input<Value: Sendable>: Sendable {
    let schema: Schema
    /// The value, or `nil` where the JSON is not what `schema` says.
    let read: @Sendable (JSON) -> Value?
}

extension Input where Value == String {
    /// Any text.
    static var text: Input { Input(schema: .text(nil)) { if case .text(let text) = $0 { text } else { nil } } }

    /// Text with bounds of its length in Unicode scalars.
    /// - Parameter pattern: what it looks like (a regular expression, ECMA-262).
    static func text(_ lengths: ClosedRange<Int>, pattern: String? = nil) -> Input {
        Input(schema: .text(lengths, pattern: pattern)) { json in
            guard case .text(let text) = json, pattern.map({ AccountRules.matches(text, $0) }) ?? true else { return nil }
            let bytes = text.utf8.count
            let fewest = (bytes + 3) / 4
            // Scalars have one to four bytes: most texts need not be counted through.
            if lengths.contains(bytes), lengths.contains(fewest) { return text }
            guard bytes >= lengths.lowerBound, fewest <= lengths.upperBound else { return nil }
            return lengths.contains(text.unicodeScalars.count) ? text : nil
        }
    }

    /// One of `names`.
    static func choice(_ names: [String]) -> Input {
        Input(schema: .choice(names)) { json in
            guard case .text(let text) = json, names.contains(text) else { return nil }
            return text
        }
    }
}

extension Input where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a type's cases, by name.
    static var choice: Input {
        Input(schema: .choice(Value.allCases.map(\.rawValue))) { json in
            guard case .text(let text) = json else { return nil }
            return Value(rawValue: text)
        }
    }
}

extension Input where Value == Int {
    /// A whole number; one with a fraction of zero (`2.0`) is whole too.
    static func integer(_ bounds: ClosedRange<Int>) -> Input {
        Input(schema: .integer(bounds)) { json in
            let integer: Int? =
                switch json {
                case .integer(let integer): integer
                case .number(let number): Int(exactly: number)
                default: nil
                }
            return integer.flatMap { bounds.contains($0) ? $0 : nil }
        }
    }
}

extension Input {
    /// `input` or null.
    static func nullable<Wrapped>(_ input: Input<Wrapped>) -> Input where Value == Wrapped? {
        Input(schema: .nullable(input.schema)) { json in
            json == .null ? .some(nil) : input.read(json).map(Optional.some)
        }
    }
}

/// Where a parameter stands in a request.
enum Place: String, Sendable {
    case path, query, body
}

/// What a request carries, before it is known to be what was asked for.
struct SentValues: Sendable {
    var path: [String: String] = [:]
    var query: [(name: String, text: String)] = []
    var body: [JSON.Member] = []
}

/// A named value that a request carries in its path, query or body: read, checked and documented from one
/// declaration.
struct Parameter<Value: Sendable>: Sendable {
    /// What is declared; one, or the alternatives of `oneOf`.
    let fields: [Field]
    /// The names of which exactly one is given, where this parameter has alternatives.
    let alternatives: [String]
    /// The value; where it does not do, `nil` and what is wrong.
    let read: @Sendable (SentValues, inout [Problem.FieldError]) -> Value?

    /// Declares one field; `missing` is its value where it is not given, and without one it must be.
    private init(_ place: Place, _ name: String, _ input: Input<Value>, missing: Value?) {
        let field = Field(place: place, name: name, schema: input.schema, isRequired: missing == nil)
        self.init(fields: [field], alternatives: []) { sent, errors in
            switch field.value(in: sent) {
            case nil:
                if missing == nil { errors.append(.init(field: name, message: "This field is missing.")) }
                return missing
            case let json?:
                if let value = input.read(json) { return value }
                errors.append(.init(field: name, message: "This field must be \(input.schema.wanted)."))
                return nil
            }
        }
    }

    init(
        fields: [Field], alternatives: [String], read: @escaping @Sendable (SentValues, inout [Problem.FieldError]) -> Value?
    ) {
        self.fields = fields
        self.alternatives = alternatives
        self.read = read
    }

    /// A part of the path, as `{name}` in it.
    static func path(_ name: String, _ input: Input<Value>) -> Parameter { Parameter(.path, name, input, missing: nil) }

    /// A value of the query, with what it is where it is not given.
    static func query(_ name: String, _ input: Input<Value>, otherwise missing: Value) -> Parameter {
        Parameter(.query, name, input, missing: missing)
    }

    /// A member of the body.
    static func body(_ name: String, _ input: Input<Value>) -> Parameter { Parameter(.body, name, input, missing: nil) }

    /// A member of the body, with what it is where it is not given.
    static func body(_ name: String, _ input: Input<Value>, otherwise missing: Value) -> Parameter {
        Parameter(.body, name, input, missing: missing)
    }

    /// A member of the body that may be missing, which is `nil` then.
    static func optional<Wrapped>(_ name: String, _ input: Input<Wrapped>) -> Parameter where Value == Wrapped? {
        Parameter(.body, name, Input(schema: input.schema) { input.read($0).map(Optional.some) }, missing: .some(nil))
    }

    /// Exactly one of several members of the body.
    static func oneOf(_ choices: Parameter...) -> Parameter {
        let names = choices.flatMap(\.fields).map(\.name)
        let fields = choices.flatMap(\.fields).map { Field(place: $0.place, name: $0.name, schema: $0.schema, isRequired: false) }
        return Parameter(fields: fields, alternatives: names) { sent, errors in
            let given = choices.filter { $0.fields.contains { $0.value(in: sent) != nil } }
            guard given.count == 1 else {
                let listed = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
                errors.append(.init(field: names.first ?? "", message: "Give one of \(listed)."))
                return nil
            }
            return given[0].read(sent, &errors)
        }
    }

    /// The parameter as another value.
    func map<New>(_ transform: @escaping @Sendable (Value) -> New) -> Parameter<New> {
        Parameter<New>(fields: fields, alternatives: alternatives) { [read] in read($0, &$1).map(transform) }
    }
}

/// A named place in a request and what may stand there.
struct Field: Sendable {
    let place: Place
    let name: String
    let schema: Schema
    let isRequired: Bool
    /// What it says, for the document.
    var summary: String?

    /// What was sent for it, if anything.
    func value(in sent: SentValues) -> JSON? {
        switch place {
        case .path: sent.path[name].map(JSON.text)
        case .query: sent.query.first { $0.name == name }.map { query($0.text) }
        case .body: sent.body.first { $0.name == name }?.value
        }
    }

    /// A query's text is read as JSON where the value is no text: `?limit=5` is the number 5.
    private func query(_ text: String) -> JSON {
        if schema.isText { return .text(text) }
        return (try? JSON(Array(text.utf8))) ?? .text(text)
    }

    /// What was sent that none of `fields` declares, or more than once. A path without declared queries takes any.
    static func strangers(in sent: SentValues, to fields: [Field]) -> [Problem.FieldError] {
        func isKnown(_ name: String, _ place: Place) -> Bool { fields.contains { $0.place == place && $0.name == name } }
        var errors: [Problem.FieldError] = []
        for member in sent.body where !isKnown(member.name, .body) {
            errors.append(.init(field: String(member.name.prefix(64)), message: "This field is not known here."))
        }
        guard fields.contains(where: { $0.place == .query }) else { return errors }
        var seen: Set<String> = []
        for (name, _) in sent.query {
            if !isKnown(name, .query) {
                errors.append(.init(field: String(name.prefix(64)), message: "This parameter is not known here."))
            } else if !seen.insert(name).inserted {
                errors.append(.init(field: name, message: "This parameter is given twice."))
            }
        }
        return errors
    }
}
