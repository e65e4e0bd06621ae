import Foundation
import GRDB
import Testing
import TimeSeries

@testable import SeriesReading

private func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
}

@Test func gzipFilesAreReadAndDamagedOnesRefused() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let plain = folder.appendingPathComponent("s.csv")
    try Data("a\n1\n2\n3\n".utf8).write(to: plain)
    let gzip = Process()
    gzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
    gzip.arguments = [plain.path]
    try gzip.run()
    gzip.waitUntilExit()
    let path = plain.path + ".gz"
    #expect(try SeriesReader.read(path: path).channels[0].values == [1, 2, 3])
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(throws: SeriesError.damagedGzip(file: "s")) { try SeriesReader.read(data: data.dropLast(6), name: "s") }
    // The header of the second member stands among the rows.
    #expect(try SeriesReader.read(data: data + data, name: "s").channels[0].values == [1, 2, 3, 1, 2, 3])
}

@Test func sqliteTablesAndQueriesAreRead() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("metrics.db").path
    let queue = try DatabaseQueue(path: path)
    try queue.write { database in
        try database.execute(sql: "CREATE TABLE cpu (ts INTEGER, load REAL, host TEXT); CREATE TABLE other (x REAL)")
        for row in 0..<5 {
            try database.execute(
                sql: "INSERT INTO cpu VALUES (?, ?, 'a,b')",
                arguments: [1_700_000_000 + row * 60, row == 2 ? nil : Double(row) / 3])
        }
    }
    try queue.close()
    let read = try SeriesReader.read(path: path, options: .init(timeColumn: "ts", table: "cpu"))
    #expect(read.channels.map(\.name) == ["load"])
    #expect(read.channels[0].values[4] == 4.0 / 3)
    #expect(read.channels[0].values[2].isNaN)
    #expect(read.profile.step == 60_000_000)
    let queried = try SeriesReader.read(
        path: path, options: .init(query: "SELECT load * 2 AS double FROM cpu WHERE load IS NOT NULL"))
    #expect(queried.rowCount == 4)
    let numbered = try SeriesReader.read(path: path, options: .init(query: "SELECT load AS \"17\" FROM cpu"))
    #expect(numbered.rowCount == 5 && numbered.channels.map(\.name) == ["17"])
    #expect(throws: SeriesError.tableNeeded(file: "metrics.db", known: ["cpu", "other"])) { try SeriesReader.read(path: path) }
    #expect(throws: SeriesError.noTable(file: "metrics.db", table: "gpu", known: ["cpu", "other"])) {
        try SeriesReader.read(path: path, options: .init(table: "gpu"))
    }
    #expect(throws: SeriesError.self) { try SeriesReader.read(path: path, options: .init(query: "DROP TABLE cpu")) }
    #expect(throws: SeriesError.noDatabase(file: "test.csv")) { try series("v\n1\n2\n", options: .init(table: "cpu")) }
    #expect(try SeriesReader.read(path: path, options: .init(table: "cpu")).rowCount == 5)
}

@Test func aQueryThatGoesOnForEverIsEndedWhereASeriesIsLargeEnough() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("counts.db").path
    try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE t (x)") }
    let endless = SeriesReader.Options(query: "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n")
    #expect(throws: SeriesError.tooLarge(file: "counts.db", mostBytes: 10_000)) {
        try SQLiteReader.reading(path: path, file: "counts.db", options: endless, mostBytes: 10_000)
    }
    let ten = SeriesReader.Options(query: (endless.query ?? "") + " LIMIT 10")
    #expect(try SQLiteReader.reading(path: path, file: "counts.db", options: ten, mostBytes: 21).series.rowCount == 10)
}

/// A view of a stranger's file that counts without an end and gives no row.
@Test func aViewThatGoesRoundInCirclesIsLeft() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("round.db").path
    try DatabaseQueue(path: path).write {
        try $0.execute(
            sql: """
                CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) AS c FROM n
                """)
    }
    #expect(throws: SeriesError.databaseFailed(file: "round.db", reason: "it gives no row for 1 s")) {
        try SQLiteReader.reading(path: path, file: "round.db", options: SeriesReader.Options(), patience: 1)
    }
}

