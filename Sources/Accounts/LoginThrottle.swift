import Foundation
import GRDB

/// Growing delays after failed logins, kept in the database so that a restart does not forget them.
///
/// An attempt is counted before its password is checked, so that many at once do not slip through, and taken back when it
/// succeeds. The delays that one origin can cause for an account grow to a quarter of an hour for that origin alone. What
/// guesses at other accounts from the same origin, or from other origins at the same account, can do is a delay of seconds,
/// and nothing at all to whoever sends the token of a device from which a login succeeded before: that has a budget of its
/// own. So a stranger never locks anybody out.
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

    /// What counts as one origin: the place of an address, or the name of what is no address.
    private static func place(_ origin: String) -> String { NetworkAddress(origin)?.place ?? origin }

    /// Which attempts are counted together, how many are free, and the longest delay in seconds.
    private struct Scope {
        let key: String
        let free: Int
        let longestDelay: Double
    }

    private static let memory: TimeInterval = 86_400

    private func scopes(_ attempt: Attempt) -> [Scope] {
        if let device = attempt.device {
            return [Scope(key: "device:\(device):\(attempt.subject)", free: 5, longestDelay: 900)]
        }
        let place = Self.place(attempt.origin)
        return [
            Scope(key: "pair:\(place):\(attempt.subject)", free: 5, longestDelay: 900),
            Scope(key: "account:\(attempt.subject)", free: 100, longestDelay: 5),
            Scope(key: "origin:\(place)", free: 50, longestDelay: 30),
        ]
    }

    /// Counts an attempt.
    /// - Throws: `AccountError.throttled` with the seconds to wait.
    func admit(_ database: Database, _ attempt: Attempt, now: Date) throws { try admit(database, scopes(attempt), now) }

    /// Counts a registration.
    /// - Throws: `AccountError.throttled` with the seconds to wait.
    func admitRegistration(_ database: Database, origin: String, free: Int, now: Date) throws {
        try admit(database, [Scope(key: "register:\(Self.place(origin))", free: free, longestDelay: 900)], now)
    }

    private func admit(_ database: Database, _ scopes: [Scope], _ now: Date) throws {
        try forgetOtherTimes(database, now)
        let attempts = try scopes.map { try AttemptsRecord.fetchOne(database, key: $0.key) }
        let waits = zip(scopes, attempts).compactMap { scope, known in
            known?.blockedUntil.map { min($0.timeIntervalSince(now), scope.longestDelay) }
        }
        if let wait = waits.max(), wait > 0 { throw AccountError.throttled(seconds: Int(wait.rounded(.up))) }
        for (scope, known) in zip(scopes, attempts) {
            let failures = (known?.failures ?? 0) + 1
            let delay = failures < scope.free ? nil : min(scope.longestDelay, pow(2, Double(min(failures - scope.free, 20))))
            try AttemptsRecord(
                scope: scope.key, failures: failures, lastAt: now, blockedUntil: delay.map { now.addingTimeInterval($0) }
            ).upsert(database)
        }
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
    func isBlocked(_ database: Database, _ attempt: Attempt, now: Date) throws -> Bool {
        try scopes(attempt).contains { scope in
            try AttemptsRecord.fetchOne(database, key: scope.key)?.blockedUntil.map { $0 > now } ?? false
        }
    }

    /// Takes a counted attempt back because it succeeded.
    func forgive(_ database: Database, _ attempt: Attempt) throws {
        let scopes = scopes(attempt)
        try AttemptsRecord.deleteAll(database, keys: scopes.prefix(2).map(\.key))
        guard scopes.count > 2 else { return }
        try AttemptsRecord.filter(key: scopes[2].key).updateAll(
            database, AttemptsRecord.Columns.failures -= 1, AttemptsRecord.Columns.blockedUntil.set(to: nil))
    }
}
