import Foundation
import TimeSeries

/// A database that is reached through ODBC, by the name of a data source or by a connection string.
struct ODBCSource: Sendable, Equatable {
    /// What the driver manager takes.
    let connectionString: String
    /// What to call it in messages: the data source or the database, never a password.
    let name: String

    /// Takes `warehouse` or `Driver=PostgreSQL Unicode;Server=db;Database=plant;UID=reader`.
    init(_ text: String) {
        guard text.contains("=") else {
            // A data source has a plain name of 32 characters at most; what looks like an address may hold a password.
            let isName = text.count <= 32 && !text.contains { "/@:".contains($0) }
            (connectionString, name) = ("DSN=\(text)", isName ? printable(text) : "ODBC source")
            return
        }
        connectionString = text
        let pairs = Self.pairs(text)
        let named = ["database", "dsn"].compactMap { key in pairs.first { $0.key == key }?.value }
        name = printable(named.first ?? "ODBC source")
    }

    /// The keywords, in lower case, and their values. A value in braces may hold semicolons, and braces that are doubled.
    private static func pairs(_ text: String) -> [(key: String, value: String)] {
        var (pairs, rest): ([(key: String, value: String)], Substring) = ([], text[...])
        while let sign = rest.firstIndex(of: "=") {
            let key = rest[..<sign].trimmingCharacters(in: CharacterSet(charactersIn: "; ")).lowercased()
            rest = rest[sign...].dropFirst().drop { $0 == " " }
            var value = ""
            if rest.first == "{" {
                rest = rest.dropFirst()
                guard rest.contains("}") else { break }
                while let end = rest.firstIndex(of: "}") {
                    value += rest[..<end]
                    rest = rest[end...].dropFirst()
                    guard rest.first == "}" else { break }
                    value += "}"
                    rest = rest.dropFirst()
                }
                rest = rest.drop { $0 != ";" }
            } else {
                value = rest.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
                rest = rest.drop { $0 != ";" }
            }
            pairs.append((key, value))
        }
        return pairs
    }
}

extension SeriesReader {
    /// Reads what a query gives in a database that ODBC reaches: PostgreSQL, MariaDB, SQL Server and whatever else has a
    /// driver. The session may only read where the database has such sessions (PostgreSQL, MariaDB); elsewhere what the query does
    /// is rolled back, unless it commits itself.
    /// - Parameter source: the name of a data source, or a connection string.
    /// - Throws: `SeriesError`; `.noODBC` where unixODBC is not installed, `.noConnection`, `.badQuery`.
    public static func open(odbc source: String, query: String, options: Options = Options()) throws -> Reading {
        let source = ODBCSource(source)
        let (names, rows) = try ODBCConnection(to: source).table(query)
        var raw = try RawReading(
            text: Data(rows.utf8), file: source.name, options: options, given: TableDecision.Given(names: names))
        raw.understanding.format = "ODBC"
        return try finish(raw, options)
    }
}

/// An open connection, closed with its last reference.
private final class ODBCConnection {
    private typealias Number = ODBCLibrary.Number
    private let odbc: ODBCLibrary
    private let source: ODBCSource
    private var environment: ODBCLibrary.Handle?, connection: ODBCLibrary.Handle?
    private var isOpen = false
    /// How to end that the session may only read: behind a pool of connections it outlives this one.
    private var restoring: String?

    /// Seconds until a server that does not answer is given up, where the driver can.
    private static let patience = 15

    init(to source: ODBCSource) throws(SeriesError) {
        (odbc, self.source) = (try ODBCLibrary(), source)
        guard odbc.allocate(Number.environment, nil, &environment) == 0,
            odbc.setEnvironment(environment, Number.version, .init(bitPattern: Number.version3), 0) == 0,
            odbc.allocate(Number.connection, environment, &connection) == 0
        else { throw .noODBC }
        _ = odbc.setConnection(connection, Number.loginSeconds, .init(bitPattern: Self.patience), 0)
        var text = Array(source.connectionString.utf16) + [0]
        let status = odbc.connect(connection, nil, &text, Number.untilZero, nil, 0, nil, 0)
        guard Self.isGood(status) else {
            throw .noConnection(source: source.name, reason: odbc.reason(Number.connection, connection))
        }
        isOpen = true
        forbidWriting()
        guard Self.isGood(odbc.setConnection(connection, Number.automaticCommit, .init(bitPattern: Number.off), 0)) else {
            throw .noConnection(source: source.name, reason: odbc.reason(Number.connection, connection))
        }
    }

