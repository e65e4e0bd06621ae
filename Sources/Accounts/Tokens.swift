import Foundation
import GRDB
import Persistence

/// Signed tokens (JWT, RFC 7519, HS256) that stand for a login, each with a row in the database by which it
/// can be revoked.
public struct Tokens: Sendable {
    private let accounts: Accounts
    private let keyRing: KeyRing
    /// Seconds a token is valid unless told otherwise.
    public static let lifetime: TimeInterval = 3600

    /// Issues and checks tokens of `accounts` with the keys in a file, which is made where it is missing and
    /// followed when it changes.
    /// - Throws: `StorageError` when the keys cannot be used.
    public init(accounts: Accounts, keyFile: URL) throws(StorageError) {
        self.accounts = accounts
        keyRing = try KeyRing(at: keyFile)
    }

    /// A token for whoever logged in.
    /// - Returns: the token and the seconds it is valid.
    /// - Throws: `AccountError.badToken` when the account is disabled or has a new password since the login;
    ///   `StorageError`.
    public func issue(for session: Session, lifetime: TimeInterval = Tokens.lifetime, origin: String) throws -> IssuedToken {
        let now = Date(timeIntervalSince1970: accounts.now().timeIntervalSince1970.rounded(.down))
        let claims = Claims(
            userID: session.account.id, sessionID: UUID().uuidString.lowercased(), from: now, lifetime: lifetime)
        let record = SessionRecord(
            id: claims.sessionID, userID: claims.userID, origin: String(origin.prefix(64)), createdAt: now,
            expiresAt: claims.expiresAt)
        try accounts.database.write { database in
            guard let status = try StatusRecord.fetchOne(database, key: record.userID), status.isEnabled,
                status.tokenVersion == session.tokenVersion
            else { throw AccountError.badToken }
            try SessionRecord.filter(SessionRecord.Columns.expiresAt < now).deleteAll(database)
            try record.insert(database)
        }
        return IssuedToken(text: claims.token(signedWith: try keyRing.current().signing), secondsValid: Int(lifetime))
    }

    /// The session a token stands for, as the database has it at this moment. Reads on the thread that asks, which is sooner
    /// done than another is woken: no writer keeps a reader waiting.
    /// - Throws: `AccountError.badToken`, whatever the cause: form, signature, algorithm, key, issuer, times,
    ///   revocation, or an account that is gone or disabled; `StorageError` when the keys cannot be used any more.
    public func authenticate(_ token: String) throws -> AuthenticatedSession {
        let (keys, now) = (try keyRing.current(), accounts.now())
        guard let claims = Claims(token, secret: { keys.secret(named: $0, now: now) }), claims.isValid(at: now) else {
            throw AccountError.badToken
        }
        let found = try accounts.database.statement {
            try OpenSessionRecord.find($0, session: claims.sessionID, of: claims.userID)
        }
        guard let found, found.expiresAt > now, found.session.account.isEnabled else { throw AccountError.badToken }
        return AuthenticatedSession(session: found.session, id: claims.sessionID)
    }
}

/// A token and how long it is valid.
public struct IssuedToken: Sendable {
    /// The token in compact form.
    public let text: String
    /// Seconds until it expires.
    public let secondsValid: Int
}

/// A session that a token proved, and the token's own identity.
public struct AuthenticatedSession: Sendable {
    /// Who it is.
    public let session: Session
    /// The token's `jti`.
    public let id: String
}

/// Why a session has ended before its time.
public enum SessionEnding: Sendable, Equatable {
    /// The account is gone, was disabled, or has a new password.
    case ofAccount
    /// Somebody ended this one session: by signing out in another program, or from the list of sessions.
    case elsewhere
}

/// A token that is still open.
public struct OpenSession: Sendable, Equatable {
    /// The token's `jti`.
    public let id: String
    /// Where it was issued to.
    public let origin: String
    /// When it was issued.
    public let createdAt: Date
    /// When it ends by itself.
    public let expiresAt: Date
}

extension Accounts {
    /// Whether what was begun with a token may go on: its account is there, enabled and has the same password, and nobody
    /// has ended the session. That the token's time is over ends nothing.
    public func mayGoOn(_ begun: AuthenticatedSession) throws -> Bool { try ending(of: begun) == nil }

    /// Why what was begun with a token may not go on; `nil` where it may.
    public func ending(of begun: AuthenticatedSession) throws -> SessionEnding? {
        do { _ = try refreshed(begun.session) } catch AccountError.badToken { return .ofAccount }
        let isOpen = try database.read {
            try SessionRecord.filter(key: begun.id).filter(SessionRecord.Columns.revokedAt != nil).isEmpty($0)
        }
        return isOpen ? nil : .elsewhere
    }

    /// Tokens of an account that are neither expired nor revoked, the newest first.
    public func openSessions(of account: Account) throws -> [OpenSession] {
        try database.read { database in
            try SessionRecord.unrevoked(of: account.id).filter(SessionRecord.Columns.expiresAt > now())
                .order(SessionRecord.Columns.createdAt.desc).fetchAll(database)
                .map { OpenSession(id: $0.id, origin: $0.origin, createdAt: $0.createdAt, expiresAt: $0.expiresAt) }
        }
    }

    /// Ends one of an account's sessions.
    public func endSession(_ id: String, of account: Account) throws {
        try database.write { database in
            try SessionRecord.unrevoked(of: account.id).filter(SessionRecord.Columns.id == id)
                .updateAll(database, SessionRecord.Columns.revokedAt.set(to: now()))
            try audit(database, user: account.id, "session ended", account.username)
        }
    }

    /// Ends the sessions of an account that tokens keep, but that of one token; all where it is `nil`.
    func endOtherSessions(_ database: Database, of account: Int64, but token: String?) throws {
        try SessionRecord.unrevoked(of: account).filter { $0.id != (token ?? "") }
            .updateAll(database, SessionRecord.Columns.revokedAt.set(to: now()))
    }

    /// Ends all sessions of an account and keeps logins under way from opening one.
    func endSessions(_ database: Database, of account: Account) throws {
        try endOtherSessions(database, of: account.id, but: nil)
        try StatusRecord.filter(key: account.id).updateAll(database, StatusRecord.Columns.tokenVersion += 1)
    }
}
