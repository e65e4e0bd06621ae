import Foundation
import TestSupport
import Testing
import TimeSeries

@testable import SeriesReading

/// What a tail reads of a text that comes in pieces.
private struct Reading {
    var series: Series
    var problems: [SeriesError] = []
    var tail: CSVTail

    init(_ beginning: String) throws { try self.init(Data(beginning.utf8)) }

    init(_ beginning: Data, _ options: SeriesReader.Options = .init()) throws {
        let (reading, tail) = try CSVTail.beginning(beginning, file: "tail.csv", options: options)
        (series, self.tail) = (reading.series, tail)
    }

    mutating func append(_ text: String) throws { try append(Data(text.utf8)) }

    mutating func append(_ piece: Data) throws {
        let growth = try tail.append(piece)
        if let rows = growth.rows { series.append(rows) }
        problems += growth.problems
    }
}

@Test func aTextCutAnywhereGivesTheRowsOfTheWhole() {
    forRandomSeeds(600) { seed, random in
        let series = random.series()
        // A row that is far ahead of this machine's clock is left out where those before it are not.
        let now = Int64(Date().timeIntervalSince1970 * 1e6)
        if let times = series.time.microseconds, Set(times.map { $0 > now }).count == 2 { return }
        let lines = series.csv().split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let lineEnd = random.choose(["\n", "\r\n", "\r"])
        var bytes = Data((lines.joined(separator: lineEnd) + lineEnd).utf8)
        // The last record ends with a CR alone when another byte follows.
        if lineEnd == "\r" { bytes.append(0x0D) }
        let whole = try SeriesReader.read(data: bytes, name: "tail.csv", options: .asRowsStand)
        // How columns are written has to be known from the beginning.
        let known = series.channels.map { $0.values.firstIndex { !$0.isNaN } ?? 0 }.max() ?? 0
        let least = (lines.prefix(known + 2).joined(separator: lineEnd) + lineEnd).utf8.count + (lineEnd == "\r" ? 1 : 0)
        var cuts = [Int.random(in: least...bytes.count, using: &random)]
        while let last = cuts.last, last < bytes.count {
            cuts.append(min(bytes.count, last + Int.random(in: 1...40, using: &random)))
        }
        var reading = try Reading(bytes[..<cuts[0]], .asRowsStand)
        for (start, end) in zip(cuts, cuts.dropFirst()) { try reading.append(Data(bytes[start..<end])) }
        #expect(Content(reading.series) == Content(whole), "seed \(seed)")
        #expect(reading.problems.isEmpty && reading.series.fileOrder == nil, "seed \(seed): \(reading.problems)")
    }
}

@Test func aRowThatIsWrongIsToldAndTheOthersAreRead() throws {
    var reading = try Reading("time,v\n2024-01-01 00:00:00,1\n2024-01-01 00:01:00,2\n")
    try reading.append("2024-01-01 00:02:00,three\n2024-01-01 00:03:00,4\n\n2024-01-01 00:04:00,5,6\n2024-01-01 00:00:30,7\n")
    try reading.append("2024-01-01 00:05:00,8\nsoon,9\n2024-01-01 00:06:00,\n2024-01-01 00:07:00,1")
    #expect(reading.series.channels[0].values.prefix(4) == [1, 2, 4, 8])
    #expect(reading.series.rowCount == 5 && reading.series.channels[0].values[4].isNaN, "a line that has not ended waits")
    #expect((0..<5).map(reading.series.rowNumber) == [1, 2, 4, 7, 9])
    #expect(
        reading.problems == [
            .badNumber(file: "tail.csv", row: 3, line: 4, column: "v", text: "three"),
            .fieldCount(file: "tail.csv", row: 5, line: 7, expected: 2, found: 3),
            .lateRow(file: "tail.csv", row: 6, time: "2024-01-01 00:00:30"),
            .badTime(file: "tail.csv", row: 8, line: 10, column: "time", text: "soon"),
        ])
    try reading.append("0\n")
    #expect(reading.series.channels[0].values[5] == 10)
}

