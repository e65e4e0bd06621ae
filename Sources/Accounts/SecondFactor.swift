import Digest
import Foundation
import GRDB
import Persistence

/// What an account has beside its password.
public struct SecondFactor: Sendable, Equatable {
    /// Whether logins need a code.
    public let isOn: Bool
    /// Recovery codes that were not used yet.
    public let recoveryCodes: Int

    /// How many recovery codes are made.
    public static let recoveryCodeCount = 10
    /// The longest code that is taken: one for recovery with its hyphens and spaces around it.
    public static let longestCode = 64

    /// Tells what an account has.
    public init(isOn: Bool, recoveryCodes: Int) { (self.isOn, self.recoveryCodes) = (isOn, recoveryCodes) }
}

/// A second factor that is in force once a code was made with it.
public struct SecondFactorEnrolment: Sendable, Equatable {
    /// The secret in base32, for an authenticator program that does not read pictures.
    public let secret: String
    /// The same as an `otpauth` address, for a QR code.
    public let address: String

    /// For the account of this name. What the address does not say is what every program takes: SHA-1, six digits, 30 s.
    public init(secret: String, username: String) {
        self.secret = secret
        address = "otpauth://totp/oddline:\(username)?secret=\(secret)"
    }
}

/// A code for when the device is lost: 120 random bits, so that its plain hash is kept, of which nobody guesses it (OWASP ASVS 5.0,
/// 6.5.2 asks 112).
struct RecoveryCode {
    /// Six groups of four letters and digits.
    let text: String

    init() {
        let letters = Array(base32(randomBytes(15)))
        text = stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<$0 + 4]) }.joined(separator: "-")
    }

    /// What is kept of a code, however it was typed.
    static func kept(of typed: String) -> String {
        hash(of: typed.uppercased().filter { $0 != "-" && !$0.isWhitespace })
    }
}

extension Accounts {
    /// What an account has beside its password.
    public func secondFactor(of account: Account) throws -> SecondFactor {
        try database.read { database in
            SecondFactor(
                isOn: try SecondFactorRecord.inForce(database, of: account.id) != nil,
                recoveryCodes: try RecoveryCodeRecord.of(account.id).fetchCount(database))
        }
    }

    /// Makes the session user a secret, in place of one that never came into force.
    /// - Throws: `AccountError.wrongCredentials`, `.throttled`; `.secondFactorIsOn`.
    public func enrolSecondFactor(
        of session: Session, password: String, origin: String = Accounts.terminal
    ) throws -> SecondFactorEnrolment {
        let proven = try confirm(session, password: password, origin: origin)
        let factor = SecondFactorRecord(userID: proven.account.id, seed: Data(randomBytes(20)), isOn: false, lastStep: 0)
        try database.write { database in
            try prove(database, proven)
            guard try SecondFactorRecord.inForce(database, of: factor.userID) == nil else { throw AccountError.secondFactorIsOn }
            try factor.upsert(database)
        }
        return SecondFactorEnrolment(secret: base32(try secret(of: factor)), username: proven.account.username)
    }

    /// Puts the session user's second factor in force with a first code of it, and ends the sessions that tokens keep: they were opened
    /// without a code.
    /// - Parameter token: the `jti` of the one that goes on, by which this is asked.
    /// - Returns: the recovery codes, which nobody can be told again.
    /// - Throws: `AccountError.wrongCode`, `.throttled`; `.secondFactorIsOn`, `.noSecondFactor`.
    public func activateSecondFactor(
        of session: Session, code: String, keeping token: String? = nil, origin: String = Accounts.terminal
    ) throws -> [String] {
        let id = session.account.id
        let codes = (0..<SecondFactor.recoveryCodeCount).map { _ in RecoveryCode().text }
        try refusing(acting(as: session, from: origin)) { database, accounts in
            try prove(database, session)
            guard let factor = try SecondFactorRecord.fetchOne(database, key: id) else { throw AccountError.noSecondFactor }
            guard !factor.isOn else { throw AccountError.secondFactorIsOn }
            if let refusal = try accounts.refusal(database, of: code, factor, session.account) { return refusal }
            try SecondFactorRecord.filter(key: id).updateAll(database, SecondFactorRecord.Columns.isOn.set(to: true))
            for code in codes { try RecoveryCodeRecord(hash: RecoveryCode.kept(of: code), userID: id).insert(database) }
            try endOtherSessions(database, of: id, but: token)
            try accounts.audit(database, user: id, "second factor on", session.account.username)
            return nil
        }
        return codes
    }

