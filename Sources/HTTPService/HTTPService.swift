import Accounts
import AnomalyDetection
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import Persistence
import StrictJSON
import Work
import Workbench

/// The HTTP API: accounts and analysis over the same core as the dashboard.
public struct HTTPService: Sendable {
    let operations: [Operation]
    private let tokens: Tokens
    private let logger: Logger
    private let bodies: BodyReader
    private let settings: ServiceSettings
    private let origins: Origins
    private let connections: ConnectionCount
    private let logPath: String

    /// Serves the accounts and libraries in `database`.
    /// - Parameters:
    ///   - models: the models that are trained and weighed; parameters and answers have a member for each.
    ///   - source: the settings that a query begins with; the program's own unless told otherwise.
    ///   - settings: who may register, which names it has, and how much it gives at once.
    /// - Throws: `StorageError` when the signing keys cannot be used.
    public init(
        accounts: Accounts, database: OddlineDatabase, locations: Locations, models: Models, logger: Logger,
        source: SettingsSource? = nil, settings: ServiceSettings = ServiceSettings()
    ) throws {
        let tokens = try Tokens(accounts: accounts, keyFile: locations.signingKeys)
        self.tokens = tokens
        self.logger = logger
        logPath = locations.log.path
        let reading = Workers(count: 2, niceness: 2)
        self.settings = settings
        origins = Origins(trustedProxies: settings.trustedProxies)
        connections = ConnectionCount(settings.limits, origins)
        let limits = settings.limits
        let turns = Turns<Int64>(
            reading, most: limits.waitingWork, mostOfOne: limits.waitingWorkPerUser, mostAtOnce: 1)
        bodies = BodyReader(deadline: settings.deadlines.body, turns: turns, limits)
        let source = source ?? SettingsSource(models)
        let store = AnalysisStore(
            accounts: accounts, database: database, locations: locations, models: models, settings: source.settings,
            workers: reading, turns: turns, limits: limits)
        let accountOperations = AccountOperations(accounts: accounts, tokens: tokens, settings: settings)
        operations = Self.withDocument(
            database,
            accountOperations.all + SecondFactorOperations(base: accountOperations).all
                + ReadingOperations(turns: turns).all
                + AnalysisOperations(store: store, models: models, source: source).all
                + KeepingOperations(store: store, accounts: accounts, models: models).all)
    }

    /// Adds what tells of the service itself: its health, and the document of all operations.
    private static func withDocument(_ database: OddlineDatabase, _ operations: [Operation]) -> [Operation] {
        func all(_ document: JSON) -> [Operation] {
            operations + [
                Operation(
                    .get, "/health", id: "health", "Whether the service answers.",
                    answer: .ok(.object([.member("status", .choice(["ok"])) { "ok" }])),
                    open: { _ in
                        guard database.isInPlace else {
                            throw Problem.later(
                                "The service's data were moved or deleted; it has to be started again.", seconds: 60)
                        }
                    }),
                Operation(
                    .get, "/openapi.json", id: "document", "This document.", answer: .ok(.anyObject), open: { _ in document }),
            ]
        }
        return all(Operation.document(of: all(.null)))
    }

    /// Answers requests at an address until the process is asked to end; requests under way are finished first.
    /// - Parameter onRunning: called with the port once connections are accepted.
    /// - Throws: when the address cannot be used.
    public func run(host: String, port: Int, onRunning: @escaping @Sendable (Int) async -> Void) async throws {
        try await application(host: host, port: port, onRunning: onRunning).runService()
    }

    /// The service as it is run.
    /// - Throws: where certificate and key do not fit.
    func application(
        host: String, port: Int, onRunning: @escaping @Sendable (Int) async -> Void
    ) throws -> some ApplicationProtocol {
        let limits = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: 16_384, maxHeaderListSize: 65_536, maxHeaderFieldCount: 100)
        let watched = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionHandler(connections, settings.deadlines)],
                httpDecoderConfiguration: limits))
        return Application(
            router: router, server: try settings.tls.map { try .tls(watched, tlsConfiguration: $0.configuration) } ?? watched,
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) }, logger: logger)
    }

    /// What answers requests, without a connection.
    var router: Router<ServiceContext> {
        let router = Router(context: ServiceContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: EnvelopeMiddleware(origins: origins, logPath: logPath))
        router.add(middleware: HostMiddleware(settings.hosts))
        router.add(middleware: MethodMiddleware(operations))
        let behindLogin = router.group().add(middleware: BearerMiddleware(tokens: tokens)).group(
            context: AuthenticatedContext.self)
        for operation in operations {
            let path = RouterPath(operation.path)
            switch operation.handler {
            case .open(let reading):
                router.on(path, method: operation.method) { try await operation.answer($0, $1, bodies, reading) }
            case .protected(let reading):
                behindLogin.on(path, method: operation.method) { try await operation.answer($0, $1, bodies, reading) }
            }
        }
        return router
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
        var allowed = methods.filter { known, _ in
            known.count == path.count && zip(known, path).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }.map(\.method)
        if allowed.contains(.get) { allowed.append(.head) }
        guard allowed.isEmpty || allowed.contains(request.method) else {
            throw Problem(
                .methodNotAllowed, "This path does not take \(request.method.rawValue.prefix(16)).",
                headers: [.allow: allowed.map(\.rawValue).joined(separator: ", ")])
        }
        return try await next(request, context)
    }
}
