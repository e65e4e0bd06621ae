import Digest
import Foundation
import GRDB
import Persistence

/// By what right an account is made.
public enum Admission: Sendable, Equatable {
    /// At this machine: by whoever can write to the data folder, or by an administrator. The first becomes administrator.
    case machine
    /// With the one-time token that a service printed: the first administrator.
    case setUp
    /// By anybody.
    case open
    /// With a code that an administrator gave.
    case invitation(String)
}

/// Who may make an account over the network.
public enum RegistrationMode: String, Sendable, CaseIterable {
    /// Nobody; accounts are made at the machine.
    case off
    /// Whoever has a code of `oddline accounts invite`.
    case invitation
    /// Anybody.
    case open
}

/// What somebody who registered over the network is told. It reads the same where the email address was somebody else's
/// already, so that nobody learns who is registered here; no account was made then.
public struct Registration: Sendable, Equatable {
    /// As it was given.
    public let username: String
    /// As it was given, in lower case.
    public let email: String
    /// What the account may do.
    public let role: Role
    /// When.
    public let createdAt: Date
}

extension Accounts {
    /// Most registrations from one origin within a day before the next ones have to wait.
    static let freeRegistrations = 20

    /// Makes an account at this machine; the first becomes administrator.
    /// - Throws: `AccountError.invalid` with every field that does not do, names already taken included.
    public func register(username: String, email: String, password: String) throws -> Account {
        let user = try hashed(username, email, password)
        return try change { try insert($0, user, admission: .machine) }
    }

    /// Makes an account for somebody who asks over the network.
    /// - Throws: `AccountError.invalid`; `.throttled` after too many registrations from `origin`; `.needsSetUp` while there
    ///   is no administrator, `.registrationClosed` where the right does not hold.
    public func register(
        username: String, email: String, password: String, admission: Admission, origin: String
    ) throws -> Registration {
        try database.write { try throttle.admitRegistration($0, origin: origin, free: Self.freeRegistrations, now: now()) }
        let user = try hashed(username, email, password)
        let accounts = acting(from: origin)
        return try database.write { database in
            do {
                let account = try accounts.insert(database, user, admission: admission)
                return Registration(
                    username: account.username, email: account.email, role: account.role, createdAt: account.createdAt)
            } catch AccountError.invalid(let problems) where admission == .open {
                // Whether the address is in use is told beside a taken username as little as without one.
                let told = problems.filter { $0.field != .email }
                guard told.isEmpty else { throw AccountError.invalid(told) }
                try accounts.audit(database, user: nil, "registration refused", "the email address is in use")
                return Registration(username: user.username, email: user.email, role: .analyst, createdAt: user.createdAt)
            }
        }
    }

    /// A code with which one account can be made over the network until it expires.
    public func invite(validFor seconds: TimeInterval) throws -> String {
        let code = randomCode()
        try change { database in
            try InvitationRecord.filter(InvitationRecord.Columns.expiresAt < now()).deleteAll(database)
            try InvitationRecord(hash: hash(of: code), expiresAt: now().addingTimeInterval(seconds)).insert(database)
            try audit(database, user: nil, "invitation made", "for \(Int(seconds / 3600)) hours")
        }
        return code
    }

    private func hashed(_ username: String, _ email: String, _ password: String) throws -> UserRecord {
        let email = email.lowercased()
        let problems = AccountRules.problems(username: username, email: email, password: password)
        guard problems.isEmpty else { throw AccountError.invalid(problems) }
        let hash = try hasher.hash(PasswordRules.normalized(password))
        return UserRecord(username: username, email: email, hashedPassword: hash, createdAt: now(), updatedAt: now())
    }

    private func insert(_ database: Database, _ user: UserRecord, admission: Admission) throws -> Account {
        let isFirst = try UserRecord.all().isEmpty(database)
        switch admission {
        case .machine: break
        case .setUp: guard isFirst else { throw AccountError.registrationClosed }
        case .open: guard !isFirst else { throw AccountError.needsSetUp }
        case .invitation(let code):
            guard !isFirst else { throw AccountError.needsSetUp }
            let invitation = InvitationRecord.filter(key: hash(of: code)).filter(InvitationRecord.Columns.expiresAt > now())
            guard try invitation.deleteAll(database) == 1 else { throw AccountError.registrationClosed }
        }
        try refuseTaken(database, username: user.username, email: user.email, except: nil)
        guard let id = try user.inserted(database).id else { throw AccountError.storage("the new account has no key") }
        let role = isFirst ? Role.administrator : .analyst
        try StatusRecord(userID: id, role: role.rawValue, isEnabled: true, tokenVersion: 0).insert(database)
        try audit(database, user: id, "register", user.username, new: role.rawValue)
        guard let account = try account(database, id: id) else { throw AccountError.storage("the new account is missing") }
        return account
    }

    func refuseTaken(_ database: Database, username: String, email: String, except id: Int64?) throws {
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
}

/// 128 random bits that are easy to copy.
public func randomCode() -> String { hexadecimal(randomBytes(16)) }

/// What is kept of a code or of a device's token, which cannot be had back from it.
func hash(of code: String) -> String { hexadecimal(SHA256.hash(code.utf8)) }
