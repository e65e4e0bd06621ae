import Foundation
import GRDB
import Persistence

/// What an account may do.
public enum Role: String, Sendable, Codable, CaseIterable {
    case administrator, analyst
}

/// A user, without the hash of the password.
public struct Account: Sendable, Equatable, Identifiable {
    /// Key in the database.
    public let id: Int64
    /// Unique, compared without regard to case.
    public let username: String
    /// Unique, compared without regard to case.
    public let email: String
    /// When the account was made.
    public let createdAt: Date
    /// When it last changed.
    public let updatedAt: Date
    /// What it may do.
    public let role: Role
    /// Whether it may log in.
    public let isEnabled: Bool
}

/// Proof that somebody logged in; only `Accounts` makes one. Everything that belongs to a user is
/// reached through it.
public struct Session: Sendable, Equatable {
    /// Who logged in.
    public let account: Account
}

/// A line of the audit log.
public struct AuditEntry: Sendable, Equatable {
    /// When.
    public let at: Date
    /// Whose account, where it is known.
    public let userID: Int64?
    /// What happened.
    public let action: String
    /// The name that was given.
    public let detail: String
}

/// The account core that the terminal program, the command line and the HTTP service share.
public struct Accounts: Sendable {
    let database: OddlineDatabase
    private let hasher: PasswordHasher
    private let throttle = LoginThrottle()
    /// The present time; tests set their own.
    let now: @Sendable () -> Date
    /// A hash that no password gives, verified when the user is unknown so that both cases cost alike.
    private let decoy: String

    /// Works on `database`.
    /// - Throws: `AccountError.hashing` when the system lacks bcrypt.
    public init(
        database: OddlineDatabase, hasher: PasswordHasher = PasswordHasher(), now: @escaping @Sendable () -> Date = { Date() }
    ) throws(AccountError) {
        self.database = database
        self.now = now
        self.hasher = hasher
        decoy =
            String(format: "$2b$%02d$", Int(hasher.cost)) + String(repeating: "u", count: 22) + String(repeating: ".", count: 31)
    }

    /// Whether no account exists yet, so that the next one becomes administrator.
    public func isEmpty() throws -> Bool {
        try database.queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM users") ?? 0 == 0 }
    }

    /// Makes an account; the first becomes administrator.
    /// - Throws: `AccountError.invalid` with every field that does not do, names already taken included.
    public func register(username: String, email: String, password: String) throws -> Account {
        let email = email.lowercased()
        let problems = AccountRules.problems(username: username, email: email, password: password)
        guard problems.isEmpty else { throw AccountError.invalid(problems) }
        let hash = try hasher.hash(PasswordRules.normalized(password))
        return try database.queue.write { database in
            try refuseTaken(database, username: username, email: email, except: nil)
            let isFirst = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM users") == 0
            let now = now()
            try database.execute(
                sql: "INSERT INTO users (username, email, hashed_password, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
                arguments: [username, email, hash, now, now])
            let id = database.lastInsertedRowID
            try database.execute(
                sql: "INSERT INTO account_status (user_id, role) VALUES (?, ?)",
                arguments: [id, (isFirst ? Role.administrator : .analyst).rawValue])
            try audit(database, user: id, "register", username)
            guard let account = try account(database, id: id) else { throw AccountError.storage("the new account is missing") }
            return account
        }
    }

