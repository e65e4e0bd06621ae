import Foundation
import TestSupport
import Testing
import TimeSeries

@testable import SeriesReading

func series(_ text: String, options: SeriesReader.Options = .init()) throws -> Series {
    try SeriesReader.read(data: Data(text.utf8), name: "test.csv", options: options)
}

@Test func headerTimeValueAndLabelAreRecognised() throws {
    let read = try series("timestamp,value,is_anomaly\n2014-07-01 00:00:00,10,0\n2014-07-01 00:30:00,12.5,1\n")
    #expect(read.channels == [.init(name: "value", values: [10, 12.5])])
    #expect(read.labels == [false, true])
    #expect(read.timeText(row: 1) == "2014-07-01 00:30:00")
    #expect(read.profile.step == 1_800_000_000)
}

@Test func aFileWithoutHeaderCountsRowsAndNamesColumns() throws {
    let read = try series("1,2\n3,4\n5,6\n")
    #expect(read.channels.map(\.name) == ["column1", "column2"])
    #expect(read.time == .rowNumbers)
    #expect(read.timeText(row: 2) == "3")
}

@Test(arguments: ["a,b\r\n1,2\r\n3,4\r\n", "\u{FEFF}a,b\n1,2\n3,4", "a;b\n1;2\n3;4\n", "a\tb\n1\t2\n3\t4\n\n", "a|b\r1|2\r3|4\r"])
func lineEndsMarksAndDelimitersAreUnderstood(_ text: String) throws {
    let read = try series(text)
    #expect(read.channels == [.init(name: "a", values: [1, 3]), .init(name: "b", values: [2, 4])])
}

@Test func decimalCommasAreUnderstoodWhereTheDelimiterIsAnother() throws {
    let read = try series("zeit;wert\n2024-01-01;1,5\n2024-01-02;-2,25\n")
    #expect(read.channels == [.init(name: "wert", values: [1.5, -2.25])])
}

@Test func quotedFieldsHoldDelimitersQuotesAndLineEnds() throws {
    let read = try series("name,\"a \"\"b\"\", c\"\n\"x\ny\",\"1.5\"\nz,2\n")
    #expect(read.channels == [.init(name: "a \"b\", c", values: [1.5, 2])])
    #expect(read.notices.contains { $0.contains("name") })
}

@Test func delimitersWithinQuotesAreNotTakenForTheDelimiter() throws {
    let read = try series("\"a\",\"b;\"\"\"\n\"1\",\"2\"\n")
    #expect(read.channels == [.init(name: "a", values: [1]), .init(name: "b;\"", values: [2])])
}

@Test(arguments: ["", "NA", "NaN", "null", "n/a", "None", "-"]) func gapsAreMarked(_ gap: String) throws {
    let read = try series("v,w\n1,1\n\(gap),2\n3,3\n")
    #expect(read.channels[0].values[1].isNaN)
    #expect(read.notices == ["Column v has 1 gap."])
}

@Test func aBadNumberIsNamedWithRowLineAndColumn() {
    #expect(throws: SeriesError.badNumber(file: "test.csv", row: 3, line: 4, column: "v", text: "x1")) {
        try series("v\n1\n2\nx1\n4\n")
    }
}

@Test(arguments: ["inf", "-Infinity", "1e999"]) func infinitiesAreRefused(_ text: String) {
    #expect(throws: SeriesError.infinite(file: "test.csv", row: 2, line: 3, column: "v", text: text)) {
        try series("v\n1\n\(text)\n3\n")
    }
}

@Test func rowsOfAnotherLengthAreRefused() {
    #expect(throws: SeriesError.fieldCount(file: "test.csv", row: 2, line: 3, expected: 2, found: 3)) {
        try series("a,b\n1,2\n1,2,3\n")
    }
}

@Test(arguments: ["", "\n\n", "a,b\n", "\u{FEFF}"]) func emptyFilesAreRefused(_ text: String) {
    #expect(throws: SeriesError.empty(file: "test.csv")) { try series(text) }
}

@Test func otherTroubleIsRefusedWithARemedy() {
    #expect(throws: SeriesError.unclosedQuote(file: "test.csv", line: 2)) { try series("a\n\"1\n2\n") }
    #expect(throws: SeriesError.noNumericColumn(file: "test.csv", columns: ["a"])) { try series("a\nx\ny\n") }
    #expect(throws: SeriesError.allGaps(file: "test.csv", column: "b")) {
        try series("a,b\n1,\n2,NA\n", options: .init(columns: ["b"]))
    }
    #expect(throws: SeriesError.allGaps(file: "test.csv", column: "a")) { try series("a\nNA\nNA\n") }
    #expect(throws: SeriesError.badLabel(file: "test.csv", row: 2, line: 3, column: "label", text: "7")) {
        try series("a,label\n1,0\n2,7\n")
    }
    #expect(throws: SeriesError.badTime(file: "test.csv", row: 2, line: 3, column: "time", text: "later")) {
        try series("time,a\n2024-01-01,1\nlater,2\n2024-01-03,3\n2024-01-04,3\n")
    }
    #expect(throws: SeriesError.noSuchColumn(file: "test.csv", column: "z", known: ["a"])) {
        try series("a\n1\n", options: .init(columns: ["z"]))
    }
    #expect(throws: SeriesError.self) { try SeriesReader.read(path: "/nonexistent/file.csv") }
    #expect(throws: SeriesError.self) { try SeriesReader.read(path: "/tmp") }
}

