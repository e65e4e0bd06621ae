import Accounts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Persistence

/// The HTTP API: accounts and analysis over the same core as the dashboard.
public struct HTTPService: Sendable {
    private let operations: [Operation]
    private let tokens: Tokens
    private let logger: Logger
    private let bodyDeadline: Duration

    /// Serves the accounts and libraries in `database`.
    /// - Parameter bodyDeadline: how long the body of a request may take to arrive.
    /// - Throws: `StorageError` when the signing keys cannot be used.
    public init(
        accounts: Accounts, database: OddlineDatabase, locations: Locations, logger: Logger, bodyDeadline: Duration = .seconds(20)
    ) throws {
        self.bodyDeadline = bodyDeadline
        let tokens = try Tokens(accounts: accounts, keyFile: locations.signingKeys)
        self.tokens = tokens
        self.logger = logger
        let store = AnalysisStore(database: database, locations: locations)
        let described =
            AccountOperations(accounts: accounts, tokens: tokens, hashing: HashingQueue()).all
            + AnalysisOperations(store: store).all
        operations = Self.withDescription(described)
    }

    /// Adds what answers without accounts: health and the document itself.
    private static func withDescription(_ described: [Operation]) -> [Operation] {
        func operations(_ document: @escaping @Sendable (Request, ServiceContext) async throws -> Response) -> [Operation] {
            described + [
                Operation(
                    method: .get, path: "/health", id: "health", summary: "Whether the service answers.",
                    success: (200, Schemas.object(["status": Schemas.choice(["ok"])])),
                    handler: .open { _, _ in try jsonResponse(["status": "ok"]) }),
                Operation(
                    method: .get, path: "/openapi.json", id: "document", summary: "This document.",
                    success: (200, ["type": "object"]), handler: .open(document)),
            ]
        }
        let text = openAPIDocument(operations { _, _ in Response(status: .ok) })
        return operations { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(bytes: text)))
        }
    }

    /// Answers requests at an address until the process is asked to end; requests under way are finished first.
    /// - Parameter onRunning: called with the port once connections are accepted.
    /// - Throws: when the address cannot be used.
    public func run(host: String, port: Int, onRunning: @escaping @Sendable (Int) async -> Void) async throws {
        let router = Router(context: ServiceContext.self)
        router.add(middleware: EnvelopeMiddleware(bodyDeadline: bodyDeadline))
        router.add(middleware: MethodMiddleware(operations))
        let behindLogin = router.group().add(middleware: BearerMiddleware(tokens: tokens)).group(
            context: AuthenticatedContext.self)
        for operation in operations {
            switch operation.handler {
            case .open(let handle):
                router.on(RouterPath(operation.path), method: operation.method) { try await handle($0, $1) }
            case .protected(let handle):
                behindLogin.on(RouterPath(operation.path), method: operation.method) { try await handle($0, $1) }
            }
        }
        let limits = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: 16_384, maxHeaderListSize: 65_536, maxHeaderFieldCount: 100)
        let application = Application(
            router: router, server: .http1(configuration: .init(idleTimeout: .seconds(30), httpDecoderConfiguration: limits)),
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) }, logger: logger)
        try await application.runService()
    }
}

/// Answers 405 where a path is known but not for the method that was used.
struct MethodMiddleware: RouterMiddleware {
    private let methods: [(path: [Substring], method: HTTPRequest.Method)]

    init(_ operations: [Operation]) { methods = operations.map { ($0.path.split(separator: "/"), $0.method) } }

    func handle(
        _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path.split(separator: "/")
        let allowed = methods.filter { known, _ in
            known.count == path.count && zip(known, path).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }.map(\.method)
        guard allowed.isEmpty || allowed.contains(request.method) else {
            throw Problem(
                .methodNotAllowed, "This path does not take \(request.method.rawValue.prefix(16)).",
                headers: [.allow: allowed.map(\.rawValue).joined(separator: ", ")])
        }
        return try await next(request, context)
    }
}
