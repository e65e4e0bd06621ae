import Foundation
import GRDB
import TimeSeries

/// The table of rules of expected rows: a line of text each, known by the series' identity as verdicts are.
enum StoredRules {
    /// A user's rules of a series, in the order in which they were made.
    static func texts(of series: SeriesIdentity, user: Int64, _ database: Database) throws -> [String] {
        try String.fetchAll(
            database, sql: "SELECT rule FROM rules WHERE user_id = ? AND fingerprint = ? ORDER BY id",
            arguments: [user, series.text])
    }

    /// Adds rules that are not there yet.
    /// - Throws: `RuleError.tooMany`.
    static func add(_ rules: [ExpectedRule], of series: SeriesIdentity, user: Int64, _ database: Database) throws {
        for rule in rules {
            try database.execute(
                sql: "INSERT OR IGNORE INTO rules (user_id, fingerprint, rule, made_at) VALUES (?, ?, ?, ?)",
                arguments: [user, series.text, rule.text, Date()])
        }
        guard try texts(of: series, user: user, database).count <= ExpectedRule.most else { throw RuleError.tooMany }
    }

    static func remove(_ rules: [ExpectedRule], of series: SeriesIdentity, user: Int64, _ database: Database) throws {
        for rule in rules {
            try database.execute(
                sql: "DELETE FROM rules WHERE user_id = ? AND fingerprint = ? AND rule = ?",
                arguments: [user, series.text, rule.text])
        }
    }

    static func removeAll(of series: SeriesIdentity, user: Int64, _ database: Database) throws {
        try database.execute(sql: "DELETE FROM rules WHERE user_id = ? AND fingerprint = ?", arguments: [user, series.text])
    }
}

/// Why rules cannot be stored.
public enum RuleError: Error, Equatable, CustomStringConvertible {
    case tooMany

    /// One sentence for the user.
    public var description: String {
        "There may be \(ExpectedRule.most) rules for a series; remove some, or bring days as one iCalendar file, which is one rule."
    }
}
