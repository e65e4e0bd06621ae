import Accounts
import Foundation
import HTTPTypes
import Hummingbird

/// Registration, login and the profile.
struct AccountOperations: Sendable {
    let accounts: Accounts
    let tokens: Tokens
    let hashing: HashingQueue

    /// An account as clients see it: no hash.
    struct Profile: Encodable {
        let id: Int64
        let username: String
        let email: String
        let role: String
        let createdAt: Date
        let updatedAt: Date

        init(_ account: Account) {
            id = account.id
            username = account.username
            email = account.email
            role = account.role.rawValue
            createdAt = account.createdAt
            updatedAt = account.updatedAt
        }
    }

    private struct TokenAnswer: Encodable {
        let accessToken: String
        let tokenType = "Bearer"
        let expiresIn: Int
    }

    private static let profile = Schemas.object([
        "id": ["type": "integer"], "username": Schemas.text, "email": Schemas.text,
        "role": Schemas.choice(Role.allCases.map(\.rawValue)), "created_at": Schemas.time, "updated_at": Schemas.time,
    ])
    private static let password = Schemas.text(1...1024)

    var all: [Operation] {
        [
            Operation(
                method: .post, path: "/api/users/register", id: "register",
                summary: "Make an account; the first is the administrator.",
                body: Schemas.object([
                    "username": Schemas.text(3...AccountRules.longestUsername),
                    "email": Schemas.text(3...AccountRules.longestEmail),
                    "password": Schemas.text(PasswordRules.shortest...72),
                ]),
                success: (201, Self.profile), problems: [409], handler: .open(register)),
            Operation(
                method: .post, path: "/api/auth/login", id: "login",
                summary: "Exchange a username or email and a password for a token.",
                body: Schemas.object(["identifier": Schemas.text(1...254), "password": Self.password]),
                success: (
                    200,
                    Schemas.object([
                        "access_token": Schemas.text, "token_type": Schemas.choice(["Bearer"]), "expires_in": ["type": "integer"],
                    ])
                ),
                problems: [401, 429], handler: .open(login)),
            Operation(
                method: .post, path: "/api/auth/logout", id: "logout", summary: "End the session of the token that is sent.",
                success: (204, nil), handler: .protected(logout)),
            Operation(
                method: .get, path: "/api/users/me", id: "profile", summary: "The account of the token that is sent.",
                success: (200, Self.profile), handler: .protected(showProfile)),
            Operation(
                method: .patch, path: "/api/users/me", id: "changeProfile", summary: "Change the username or email address.",
                body: Schemas.object(
                    [
                        "username": Schemas.text(3...AccountRules.longestUsername),
                        "email": Schemas.text(3...AccountRules.longestEmail),
                    ],
                    optional: ["username", "email"]),
                success: (200, Self.profile), problems: [409], handler: .protected(changeProfile)),
            Operation(
                method: .post, path: "/api/users/me/password", id: "changePassword",
                summary: "Change the password; ends all sessions.",
                body: Schemas.object([
                    "present_password": Self.password, "new_password": Schemas.text(PasswordRules.shortest...72),
                ]),
                success: (204, nil), problems: [429], handler: .protected(changePassword)),
        ]
    }

    @Sendable private func register(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let body = try await request.jsonObject(["username", "email", "password"])
        let (username, email, password) = (try body.text("username"), try body.text("email"), try body.text("password"))
        let account = try await hashing.run { try accounts.register(username: username, email: email, password: password) }
        return try jsonResponse(Profile(account), status: .created, headers: [.location: "/api/users/me"])
    }

    @Sendable private func login(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let body = try await request.jsonObject(["identifier", "username", "email", "password"])
        let names = try ["identifier", "username", "email"].compactMap { try body.optionalText($0) }
        guard names.count == 1 else {
            throw Problem.fields([.init(field: "identifier", message: "Give one of identifier, username or email.")])
        }
        let password = try body.text("password")
        let session = try await hashing.run {
            try accounts.login(identifier: names[0], password: password, origin: context.origin)
        }
        let token = try await tokens.issue(for: session, origin: context.origin)
        return try jsonResponse(TokenAnswer(accessToken: token.text, expiresIn: token.secondsValid))
    }

    @Sendable private func logout(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        try accounts.endSession(context.tokenID, of: context.session.account)
        return Response(status: .noContent)
    }

    @Sendable private func showProfile(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        try jsonResponse(Profile(context.session.account))
    }

    @Sendable private func changeProfile(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let body = try await request.jsonObject(["username", "email"])
        let (username, email) = (try body.optionalText("username"), try body.optionalText("email"))
        return try jsonResponse(Profile(try accounts.update(context.session.account, username: username, email: email)))
    }

    @Sendable private func changePassword(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let body = try await request.jsonObject(["present_password", "new_password"])
        let (present, new) = (try body.text("present_password"), try body.text("new_password"))
        do {
            try await hashing.run {
                try accounts.changePassword(of: context.session, from: present, to: new, origin: context.origin)
            }
        } catch AccountError.wrongCredentials {
            throw Problem.fields([.init(field: "present_password", message: "This is not the present password.")])
        } catch AccountError.invalid(let problems) {
            throw Problem.fields(problems.map { .init(field: "new_password", message: $0.message) })
        }
        return Response(status: .noContent)
    }
}

/// Runs password hashing, which takes a fifth of a second of a core each time, away from the threads that
/// answer requests, and only so much of it at once.
final class HashingQueue: Sendable {
    private let queue: OperationQueue

    init() {
        queue = OperationQueue()
        queue.maxConcurrentOperationCount = 2
    }

    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