@Test func aQuoteThatIsNeverClosedHoldsBackNoMoreThanALongField() throws {
    var reading = try Reading("v,w\n1,2\n")
    try reading.append("\"3,4\n5,6\n")
    #expect(reading.series.rowCount == 1 && reading.problems.isEmpty)
    try reading.append(String(repeating: "7,8\n", count: CSVScanner.longestField / 4 + 1))
    #expect(reading.problems == [.longField(file: "tail.csv", line: 3, mostBytes: CSVScanner.longestField)])
    #expect(reading.series.channels[0].values.prefix(3) == [1, 5, 7])
}

/// A file that is written by somebody else.
@Suite struct SeriesTailTests {
    private let file = FileManager.default.temporaryDirectory.appendingPathComponent("tail-\(UUID().uuidString).csv")

    private func write(_ text: String) throws { try text.write(to: file, atomically: false, encoding: .utf8) }

    private func append(_ text: String) throws {
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    private func remove() { try? FileManager.default.removeItem(at: file) }

    @Test func newRowsAreReadWhenTheirLinesHaveEnded() throws {
        defer { remove() }
        try write("v\n1\n2\n3")
        var (series, tail) = try SeriesTail.open(path: file.path)
        #expect(series.channels[0].values == [1, 2])
        #expect(try tail.read().isEmpty)
        try append("0\n4")
        series.append(try #require(try tail.read().rows))
        #expect(series.channels[0].values == [1, 2, 30])
        #expect(try tail.read().isEmpty)
        try append("\n")
        series.append(try #require(try tail.read().rows))
        #expect(series.channels[0].values == [1, 2, 30, 4] && series.fileOrder == nil)
    }

    /// Cut short, written anew with more than before, and replaced by another file.
    @Test func whatTakesThePlaceOfTheFileIsToldAndReadFromItsBeginning() throws {
        defer { remove() }
        try write("t,v\n1,1\n2,2\n")
        var (series, tail) = try SeriesTail.open(path: file.path, options: .init(timeColumn: "t"))
        for text in ["t,v\n3,3\n", "t,v\n4,4\n5,5\n6,6\n7,7\n"] {
            try write(text)
            let growth = try tail.read()
            #expect(growth.problems == [.replaced(file: file.lastPathComponent)])
            series.append(try #require(growth.rows))
        }
        remove()
        #expect(try tail.read().problems == [.gone(file: file.lastPathComponent)])
        #expect(try tail.read().isEmpty)
        try write("t,v\n8,8\n")
        let growth = try tail.read()
        #expect(growth.problems == [.replaced(file: file.lastPathComponent)])
        series.append(try #require(growth.rows))
        #expect(series.channels[0].values == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(series.time.microseconds?.last == 8_000_000)
        try write("t,other\n9,9\n")
        #expect(throws: SeriesError.otherColumns(file: file.lastPathComponent, expected: ["t", "v"], found: ["t", "other"])) {
            try tail.read()
        }
    }

    /// A program that keeps the last rows of its file writes them anew with each that comes.
    @Test func rowsThatStandThereAgainAreLeftOutWithOneSentence() throws {
        defer { remove() }
        func text(_ rows: Range<Int>) -> String { "t,v\n" + rows.map { "\($0),\($0)\n" }.joined() }
        try write(text(0..<2000))
        var (series, tail) = try SeriesTail.open(path: file.path, options: .init(timeColumn: "t"))
        for count in [1, 7, 300] {
            let before = series.rowCount
            try write(text((before + count - 2000)..<(before + count)))
            let growth = try tail.read()
            let name = file.lastPathComponent
            #expect(growth.problems == [.replaced(file: name), .knownRows(file: name, count: 2000 - count)])
            series.append(try #require(growth.rows))
            #expect(series.channels[0].values == (0..<(before + count)).map(Double.init), "no row twice")
        }
    }

    /// As `tail -F` does: what was written before the file got another name comes before what has its name now.
    @Test func rowsThatWereWrittenJustBeforeARenameAreRead() throws {
        defer { remove() }
        try write("t,v\n0,0\n")
        var (series, tail) = try SeriesTail.open(path: file.path, options: .init(timeColumn: "t"))
        for number in 1...10 {
            try append((0..<5).map { "\(10 * number + $0),\(10 * number + $0)\n" }.joined())
            try FileManager.default.moveItem(atPath: file.path, toPath: file.path + ".\(number)")
            defer { try? FileManager.default.removeItem(atPath: file.path + ".\(number)") }
            try write("t,v\n" + (5..<10).map { "\(10 * number + $0),\(10 * number + $0)\n" }.joined())
            var growth = try tail.read()
            while let rows = growth.rows {
                series.append(rows)
                growth = try tail.read()
            }
        }
        #expect(series.channels[0].values == [0] + (10..<110).map(Double.init))
    }

    @Test func aRowOfTheYear9999IsToldAndForgotten() throws {
        defer { remove() }
        try write("time,v\n2024-01-01 00:00:00,1\n2024-01-01 00:01:00,2\n9999-12-31 23:59:59,3\n")
        var (series, tail) = try SeriesTail.open(path: file.path)
        #expect(series.channels[0].values == [1, 2])
        #expect(series.notices.contains { $0.contains("far ahead") })
        try append("2024-01-01 00:02:00,4\n9999-01-01 00:00:00,5\n2024-01-01 00:03:00,6\n")
        let growth = try tail.read()
        series.append(try #require(growth.rows))
        #expect(series.channels[0].values == [1, 2, 4, 6])
        #expect(growth.problems == [.futureRow(file: file.lastPathComponent, row: 5, time: "9999-01-01 00:00:00")])
    }

    @Test func rowsThatAreForecastAreReadLikeOthers() throws {
        defer { remove() }
        let years = (2001...2090).map { "\($0)-01-01,\($0)\n" }
        try write("time,v\n" + years.prefix(40).joined())
        var (series, tail) = try SeriesTail.open(path: file.path)
        try append(years.dropFirst(40).joined())
        series.append(try #require(try tail.read().rows))
        #expect(series.rowCount == 90)
    }

    @Test func aPipeInThePlaceOfTheFileIsToldAndNotWaitedFor() throws {
        defer { remove() }
        try write("v\n1\n2\n")
        var (_, tail) = try SeriesTail.open(path: file.path)
        remove()
        #expect(mkfifo(file.path, 0o600) == 0)
        #expect(try tail.read().problems == [.noOrdinaryFile(file: file.lastPathComponent)])
        #expect(try tail.read().isEmpty)
        remove()
        try write("v\n3\n")
        #expect(try tail.read().rows?.channels[0].values == [3])
    }

    /// Sixteen times as much takes sixteen times as long where each byte is looked at once, and 256 times otherwise.
    @Test func aLineWithoutAnEndIsLeftOutAndCostsNoMoreThanItsBytes() throws {
        func seconds(_ pieces: Int) throws -> Double {
            var reading = try Reading("v,w\n1,2\n")
            let piece = Data(String(repeating: "7,", count: 1 << 15).utf8)
            let begun = ContinuousClock.now
            for _ in 0..<pieces { try reading.append(piece) }
            let taken = ContinuousClock.now - begun
            try reading.append("8\n3,4\n")
            #expect(reading.series.channels[0].values == [1, 3])
            #expect(reading.problems.count == 1, "\(reading.problems.prefix(2))")
            return taken / .seconds(1)
        }
        let (few, many) = (try seconds(100), try seconds(1600))
        #expect(many < 64 * max(few, 0.005), "\(few) s and \(many) s")
    }

    @Test func whatIsNoPlainTextIsRefused() throws {
        defer { remove() }
        try Data([0x1F, 0x8B, 8, 0]).write(to: file)
        #expect(throws: SeriesError.notFollowed(file: file.lastPathComponent)) { try SeriesTail.open(path: file.path) }
        try Data("{\"value\":1}\n{\"value\":2}\n".utf8).write(to: file)
        #expect(throws: SeriesError.notFollowed(file: file.lastPathComponent)) { try SeriesTail.open(path: file.path) }
        try Data("SQLite format 3\0".utf8).write(to: file)
        #expect(throws: SeriesError.notFollowed(file: file.lastPathComponent)) { try SeriesTail.open(path: file.path) }
    }
}
