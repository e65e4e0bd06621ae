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
        /// From where.
        let origin: String
        /// The hash of the token of a device known to the account.
        let device: String?
    }

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
        return [
            Scope(key: "pair:\(attempt.origin):\(attempt.subject)", free: 5, longestDelay: 900),
            Scope(key: "account:\(attempt.subject)", free: 100, longestDelay: 5),
            Scope(key: "origin:\(attempt.origin)", free: 50, longestDelay: 30),
        ]
    }

    /// Counts an attempt.
    /// - Throws: `AccountError.throttled` with the seconds to wait.
    func admit(_ database: Database, _ attempt: Attempt, now: Date) throws { try admit(database, scopes(attempt), now) }

    /// Counts a registration.
    /// - Throws: `AccountError.throttled` with the seconds to wait.
    func admitRegistration(_ database: Database, origin: String, free: Int, now: Date) throws {
        try admit(database, [Scope(key: "register:\(origin)", free: free, longestDelay: 900)], now)
    }

    private func admit(_ database: Database, _ scopes: [Scope], _ now: Date) throws {
        let attempts = try scopes.map { try AttemptsRecord.fetchOne(database, key: $0.key) }
        if let wait = attempts.compactMap({ $0?.blockedUntil?.timeIntervalSince(now) }).max(), wait > 0 {
            throw AccountError.throttled(seconds: Int(wait.rounded(.up)))
        }
        try AttemptsRecord.filter(AttemptsRecord.Columns.lastAt < now.addingTimeInterval(-Self.memory)).deleteAll(database)
        for (scope, known) in zip(scopes, attempts) {
            let isRecent = known.map { now.timeIntervalSince($0.lastAt) < Self.memory } ?? false
            let failures = (isRecent ? known?.failures ?? 0 : 0) + 1
            let delay = failures < scope.free ? nil : min(scope.longestDelay, pow(2, Double(min(failures - scope.free, 20))))
            try AttemptsRecord(
                scope: scope.key, failures: failures, lastAt: now, blockedUntil: delay.map { now.addingTimeInterval($0) }
            ).upsert(database)
        }
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
