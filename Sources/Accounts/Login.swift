import Foundation
import GRDB
import Persistence

/// What is kept of a device from which a login succeeded; whoever sends its token is not slowed by what others guess.
public struct Device: Sendable {
    /// Sent with later logins.
    public let token: String
    /// Days until it is forgotten.
    public static let days = 90
    /// Most devices that are known of an account; the oldest are forgotten.
    static let most = 20
}

extension Accounts {
    /// Opens a session for a username or email address and its password.
    /// - Parameters:
    ///   - origin: where the attempt comes from, for throttling: a network address, or the terminal.
    ///   - device: the token of a device from which a login to the account succeeded before.
    ///   - code: one of the second factor, where the account has one.
    /// - Throws: `AccountError.wrongCredentials`, whatever the cause; `.throttled` after too many failures. Where the password is right
    ///   and the account has a second factor, `.secondFactorWanted` without a code, `.wrongCode` with one that does not do.
    public func login(
        identifier: String, password: String, code: String? = nil, origin: String = Accounts.terminal, device: String? = nil
    ) throws -> Session {
        let identifier = identifier.lowercased()
        return try open(named: identifier, password, .code(code), origin: origin, device: device, as: "login") { database in
            // SQLite compares names without regard to case up to a NUL only.
            guard !identifier.unicodeScalars.contains("\0"), identifier.utf8.count <= AccountRules.longestEmail else {
                return nil
            }
            return try AccountRecord.of(UserRecord.named(identifier)).fetchOne(database)
        }
    }

    /// Whether `password` is the session user's own, whatever the account is called by now; throttled like a login.
    /// - Returns: the session as it is now.
    /// - Throws: `AccountError.wrongCredentials`, `.throttled`.
    @discardableResult
    public func confirm(_ session: Session, password: String, origin: String = Accounts.terminal) throws -> Session {
        let id = session.account.id
        return try open(
            named: session.account.username, password, .nothing, origin: origin, device: nil, as: "password confirmed"
        ) { try AccountRecord.of(UserRecord.filter(key: id)).fetchOne($0) }
    }

    /// Opens the session for which `login` wanted a code. The account, the ticket and the code are looked at, counted and spent in one
    /// transaction.
    /// - Parameter ticket: from `AccountError.secondFactorWanted`; it opens one session, and lasts five minutes.
    /// - Throws: `AccountError.wrongCode`, `.throttled`, after which the ticket can be used again; `.loginExpired`.
    public func login(ticket: String, code: String, origin: String = Accounts.terminal) throws -> Session {
        let accounts = acting(from: origin)
        let outcome = try database.write { database -> Outcome in
            let sent = LoginTicketRecord.filter(key: hash(of: ticket)).filter(LoginTicketRecord.Columns.expiresAt > now())
            guard let found = try sent.fetchOne(database),
                let present = try AccountRecord.of(UserRecord.filter(key: found.userID)).fetchOne(database),
                present.status.isEnabled, present.status.tokenVersion == found.tokenVersion,
                let factor = try SecondFactorRecord.inForce(database, of: found.userID)
            else { return .failed(.loginExpired) }
            let attempt = LoginThrottle.Attempt(
                subject: LoginThrottle.Attempt.subject(of: found.userID), origin: origin, device: nil)
            let counted = try throttle.admit(database, attempt, now: now())
            if let refusal = try accounts.refusal(database, of: code, factor, present, counted, nil) { return .failed(refusal) }
            try sent.deleteAll(database)
            return .opened(try accounts.opened(database, present, counted, "login"))
        }
        guard let session = try outcome.session() else { throw AccountError.loginExpired }
        return session
    }

    /// A token for the device from which whoever has `session` logged in.
    public func rememberDevice(of session: Session) throws -> Device {
        let token = randomCode()
        try database.write { database in
            let mine = DeviceRecord.filter(DeviceRecord.Columns.userID == session.account.id)
            let kept = mine.order(DeviceRecord.Columns.expiresAt.desc).limit(Device.most - 1)
            let hashes = try kept.fetchAll(database).map(\.hash)
            try mine.filter(DeviceRecord.Columns.expiresAt < now() || !hashes.contains(Column("hash"))).deleteAll(database)
            try DeviceRecord(
                hash: hash(of: token), userID: session.account.id,
                expiresAt: now().addingTimeInterval(Double(Device.days) * 86_400)
            ).insert(database)
        }
        return Device(token: token)
    }

    /// What is asked beside the password.
    private enum Beside {
        case nothing
        /// One of the second factor, where there is one.
        case code(String?)
    }

