import Foundation
import GRDB
import JWTKit
import Persistence
import StrictJSON

/// Signed tokens (JWT, RFC 7519, HS256) that stand for a login, each with a row in the database by which it
/// can be revoked.
public struct Tokens: Sendable {
    private let accounts: Accounts
    private let keyRing: KeyRing
    /// Seconds a token is valid unless told otherwise.
    public static let lifetime: TimeInterval = 3600
    /// The longest token that is looked at, in bytes.
    public static let longest = 4096
    private static let issuer = "oddline"

    /// Issues and checks tokens of `accounts` with the keys in a file, which is made where it is missing and
    /// followed when it changes.
    /// - Throws: `StorageError` when the keys cannot be used.
    public init(accounts: Accounts, keyFile: URL) throws(StorageError) {
        self.accounts = accounts
        keyRing = try KeyRing(at: keyFile)
    }

    /// What a token says.
    private struct Claims: JWTPayload {
        var iss: IssuerClaim
        var sub: SubjectClaim
        /// Text and no `AudienceClaim`, which stops the process on an empty list.
        var aud: String
        var iat: IssuedAtClaim
        var nbf: NotBeforeClaim
        var exp: ExpirationClaim
        var jti: IDClaim

        /// Times are checked against the clock of `Accounts` by `authenticate`.
        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    /// A token for whoever logged in.
    /// - Returns: the token and the seconds it is valid.
    /// - Throws: `AccountError.badToken` when the account is disabled or has a new password since the login;
    ///   `StorageError`.
    public func issue(for session: Session, lifetime: TimeInterval = Tokens.lifetime, origin: String) async throws -> IssuedToken
    {
        let now = Date(timeIntervalSince1970: accounts.now().timeIntervalSince1970.rounded(.down))
        let id = UUID().uuidString.lowercased()
        let claims = Claims(
            iss: .init(value: Self.issuer), sub: .init(value: String(session.account.id)), aud: Self.issuer,
            iat: .init(value: now), nbf: .init(value: now), exp: .init(value: now.addingTimeInterval(lifetime)),
            jti: .init(value: id))
        let record = SessionRecord(
            id: id, userID: session.account.id, origin: String(origin.prefix(64)), createdAt: now,
            expiresAt: now.addingTimeInterval(lifetime))
        let version = session.tokenVersion
        try await accounts.database.write { database in
            guard let status = try StatusRecord.fetchOne(database, key: record.userID), status.isEnabled,
                status.tokenVersion == version
            else { throw AccountError.badToken }
            try SessionRecord.filter(SessionRecord.Columns.expiresAt < now).deleteAll(database)
            try record.insert(database)
        }
        let (keys, signers) = try await keyRing.current()
        let token = try await signers.sign(claims, kid: JWKIdentifier(string: keys.signing.kid))
        return IssuedToken(text: token, secondsValid: Int(lifetime))
    }

    /// The session a token stands for.
    /// - Throws: `AccountError.badToken`, whatever the cause: form, signature, algorithm, key, issuer, times,
    ///   revocation, or an account that is gone or disabled; `StorageError` when the keys cannot be used any more.
    public func authenticate(_ token: String) async throws -> AuthenticatedSession {
        let (keys, signers) = try await keyRing.current()
        guard token.utf8.count <= Self.longest, let kid = Self.keyName(of: token), keys.verifies(kid, now: accounts.now()) else {
            throw AccountError.badToken
        }
        let claims: Claims
        do {
            claims = try await signers.verify(token, as: Claims.self)
        } catch { throw AccountError.badToken }
        let now = accounts.now()
        guard claims.iss.value == Self.issuer, claims.aud == Self.issuer, claims.exp.value > now,
            claims.nbf.value <= now, claims.iat.value <= now, let user = Int64(claims.sub.value),
            claims.sub.value == String(user)
        else { throw AccountError.badToken }
        let found = try account(user, session: claims.jti.value, at: now)
        guard let found, found.status.isEnabled else { throw AccountError.badToken }
        return AuthenticatedSession(session: try found.session(), id: claims.jti.value)
    }

    /// The account of a session that is open. Reads on the thread that asks, which is sooner done than another is woken:
    /// no writer keeps a reader waiting.
    private func account(_ user: Int64, session: String, at now: Date) throws -> AccountRecord? {
        let open = SessionRecord.unrevoked(of: user).filter(
            SessionRecord.Columns.id == session && SessionRecord.Columns.expiresAt > now)
        return try accounts.database.read {
            try AccountRecord.of(UserRecord.filter(key: user).filter(open.exists())).fetchOne($0)
        }
    }

    /// The name of the key of a token whose form is exactly that of this service's: three segments of canonical base64url
    /// without padding; JSON objects without repeated, unknown or missing members; HS256.
    private static func keyName(of token: String) -> String? {
        let segments = token.split(separator: ".", omittingEmptySubsequences: false)
        guard segments.count == 3, decoded(segments[2])?.count == 32, let header = members(of: segments[0]),
            let payload = members(of: segments[1]), Set(payload.keys) == ["iss", "sub", "aud", "iat", "nbf", "exp", "jti"],
            Set(header.keys).isSubset(of: ["alg", "kid", "typ"]), header["alg"] == "HS256", header["typ"] ?? "JWT" == "JWT",
            case .text(let kid) = header["kid"]
        else { return nil }
        return kid
    }

    private static func members(of segment: Substring) -> [String: JSON]? {
        guard let bytes = decoded(segment), case .object(let members) = try? JSON(bytes) else { return nil }
        return Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// The bytes of base64url without padding; of the texts for the same bytes only the one without stray bits is taken.
    private static func decoded(_ segment: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(segment.utf8.count * 3 / 4)
        // Bits that are not yet part of a byte, and how many.
        var (bits, count) = (UInt32(0), 0)
        for letter in segment.utf8 {
            guard let value = sixBits(of: letter) else { return nil }
            (bits, count) = (bits << 6 | value, count + 6)
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(bits >> count))
            bits &= 1 << count - 1
        }
        return count < 6 && bits == 0 ? bytes : nil
    }

    private static func sixBits(of letter: UInt8) -> UInt32? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
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

    /// Ends all sessions of an account and keeps logins under way from opening one.
    func endSessions(_ database: Database, of account: Account) throws {
        try SessionRecord.unrevoked(of: account.id).updateAll(database, SessionRecord.Columns.revokedAt.set(to: now()))
        try StatusRecord.filter(key: account.id).updateAll(database, StatusRecord.Columns.tokenVersion += 1)
    }
}
