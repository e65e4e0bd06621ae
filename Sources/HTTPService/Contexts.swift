import Accounts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// What every operation's request carries.
protocol OperationContext: RequestContext {
    /// The loop that the request's connection lives on.
    var eventLoop: any EventLoop { get }
    /// Whose request it is, where that is known.
    var account: Int64? { get }
}

/// What a request carries before it is known who sent it.
struct ServiceContext: OperationContext, RemoteAddressRequestContext {
    var coreContext: CoreRequestContextStorage
    let eventLoop: any EventLoop
    let remoteAddress: SocketAddress?
    /// Set by `BearerMiddleware`.
    var authenticated: AuthenticatedSession?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        eventLoop = source.channel.eventLoop
        remoteAddress = source.channel.remoteAddress
    }

    /// An operation that needs no login is nobody's.
    var account: Int64? { nil }

    /// Where the request comes from, for throttling, the audit log and the request log; set by `EnvelopeMiddleware`.
    var origin = "unknown"
}

/// What a request carries once a valid token proved who sent it; routes behind the login take no other.
struct AuthenticatedContext: ChildRequestContext, OperationContext {
    var coreContext: CoreRequestContextStorage
    let eventLoop: any EventLoop
    /// The session that the token proved, and the token's identity.
    let authenticated: AuthenticatedSession
    /// Where the request comes from.
    let origin: String

    init(context: ServiceContext) throws {
        guard let authenticated = context.authenticated else { throw Problem.unauthorized }
        coreContext = context.coreContext
        eventLoop = context.eventLoop
        self.authenticated = authenticated
        origin = context.origin
    }

    /// Who sent the request.
    var session: Session { authenticated.session }

    var account: Int64? { session.account.id }
}

/// Lets a request pass that carries one valid `Authorization: Bearer` token; else 401.
struct BearerMiddleware: RouterMiddleware {
    let tokens: Tokens

    func handle(
        _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        let headers = request.headers[values: .authorization]
        guard headers.count == 1, let header = headers.first, header.prefix(7).lowercased() == "bearer " else {
            throw Problem.unauthorized
        }
        let token = String(header.dropFirst(7))
        var context = context
        context.authenticated = try tokens.authenticate(token)
        context.logger[metadataKey: "user"] = "\(context.authenticated?.session.account.id ?? 0)"
        return try await next(request, context)
    }
}

/// Outermost: gives each request an id, turns errors into problem documents, adds security headers and
/// writes one line to the log. Neither bodies nor headers are logged.
struct EnvelopeMiddleware: RouterMiddleware {
    let origins: Origins
    /// The file that unexpected errors are written to, which whoever runs the service is told.
    let logPath: String
    private static let requestID = HTTPField.Name("X-Request-ID")

    func handle(
        _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        // Shorter than what the log takes for a key and hides.
        let id = String(UInt64.random(in: 1 << 60 ... .max), radix: 16)
        var context = context
        context.origin = origins.address(of: request, over: context.remoteAddress?.ipAddress)
        context.logger[metadataKey: "request"] = "\(id)"
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let problem = Problem(error, requestID: id)
            if problem.status >= 500 {
                context.logger.error(
                    "request failed", metadata: ["error": "\(type(of: error)): \(error)", "log": "\(logPath)"])
            }
            response = problem.response
        }
        if request.method == .head { response = response.createHeadResponse() }
        if let name = Self.requestID { response.headers[name] = id }
        for (name, value) in Self.securityHeaders { response.headers[name] = value }
        context.logger.info(
            "request",
            metadata: [
                "client": "\(context.origin)", "method": "\(request.method.rawValue)", "path": "\(request.uri.path.prefix(128))",
                "status": "\(response.status.code)",
                "milliseconds": "\(Int((ContinuousClock.now - started) / .milliseconds(1)))",
            ])
        return response
    }

    private static let securityHeaders: [(HTTPField.Name, String)] =
        [
            (.cacheControl, "no-store"),
            (.contentSecurityPolicy, "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
            (.xContentTypeOptions, "nosniff"),
        ]
        + [("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY")].compactMap { name, value in
            HTTPField.Name(name).map { ($0, value) }
        }
}
