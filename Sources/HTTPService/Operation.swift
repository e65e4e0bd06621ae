import Foundation
import HTTPTypes
import Hummingbird
import Persistence
import StrictJSON

/// One thing the service can be asked. Its parameters and its answer are declared once: the OpenAPI document, the
/// check of a request, the values that its handler receives and the text of the answer all come from here.
struct Operation: Sendable {
    /// Does what was asked for with values that were read, and gives what writes the answer.
    typealias Work<Context> = @Sendable (Context) async throws -> @Sendable () -> Written
    /// Reads and checks what was sent, once, and gives what answers with the values; throws a `Problem` 422 that names
    /// all that does not do.
    typealias Reading<Context> = @Sendable (SentValues) throws -> Work<Context>

    /// Who may ask, and what is done then.
    enum Handler: Sendable {
        case open(Reading<ServiceContext>)
        case protected(Reading<AuthenticatedContext>)
    }

    let method: HTTPRequest.Method
    /// `/api/series/{id}`
    let path: String
    let id: String
    let summary: String
    let fields: [Field]
    /// Of each of these groups of names exactly one is given.
    let alternatives: [[String]]
    /// The longest body in bytes.
    let bodyLimit: Int
    /// What is answered when all goes well.
    let success: (status: Int, schema: Schema?)
    /// Whether the answer may take long to write.
    let hasLongAnswer: Bool
    /// Statuses of problem documents it can answer beside those that its declaration implies.
    let problems: [Int]
    let handler: Handler

    /// An operation that needs no login; `handler` receives the parameters in the order in which they are declared.
    init<each Value: Sendable, Given: Sendable>(
        _ method: HTTPRequest.Method, _ path: String, id: String, _ summary: String,
        _ parameters: repeat Parameter<each Value>, bodyLimit: Int = 16_384, answer: Answer<Given>, problems: [Int] = [],
        open handler: @escaping @Sendable (ServiceContext, repeat each Value) async throws -> Given
    ) {
        self.init(
            method, path, id, summary, repeat each parameters, bodyLimit: bodyLimit, answer: answer, problems: problems,
            handler: .open { sent in
                let values = try Self.values(repeat each parameters, in: sent)
                return { context in
                    let given = try await handler(context, repeat each values)
                    return { answer.write(given) }
                }
            })
    }

    /// An operation behind the login.
    init<each Value: Sendable, Given: Sendable>(
        _ method: HTTPRequest.Method, _ path: String, id: String, _ summary: String,
        _ parameters: repeat Parameter<each Value>, bodyLimit: Int = 16_384, answer: Answer<Given>, problems: [Int] = [],
        protected handler: @escaping @Sendable (AuthenticatedContext, repeat each Value) async throws -> Given
    ) {
        self.init(
            method, path, id, summary, repeat each parameters, bodyLimit: bodyLimit, answer: answer, problems: problems,
            handler: .protected { sent in
                let values = try Self.values(repeat each parameters, in: sent)
                return { context in
                    let given = try await handler(context, repeat each values)
                    return { answer.write(given) }
                }
            })
    }

    private init<each Value: Sendable, Given: Sendable>(
        _ method: HTTPRequest.Method, _ path: String, _ id: String, _ summary: String,
        _ parameters: repeat Parameter<each Value>, bodyLimit: Int, answer: Answer<Given>, problems: [Int], handler: Handler
    ) {
        var fields: [Field] = []
        var alternatives: [[String]] = []
        for parameter in repeat each parameters {
            fields += parameter.fields
            if !parameter.alternatives.isEmpty { alternatives.append(parameter.alternatives) }
        }
        (self.method, self.path, self.id, self.summary) = (method, path, id, summary)
        (self.fields, self.alternatives, self.bodyLimit) = (fields, alternatives, bodyLimit)
        (success, hasLongAnswer) = ((answer.status.code, answer.schema), answer.isLong)
        (self.problems, self.handler) = (problems, handler)
    }

    /// The values of all parameters.
    /// - Throws: `Problem` 422 naming what does not do, field by field.
    private static func values<each Value: Sendable>(
        _ parameters: repeat Parameter<each Value>, in sent: SentValues
    ) throws -> (repeat each Value) {
        var fields: [Field] = []
        for parameter in repeat each parameters { fields += parameter.fields }
        var errors = Field.strangers(in: sent, to: fields)
        let values = (repeat (each parameters).read(sent, &errors))
        guard errors.isEmpty else { throw Problem.fields(errors) }
        func known<Known>(_ value: Known?) throws -> Known {
            guard let value else { throw Problem.fields([]) }
            return value
        }
        return (repeat try known(each values))
    }

