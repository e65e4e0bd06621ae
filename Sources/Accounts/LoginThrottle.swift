import Foundation
import GRDB

/// Growing delays after failed logins, kept in the database so that a restart does not forget them.
///
/// An attempt is counted before its password is checked, so that many at once do not slip through, and taken back when it
/// succeeds. Failures at one account from one place make that pair wait, up to a quarter of an hour. All failures at an account,
/// and all from a place, make wait for seconds too, but only whoever has failed at that account from that place: who has not
/// does not wait for others, so that a stranger keeps nobody out. A guesser gains one try from each place at each account by
/// it, which is counted like the others. The terminal and the network are counted apart, and the device of a login that
/// succeeded has a budget of its own.
struct LoginThrottle: Sendable {
    /// Somebody tries a password.
    struct Attempt: Sendable {
        /// Whose: an account, whether by its username or its email address, or a name that nobody has.
        let subject: String

        /// How an account is called here, whatever its names are.
        static func subject(of account: Int64) -> String { "account \(account)" }

        /// From where.
        let origin: String
        /// The hash of the token of a device known to the account.
        let device: String?
    }

    /// An attempt that was counted.
    struct Counted: Sendable {
        fileprivate let scopes: [Scope]
        /// What was known of each before.
        fileprivate let before: [AttemptsRecord?]
    }

    /// What counts as one origin: the place of an address, or the name of what is no address.
    private static func place(_ origin: String) -> String { NetworkAddress(origin)?.place ?? origin }

    /// Which attempts are counted together, how many are free, and the longest delay in seconds.
    fileprivate struct Scope: Sendable {
        let key: String
        let free: Int
        let longestDelay: Double
    }

    private static let memory: TimeInterval = 86_400

    /// What an attempt counts for; the first is its own.
    private func scopes(_ attempt: Attempt) -> [Scope] {
        if let device = attempt.device {
            return [Scope(key: "device:\(device):\(attempt.subject)", free: 5, longestDelay: 900)]
        }
        let place = Self.place(attempt.origin)
        let side = attempt.origin == Accounts.terminal ? "terminal" : "network"
        return [
            Scope(key: "pair:\(place):\(attempt.subject)", free: 5, longestDelay: 900),
            Scope(key: "account:\(side):\(attempt.subject)", free: 100, longestDelay: 5),
            Scope(key: "origin:\(place)", free: 50, longestDelay: 30),
        ]
    }

    /// Counts an attempt.
    /// - Throws: `AccountError.throttled` with the seconds to wait.
    func admit(_ database: Database, _ attempt: Attempt, now: Date) throws -> Counted {
        let scopes = scopes(attempt)
        let known = try known(database, scopes, now)
        if known.first.flatMap({ $0 }) != nil { try refuseBlocked(scopes, known, now) }
        return try count(database, scopes, known, now)
    }

    /// Counts a code of a second factor, wherever it comes from: whoever tries one has the password, so that all wait for all there
    /// but the terminal for the network, and known devices for others. It is counted beside the attempt to log in.
    /// - Parameter device: the hash of the token of a device known to the account.
    /// - Throws: `AccountError.throttled` with the seconds to wait.
    func admitCode(
        _ database: Database, of account: Int64, origin: String, device: String?, now: Date
    ) throws -> Counted {
        let asker = device ?? (origin == Accounts.terminal ? "terminal" : "network")
        let scope = Scope(key: "code:\(asker):\(Attempt.subject(of: account))", free: 5, longestDelay: 900)
        return try admit(database, all: [scope], now)
    }

    /// Counts a registration.
    /// - Throws: `AccountError.throttled` with the seconds to wait.
    func admitRegistration(_ database: Database, origin: String, free: Int, now: Date) throws {
        _ = try admit(database, all: [registration(origin, free)], now)
    }

    private func registration(_ origin: String, _ free: Int) -> Scope {
        Scope(key: "register:\(Self.place(origin))", free: free, longestDelay: 900)
    }