    private func refuseTaken(_ database: Database, username: String, email: String, except id: Int64?) throws {
        func isTaken(_ column: String, _ value: String) throws -> Bool {
            try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM users WHERE \(column) = ? AND id IS NOT ?)", arguments: [value, id])
                ?? false
        }
        var taken: [FieldProblem] = []
        if try isTaken("username", username) { taken.append(FieldProblem(.username, "This username is taken.", isTaken: true)) }
        if try isTaken("email", email) {
            taken.append(FieldProblem(.email, "This email address is registered already.", isTaken: true))
        }
        guard taken.isEmpty else { throw AccountError.invalid(taken) }
    }

    /// Opens a session for a username or email address and its password.
    /// - Parameter origin: where the attempt comes from, for throttling: a network address, or the terminal.
    /// - Throws: `AccountError.wrongCredentials`, whatever the cause; `.throttled` after too many failures.
    public func login(identifier: String, password: String, origin: String = "terminal") throws -> Session {
        let identifier = String(identifier.prefix(AccountRules.longestEmail)).lowercased()
        let found = try database.queue.write { database in
            try throttle.admit(database, identifier: identifier, origin: origin, now: now())
            return try Row.fetchOne(
                database, sql: "SELECT id, hashed_password FROM users WHERE username = ? OR email = ?",
                arguments: [identifier, identifier])
        }
        guard let account = try verified(found, password: password) else {
            try database.queue.write { try audit($0, user: found?["id"], "login refused", String(identifier.prefix(64))) }
            throw AccountError.wrongCredentials
        }
        try database.queue.write { database in
            try throttle.forgive(database, identifier: identifier, origin: origin)
            try audit(database, user: account.id, "login", account.username)
        }
        return Session(account: account)
    }

    /// The enabled account of a row when `password` is its own. An unknown user costs as much as a wrong
    /// password; a hash made at a lower cost is made again.
    private func verified(_ row: Row?, password: String) throws -> Account? {
        let hash: String = row?["hashed_password"] ?? decoy
        let normalized = PasswordRules.normalized(password)
        let matches = hasher.verify(normalized, against: hash)
        guard let row, matches, let account = try account(id: row["id"]), account.isEnabled else { return nil }
        if hasher.isOutdated(hash) {
            let renewed = try hasher.hash(normalized)
            try database.queue.write {
                try $0.execute(sql: "UPDATE users SET hashed_password = ? WHERE id = ?", arguments: [renewed, account.id])
            }
        }
        return account
    }

    /// Whether `password` is the session user's own, as the idle lock asks; throttled like a login.
    /// - Throws: `AccountError.wrongCredentials`, `.throttled`.
    public func confirm(_ session: Session, password: String, origin: String = "terminal") throws {
        _ = try login(identifier: session.account.username, password: password, origin: origin)
    }

    /// All accounts by username.
    public func list() throws -> [Account] {
        try database.queue.read { database in
            try Row.fetchAll(database, sql: Self.selection + " ORDER BY username").map(Self.account)
        }
    }

    /// The account with a username or email address.
    /// - Throws: `AccountError.noSuchAccount`.
    public func find(_ identifier: String) throws -> Account {
        let row = try database.queue.read { database in
            try Row.fetchOne(
                database, sql: Self.selection + " WHERE username = ? OR email = ?", arguments: [identifier, identifier])
        }
        guard let row else { throw AccountError.noSuchAccount(identifier) }
        return Self.account(row)
    }

    /// The session with the account as it is now.
    /// - Throws: `AccountError.badToken` when the account is gone or disabled.
    public func refreshed(_ session: Session) throws -> Session {
        guard let account = try account(id: session.account.id), account.isEnabled else { throw AccountError.badToken }
        return Session(account: account)
    }

    /// The account core for what only administrators may do.
    /// - Throws: `AccountError.notAdministrator`.
    public func asAdministrator(_ session: Session) throws -> Accounts {
        guard try refreshed(session).account.role == .administrator else { throw AccountError.notAdministrator }
        return self
    }

    /// Changes the session user's own password after checking the present one, and ends all sessions.
    /// - Throws: `AccountError.wrongCredentials`, `.throttled`, `.invalid`.
    public func changePassword(of session: Session, from present: String, to password: String, origin: String = "terminal") throws
    {
        try confirm(session, password: present, origin: origin)
        try setPassword(of: session.account, to: password)
    }

    /// Gives an account a new password and ends its sessions.
    /// - Throws: `AccountError.invalid` when the password breaks a rule.
    public func setPassword(of account: Account, to password: String) throws {
        if let problem = AccountRules.passwordProblem(password, username: account.username, email: account.email) {
            throw AccountError.invalid([problem])
        }
        let hash = try hasher.hash(PasswordRules.normalized(password))
        try database.queue.write { database in
            try database.execute(
                sql: "UPDATE users SET hashed_password = ?, updated_at = ? WHERE id = ?", arguments: [hash, now(), account.id])
            try endSessions(database, of: account)
            try audit(database, user: account.id, "password changed", account.username)
        }
    }

    /// Changes an account's names; what is `nil` stays.
    /// - Throws: `AccountError.invalid`, names already taken included.
    public func update(_ account: Account, username: String? = nil, email: String? = nil) throws -> Account {
        let (username, email) = (username ?? account.username, (email ?? account.email).lowercased())
        let problems = [AccountRules.usernameProblem(username), AccountRules.emailProblem(email)].compactMap { $0 }
        guard problems.isEmpty else { throw AccountError.invalid(problems) }
        return try database.queue.write { database in
            try refuseTaken(database, username: username, email: email, except: account.id)
            try database.execute(
                sql: "UPDATE users SET username = ?, email = ?, updated_at = ? WHERE id = ?",
                arguments: [username, email, now(), account.id])
            try audit(database, user: account.id, "profile changed", username)
            guard let changed = try self.account(database, id: account.id) else { throw AccountError.noSuchAccount(username) }
            return changed
        }
    }

    /// Lets an account log in, or no longer; disabling ends its sessions.
    /// - Throws: `AccountError.lastAdministrator`.
    public func setEnabled(_ account: Account, _ isEnabled: Bool) throws {
        try database.queue.write { database in
            if !isEnabled { try keepAdministrator(database, without: account) }
            try database.execute(
                sql: "UPDATE account_status SET is_enabled = ? WHERE user_id = ?", arguments: [isEnabled, account.id])
            if !isEnabled { try endSessions(database, of: account) }
            try audit(database, user: account.id, isEnabled ? "enabled" : "disabled", account.username)
        }
    }

    /// Changes what an account may do.
    /// - Throws: `AccountError.lastAdministrator`.
    public func setRole(_ account: Account, to role: Role) throws {
        try database.queue.write { database in
            if role != .administrator { try keepAdministrator(database, without: account) }
            try database.execute(
                sql: "UPDATE account_status SET role = ? WHERE user_id = ?", arguments: [role.rawValue, account.id])
            try audit(database, user: account.id, "role \(role.rawValue)", account.username)
        }
    }

    /// The newest entries of the audit log.
    public func auditLog(limit: Int = 200) throws -> [AuditEntry] {
        try database.queue.read { database in
            try Row.fetchAll(
                database, sql: "SELECT at, user_id, action, detail FROM audit_log ORDER BY id DESC LIMIT ?", arguments: [limit]
            ).map { AuditEntry(at: $0["at"], userID: $0["user_id"], action: $0["action"], detail: $0["detail"]) }
        }
    }

    private func keepAdministrator(_ database: Database, without account: Account) throws {
        let others = try Int.fetchOne(
            database, sql: "SELECT COUNT(*) FROM account_status WHERE role = ? AND is_enabled AND user_id <> ?",
            arguments: [Role.administrator.rawValue, account.id])
        if account.role == .administrator, others == 0 { throw AccountError.lastAdministrator }
    }

    private static let selection = """
        SELECT users.id, username, email, created_at, updated_at, role, is_enabled
        FROM users JOIN account_status ON user_id = users.id
        """

    func account(id: Int64) throws -> Account? { try database.queue.read { try account($0, id: id) } }

    private func account(_ database: Database, id: Int64) throws -> Account? {
        try Row.fetchOne(database, sql: Self.selection + " WHERE users.id = ?", arguments: [id]).map(Self.account)
    }

    private static func account(_ row: Row) -> Account {
        Account(
            id: row["id"], username: row["username"], email: row["email"], createdAt: row["created_at"],
            updatedAt: row["updated_at"], role: Role(rawValue: row["role"]) ?? .analyst, isEnabled: row["is_enabled"])
    }

    func audit(_ database: Database, user: Int64?, _ action: String, _ detail: String) throws {
        try database.execute(
            sql: "INSERT INTO audit_log (at, user_id, action, detail) VALUES (?, ?, ?, ?)",
            arguments: [now(), user, action, detail])
    }
}
