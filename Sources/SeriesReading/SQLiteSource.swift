import CSQLite
import Foundation

/// Why SQLite would not do something: its code and what it says.
struct SQLiteFailure: Error {
    let code: Int32
    let message: String

    var isInterruption: Bool { code & 0xFF == SQLITE_INTERRUPT }
}

/// An SQLite database that is only read, by the system's library alone: a file that is read as a series needs no more of it.
///
/// It belongs to one thread; `interrupt` alone may be called from others, which SQLite allows while the database is open, and it is open as
/// long as anybody holds this value. That is the proof behind `@unchecked Sendable`.
final class SQLiteSource: @unchecked Sendable {
    private var handle: OpaquePointer?

    /// Opens a file as it is at this moment: what others write meanwhile is not seen.
    /// - Throws: `SQLiteFailure`.
    init(path: String) throws(SQLiteFailure) {
        let code = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_FULLMUTEX, nil)
        guard code == SQLITE_OK else { throw failure(code) }
        try run("BEGIN DEFERRED TRANSACTION")
        // Whether it is a database is known when something is asked.
        try run("SELECT 1 FROM sqlite_master LIMIT 1")
    }

    deinit { sqlite3_close_v2(handle) }

    /// Ends the statement that runs, if one does.
    func interrupt() { sqlite3_interrupt(handle) }

    /// Hands the rows of a statement over, one by one, until `take` wants no more.
    /// - Returns: the names of its columns.
    /// - Throws: `SQLiteFailure`, also where there is more than one statement, or none.
    @discardableResult
    func rows(of sql: String, _ take: (SQLiteRow) throws(SQLiteFailure) -> Bool) throws(SQLiteFailure) -> [String] {
        let statement = try prepare(sql)
        defer { sqlite3_finalize(statement) }
        let names = (0..<sqlite3_column_count(statement)).map { index in
            sqlite3_column_name(statement, index).map { String(cString: $0) } ?? ""
        }
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return names }
            guard code == SQLITE_ROW else { throw failure(code) }
            if try !take(SQLiteRow(statement: statement, columnCount: names.count)) { return names }
        }
    }

    private func run(_ sql: String) throws(SQLiteFailure) { try rows(of: sql) { _ in true } }

    private func prepare(_ sql: String) throws(SQLiteFailure) -> OpaquePointer {
        var statement: OpaquePointer?
        var rest: UnsafePointer<CChar>?
        var (code, isAlone) = (SQLITE_OK, true)
        sql.withCString { text in
            code = sqlite3_prepare_v2(handle, text, -1, &statement, &rest)
            isAlone = rest.map { String(cString: $0).allSatisfy { $0.isWhitespace || $0 == ";" } } ?? true
        }
        guard code == SQLITE_OK else { throw failure(code) }
        guard let statement else { throw SQLiteFailure(code: SQLITE_MISUSE, message: "it holds no statement") }
        guard isAlone else {
            sqlite3_finalize(statement)
            throw SQLiteFailure(code: SQLITE_MISUSE, message: "it holds more than one statement")
        }
        return statement
    }

    private func failure(_ code: Int32) -> SQLiteFailure {
        SQLiteFailure(code: code, message: handle.map { String(cString: sqlite3_errmsg($0)) } ?? "SQLite error \(code)")
    }
}

/// A row that a statement gives, as long as the next is not asked for.
struct SQLiteRow {
    fileprivate let statement: OpaquePointer
    let columnCount: Int

    /// What stands in a column.
    enum Value {
        case whole(Int64)
        case number(Double)
        case text(String)
        /// Nothing, or bytes.
        case other
    }

    subscript(column: Int) -> Value {
        let index = Int32(column)
        switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: return .whole(sqlite3_column_int64(statement, index))
        case SQLITE_FLOAT: return .number(sqlite3_column_double(statement, index))
        case SQLITE_TEXT: return sqlite3_column_text(statement, index).map { .text(String(cString: $0)) } ?? .other
        default: return .other
        }
    }
}
