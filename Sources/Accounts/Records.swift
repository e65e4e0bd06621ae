import Foundation
import GRDB

/// A row of `users`.
struct UserRecord: Codable, FetchableRecord, MutablePersistableRecord {
    static let databaseTableName = "users"
    static let status = hasOne(StatusRecord.self, key: "status")

    var id: Int64?
    var username: String
    var email: String
    var hashedPassword: String
    var createdAt: Date
    var updatedAt: Date

    enum CodingKeys: String, CodingKey {
        case id, username, email
        case hashedPassword = "hashed_password"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    enum Columns {
        static let id = Column(CodingKeys.id)
        static let username = Column(CodingKeys.username)
        static let email = Column(CodingKeys.email)
        static let hashedPassword = Column(CodingKeys.hashedPassword)
        static let updatedAt = Column(CodingKeys.updatedAt)
    }

    mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }

    /// Who has `identifier` as username or email address, without regard to case.
    static func named(_ identifier: String) -> QueryInterfaceRequest<UserRecord> {
        filter(Columns.username == identifier || Columns.email == identifier)
    }
}

/// A row of `account_status`: what an account may do.
struct StatusRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "account_status"

    let userID: Int64
    var role: String
    var isEnabled: Bool
    /// Rises with each new password and each time the account is disabled.
    var tokenVersion: Int

    enum CodingKeys: String, CodingKey {
        case role
        case userID = "user_id"
        case isEnabled = "is_enabled"
        case tokenVersion = "token_version"
    }

    enum Columns {
        static let role = Column(CodingKeys.role)
        static let isEnabled = Column(CodingKeys.isEnabled)
        static let tokenVersion = Column(CodingKeys.tokenVersion)
    }
}

/// A user with what the account may do.
struct AccountRecord: Decodable, FetchableRecord {
    let user: UserRecord
    let status: StatusRecord

    /// The accounts of `users`.
    static func of(_ users: QueryInterfaceRequest<UserRecord>) -> QueryInterfaceRequest<AccountRecord> {
        users.including(required: UserRecord.status).asRequest(of: AccountRecord.self)
    }

    /// A session as the account is now.
    func session() throws -> Session { Session(account: try account(), tokenVersion: status.tokenVersion) }

    /// The account without its hash; an unknown role may do the least.
    func account() throws -> Account {
        guard let id = user.id else { throw AccountError.storage("an account has no key") }
        return Account(
            id: id, username: user.username, email: user.email, createdAt: user.createdAt, updatedAt: user.updatedAt,
            role: Role(rawValue: status.role) ?? .analyst, isEnabled: status.isEnabled)
    }
}

/// A row of `sessions`: a token that was issued.
struct SessionRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "sessions"

    let id: String
    let userID: Int64
    let origin: String
    let createdAt: Date
    let expiresAt: Date
    var revokedAt: Date?

    enum CodingKeys: String, CodingKey {
        case id, origin
        case userID = "user_id"
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case revokedAt = "revoked_at"
    }

    enum Columns {
        static let id = Column(CodingKeys.id)
        static let userID = Column(CodingKeys.userID)
        static let createdAt = Column(CodingKeys.createdAt)
        static let expiresAt = Column(CodingKeys.expiresAt)
        static let revokedAt = Column(CodingKeys.revokedAt)
    }

    /// Sessions of an account that are not revoked.
    static func unrevoked(of userID: Int64) -> QueryInterfaceRequest<SessionRecord> {
        filter(Columns.userID == userID && Columns.revokedAt == nil)
    }
}

/// A session that is not revoked, with its account.
struct OpenSessionRecord {
    let session: Session
    let expiresAt: Date

    /// Every request asks this. Its text stands here, and is prepared once for each connection: to make it from records
    /// and prepare it anew each time took longer than all else that a request costs.
    private static let text = """
        SELECT user_id, username, email, users.created_at, updated_at, role, is_enabled, token_version, expires_at
        FROM sessions JOIN users ON users.id = user_id JOIN account_status USING (user_id)
        WHERE sessions.id = ? AND user_id = ? AND revoked_at IS NULL
        """

    /// The session with an identity, if it is open and the user's.
    static func find(_ database: Database, session: String, of user: Int64) throws -> OpenSessionRecord? {
        let statement = try database.cachedStatement(sql: text)
        return try Row.fetchOne(statement, arguments: [session, user]).map { row in
            let account = Account(
                id: row[0], username: row[1], email: row[2], createdAt: row[3], updatedAt: row[4],
                role: Role(rawValue: row[5]) ?? .analyst, isEnabled: row[6])
            return OpenSessionRecord(session: Session(account: account, tokenVersion: row[7]), expiresAt: row[8])
        }
    }
}