@Test(arguments: [
    "2024-02-29T23:59:58.123Z", "2024-01-01T00:00:00+02:00", "2024-01-01 00:00", "1999-12-31", "2024/03/01 10:00:00",
    "2024-01-01T00:00:00-0530", "1969-12-31 23:59:59",
]) func timesAreWrittenAsTheyWereRead(_ text: String) throws {
    let read = try series("time,v\n\(text),1\n\(text),2\n")
    #expect(read.timeText(row: 0) == text)
    #expect(read.notices.contains { $0.contains("repeat") })
}

@Test func epochsAreRecognised() throws {
    let seconds = try series("ts,v\n1700000000,1\n1700000060,2\n")
    #expect(seconds.time.format == .unixSeconds(fractionDigits: 0))
    #expect(seconds.profile.step == 60_000_000)
    #expect(seconds.timeText(row: 1) == "1700000060")
    let milliseconds = try series("timestamp,v\n1700000000500,1\n1700000001500,2\n")
    #expect(milliseconds.time.format == .unixMilliseconds)
    #expect(milliseconds.timeText(row: 0) == "1700000000500")
    let fractional = try series("time,v\n1700000000.25,1\n1700000001.50,2\n")
    #expect(fractional.timeText(row: 1) == "1700000001.50")
}

@Test func unsortedRowsAreSortedAndKeepTheirNumbers() throws {
    let read = try series("date,v,label\n2024-01-03,3,1\n2024-01-01,1,0\n2024-01-02,2,0\n")
    #expect(read.channels[0].values == [1, 2, 3])
    #expect(read.fileOrder == [2, 3, 1])
    #expect(read.labels == [false, false, true])
    #expect(read.notices.contains { $0.contains("time order") })
}

@Test func irregularAndConstantSeriesAreNoted() throws {
    let days = (1...28).filter { !(10...12).contains($0) }
    let read = try series("date,v\n" + days.map { "2024-01-\($0 < 10 ? "0" : "")\($0),1\n" }.joined())
    #expect(read.notices.contains { $0.contains("3 steps of 1d have no row") })
    #expect(read.notices.contains("Column v is constant."))
}

@Test func whatManyColumnsShareIsSaidInOneSentence() throws {
    let count = 40
    let names = (0..<count).map { "c\($0)" }.joined(separator: ",")
    let rows = (0..<12).map { row -> String in
        let other = row == 3 ? "" : row == 5 ? "-999" : "\(row)"
        return "2024-01-\(row + 10)," + (0..<count).map { $0 < 20 ? "7" : other }.joined(separator: ",")
    }
    let read = try series("date,\(names)\n" + rows.joined(separator: "\n"))
    #expect(read.channels.count == count)
    #expect(read.notices.count == 3)
    #expect(read.notices.contains { $0.hasSuffix("c10, c11 and 8 more are constant.") })
    #expect(read.notices.contains { $0.hasPrefix("20 columns have gaps: c20 1, ") && $0.hasSuffix(" and 8 more.") })
    #expect(read.notices.contains { $0.hasPrefix("In 20 columns -999 stands 20 times") && $0.contains("--missing -999") })
}

@Test func theStepIsThatOfTheClockThatTheFileNames() throws {
    let days = [("03-29", "+01:00"), ("03-30", "+01:00"), ("03-31", "+01:00"), ("04-01", "+02:00"), ("04-02", "+02:00")]
    let text = "t,v\n" + days.map { "2024-\($0.0)T00:00:00\($0.1),\($0.0.suffix(1))\n" }.joined()
    let reading = try SeriesReader.open(data: Data(text.utf8), name: "f.csv")
    #expect(reading.understanding.time?.step == "P1D")
    var options = SeriesReader.Options()
    options.zone = "Europe/Berlin"
    let months = "t,v\n2024-02-01,1\n2024-03-01,2\n2024-04-01,5\n2024-05-01,3\n"
    #expect(try SeriesReader.open(data: Data(months.utf8), name: "f.csv", options: options).understanding.time?.step == "P1M")
}

@Test func controlCharactersNeverLeaveTheReader() throws {
    let read = try series("a\u{1B}[31m,b\n1,2\n")
    #expect(read.channels[0].name == "a\u{FFFD}[31m")
    #expect(!SeriesError.noSuchColumn(file: "f", column: "\u{1B}]0;x\u{7}", known: []).description.contains("\u{1B}"))
}