    /// Reads what a request carries, refuses it where it is not what is declared, and answers it.
    /// - Throws: `Problem`, `JSONError`, and what the handler throws.
    func answer<Context: OperationContext>(
        _ request: Request, _ context: Context, _ bodies: BodyReader, _ reading: Reading<Context>
    ) async throws -> Response {
        // Held until the request is done: the values are as large as the body.
        let share = bodies.bodies.share(of: context.account)
        var sent = SentValues()
        for field in fields where field.place == .path { sent.path[field.name] = context.parameters.get(field.name) }
        sent.query = request.uri.queryParameters.map { (String($0), String($1)) }
        if declares(.body) {
            sent.body = try await bodies.members(
                of: request, limit: bodyLimit, share, for: context.account ?? 0, timedBy: context.eventLoop)
        }
        let write = try await reading(sent)(context)
        withExtendedLifetime(share) {}
        let written = hasLongAnswer ? try await bodies.turns.run(for: context.account ?? 0, write) : write()
        return try written.response(bodies.answers, for: context.account)
    }
}

// MARK: The document

extension Operation {
    private var isProtected: Bool { if case .protected = handler { true } else { false } }

    private func declares(_ place: Place) -> Bool { fields.contains { $0.place == place } }

    /// All statuses it can answer.
    var statuses: [Int] {
        var all = Set(problems + [success.status, 400, 421, 503])
        if isProtected { all.insert(401) }
        if declares(.path) { all.insert(404) }
        if declares(.query) { all.insert(422) }
        if declares(.body) { all.formUnion([400, 408, 413, 415, 422]) }
        return all.sorted()
    }

    /// The schema of the body, where there is one.
    var body: Schema? {
        guard declares(.body) else { return nil }
        return .object(
            fields.filter { $0.place == .body }.map { .init(name: $0.name, schema: $0.schema, isRequired: $0.isRequired) },
            oneOf: alternatives)
    }

    /// The operation's part of the OpenAPI document.
    var document: JSON {
        var members: [JSON.Member] = [
            .init(name: "operationId", value: .text(id)), .init(name: "summary", value: .text(summary)),
        ]
        if isProtected { members.append(.init(name: "security", value: [["bearer": []]])) }
        let parameters = fields.filter { $0.place != .body }
        if !parameters.isEmpty {
            members.append(
                .init(
                    name: "parameters",
                    value: .list(
                        parameters.map { field in
                            .object(
                                [
                                    .init(name: "name", value: .text(field.name)),
                                    .init(name: "in", value: .text(field.place.rawValue)),
                                    .init(name: "required", value: .flag(field.isRequired)),
                                    .init(name: "schema", value: field.schema.document),
                                ] + [field.summary].compactMap { $0.map { .init(name: "description", value: .text($0)) } })
                        })))
        }
        if let body {
            members.append(
                .init(
                    name: "requestBody",
                    value: [
                        "description": .text("At most \(bodyLimit) bytes."), "required": true,
                        "content": ["application/json": ["schema": body.document]],
                    ]))
        }
        let responses = statuses.map { status in
            JSON.Member(
                name: String(status),
                value: status == success.status ? successDocument : ["$ref": "#/components/responses/Problem"])
        }
        members.append(.init(name: "responses", value: .object(responses)))
        return .object(members)
    }

    private var successDocument: JSON {
        let reason = JSON.text(HTTPResponse.Status(code: success.status).reasonPhrase)
        guard let schema = success.schema else { return ["description": reason] }
        return ["description": reason, "content": ["application/json": ["schema": schema.document]]]
    }

    /// The OpenAPI 3.1 document of a table of operations.
    static func document(of operations: [Operation]) -> JSON {
        var paths: [(path: String, methods: [JSON.Member])] = []
        for operation in operations {
            let member = JSON.Member(name: operation.method.rawValue.lowercased(), value: operation.document)
            if let index = paths.firstIndex(where: { $0.path == operation.path }) {
                paths[index].methods.append(member)
            } else {
                paths.append((operation.path, [member]))
            }
        }
        return [
            "openapi": "3.1.0",
            "info": ["title": "Oddline", "version": .text(programVersion), "summary": "Finds what is odd in a time series."],
            "paths": .object(paths.map { .init(name: $0.path, value: .object($0.methods)) }),
            "components": [
                "securitySchemes": ["bearer": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"]],
                "responses": [
                    "Problem": [
                        "description": "What went wrong (RFC 9457).",
                        "content": ["application/problem+json": ["schema": Problem.output.schema.document]],
                    ]
                ],
            ],
        ]
    }
}