    /// Takes the session user's second factor away, and ends the sessions that other tokens keep.
    /// - Parameter token: the `jti` of the one that goes on.
    /// - Throws: `AccountError.wrongCredentials`, `.wrongCode`, `.throttled`; `.noSecondFactor`.
    public func removeSecondFactor(
        of session: Session, password: String, code: String, keeping token: String? = nil, origin: String = Accounts.terminal
    ) throws {
        let proven = try confirm(session, password: password, origin: origin)
        try refusing(acting(as: proven, from: origin)) { database, accounts in
            try prove(database, proven)
            guard let factor = try SecondFactorRecord.inForce(database, of: proven.account.id) else {
                throw AccountError.noSecondFactor
            }
            if let refusal = try accounts.refusal(database, of: code, factor, proven.account) { return refusal }
            try Self.removeSecondFactor(database, of: proven.account.id)
            try endOtherSessions(database, of: proven.account.id, but: token)
            try accounts.audit(database, user: proven.account.id, "second factor off", proven.account.username)
            return nil
        }
    }

    /// Takes an account's second factor away where device and recovery codes are lost; whoever may ask for this needs no code.
    /// - Throws: `AccountError.noSecondFactor`.
    public func removeSecondFactor(of account: Account) throws {
        try change { database in
            guard try SecondFactorRecord.inForce(database, of: account.id) != nil else { throw AccountError.noSecondFactor }
            try Self.removeSecondFactor(database, of: account.id)
            try audit(database, user: account.id, "second factor removed", account.username)
        }
    }

    private static func removeSecondFactor(_ database: Database, of id: Int64) throws {
        try SecondFactorRecord.deleteOne(database, key: id)
        try RecoveryCodeRecord.of(id).deleteAll(database)
        try LoginTicketRecord.of(id).deleteAll(database)
    }

    // MARK: Codes

    /// Does something in one transaction, which stays done where a code is refused in it: the failure is counted.
    private func refusing(_ accounts: Accounts, _ body: (Database, Accounts) throws -> AccountError?) throws {
        if let refusal = try database.write({ try body($0, accounts) }) { throw refusal }
    }

    /// That a session is still its account's, in the transaction of what is done by its right.
    private func prove(_ database: Database, _ session: Session) throws {
        let status = try StatusRecord.fetchOne(database, key: session.account.id)
        guard let status, status.isEnabled, status.tokenVersion == session.tokenVersion else { throw AccountError.badToken }
    }

    /// Why a code does not do; `nil` where it does, and then it is spent. All of this is one transaction with what the code lets one do.
    /// - Parameter device: the hash of the token of a device known to the account.
    func refusal(
        _ database: Database, of code: String, _ factor: SecondFactorRecord, _ account: Account, device: String? = nil
    ) throws -> AccountError? {
        let counted: LoginThrottle.Counted
        do {
            counted = try throttle.admitCode(database, of: account.id, origin: agent.origin, device: device, now: now())
        } catch AccountError.throttled(let seconds) { return .throttled(seconds: seconds) }
        guard try spend(database, code, of: factor) else {
            try audit(database, user: account.id, "code refused", account.username)
            return .wrongCode
        }
        try throttle.takeBack(database, counted)
        return nil
    }

    private func spend(_ database: Database, _ code: String, of factor: SecondFactorRecord) throws -> Bool {
        let digits = code.filter { !$0.isWhitespace }
        guard digits.count == TOTP.digits else {
            let hash = RecoveryCode.kept(of: code)
            let isRight = try RecoveryCodeRecord.of(factor.userID).filter(key: hash).deleteAll(database) == 1
            if isRight { try audit(database, user: factor.userID, "recovery code used", "") }
            return isRight
        }
        let totp = TOTP(secret: try secret(of: factor))
        guard let step = totp.step(of: digits, at: now(), after: factor.lastStep) else { return false }
        try SecondFactorRecord.filter(key: factor.userID)
            .updateAll(database, SecondFactorRecord.Columns.lastStep.set(to: step))
        return true
    }

    /// The secret that codes are made with, 20 bytes. It is stored nowhere: it is made of a seed in the database and of the key beside
    /// it, neither of which gives a code alone.
    private func secret(of factor: SecondFactorRecord) throws -> [UInt8] {
        let key = HMACSHA256(key: try database.secret(.secondFactorKey))
        return Array(key.code(for: Data("second factor\0\(factor.userID)\0".utf8) + factor.seed).prefix(20))
    }
}