    /// Counts that an account asks for names, which tells whether they are taken; with what its place registers.
    /// - Throws: `AccountError.throttled` with the seconds to wait.
    func admitNames(_ database: Database, of account: Int64, origin: String, free: Int, now: Date) throws -> Counted {
        let own = Scope(key: "names:\(Attempt.subject(of: account))", free: 5, longestDelay: 900)
        return try admit(database, all: [own, registration(origin, free)], now)
    }

    /// Counts an attempt that waits for each of some scopes.
    private func admit(_ database: Database, all scopes: [Scope], _ now: Date) throws -> Counted {
        let known = try known(database, scopes, now)
        try refuseBlocked(scopes, known, now)
        return try count(database, scopes, known, now)
    }

    private func known(_ database: Database, _ scopes: [Scope], _ now: Date) throws -> [AttemptsRecord?] {
        try forgetOtherTimes(database, now)
        return try scopes.map { try AttemptsRecord.fetchOne(database, key: $0.key) }
    }

    private func refuseBlocked(_ scopes: [Scope], _ known: [AttemptsRecord?], _ now: Date) throws {
        let waits = zip(scopes, known).compactMap { scope, known in
            known?.blockedUntil.map { min($0.timeIntervalSince(now), scope.longestDelay) }
        }
        if let wait = waits.max(), wait > 0 { throw AccountError.throttled(seconds: Int(wait.rounded(.up))) }
    }

    private func count(
        _ database: Database, _ scopes: [Scope], _ known: [AttemptsRecord?], _ now: Date
    ) throws -> Counted {
        for (scope, known) in zip(scopes, known) {
            let failures = (known?.failures ?? 0) + 1
            let delay = failures < scope.free ? nil : min(scope.longestDelay, pow(2, Double(min(failures - scope.free, 20))))
            try AttemptsRecord(
                scope: scope.key, failures: failures, lastAt: now, blockedUntil: delay.map { now.addingTimeInterval($0) }
            ).upsert(database)
        }
        return Counted(scopes: scopes, before: known)
    }

    /// Forgets what was counted more than a day ago, and what was counted at a time that has not come yet: the clock was ahead
    /// then, and nobody waits until it is there again. The database rounds times to milliseconds, and a second more than that is
    /// not taken for the future.
    private func forgetOtherTimes(_ database: Database, _ now: Date) throws {
        let lastAt = AttemptsRecord.Columns.lastAt
        try AttemptsRecord.filter(lastAt < now.addingTimeInterval(-Self.memory) || lastAt > now.addingTimeInterval(1))
            .deleteAll(database)
    }

    /// Forgets all that was counted against an account, from wherever; without one, all that was counted at all.
    func forgetFailures(_ database: Database, at account: Int64? = nil) throws {
        guard let account else {
            try AttemptsRecord.deleteAll(database)
            return
        }
        // No address ends like this.
        try AttemptsRecord.filter(AttemptsRecord.Columns.scope.like("%:\(Attempt.subject(of: account))")).deleteAll(database)
    }

    /// Whether the next attempt has to wait.
    func isBlocked(_ database: Database, _ counted: Counted, now: Date) throws -> Bool {
        try counted.scopes.contains { scope in
            try AttemptsRecord.fetchOne(database, key: scope.key)?.blockedUntil.map { $0 > now } ?? false
        }
    }

    /// Takes a counted attempt back because it succeeded, and what else failed at the same account from the same place; what
    /// others did stays.
    func forgive(_ database: Database, _ counted: Counted) throws {
        guard let own = counted.scopes.first, let failed = try AttemptsRecord.fetchOne(database, key: own.key)?.failures else {
            return
        }
        try takeBack(failed, database, counted)
    }

    /// Takes back a counted attempt alone, which told nothing.
    func takeBack(_ database: Database, _ counted: Counted) throws { try takeBack(1, database, counted) }

    private func takeBack(_ failed: Int, _ database: Database, _ counted: Counted) throws {
        for (scope, before) in zip(counted.scopes, counted.before) {
            guard var known = try AttemptsRecord.fetchOne(database, key: scope.key) else { continue }
            // Where nobody came after, the others wait as long as they had to before.
            if known.failures == (before?.failures ?? 0) + 1 { known.blockedUntil = before?.blockedUntil }
            known.failures -= failed
            if known.failures > 0 { try known.update(database) } else { try known.delete(database) }
        }
    }
}
