import Foundation
import GRDB

/// Growing delays after failed logins, kept in the database so that a restart does not forget them.
///
/// An attempt is counted before its password is checked, so that many at once do not slip through, and
/// taken back when it succeeds. The delays that one origin can cause for an account grow to a quarter of an
/// hour for that origin alone; what many origins together can do to an account is a delay of seconds, so
/// that a stranger never locks anybody out.
struct LoginThrottle: Sendable {
    /// Which attempts are counted together, how many are free, and the longest delay in seconds.
    private struct Scope {
        let key: String
        let free: Int
        let longestDelay: Double
    }

    private static let memory: TimeInterval = 86_400

    private func scopes(_ identifier: String, _ origin: String) -> [Scope] {
        [
            Scope(key: "pair:\(origin):\(identifier)", free: 5, longestDelay: 900),
            Scope(key: "origin:\(origin)", free: 50, longestDelay: 900),
            Scope(key: "account:\(identifier)", free: 100, longestDelay: 5),
        ]
    }

    /// Counts an attempt.
    /// - Throws: `AccountError.throttled` with the seconds to wait.
    func admit(_ database: Database, identifier: String, origin: String, now: Date) throws {
        let scopes = scopes(identifier, origin)
        let attempts = try scopes.map { try AttemptsRecord.fetchOne(database, key: $0.key) }
        if let wait = attempts.compactMap({ $0?.blockedUntil?.timeIntervalSince(now) }).max(), wait > 0 {
            throw AccountError.throttled(seconds: Int(wait.rounded(.up)))
        }
        for (scope, known) in zip(scopes, attempts) {
            let isRecent = known.map { now.timeIntervalSince($0.lastAt) < Self.memory } ?? false
            let failures = (isRecent ? known?.failures ?? 0 : 0) + 1
            let delay = failures < scope.free ? nil : min(scope.longestDelay, pow(2, Double(min(failures - scope.free, 20))))
            try AttemptsRecord(
                scope: scope.key, failures: failures, lastAt: now, blockedUntil: delay.map { now.addingTimeInterval($0) }
            ).upsert(database)
        }
    }

    /// Takes a counted attempt back because it succeeded.
    func forgive(_ database: Database, identifier: String, origin: String) throws {
        let scopes = scopes(identifier, origin)
        try AttemptsRecord.deleteAll(database, keys: [scopes[0].key, scopes[2].key])
        try AttemptsRecord.filter(key: scopes[1].key).updateAll(
            database, AttemptsRecord.Columns.failures -= 1, AttemptsRecord.Columns.blockedUntil.set(to: nil))
    }
}
