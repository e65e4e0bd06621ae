import StrictJSON

/// What a JSON value must be: the part of JSON Schema that this service uses.
indirect enum Schema: Sendable {
    /// Text, with bounds of its length in Unicode scalars, and what it looks like (a regular expression, ECMA-262).
    case text(ClosedRange<Int>?, pattern: String? = nil)
    /// A moment as ISO 8601.
    case time
    case choice([String])
    case integer(ClosedRange<Int>?)
    case number(ClosedRange<Double>?)
    case flag
    case nullable(Schema)
    case list(Schema)
    /// An object with these members and no others. Of each group of names in `oneOf` exactly one is there.
    case object([Member], oneOf: [[String]] = [])
    case anyObject

    /// A member of an object.
    struct Member: Sendable {
        let name: String
        let schema: Schema
        let isRequired: Bool
    }

    /// The schema as it stands in the document.
    var document: JSON {
        switch self {
        case .text(let lengths, let pattern):
            bounded(
                "string", "Length", lengths.map { (.integer($0.lowerBound), .integer($0.upperBound)) },
                [pattern].compactMap { $0.map { .init(name: "pattern", value: .text($0)) } })
        case .time: ["type": "string", "format": "date-time"]
        case .choice(let names): ["type": "string", "enum": .list(names.map(JSON.text))]
        case .integer(let bounds): bounded("integer", "imum", bounds.map { (.integer($0.lowerBound), .integer($0.upperBound)) })
        case .number(let bounds): bounded("number", "imum", bounds.map { (.number($0.lowerBound), .number($0.upperBound)) })
        case .flag: ["type": "boolean"]
        case .nullable(let schema): ["anyOf": [schema.document, ["type": "null"]]]
        case .list(let items): ["type": "array", "items": items.document]
        case .object(let members, let groups):
            .object(
                [
                    .init(name: "type", value: "object"),
                    .init(name: "properties", value: .object(members.map { .init(name: $0.name, value: $0.schema.document) })),
                    .init(name: "required", value: .list(members.filter(\.isRequired).map { .text($0.name) })),
                    .init(name: "additionalProperties", value: false),
                ]
                    + (groups.isEmpty
                        ? []
                        : [
                            .init(
                                name: "allOf",
                                value: .list(groups.map { ["oneOf": .list($0.map { ["required": [.text($0)]] })] }))
                        ]))
        case .anyObject: ["type": "object"]
        }
    }

    /// `minLength`, `maxLength` or `minimum`, `maximum`.
    private func bounded(
        _ type: String, _ ending: String, _ bounds: (low: JSON, high: JSON)?, _ more: [JSON.Member] = []
    ) -> JSON {
        let limits: [JSON.Member] =
            bounds.map { [.init(name: "min" + ending, value: $0.low), .init(name: "max" + ending, value: $0.high)] } ?? []
        return .object([.init(name: "type", value: .text(type))] + limits + more)
    }

    /// How a sentence names what is wanted.
    var wanted: String {
        switch self {
        case .text(let lengths, let pattern):
            (lengths.map { "text of \($0.lowerBound) to \($0.upperBound) characters" } ?? "text")
                + (pattern.map { " like \($0)" } ?? "")
        case .time: "a time such as 2026-01-31T12:00:00Z"
        case .choice(let names): names.count > 1 ? "one of \(names.joined(separator: ", "))" : names.joined()
        case .integer(let bounds):
            "a whole number" + (bounds.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? "")
        case .number(let bounds): "a number" + (bounds.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? "")
        case .flag: "true or false"
        case .nullable(let schema): schema.wanted + ", or null"
        case .list: "a list"
        case .object, .anyObject: "an object"
        }
    }

    /// Whether values are text, so that they stand in a query as they are.
    var isText: Bool {
        switch self {
        case .text, .time, .choice: true
        default: false
        }
    }
}