@Test func numbersReadExactlyAsSwiftReadsThem() throws {
    var random = SeededGenerator(seed: 4)
    var texts = [
        "51.846000000000004", "1e-5", "-0", "+3", ".5", "5.", "123456789012345678", "1.7976931348623157e308", "4.9e-324", "1E5",
    ]
    for _ in 0..<2000 { texts.append("\(Double(bitPattern: random.next()))") }
    texts.removeAll { !(Double($0)?.isFinite ?? false) }
    let read = try series("v\n" + texts.joined(separator: "\n") + "\n")
    #expect(read.channels[0].values == texts.compactMap { Double($0) })
}

// MARK: Files large enough to be read in parts

/// Two columns of which every record looks like `record`, over 2 MB.
private func large(_ record: (Int) -> String, lineEnd: String = "\n", rows: Int = 120_000) -> String {
    "time,value" + lineEnd + (0..<rows).map(record).joined(separator: lineEnd) + lineEnd
}

private func plain(_ row: Int) -> String { "\(1_700_000_000 + 60 * row),\(Double(row % 977) / 8)" }

@Test(arguments: ["\n", "\r\n"]) func aLargeFileGivesEveryRowInItsOrder(_ lineEnd: String) throws {
    let series = try SeriesReader.read(data: Data(large(plain, lineEnd: lineEnd).utf8), name: "large.csv")
    let values = (0..<120_000).map { Double($0 % 977) / 8 }
    let times = (0..<120_000).map { (row: Int) -> Int64 in Int64(1_700_000_000 + 60 * row) * 1_000_000 }
    #expect(series.channels[0].values == values)
    #expect(series.time.microseconds == times)
    #expect(series.fileOrder == nil && series.rowNumber(119_999) == 120_000)
}

@Test func oneQuotedOrBlankLineInALargeFileChangesNothing() throws {
    let text = large { row in row == 90_000 ? "\(1_700_000_000 + 60 * row),\"\(Double(row % 977) / 8)\"" : plain(row) }
    let quoted = try SeriesReader.read(data: Data(text.utf8), name: "large.csv")
    let expected = try SeriesReader.read(data: Data(large(plain).utf8), name: "large.csv")
    #expect(quoted == expected)
    let blank = large { row in row == 60_000 ? plain(row) + "\n" : plain(row) }
    #expect(try SeriesReader.read(data: Data(blank.utf8), name: "large.csv") == expected)
    #expect(try SeriesReader.read(data: Data((large(plain) + "\n\n").utf8), name: "large.csv") == expected)
}

@Test func aMistakeInALargeFileIsNamedByItsRowAndLine() {
    let text = large { $0 == 100_000 ? "1706000000,wrong" : plain($0) }
    #expect(
        throws: SeriesError.badNumber(file: "large.csv", row: 100_001, line: 100_002, column: "value", text: "wrong")
    ) { try SeriesReader.read(data: Data(text.utf8), name: "large.csv") }
    let short = large { $0 == 100_000 ? "1706000000" : plain($0) }
    #expect(throws: SeriesError.fieldCount(file: "large.csv", row: 100_001, line: 100_002, expected: 2, found: 1)) {
        try SeriesReader.read(data: Data(short.utf8), name: "large.csv")
    }
}

@Test func partsThatWriteTimesDifferentlyAreReadAsOne() throws {
    let text = large { row in row < 100_000 ? plain(row) : "\(1_700_000_000 + 60 * row).25,1" }
    let series = try SeriesReader.read(data: Data(text.utf8), name: "large.csv")
    let last: Int64 = (1_700_000_000 + 60 * 119_999) * 1_000_000 + 250_000
    #expect(series.time.microseconds?.last == last)
    #expect(series.timeText(row: 119_999).hasSuffix(".25"))
}

/// Such that the time between any two can be told in microseconds.
@Test func timesBeyondAllCalendarsAreRefused() throws {
    let options = SeriesReader.Options(timeColumn: "t")
    for time in ["8000000000000", "-8000000000000"] {
        #expect { try series("t,v\n1,1\n\(time),2\n", options: options) } throws: {
            "\($0)".contains("\"\(time)\" is not a time")
        }
    }
    let wide = try series("t,v\n-4500000000000,1\n4500000000000,2\n", options: options)
    #expect(wide.profile.step == 9_000_000_000_000_000_000)
}

@Test func aTimeColumnThatIsAskedForIsReadInTheUnitOfItsNumbers() throws {
    let options = SeriesReader.Options(timeColumn: "stamp")
    let read = try series("stamp,v\n1700000000000,1\n1700000060000,2\n", options: options)
    #expect(read.profile.step == 60_000_000 && read.timeText(row: 0) == "1700000000000")
}