/// A row of `login_attempts`: the failures that are counted together.
struct AttemptsRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "login_attempts"

    let scope: String
    var failures: Int
    var lastAt: Date
    var blockedUntil: Date?

    enum CodingKeys: String, CodingKey {
        case scope, failures
        case lastAt = "last_at"
        case blockedUntil = "blocked_until"
    }

    enum Columns {
        static let scope = Column(CodingKeys.scope)
        static let failures = Column(CodingKeys.failures)
        static let lastAt = Column(CodingKeys.lastAt)
        static let blockedUntil = Column(CodingKeys.blockedUntil)
    }
}

/// A row of `devices`: a login from there succeeded.
struct DeviceRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "devices"

    let hash: String
    let userID: Int64
    let expiresAt: Date

    enum CodingKeys: String, CodingKey {
        case hash
        case userID = "user_id"
        case expiresAt = "expires_at"
    }

    enum Columns {
        static let userID = Column(CodingKeys.userID)
        static let expiresAt = Column(CodingKeys.expiresAt)
    }
}

/// A row of `second_factors`: what codes of an account are made of.
struct SecondFactorRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "second_factors"

    let userID: Int64
    let seed: Data
    /// Whether logins need a code; before that it waits for a first one.
    var isOn: Bool
    /// The step of the last code that was taken.
    var lastStep: Int64

    enum CodingKeys: String, CodingKey {
        case seed
        case userID = "user_id"
        case isOn = "is_on"
        case lastStep = "last_step"
    }

    enum Columns {
        static let isOn = Column(CodingKeys.isOn)
        static let lastStep = Column(CodingKeys.lastStep)
    }

    /// What logins of an account need a code of, if there is such.
    static func inForce(_ database: Database, of userID: Int64) throws -> SecondFactorRecord? {
        try filter(key: userID).filter(Columns.isOn).fetchOne(database)
    }
}

/// A row of `recovery_codes`; gone once it is used.
struct RecoveryCodeRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "recovery_codes"

    let hash: String
    let userID: Int64

    enum CodingKeys: String, CodingKey {
        case hash
        case userID = "user_id"
    }

    static func of(_ userID: Int64) -> QueryInterfaceRequest<RecoveryCodeRecord> {
        filter(Column(CodingKeys.userID) == userID)
    }
}

/// A row of `login_tickets`: a right password was sent, and a code is awaited; gone once it opened a session.
struct LoginTicketRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "login_tickets"

    let hash: String
    let userID: Int64
    /// The account's when the password was right.
    let tokenVersion: Int
    let expiresAt: Date

    enum CodingKeys: String, CodingKey {
        case hash
        case userID = "user_id"
        case tokenVersion = "token_version"
        case expiresAt = "expires_at"
    }

    enum Columns {
        static let hash = Column(CodingKeys.hash)
        static let userID = Column(CodingKeys.userID)
        static let expiresAt = Column(CodingKeys.expiresAt)
    }

    static func of(_ userID: Int64) -> QueryInterfaceRequest<LoginTicketRecord> { filter(Columns.userID == userID) }
}

/// A row of `invitations`; gone once it is used.
struct InvitationRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "invitations"

    let hash: String
    let expiresAt: Date

    enum CodingKeys: String, CodingKey {
        case hash
        case expiresAt = "expires_at"
    }

    enum Columns {
        static let expiresAt = Column(CodingKeys.expiresAt)
    }
}

/// A row of `audit_log`.
struct AuditRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "audit_log"

    var id: Int64?
    let at: Date
    let userID: Int64?
    let action: String
    let detail: String
    var actor: String?
    var origin: String?
    var oldValue: String?
    var newValue: String?
    /// The link of the chain that ends here; `nil` until the entry has its number.
    var hash: Data?

    enum CodingKeys: String, CodingKey {
        case id, at, action, detail, actor, origin, hash
        case userID = "user_id"
        case oldValue = "old_value"
        case newValue = "new_value"
    }

    enum Columns {
        static let id = Column(CodingKeys.id)
    }
}

/// A row of `audit_head`: where the chain of the audit log ends (1), and where it begins when its first entries are gone (0).
struct AuditHead: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "audit_head"

    let id: Int64
    let entries: Int
    let hash: Data
}