    deinit {
        if isOpen {
            _ = odbc.end(Number.connection, connection, Number.rollback)
            if let restoring {
                _ = odbc.setConnection(connection, Number.automaticCommit, .init(bitPattern: Number.on), 0)
                _ = isDone(restoring)
            }
            _ = odbc.disconnect(connection)
        }
        if connection != nil { _ = odbc.free(Number.connection, connection) }
        if environment != nil { _ = odbc.free(Number.environment, environment) }
    }

    /// Asks for a session that may only read, in the words of PostgreSQL, then of MariaDB; others refuse them. Each is a
    /// transaction of its own, since those are not turned off yet.
    private func forbidWriting() {
        let words = ["SET SESSION CHARACTERISTICS AS TRANSACTION", "SET SESSION TRANSACTION"]
        restoring = words.first { isDone($0 + " READ ONLY") }.map { $0 + " READ WRITE" }
    }

    /// Whether the database did what it was told.
    private func isDone(_ words: String) -> Bool {
        var statement: ODBCLibrary.Handle?
        guard odbc.allocate(Number.statement, connection, &statement) == 0 else { return false }
        defer { _ = odbc.free(Number.statement, statement) }
        var text = Array(words.utf16) + [0]
        return Self.isGood(odbc.execute(statement, &text, Int32(Number.untilZero)))
    }

    /// Done, or done with something to remark.
    private static func isGood(_ status: ODBCLibrary.Status) -> Bool { status == 0 || status == 1 }

    /// The columns that the query gives, and its rows as CSV text without a header, so that one reader decides what columns mean.
    func table(_ query: String) throws(SeriesError) -> (names: [String], rows: String) {
        var statement: ODBCLibrary.Handle?
        guard odbc.allocate(Number.statement, connection, &statement) == 0 else {
            throw .noConnection(source: source.name, reason: odbc.reason(Number.connection, connection))
        }
        defer { _ = odbc.free(Number.statement, statement) }
        func check(_ status: ODBCLibrary.Status) throws(SeriesError) {
            guard Self.isGood(status) else {
                throw .badQuery(file: source.name, reason: odbc.reason(Number.statement, statement))
            }
        }
        var text = Array(query.utf16) + [0]
        let status = odbc.execute(statement, &text, Int32(Number.untilZero))
        if status != Number.noData { try check(status) }
        var count: Int16 = 0
        try check(odbc.columnCount(statement, &count))
        guard count > 0 else { throw .badQuery(file: source.name, reason: "it gives no rows") }
        var names: [String] = []
        for column in 1...UInt16(count) {
            var (name, length) = ([UInt16](repeating: 0, count: 256), Int16(0))
            try check(odbc.describe(statement, column, &name, Int16(name.count), &length, nil, nil, nil, nil))
            names.append(String(decoding: name.prefix { $0 != 0 }, as: UTF16.self))
        }
        var table = ""
        var buffer = [UInt8](repeating: 0, count: 1024)
        while true {
            let status = odbc.fetch(statement)
            if status == Number.noData { return (names, table) }
            try check(status)
            for column in 1...UInt16(count) {
                if column > 1 { table += "," }
                if let value = try value(of: statement, column, &buffer, check) {
                    table += csvField(value)
                } else if count == 1 {
                    table += quotedField("")
                }
            }
            table += "\n"
            guard table.utf8.count <= SeriesReader.mostStreamedBytes else {
                throw .tooLarge(file: source.name, mostBytes: SeriesReader.mostStreamedBytes)
            }
        }
    }

    /// The value of a column of the present row as text, in as many parts as the buffer needs; `nil` for NULL.
    private func value(
        of statement: ODBCLibrary.Handle?, _ column: UInt16, _ buffer: inout [UInt8],
        _ check: (ODBCLibrary.Status) throws(SeriesError) -> Void
    ) throws(SeriesError) -> String? {
        var bytes: [UInt8] = []
        while true {
            var length = 0
            let status = odbc.get(statement, column, Number.characters, &buffer, buffer.count, &length)
            if status == Number.noData { break }
            try check(status)
            if length == Number.null { return nil }
            bytes += buffer.prefix { $0 != 0 }
            if status == 0 { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