    /// What came of a right password.
    private enum Outcome {
        case opened(Session), refused
        /// The same password, hashed anew meanwhile.
        case rehashed(AccountRecord)
        case failed(AccountError)

        /// The session; `nil` where it is refused.
        func session() throws -> Session? {
            switch self {
            case .opened(let session): return session
            case .refused, .rehashed: return nil
            case .failed(let error): throw error
            }
        }
    }

    /// Counts an attempt, checks the password outside of any transaction, and opens the session in one that reads the
    /// account again: a password that was changed meanwhile opens nothing.
    private func open(
        named name: String, _ password: String, _ beside: Beside, origin: String, device: String?, as action: String,
        _ find: (Database) throws -> AccountRecord?
    ) throws -> Session {
        let accounts = acting(from: origin)
        let (found, known, counted) = try database.write { database in
            let found = try find(database)
            let known = try knownDevice(database, device, of: found)
            let attempt = LoginThrottle.Attempt(
                subject: found?.user.id.map(LoginThrottle.Attempt.subject) ?? "name \(key.pseudonym(of: name))", origin: origin,
                device: known)
            return (found, known, try throttle.admit(database, attempt, now: now()))
        }
        let normalized = PasswordRules.normalized(password)
        if let session = try accounts.session(of: found, normalized, beside, known, counted, action) { return session }
        try database.write { database in
            let blocked = try throttle.isBlocked(database, counted, now: now())
            try accounts.audit(
                database, user: found?.user.id, blocked ? "login refused, now throttled" : "login refused",
                found?.user.username ?? "unknown name \(key.pseudonym(of: name))")
        }
        throw AccountError.wrongCredentials
    }

    /// The session of an enabled account when `password` is its own. An unknown user costs as much as a wrong password;
    /// a hash made at a lower cost is made again unless it is another by then.
    private func session(
        of found: AccountRecord?, _ password: String, _ beside: Beside, _ device: String?, _ counted: LoginThrottle.Counted,
        _ action: String
    ) throws -> Session? {
        let hash = found?.user.hashedPassword ?? decoy
        let matches = hasher.verify(password, against: hash)
        guard let found, let id = found.user.id, matches else { return nil }
        let renewed = hasher.isOutdated(hash) ? try hasher.hash(password) : nil
        let outcome = try database.write { database -> Outcome in
            guard let present = try AccountRecord.of(UserRecord.filter(key: id)).fetchOne(database), present.status.isEnabled,
                present.status.tokenVersion == found.status.tokenVersion
            else { return .refused }
            guard present.user.hashedPassword == hash else { return .rehashed(present) }
            if let renewed {
                try UserRecord.filter(key: id).filter(UserRecord.Columns.hashedPassword == hash)
                    .updateAll(database, UserRecord.Columns.hashedPassword.set(to: renewed))
            }
            if case .code(let code) = beside, let factor = try SecondFactorRecord.inForce(database, of: id) {
                guard let code else { return .failed(.secondFactorWanted(ticket: try ticket(database, for: present, counted))) }
                if let refusal = try refusal(database, of: code, factor, present, counted, device) { return .failed(refusal) }
            }
            return .opened(try opened(database, present, counted, action))
        }
        if case .rehashed(let present) = outcome { return try session(of: present, password, beside, device, counted, action) }
        return try outcome.session()
    }

    private func opened(
        _ database: Database, _ present: AccountRecord, _ counted: LoginThrottle.Counted, _ action: String
    ) throws -> Session {
        try throttle.forgive(database, counted)
        let session = try present.session()
        try acting(as: session, from: agent.origin).audit(database, user: present.user.id, action, present.user.username)
        return session
    }

    /// Why a code does not do. The attempt stays counted, as one with a wrong password does, but where the code was not looked at.
    private func refusal(
        _ database: Database, of code: String, _ factor: SecondFactorRecord, _ present: AccountRecord,
        _ counted: LoginThrottle.Counted, _ device: String?
    ) throws -> AccountError? {
        let refusal = try refusal(database, of: code, factor, try present.account(), device: device)
        if case .throttled? = refusal { try throttle.takeBack(database, counted) }
        return refusal
    }

