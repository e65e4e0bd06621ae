import Foundation
import Synchronization
import TimeSeries

extension SeriesFormat {
    /// SQLite databases. None is offered where a folder is listed: most hold something other than a series.
    static let sqlite = SeriesFormat(
        endings: [], recognises: { $0.starts(with: Array("SQLite format 3\0".utf8)) },
        read: { source, options in
            guard let path = source.path else { throw SeriesError.fileNeeded(file: source.name, kind: "an SQLite database") }
            return try SQLiteReader.reading(path: path, file: source.name, options: options)
        })
}

/// Reads a table or a query of an SQLite database as a series. The database is opened read-only.
enum SQLiteReader {
    /// - Parameters:
    ///   - mostBytes: of the table as text.
    ///   - patience: the seconds that a table or view may take for a row, which is a moment unless a view goes round in circles; a query
    ///     of the user's may take as long as they like.
    /// - Throws: `SeriesError`; `.tooLarge` where a query gives more rows than a series may have, or goes on for ever.
    static func reading(
        path: String, file: String, options: SeriesReader.Options, mostBytes: Int = SeriesReader.mostStreamedBytes,
        patience: Double = 60
    ) throws -> RawReading {
        let source: SQLiteSource
        do { source = try SQLiteSource(path: path) } catch {
            throw SeriesError.databaseFailed(file: file, reason: error.message)
        }
        // A table has about as many bytes as its file; what a view gives may have no end.
        let fileBytes = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        let mostBytes = options.query == nil ? min(mostBytes, Inflater.mostBytes(from: fileBytes)) : mostBytes
        let watch = RowWatch(patience: options.query == nil ? patience : .infinity, of: source)
        defer { watch.end() }
        let (names, rows): ([String], Data)
        do {
            let sql = try statement(source, file: file, options: options)
            guard let found = try table(source, sql, mostBytes: mostBytes, watch) else {
                throw SeriesError.tooLarge(file: file, mostBytes: mostBytes)
            }
            (names, rows) = found
        } catch let failure as SQLiteFailure {
            if failure.isInterruption {
                throw SeriesError.databaseFailed(file: file, reason: "it gives no row for \(Int(patience.rounded(.up))) s")
            }
            throw options.query == nil
                ? SeriesError.databaseFailed(file: file, reason: failure.message)
                : SeriesError.badQuery(file: file, reason: failure.message)
        }
        var reading = try RawReading(
            text: rows, file: file, options: options, given: TableDecision.Given(names: names))
        reading.understanding.format = "SQLite"
        return reading
    }

    private static func statement(_ source: SQLiteSource, file: String, options: SeriesReader.Options) throws -> String {
        if let query = options.query { return query }
        var tables: [String] = []
        let known = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
        try source.rows(of: known) { row in
            if case .text(let name) = row[0] { tables.append(name) }
            return true
        }
        guard let table = options.table ?? (tables.count == 1 ? tables[0] : nil) else {
            throw SeriesError.tableNeeded(file: file, known: tables)
        }
        guard tables.contains(table) else { throw SeriesError.noTable(file: file, table: table, known: tables) }
        // SQL quotes a name as CSV quotes a field: in double quotes, those in it doubled.
        return "SELECT * FROM \(quotedField(table))"
    }

    /// The result's columns and its rows as CSV text without a header, so that one reader decides what columns mean. A lone NULL
    /// is written as a quoted empty field, since an empty line is no row. Rows are taken one by one; no more than their text is held.
    /// - Returns: `nil` where they are more than `mostBytes`.
    private static func table(
        _ source: SQLiteSource, _ sql: String, mostBytes: Int, _ watch: RowWatch
    ) throws -> (names: [String], rows: Data)? {
        var (rows, text) = (Data(), "")
        let names = try source.rows(of: sql) { row in
            watch.note()
            text.removeAll(keepingCapacity: true)
            for index in 0..<row.columnCount {
                if index > 0 { text += "," }
                switch row[index] {
                case .whole(let number): text += String(number)
                case .number(let number): text += "\(number)"
                case .text(let string): text += quotedField(string)
                case .other: if row.columnCount == 1 { text += quotedField("") }
                }
            }
            text += "\n"
            rows.append(contentsOf: text.utf8)
            return rows.count <= mostBytes
        }
        return rows.count <= mostBytes ? (names, rows) : nil
    }
}

/// Interrupts a reading that gives no row for a while.
private final class RowWatch {
    private let counts = Counts()
    private let timer: (any DispatchSourceTimer)?

    private final class Counts: Sendable {
        let rows = Atomic<Int>(0), before = Atomic<Int>(0)
    }

    /// - Parameter patience: in seconds; without end where it is infinite.
    init(patience: Double, of source: SQLiteSource) {
        timer = patience.isFinite ? DispatchSource.makeTimerSource() : nil
        timer?.schedule(deadline: .now() + patience, repeating: patience)
        timer?.setEventHandler { [counts] in
            let count = counts.rows.load(ordering: .relaxed)
            if counts.before.exchange(count, ordering: .relaxed) == count { source.interrupt() }
        }
        timer?.resume()
    }

    /// A row has come.
    func note() { counts.rows.wrappingAdd(1, ordering: .relaxed) }

    func end() { timer?.cancel() }
}
