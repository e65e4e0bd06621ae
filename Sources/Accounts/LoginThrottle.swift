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
        let waits = try scopes.compactMap { scope -> Double? in
            let until = try Date.fetchOne(
                database, sql: "SELECT blocked_until FROM login_attempts WHERE scope = ?", arguments: [scope.key])
            return until.map { $0.timeIntervalSince(now) }
        }
        if let wait = waits.max(), wait > 0 { throw AccountError.throttled(seconds: Int(wait.rounded(.up))) }
        for scope in scopes {
            let row = try Row.fetchOne(
                database, sql: "SELECT failures, last_at FROM login_attempts WHERE scope = ?", arguments: [scope.key])
            let isRecent = row.map { now.timeIntervalSince($0["last_at"]) < Self.memory } ?? false
            let failures = (isRecent ? row?["failures"] ?? 0 : 0) + 1
            let delay = failures < scope.free ? nil : min(scope.longestDelay, pow(2, Double(min(failures - scope.free, 20))))
            try database.execute(
                sql: """
                    INSERT INTO login_attempts (scope, failures, last_at, blocked_until) VALUES (?, ?, ?, ?)
                    ON CONFLICT DO UPDATE SET
                        failures = excluded.failures, last_at = excluded.last_at, blocked_until = excluded.blocked_until
                    """, arguments: [scope.key, failures, now, delay.map { now.addingTimeInterval($0) }])
        }
    }

    /// Takes a counted attempt back because it succeeded.
    func forgive(_ database: Database, identifier: String, origin: String) throws {
        let scopes = scopes(identifier, origin)
        for scope in [scopes[0], scopes[2]] {
            try database.execute(sql: "DELETE FROM login_attempts WHERE scope = ?", arguments: [scope.key])
        }
        try database.execute(
            sql: "UPDATE login_attempts SET failures = failures - 1, blocked_until = NULL WHERE scope = ?",
            arguments: [scopes[1].key])
    }
}
