import Foundation
import HTTPTypes
import Hummingbird

/// One thing the service can be asked, with all that its document says of it. The table of operations makes
/// both the routes and the OpenAPI document, so that neither can say what the other does not.
struct Operation: Sendable {
    /// A JSON schema as it stands in the document.
    typealias Schema = [String: any Sendable]

    /// Who may ask.
    enum Handler: Sendable {
        case open(@Sendable (Request, ServiceContext) async throws -> Response)
        case protected(@Sendable (Request, AuthenticatedContext) async throws -> Response)
    }

    /// A value in the path or the query.
    struct Parameter: Sendable {
        let name: String
        let place: String
        let schema: Schema
    }

    let method: HTTPRequest.Method
    /// `/api/series/{id}`
    let path: String
    let id: String
    let summary: String
    var parameters: [Parameter] = []
    /// The body's schema, where there is a body.
    var body: Schema?
    /// What is answered when all goes well.
    let success: (status: Int, schema: Schema?)
    /// Statuses of problem documents it can answer beside those that its kind implies.
    var problems: [Int] = []
    let handler: Handler

    private var isProtected: Bool { if case .protected = handler { true } else { false } }

    /// All statuses it can answer.
    var statuses: [Int] {
        var all = Set(problems + [success.status])
        if isProtected { all.insert(401) }
        if body != nil { all.formUnion([400, 408, 413, 415, 422]) }
        if !parameters.isEmpty { all.formUnion([404, 422]) }
        return all.sorted()
    }

    /// The operation's part of the OpenAPI document.
    var document: [String: Any] {
        var responses: [String: Any] = [:]
        for status in statuses where status != success.status {
            responses[String(status)] = ["$ref": "#/components/responses/Problem"]
        }
        var answer: [String: Any] = ["description": HTTPResponse.Status(code: success.status).reasonPhrase]
        if let schema = success.schema { answer["content"] = ["application/json": ["schema": schema]] }
        responses[String(success.status)] = answer
        var document: [String: Any] = ["operationId": id, "summary": summary, "responses": responses]
        if isProtected { document["security"] = [["bearer": [String]()]] }
        if let body {
            document["requestBody"] = ["required": true, "content": ["application/json": ["schema": body]]]
        }
        if !parameters.isEmpty {
            document["parameters"] = parameters.map { parameter -> [String: Any] in
                [
                    "name": parameter.name, "in": parameter.place, "required": parameter.place == "path",
                    "schema": parameter.schema,
                ]
            }
        }
        return document
    }
}

/// The OpenAPI 3.1 document of a table of operations.
func openAPIDocument(_ operations: [Operation]) -> Data {
    var paths: [String: [String: Any]] = [:]
    for operation in operations {
        paths[operation.path, default: [:]][operation.method.rawValue.lowercased()] = operation.document
    }
    let problem: Operation.Schema = Schemas.object(
        [
            "type": Schemas.text, "title": Schemas.text, "status": Schemas.integer(400...599), "detail": Schemas.text,
            "errors": Schemas.list(Schemas.object(["field": Schemas.text, "message": Schemas.text])),
        ],
        optional: ["errors"])
    let document: [String: Any] = [
        "openapi": "3.1.0",
        "info": ["title": "Oddline", "version": "0.1.0", "summary": "Finds what is odd in a time series."],
        "paths": paths,
        "components": [
            "securitySchemes": ["bearer": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"]],
            "responses": [
                "Problem": [
                    "description": "What went wrong (RFC 9457).", "content": ["application/problem+json": ["schema": problem]],
                ]
            ],
        ],
    ]
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return (try? JSONSerialization.data(withJSONObject: document, options: options)) ?? Data()
}

/// JSON schemas of the pieces that operations take and give.
enum Schemas {
    static let text: Operation.Schema = ["type": "string"]
    static let number: Operation.Schema = ["type": "number"]
    static let score: Operation.Schema = ["type": ["number", "null"], "minimum": 0, "maximum": 1]
    static let weight: Operation.Schema = ["type": "number", "minimum": 0, "maximum": 1]
    static let flag: Operation.Schema = ["type": "boolean"]
    static let time: Operation.Schema = ["type": "string", "format": "date-time"]

    static func text(_ lengths: ClosedRange<Int>) -> Operation.Schema {
        ["type": "string", "minLength": lengths.lowerBound, "maxLength": lengths.upperBound]
    }
    static func choice(_ values: [String]) -> Operation.Schema { ["type": "string", "enum": values] }
    static func integer(_ bounds: ClosedRange<Int>) -> Operation.Schema {
        ["type": "integer", "minimum": bounds.lowerBound, "maximum": bounds.upperBound]
    }
    static func list(_ items: Operation.Schema) -> Operation.Schema { ["type": "array", "items": items] }
    static func object(_ members: [String: Operation.Schema], optional: Set<String> = []) -> Operation.Schema {
        [
            "type": "object", "properties": members, "required": members.keys.filter { !optional.contains($0) }.sorted(),
            "additionalProperties": false,
        ]
    }
}

/// A JSON answer.
func jsonResponse(_ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) throws -> Response {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var fields = headers
    fields[.contentType] = "application/json"
    return Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
}

/// How long a request's body may take to arrive.
enum BodyDeadline {
    @TaskLocal static var duration = Duration.seconds(20)
}

extension Request {
    /// The body as a strict JSON object of at most `limit` bytes that arrives within `BodyDeadline`.
    /// - Throws: `Problem` 415, 413, 408, 400 or 422.
    func jsonObject(_ allowed: Set<String>, limit: Int = 16_384) async throws -> JSONObject {
        let type = headers[.contentType]?.split(separator: ";").first.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        guard type == "application/json" else {
            throw Problem(.unsupportedMediaType, "Send the body as application/json.")
        }
        if let length = headers[.contentLength].flatMap(Int.init), length > limit {
            throw Problem(.contentTooLarge, "The body may have at most \(limit) bytes.")
        }
        let body = body
        let data = try await withThrowingTaskGroup(of: Data.self) { group in
            group.addTask {
                var data = Data()
                for try await part in body {
                    data.append(contentsOf: part.readableBytesView)
                    guard data.count <= limit else {
                        throw Problem(.contentTooLarge, "The body may have at most \(limit) bytes.")
                    }
                }
                return data
            }
            group.addTask {
                try await Task.sleep(for: BodyDeadline.duration)
                throw Problem(.requestTimeout, "The body took too long to arrive.")
            }
            guard let data = try await group.next() else { return Data() }
            group.cancelAll()
            return data
        }
        return try JSONObject(data, allowed: allowed)
    }
}
