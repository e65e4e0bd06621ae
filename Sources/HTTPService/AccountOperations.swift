import Accounts
import Foundation
import Persistence
import Work

/// Registration, login and the profile.
struct AccountOperations: Sendable {
    let accounts: Accounts
    let tokens: Tokens
    let settings: ServiceSettings
    /// Hash passwords, which takes a fifth of a second of a core each time, and stand back behind those that answer; in turns of
    /// the places and users that ask.
    let hashing: Turns<String>
    /// Hashes passwords of registrations, so that no number of them keeps a login waiting.
    private let registering: Turns<String>
    /// Stores what takes no time of its own, but waits where another program writes.
    let storing = Workers(count: 1)

    init(accounts: Accounts, tokens: Tokens, settings: ServiceSettings) {
        (self.accounts, self.tokens, self.settings) = (accounts, tokens, settings)
        let most = settings.limits.pendingHashes
        func turns(_ workers: Workers, _ count: Int) -> Turns<String> {
            Turns(workers, most: 8 * most, mostOfOne: most, mostAtOnce: count)
        }
        hashing = turns(Workers(count: 2, niceness: 2), 2)
        registering = turns(Workers(count: 1, niceness: 4), 1)
    }

    /// Who waits for his turn: the place that a request comes from, before it is known who sent it.
    private static func asker(_ caller: ServiceContext) -> String { NetworkAddress(caller.origin)?.place ?? caller.origin }

    static func asker(_ caller: AuthenticatedContext) -> String { "account \(caller.session.account.id)" }

    /// An account as clients see it: no hash.
    private static let profile = Output<Account>.object([
        .member("id", .integer) { $0.id }, .member("username", .text) { $0.username }, .member("email", .text) { $0.email },
        .member("role", .choice) { $0.role }, .member("created_at", .time) { $0.createdAt },
        .member("updated_at", .time) { $0.updatedAt },
    ])
    /// What is told of a registration, which reads the same where the email address was in use.
    private static let registration = Output<Registration>.object([
        .member("username", .text) { $0.username }, .member("email", .text) { $0.email },
        .member("role", .choice) { $0.role }, .member("created_at", .time) { $0.createdAt },
    ])
    private typealias Opened = (token: IssuedToken, device: Device?)
    private static let token = Output<Opened>.object([
        .member("access_token", .text) { $0.token.text }, .member("token_type", .choice(["Bearer"])) { _ in "Bearer" },
        .member("expires_in", .integer) { $0.token.secondsValid }, .optional("device_token", .text) { $0.device?.token },
    ])
    private static let code = Input.text(1...128)
    private static let username = Input.text(3...AccountRules.longestUsername, pattern: AccountRules.usernamePattern)
    private static let email = Input.text(3...AccountRules.longestEmail, pattern: AccountRules.emailPattern)
    /// A password that is to be checked.
    static let password = Input.text(1...1024)
    /// A code of the second factor, or a recovery code.
    static let factorCode = Input.text(1...SecondFactor.longestCode)
    /// A password that is to be taken; how many bytes it has is checked with the other rules.
    private static let newPassword = Input.text(PasswordRules.shortest...1024)

