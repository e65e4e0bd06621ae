import Foundation
import GRDB
import TimeSeries

/// A table of marks on rows of series, counted from 0, both ends included. It keeps the rule of `RowMarks` by statements: the
/// later mark replaces those that it overlaps.
struct StoredMarks {
    private let table: String
    private let value: String
    private let time: String

    static let judgements = StoredMarks(table: "judgements", value: "verdict", time: "judged_at")
    static let notes = StoredMarks(table: "notes", value: "text", time: "written_at")

    /// Marks rows of a user's series; `nil` takes away what they overlap. No rows change nothing.
    /// - Returns: the marks that were taken away, in the order in which they were made.
    func mark(
        _ rows: Range<Int>, _ value: String?, of series: SeriesIdentity, user: Int64, _ database: Database
    ) throws -> [RowMark<String>] {
        guard let last = rows.last else { return [] }
        let replaced = try marks(of: series, user: user, database, among: rows.lowerBound...last)
        try database.execute(
            sql: "DELETE FROM \(table) WHERE user_id = ? AND fingerprint = ? AND first_row <= ? AND last_row >= ?",
            arguments: [user, series.text, last, rows.lowerBound])
        guard let value else { return replaced }
        try database.execute(
            sql: """
                INSERT INTO \(table) (user_id, fingerprint, first_row, last_row, \(self.value), \(time))
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [user, series.text, rows.lowerBound, last, value, Date()])
        return replaced
    }

    /// A user's marks on a series that share rows with some, in the order in which they were made.
    func marks(
        of series: SeriesIdentity, user: Int64, _ database: Database, among rows: ClosedRange<Int> = 0...Int.max
    ) throws -> [RowMark<String>] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT first_row, last_row, \(value) FROM \(table)
                WHERE user_id = ? AND fingerprint = ? AND first_row <= last_row AND first_row <= ? AND last_row >= ?
                ORDER BY \(time), id
                """,
            arguments: [user, series.text, rows.upperBound, rows.lowerBound]
        ).map { row in
            let (first, last): (Int, Int) = (row[0], row[1])
            return RowMark(rows: first..<(last + 1), value: row[2])
        }
    }

    /// How many marks there are on each of a user's series, by what it is known by.
    func counts(user: Int64, _ database: Database) throws -> [String: Int] {
        try Row.fetchAll(
            database, sql: "SELECT fingerprint, COUNT(*) FROM \(table) WHERE user_id = ? GROUP BY fingerprint", arguments: [user]
        ).reduce(into: [:]) { $0[$1[0]] = $1[1] }
    }
}
