import Accounts
import Foundation
import Persistence

/// Registration, login and the profile.
struct AccountOperations: Sendable {
    let accounts: Accounts
    let tokens: Tokens
    /// Hash passwords, which takes a fifth of a second of a core each time.
    let hashing: Workers

    /// An account as clients see it: no hash.
    private static let profile = Output<Account>.object([
        .member("id", .integer) { $0.id }, .member("username", .text) { $0.username }, .member("email", .text) { $0.email },
        .member("role", .choice) { $0.role }, .member("created_at", .time) { $0.createdAt },
        .member("updated_at", .time) { $0.updatedAt },
    ])
    private static let token = Output<IssuedToken>.object([
        .member("access_token", .text) { $0.text }, .member("token_type", .choice(["Bearer"])) { _ in "Bearer" },
        .member("expires_in", .integer) { $0.secondsValid },
    ])
    private static let username = Input.text(3...AccountRules.longestUsername)
    private static let email = Input.text(3...AccountRules.longestEmail)
    /// A password that is to be checked.
    private static let password = Input.text(1...1024)
    /// A password that is to be taken; how many bytes it has is checked with the other rules.
    private static let newPassword = Input.text(PasswordRules.shortest...1024)

    var all: [Operation] {
        let identifier = Input.text(1...AccountRules.longestEmail)
        return [
            Operation(
                .post, "/api/users/register", id: "register", "Make an account; the first is the administrator.",
                .body("username", Self.username), .body("email", Self.email), .body("password", Self.newPassword),
                answer: .created(Self.profile) { _ in "/api/users/me" }, problems: [409], open: register),
            Operation(
                .post, "/api/auth/login", id: "login", "Exchange a username or email and a password for a token.",
                .oneOf(.body("identifier", identifier), .body("username", identifier), .body("email", identifier)),
                .body("password", Self.password), answer: .ok(Self.token), problems: [401, 429], open: logIn),
            Operation(
                .post, "/api/auth/logout", id: "logout", "End the session of the token that is sent.", answer: .nothing,
                protected: logOut),
            Operation(
                .get, "/api/users/me", id: "profile", "The account of the token that is sent.", answer: .ok(Self.profile),
                protected: { $0.session.account }),
            Operation(
                .patch, "/api/users/me", id: "changeProfile", "Change the username or email address.",
                .optional("username", Self.username), .optional("email", Self.email), answer: .ok(Self.profile),
                problems: [409], protected: changeProfile),
            Operation(
                .post, "/api/users/me/password", id: "changePassword", "Change the password; ends all sessions.",
                .body("present_password", Self.password), .body("new_password", Self.newPassword), answer: .nothing,
                problems: [429], protected: changePassword),
        ]
    }

    private func register(
        _ caller: ServiceContext, username: String, email: String, password: String
    ) async throws -> Account {
        try await hashing.run { try accounts.register(username: username, email: email, password: password) }
    }

    private func logIn(_ caller: ServiceContext, identifier: String, password: String) async throws -> IssuedToken {
        let session = try await hashing.run {
            try accounts.login(identifier: identifier, password: password, origin: caller.origin)
        }
        return try await tokens.issue(for: session, origin: caller.origin)
    }

    private func logOut(_ caller: AuthenticatedContext) throws {
        try accounts.endSession(caller.tokenID, of: caller.session.account)
    }

    private func changeProfile(_ caller: AuthenticatedContext, username: String?, email: String?) throws -> Account {
        try accounts.update(caller.session.account, username: username, email: email)
    }

    private func changePassword(_ caller: AuthenticatedContext, from present: String, to new: String) async throws {
        do {
            try await hashing.run {
                try accounts.changePassword(of: caller.session, from: present, to: new, origin: caller.origin)
            }
        } catch AccountError.wrongCredentials {
            throw Problem.fields([.init(field: "present_password", message: "This is not the present password.")])
        } catch AccountError.invalid(let problems) {
            throw Problem.fields(problems.map { .init(field: "new_password", message: $0.message) })
        }
    }
}