    var all: [Operation] {
        let identifier = Input.text(1...AccountRules.longestEmail)
        return [
            Operation(
                .post, "/api/users/register", id: "register",
                "Make an account. The first, the administrator, needs the token that the service printed. An answer does not tell whether the email address was in use.",
                .body("username", Self.username), .body("email", Self.email), .body("password", Self.newPassword),
                .optional("set_up_token", Self.code), .optional("invitation", Self.code),
                answer: .created(Self.registration) { _ in "/api/users/me" }, problems: [403, 409, 429], open: register),
            Operation(
                .post, "/api/auth/login", id: "login",
                "Exchange a username or email and a password for a token. Where the account has a second factor a code of it is sent too; 401 names the field code where it is missing or wrong.",
                .oneOf(.body("identifier", identifier), .body("username", identifier), .body("email", identifier)),
                .body("password", Self.password), .optional("code", Self.factorCode), .optional("device_token", Self.code),
                answer: .ok(Self.token), problems: [401, 429], open: logIn),
            Operation(
                .post, "/api/auth/logout", id: "logout", "End the session of the token that is sent.", answer: .nothing,
                protected: logOut),
            Operation(
                .get, "/api/users/me", id: "profile", "The account of the token that is sent.", answer: .ok(Self.profile),
                protected: { $0.session.account }),
            Operation(
                .patch, "/api/users/me", id: "changeProfile",
                "Change the username or email address; a new email address needs the password.",
                .optional("username", Self.username), .optional("email", Self.email),
                .optional("present_password", Self.password), answer: .ok(Self.profile), problems: [409, 429],
                protected: changeProfile),
            Operation(
                .post, "/api/users/me/password", id: "changePassword", "Change the password; ends all sessions.",
                .body("present_password", Self.password), .body("new_password", Self.newPassword), answer: .nothing,
                problems: [429], protected: changePassword),
        ]
    }

    private func register(
        _ caller: ServiceContext, username: String, email: String, password: String, setUpToken: String?, invitation: String?
    ) async throws -> Registration {
        try await registering.run(for: Self.asker(caller)) {
            try accounts.register(
                username: username, email: email, password: password, admission: try admission(setUpToken, invitation),
                origin: caller.origin)
        }
    }

    /// - Throws: `AccountError.registrationClosed`, `.needsSetUp`.
    private func admission(_ setUpToken: String?, _ invitation: String?) throws -> Admission {
        if let setUpToken {
            guard let token = settings.setUpToken, token.matches(setUpToken) else { throw AccountError.registrationClosed }
            return .setUp
        }
        guard try !accounts.isEmpty() else { throw AccountError.needsSetUp }
        switch (settings.registration, invitation) {
        case (.off, _), (.invitation, nil): throw AccountError.registrationClosed
        case (.invitation, let code?), (.open, let code?): return .invitation(code)
        case (.open, nil): return .open
        }
    }

    private func logIn(
        _ caller: ServiceContext, identifier: String, password: String, code: String?, device: String?
    ) async throws -> Opened {
        try await hashing.run(for: Self.asker(caller)) {
            let session = try accounts.login(
                identifier: identifier, password: password, code: code, origin: caller.origin, device: device)
            let remembered = device == nil ? try accounts.rememberDevice(of: session) : nil
            do {
                return (try tokens.issue(for: session, origin: caller.origin), remembered)
            } catch AccountError.badToken {
                // The password was changed after it was checked.
                throw AccountError.wrongCredentials
            }
        }
    }

    private func logOut(_ caller: AuthenticatedContext) async throws {
        try await storing.run {
            try accounts.acting(as: caller.session, from: caller.origin).endSession(
                caller.authenticated.id, of: caller.session.account)
        }
    }

    private func changeProfile(
        _ caller: AuthenticatedContext, username: String?, email: String?, password: String?
    ) async throws -> Account {
        do {
            return try await hashing.run(for: Self.asker(caller)) {
                try accounts.changeProfile(
                    of: caller.session, username: username, email: email, password: password, origin: caller.origin)
            }
        } catch AccountError.wrongCredentials {
            throw Problem.fields([
                .init(field: "present_password", message: "A new email address needs the present password.")
            ])
        }
    }

    private func changePassword(_ caller: AuthenticatedContext, from present: String, to new: String) async throws {
        do {
            _ = try await hashing.run(for: Self.asker(caller)) {
                try accounts.changePassword(of: caller.session, from: present, to: new, origin: caller.origin)
            }
        } catch AccountError.wrongCredentials {
            throw Problem.fields([.init(field: "present_password", message: "This is not the present password.")])
        } catch AccountError.invalid(let problems) {
            throw Problem.fields(problems.map { .init(field: "new_password", message: $0.message) })
        }
    }
}
