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
    /// Verified when the user is unknown so that both cases cost alike.
    private let decoy: String

    /// Works on `database`.
    /// - Throws: `AccountError.hashing` when the system lacks bcrypt.
    public init(
        database: OddlineDatabase, hasher: PasswordHasher = PasswordHasher(), now: @escaping @Sendable () -> Date = { Date() }
    ) throws(AccountError) {
        self.database = database
        self.now = now
        self.hasher = hasher
        decoy = try hasher.decoy()
    }

    /// Whether no account exists yet, so that the next one becomes administrator.
    public func isEmpty() throws -> Bool { try database.read { try UserRecord.all().isEmpty($0) } }

    /// Makes an account; the first becomes administrator.
    /// - Throws: `AccountError.invalid` with every field that does not do, names already taken included.
    public func register(username: String, email: String, password: String) throws -> Account {
        let email = email.lowercased()
        let problems = AccountRules.problems(username: username, email: email, password: password)
        guard problems.isEmpty else { throw AccountError.invalid(problems) }
        let hash = try hasher.hash(PasswordRules.normalized(password))
        return try database.write { database in
            try refuseTaken(database, username: username, email: email, except: nil)
            let role = try UserRecord.all().isEmpty(database) ? Role.administrator : .analyst
            let now = now()
            let user = try UserRecord(username: username, email: email, hashedPassword: hash, createdAt: now, updatedAt: now)
                .inserted(database)
            guard let id = user.id else { throw AccountError.storage("the new account has no key") }
            try StatusRecord(userID: id, role: role.rawValue, isEnabled: true).insert(database)
            try audit(database, user: id, "register", username)
            guard let account = try account(database, id: id) else { throw AccountError.storage("the new account is missing") }
            return account
        }
    }

    private func refuseTaken(_ database: Database, username: String, email: String, except id: Int64?) throws {
        func isTaken(_ column: Column, _ value: String) throws -> Bool {
            try !UserRecord.filter(column == value && UserRecord.Columns.id != id).isEmpty(database)
        }
        var taken: [FieldProblem] = []
        if try isTaken(UserRecord.Columns.username, username) {
            taken.append(FieldProblem(.username, "This username is taken.", isTaken: true))
        }
        if try isTaken(UserRecord.Columns.email, email) {
            taken.append(FieldProblem(.email, "This email address is registered already.", isTaken: true))
        }
        guard taken.isEmpty else { throw AccountError.invalid(taken) }
    }

    /// Opens a session for a username or email address and its password.
    /// - Parameter origin: where the attempt comes from, for throttling: a network address, or the terminal.
    /// - Throws: `AccountError.wrongCredentials`, whatever the cause; `.throttled` after too many failures.
    public func login(identifier: String, password: String, origin: String = "terminal") throws -> Session {
        let identifier = String(identifier.prefix(AccountRules.longestEmail)).lowercased()
        let found = try database.write { database in
            try throttle.admit(database, identifier: identifier, origin: origin, now: now())
            return try UserRecord.named(identifier).fetchOne(database)
        }
        guard let account = try verified(found, password: password) else {
            try database.write { try audit($0, user: found?.id, "login refused", String(identifier.prefix(64))) }
            throw AccountError.wrongCredentials
        }
        try database.write { database in
            try throttle.forgive(database, identifier: identifier, origin: origin)
            try audit(database, user: account.id, "login", account.username)
        }
        return Session(account: account)
    }

    /// The enabled account of a user when `password` is its own. An unknown user costs as much as a wrong
    /// password; a hash made at a lower cost is made again.
    private func verified(_ user: UserRecord?, password: String) throws -> Account? {
        let hash = user?.hashedPassword ?? decoy
        let normalized = PasswordRules.normalized(password)
        let matches = hasher.verify(normalized, against: hash)
        guard let id = user?.id, matches, let account = try account(id: id), account.isEnabled else { return nil }
        if hasher.isOutdated(hash) {
            let renewed = try hasher.hash(normalized)
            _ = try database.write {
                try UserRecord.filter(key: account.id).updateAll($0, UserRecord.Columns.hashedPassword.set(to: renewed))
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
        try database.read { database in
            try AccountRecord.of(UserRecord.order(UserRecord.Columns.username)).fetchAll(database).map { try $0.account() }
        }
    }

    /// The account with a username or email address.
    /// - Throws: `AccountError.noSuchAccount`.
    public func find(_ identifier: String) throws -> Account {
        let found = try database.read { try AccountRecord.of(UserRecord.named(identifier)).fetchOne($0) }
        guard let found else { throw AccountError.noSuchAccount(identifier) }
        return try found.account()
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
        try database.write { database in
            try UserRecord.filter(key: account.id).updateAll(
                database, UserRecord.Columns.hashedPassword.set(to: hash), UserRecord.Columns.updatedAt.set(to: now()))
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
        return try database.write { database in
            try refuseTaken(database, username: username, email: email, except: account.id)
            try UserRecord.filter(key: account.id).updateAll(
                database, UserRecord.Columns.username.set(to: username), UserRecord.Columns.email.set(to: email),
                UserRecord.Columns.updatedAt.set(to: now()))
            try audit(database, user: account.id, "profile changed", username)
            guard let changed = try self.account(database, id: account.id) else { throw AccountError.noSuchAccount(username) }
            return changed
        }
    }

    /// Lets an account log in, or no longer; disabling ends its sessions.
    /// - Throws: `AccountError.lastAdministrator`.
    public func setEnabled(_ account: Account, _ isEnabled: Bool) throws {
        try database.write { database in
            if !isEnabled { try keepAdministrator(database, without: account) }
            try StatusRecord.filter(key: account.id).updateAll(database, StatusRecord.Columns.isEnabled.set(to: isEnabled))
            if !isEnabled { try endSessions(database, of: account) }
            try audit(database, user: account.id, isEnabled ? "enabled" : "disabled", account.username)
        }
    }

    /// Changes what an account may do.
    /// - Throws: `AccountError.lastAdministrator`.
    public func setRole(_ account: Account, to role: Role) throws {
        try database.write { database in
            if role != .administrator { try keepAdministrator(database, without: account) }
            try StatusRecord.filter(key: account.id).updateAll(database, StatusRecord.Columns.role.set(to: role.rawValue))
            try audit(database, user: account.id, "role \(role.rawValue)", account.username)
        }
    }

    /// The newest entries of the audit log.
    public func auditLog(limit: Int = 200) throws -> [AuditEntry] {
        try database.read { database in
            try AuditRecord.order(AuditRecord.Columns.id.desc).limit(limit).fetchAll(database)
                .map { AuditEntry(at: $0.at, action: $0.action, detail: $0.detail) }
        }
    }

    private func keepAdministrator(_ database: Database, without account: Account) throws {
        let administrators = try StatusRecord.filter(
            StatusRecord.Columns.role == Role.administrator.rawValue && StatusRecord.Columns.isEnabled
        ).fetchAll(database)
        if administrators.map(\.userID) == [account.id] { throw AccountError.lastAdministrator }
    }

    func account(id: Int64) throws -> Account? { try database.read { try account($0, id: id) } }

    private func account(_ database: Database, id: Int64) throws -> Account? {
        try AccountRecord.of(UserRecord.filter(key: id)).fetchOne(database)?.account()
    }

    func audit(_ database: Database, user: Int64?, _ action: String, _ detail: String) throws {
        try AuditRecord(at: now(), userID: user, action: action, detail: detail).insert(database)
    }
}
