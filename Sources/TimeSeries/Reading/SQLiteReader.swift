import Foundation
import GRDB

/// Reads a table or a query of an SQLite database as a series. The database is opened read-only.
enum SQLiteSeriesReader {
    static func series(path: String, file: String, options: SeriesReader.Options) throws -> Series {
        var configuration = Configuration()
        configuration.readonly = true
        let queue: DatabaseQueue
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw SeriesError.unreadable(file: file, reason: "SQLite cannot open it")
        }
        return try queue.read { database in
            let sql = try statement(database, file: file, options: options)
            let csv: String
            do {
                csv = try table(database, sql)
            } catch let error as DatabaseError {
                throw SeriesError.badQuery(file: file, reason: error.message ?? "SQLite error \(error.resultCode.rawValue)")
            }
            var bytes = Array(csv.utf8)
            return try bytes.withUnsafeMutableBufferPointer {
                try CSVReader.series(UnsafeBufferPointer($0), file: file, options: options)
            }
        }
    }

    private static func statement(_ database: Database, file: String, options: SeriesReader.Options) throws -> String {
        if let query = options.query { return query }
        let tables = try String.fetchAll(
            database,
            sql: "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name")
        guard let table = options.table ?? (tables.count == 1 ? tables[0] : nil) else {
            throw SeriesError.tableNeeded(file: file, known: tables)
        }
        guard tables.contains(table) else { throw SeriesError.noTable(file: file, table: table, known: tables) }
        return "SELECT * FROM \(table.quotedDatabaseIdentifier)"
    }

    /// The result as CSV text, so that one reader decides what columns mean.
    private static func table(_ database: Database, _ sql: String) throws -> String {
        let cursor = try Row.fetchCursor(database, sql: sql)
        let names = cursor._statement.columnNames
        var text = names.map(quoted).joined(separator: ",") + "\n"
        while let row = try cursor.next() {
            for index in names.indices {
                if index > 0 { text += "," }
                switch row[index] as DatabaseValue {
                case let value where value.isNull: break
                case let value:
                    switch value.storage {
                    case .int64(let number): text += String(number)
                    case .double(let number): text += "\(number)"
                    case .string(let string): text += quoted(string)
                    case .blob, .null: break
                    }
                }
            }
            text += "\n"
        }
        return text
    }

    private static func quoted(_ field: String) -> String {
        "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