    /// A ticket that stands for a right password until a code is sent. The attempt is taken back and nothing else: earlier failures
    /// are forgiven to whoever has the code too.
    private func ticket(_ database: Database, for present: AccountRecord, _ counted: LoginThrottle.Counted) throws -> String {
        try throttle.takeBack(database, counted)
        let session = try present.session()
        let ticket = randomCode()
        let mine = LoginTicketRecord.of(session.account.id)
        let kept = try mine.order(LoginTicketRecord.Columns.expiresAt.desc).limit(Device.most - 1).fetchAll(database).map(\.hash)
        try mine.filter(LoginTicketRecord.Columns.expiresAt < now() || !kept.contains(LoginTicketRecord.Columns.hash))
            .deleteAll(database)
        try LoginTicketRecord(
            hash: hash(of: ticket), userID: session.account.id, tokenVersion: session.tokenVersion,
            expiresAt: now().addingTimeInterval(300)
        ).insert(database)
        try audit(database, user: session.account.id, "code wanted", session.account.username)
        return ticket
    }

    private func knownDevice(_ database: Database, _ token: String?, of found: AccountRecord?) throws -> String? {
        guard let token, let id = found?.user.id else { return nil }
        let hash = hash(of: token)
        let known = DeviceRecord.filter(key: hash).filter(
            DeviceRecord.Columns.userID == id && DeviceRecord.Columns.expiresAt > now())
        return try known.isEmpty(database) ? nil : hash
    }

    // MARK: Passwords

    /// Changes the session user's own password after checking the present one, and ends all sessions.
    /// - Returns: the session that goes on.
    /// - Throws: `AccountError.wrongCredentials`, also when another new password came first; `.throttled`, `.invalid`.
    @discardableResult
    public func changePassword(
        of session: Session, from present: String, to password: String, origin: String = Accounts.terminal
    ) throws -> Session {
        let proven = try confirm(session, password: present, origin: origin)
        return try acting(as: proven, from: origin).setPassword(of: proven.account, to: password, ifVersion: proven.tokenVersion)
    }

    /// Forgets the failed logins of an account, or of all of them, so that nobody waits.
    public func forgetFailures(of account: Account? = nil) throws {
        try change { database in
            try throttle.forgetFailures(database, at: account?.id)
            try audit(database, user: account?.id, "failed logins forgotten", account?.username ?? "of all accounts")
        }
    }

    /// Gives an account a new password, ends its sessions and forgets its failed logins.
    /// - Throws: `AccountError.invalid` when the password breaks a rule.
    public func setPassword(of account: Account, to password: String) throws {
        _ = try setPassword(of: account, to: password, ifVersion: nil)
    }

    private func setPassword(of account: Account, to password: String, ifVersion version: Int?) throws -> Session {
        if let problem = AccountRules.passwordProblem(password, username: account.username, email: account.email) {
            throw AccountError.invalid([problem])
        }
        let hash = try hasher.hash(PasswordRules.normalized(password))
        return try change { database in
            guard let old = try AccountRecord.of(UserRecord.filter(key: account.id)).fetchOne(database) else {
                throw AccountError.noSuchAccount(account.username)
            }
            guard version == nil || version == old.status.tokenVersion else { throw AccountError.wrongCredentials }
            try UserRecord.filter(key: account.id).updateAll(
                database, UserRecord.Columns.hashedPassword.set(to: hash), UserRecord.Columns.updatedAt.set(to: now()))
            try endSessions(database, of: account)
            if version == nil { try throttle.forgetFailures(database, at: account.id) }
            try audit(database, user: account.id, "password changed", account.username)
            guard let changed = try AccountRecord.of(UserRecord.filter(key: account.id)).fetchOne(database) else {
                throw AccountError.noSuchAccount(account.username)
            }
            return try changed.session()
        }
    }

    /// Changes the session user's own names; a new email address needs the password.
    /// - Throws: `AccountError.wrongCredentials`, `.throttled`, `.invalid`, names already taken included.
    public func changeProfile(
        of session: Session, username: String?, email: String?, password: String?, origin: String = Accounts.terminal
    ) throws -> Account {
        let present = try refreshed(session)
        // An address that is the present one is not set: another may be by then, for which the password was asked.
        let email = email?.lowercased() == present.account.email ? nil : email
        if email != nil { try confirm(present, password: password ?? "", origin: origin) }
        // The answer tells whether a name is taken, so that those who ask are counted like those who register.
        let id = present.account.id
        let counted = try database.write {
            try throttle.admitNames($0, of: id, origin: origin, free: Self.freeRegistrations, now: now())
        }
        do {
            return try acting(as: present, from: origin).update(
                present.account, username: username, email: email, counted: counted)
        } catch AccountError.invalid(let problems) where !problems.contains(where: \.isTaken) {
            try database.write { try throttle.takeBack($0, counted) }
            throw AccountError.invalid(problems)
        }
    }
}