@Test func aDatabaseThatGivesNoTableIsRefusedWithItsReason() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let empty = folder.appendingPathComponent("empty.db")
    let queue = try DatabaseQueue(path: empty.path)
    try queue.write { try $0.execute(sql: "CREATE TABLE t (x); DROP TABLE t") }
    try queue.close()
    #expect(throws: SeriesError.tableNeeded(file: "empty.db", known: [])) { try SeriesReader.read(path: empty.path) }
    let database = try Data(contentsOf: empty)
    #expect(throws: SeriesError.fileNeeded(file: "pipe", kind: "an SQLite database")) {
        try SeriesReader.read(data: database, name: "pipe")
    }
    let damaged = folder.appendingPathComponent("damaged.db")
    try Data("SQLite format 3\0 and then nothing like it".utf8).write(to: damaged)
    do {
        _ = try SeriesReader.read(path: damaged.path)
        Issue.record("a damaged database was read")
    } catch SeriesError.databaseFailed(let file, let reason) {
        #expect(file == "damaged.db" && !reason.isEmpty)
    }
}

@Test(arguments: ["a.csv", "a.csv.gz", "b.tar.csv"]) func filesThatEndLikeAFormatAreOffered(_ name: String) {
    #expect(SeriesReader.isReadable(name: name))
}

@Test(arguments: ["a.db", "a.gz", "csv", "a.csv.bak", "a.csv.gz.gz", ""]) func otherFilesAreNotOffered(_ name: String) {
    #expect(!SeriesReader.isReadable(name: name))
}

@Test func noSentenceNamesACommandLineOption() {
    let place = (file: "f", row: 1, line: 2, column: "c", text: "t")
    let errors: [SeriesError] = [
        .unreadable(file: "f", reason: "r"), .unwritable(file: "f", reason: "r"), .empty(file: "f"),
        .noNumericColumn(file: "f", columns: []), .fieldCount(file: "f", row: 1, line: 2, expected: 3, found: 4),
        .badNumber(file: place.file, row: place.row, line: place.line, column: place.column, text: place.text),
        .badTime(file: place.file, row: place.row, line: place.line, column: place.column, text: place.text),
        .infinite(file: place.file, row: place.row, line: place.line, column: place.column, text: place.text),
        .badLabel(file: place.file, row: place.row, line: place.line, column: place.column, text: place.text),
        .unclosedQuote(file: "f", line: 1), .damagedGzip(file: "f"), .noSuchColumn(file: "f", column: "c", known: []),
        .allGaps(file: "f", column: "c"), .noTable(file: "f", table: "t", known: []), .tableNeeded(file: "f", known: []),
        .tableNeeded(file: "f", known: ["a", "b"]), .badQuery(file: "f", reason: "r"), .databaseFailed(file: "f", reason: "r"),
        .fileNeeded(file: "f", kind: "a k"), .readerNeeded(file: "f", kind: "a k", install: "i"),
        .readerMissing(file: "f", program: "p"), .readerFailed(file: "f", program: "p", reason: "r"), .noDatabase(file: "f"),
        .noODBC, .noConnection(source: "s", reason: "r"),
    ]
    #expect(errors.allSatisfy { !$0.description.contains("--") && $0.description.hasSuffix(".") })
}

@Test func aFailedWriteSaysThatItIsAWriteAndWhy() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("none/out.csv").path
    do {
        try Data("a".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        Issue.record("a file was written into a folder that is not there")
    } catch {
        let sentence = SeriesError.unwritable(path, because: error).description
        #expect(sentence.hasPrefix("\(path): cannot be written (there is no such folder); "))
    }
}

@Test(arguments: SampleKind.allCases) func generatedSeriesRepeatReadBackAndHoldLateAnomalies(_ kind: SampleKind) throws {
    let made = kind.series(rows: 1200, seed: 3)
    #expect(made == kind.series(rows: 1200, seed: 3))
    #expect(made != kind.series(rows: 1200, seed: 4))
    let labels = try #require(made.labels)
    #expect(labels.contains(true))
    #expect(!labels[..<480].contains(true) || kind == .longRange && !labels[..<456].contains(true))
    let read = try SeriesReader.read(data: Data(made.csv().utf8), name: made.name)
    #expect(read.channels == made.channels)
    #expect(read.time == made.time)
    #expect(read.labels == made.labels)
}
