import Accounts

/// The second factor of the account whose token is sent. What needs the password takes its turn among those that hash.
struct SecondFactorOperations: Sendable {
    let base: AccountOperations

    private static let path = "/api/users/me/second-factor"
    private static let state = Output<SecondFactor>.object([
        .member("is_on", .flag) { $0.isOn }, .member("recovery_codes_left", .integer) { $0.recoveryCodes },
    ])
    private static let enrolment = Output<SecondFactorEnrolment>.object([
        .member("secret", .text) { $0.secret }, .member("address", .text) { $0.address },
    ])
    private static let recoveryCodes = Output<[String]>.object([.member("recovery_codes", .list(.text)) { $0 }])

    var all: [Operation] {
        let (password, code) = (AccountOperations.password, AccountOperations.factorCode)
        return [
            Operation(
                .get, Self.path, id: "secondFactor", "Whether logins need a code, and how many recovery codes are left.",
                answer: .ok(Self.state), protected: { try base.accounts.secondFactor(of: $0.session.account) }),
            Operation(
                .post, Self.path, id: "enrolSecondFactor",
                "Make a secret for an authenticator program (TOTP: SHA-1, six digits, 30 s). It is in force after a first code.",
                .body("present_password", password), answer: .ok(Self.enrolment), problems: [409, 429], protected: enrol),
            Operation(
                .post, Self.path + "/activation", id: "activateSecondFactor",
                "Put it in force with a first code; all other sessions end. The answer has ten recovery codes, each for one login, not told again.",
                .body("code", code), answer: .ok(Self.recoveryCodes), problems: [409, 429], protected: activate),
            Operation(
                .post, Self.path + "/removal", id: "removeSecondFactor",
                "Remove it, with the password and a code; all other sessions end.",
                .body("present_password", password), .body("code", code), answer: .nothing, problems: [409, 429],
                protected: remove),
        ]
    }

    private func enrol(_ caller: AuthenticatedContext, password: String) async throws -> SecondFactorEnrolment {
        try await namingFields {
            try await base.hashing.run(for: AccountOperations.asker(caller)) {
                try base.accounts.enrolSecondFactor(of: caller.session, password: password, origin: caller.origin)
            }
        }
    }

    private func activate(_ caller: AuthenticatedContext, code: String) async throws -> [String] {
        try await namingFields {
            try await base.storing.run {
                try base.accounts.activateSecondFactor(
                    of: caller.session, code: code, keeping: caller.authenticated.id, origin: caller.origin)
            }
        }
    }

    private func remove(_ caller: AuthenticatedContext, password: String, code: String) async throws {
        try await namingFields {
            try await base.hashing.run(for: AccountOperations.asker(caller)) {
                try base.accounts.removeSecondFactor(
                    of: caller.session, password: password, code: code, keeping: caller.authenticated.id,
                    origin: caller.origin)
            }
        }
    }

    /// The token was right: what was wrong is a field.
    private func namingFields<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch AccountError.wrongCredentials {
            throw Problem.fields([.init(field: "present_password", message: "This is not the present password.")])
        } catch AccountError.wrongCode {
            throw Problem.fields([.init(field: "code", message: AccountError.wrongCode.description)])
        }
    }
}
