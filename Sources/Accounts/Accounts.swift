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
    /// The account's tokens' version when that was; a new password makes another one, and no token is issued for this one.
    let tokenVersion: Int
}

/// Who does something, and from where: every entry of the audit log has it.
public struct Agent: Sendable, Equatable {
    /// The account's name; `nil` where nobody is logged in.
    let name: String?
    /// A network address, the terminal, or the command line.
    let origin: String
}

/// The account core that the terminal program, the command line and the HTTP service share.
public struct Accounts: Sendable {
    /// The origin of whoever sits at the terminal.
    public static let terminal = "terminal"

    let database: OddlineDatabase
    let hasher: PasswordHasher
    let throttle = LoginThrottle()
    /// The present time; tests set their own.
    let now: @Sendable () -> Date
    /// Verified when the user is unknown so that both cases cost alike.
    let decoy: String
    /// Chains the audit log, and stands for names that nobody has.
    let key: AuditKey
    /// Who is at work.
    private(set) var agent = Agent(name: nil, origin: "command line")

    /// By whose right as an administrator things are changed; `nil` where none is needed.
    private var authority: Session?

    /// Works on `database`.
    /// - Throws: `AccountError.hashing` when the system lacks bcrypt; `StorageError` when the key beside the database
    ///   cannot be used.
    public init(
        database: OddlineDatabase, hasher: PasswordHasher = PasswordHasher(), now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        self.database = database
        self.now = now
        self.hasher = hasher
        decoy = try hasher.decoy()
        key = AuditKey(try database.secret(.auditKey))
    }

    /// The core at work for whoever has a session, or for nobody yet.
    public func acting(as session: Session? = nil, from origin: String) -> Accounts {
        var accounts = self
        accounts.agent = Agent(name: session?.account.username, origin: origin)
        return accounts
    }

    /// Whether no account exists yet, so that the next one becomes administrator.
    public func isEmpty() throws -> Bool { try database.read { try UserRecord.all().isEmpty($0) } }

    /// All accounts by username.
    public func list() throws -> [Account] {
        try database.read { database in
            try AccountRecord.of(UserRecord.order(UserRecord.Columns.username)).fetchAll(database).map { try $0.account() }
        }
    }

    /// The account with a username or email address.
    /// - Throws: `AccountError.noSuchAccount`.
    public func find(_ identifier: String) throws -> Account {
        // SQLite compares names without regard to case up to a NUL only.
        let found =
            try identifier.unicodeScalars.contains("\0")
            ? nil : database.read { try AccountRecord.of(UserRecord.named(identifier)).fetchOne($0) }
        guard let found else { throw AccountError.noSuchAccount(identifier) }
        return try found.account()
    }

    /// The session with the account as it is now.
    /// - Throws: `AccountError.badToken` when the account is gone, disabled or has a new password since.
    public func refreshed(_ session: Session) throws -> Session {
        guard let present = try record(id: session.account.id), present.status.isEnabled,
            present.status.tokenVersion == session.tokenVersion
        else { throw AccountError.badToken }
        return try present.session()
    }

    /// The account core for what only administrators may do. Whether the session is one's is asked now, and again in the
    /// transaction of each change.
    /// - Throws: `AccountError.notAdministrator`; `.badToken` when the session has ended.
    public func asAdministrator(_ session: Session) throws -> Accounts {
        var accounts = acting(as: session, from: agent.origin)
        accounts.authority = session
        try database.read { try accounts.proveAuthority($0) }
        return accounts
    }

    /// Changes something in one transaction, by the right of whoever is at work.
    /// - Throws: as `asAdministrator`, and what `body` throws.
    func change<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try database.write { database in
            try proveAuthority(database)
            return try body(database)
        }
    }

    private func proveAuthority(_ database: Database) throws {
        guard let authority else { return }
        guard let present = try StatusRecord.fetchOne(database, key: authority.account.id), present.isEnabled,
            present.tokenVersion == authority.tokenVersion
        else { throw AccountError.badToken }
        guard present.role == Role.administrator.rawValue else { throw AccountError.notAdministrator }
    }

    /// Changes an account's names; what is `nil` stays as it is by then, whatever `account` says of it.
    /// - Throws: `AccountError.invalid`, names already taken included; `.noSuchAccount`.
    public func update(_ account: Account, username: String? = nil, email: String? = nil) throws -> Account {
        try update(account, username: username, email: email, counted: nil)
    }

    /// - Parameter counted: the attempt at names that this is; taken back where the names are free.
    func update(_ account: Account, username: String?, email: String?, counted: LoginThrottle.Counted?) throws -> Account {
        try change { database in
            guard let old = try self.account(database, id: account.id) else {
                throw AccountError.noSuchAccount(account.username)
            }
            let (username, email) = (username ?? old.username, email?.lowercased() ?? old.email)
            let problems = [AccountRules.usernameProblem(username), AccountRules.emailProblem(email)].compactMap { $0 }
            guard problems.isEmpty else { throw AccountError.invalid(problems) }
            try refuseTaken(database, username: username, email: email, except: account.id)
            try UserRecord.filter(key: account.id).updateAll(
                database, UserRecord.Columns.username.set(to: username), UserRecord.Columns.email.set(to: email),
                UserRecord.Columns.updatedAt.set(to: now()))
            if old.username != username {
                try audit(database, user: account.id, "username changed", username, old: old.username, new: username)
            }
            if old.email != email {
                try audit(database, user: account.id, "email changed", username, old: old.email, new: email)
            }
            if let counted { try throttle.takeBack(database, counted) }
            guard let changed = try self.account(database, id: account.id) else { throw AccountError.noSuchAccount(username) }
            return changed
        }
    }

    /// Lets an account log in, or no longer; disabling ends its sessions.
    /// - Throws: `AccountError.lastAdministrator`.
    public func setEnabled(_ account: Account, _ isEnabled: Bool) throws {
        try change { database in
            if !isEnabled { try keepAdministrator(database, without: account) }
            try StatusRecord.filter(key: account.id).updateAll(database, StatusRecord.Columns.isEnabled.set(to: isEnabled))
            if !isEnabled { try endSessions(database, of: account) }
            try audit(database, user: account.id, isEnabled ? "enabled" : "disabled", account.username)
        }
    }

    /// Changes what an account may do.
    /// - Throws: `AccountError.lastAdministrator`.
    public func setRole(_ account: Account, to role: Role) throws {
        try change { database in
            if role != .administrator { try keepAdministrator(database, without: account) }
            let old = try self.account(database, id: account.id)?.role.rawValue
            try StatusRecord.filter(key: account.id).updateAll(database, StatusRecord.Columns.role.set(to: role.rawValue))
            try audit(database, user: account.id, "role \(role.rawValue)", account.username, old: old, new: role.rawValue)
        }
    }

    private func keepAdministrator(_ database: Database, without account: Account) throws {
        let administrators = try StatusRecord.filter(
            StatusRecord.Columns.role == Role.administrator.rawValue && StatusRecord.Columns.isEnabled
        ).fetchAll(database)
        if administrators.map(\.userID) == [account.id] { throw AccountError.lastAdministrator }
    }

    func record(id: Int64) throws -> AccountRecord? {
        try database.read { try AccountRecord.of(UserRecord.filter(key: id)).fetchOne($0) }
    }

    func account(_ database: Database, id: Int64) throws -> Account? {
        try AccountRecord.of(UserRecord.filter(key: id)).fetchOne(database)?.account()
    }
}
