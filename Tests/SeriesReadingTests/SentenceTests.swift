import Testing
import TimeSeries

@testable import SeriesReading

private let long = String(repeating: "ü\u{1B}[31m", count: 100_000)
private let many = (0..<20_000).map { "column \($0) \(long.prefix($0 % 100))" }

/// One that is longer is none that anybody reads, and fills the terminal.
@Test func aSentenceStaysOneThatCanBeRead() {
    let place = (file: "f", row: 1, line: 2)
    let errors: [SeriesError] = [
        .noNumericColumn(file: "f", columns: many), .noNumericColumn(file: "f", columns: [long]),
        .noSuchColumn(file: "f", column: long, known: many), .otherColumns(file: "f", expected: many, found: many),
        .noTable(file: "f", table: long, known: many), .tableNeeded(file: "f", known: many), .allGaps(file: "f", column: long),
        .badNumber(file: place.file, row: place.row, line: place.line, column: long, text: long),
        .badTime(file: place.file, row: place.row, line: place.line, column: long, text: long),
        .infinite(file: place.file, row: place.row, line: place.line, column: long, text: long),
        .badLabel(file: place.file, row: place.row, line: place.line, column: long, text: long),
        .readerMissing(file: "f", program: long), .readerFailed(file: "f", program: long, reason: "r"),
    ]
    for error in errors {
        let sentence = error.description
        #expect(sentence.count < 1500 && !sentence.contains("\u{1B}"), "\(sentence.prefix(80))")
    }
}

@Test func namesAreListedUpToADozen() {
    #expect(listed([]) == "none" && listed(["a"]) == "a" && listed(["a", "b\n"]) == "a, b\u{FFFD}")
    #expect(listed((1...12).map(String.init)) == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12")
    #expect(listed((1...20_000).map(String.init)) == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 19988 more")
    #expect(shortened("abc", to: 3) == "abc" && shortened("abcd", to: 3) == "abc…" && shortened("", to: 3) == "")
}

@Test func aRowWithTooFewFieldsIsNotToldToQuote() {
    let short = SeriesError.fieldCount(file: "f", row: 3, line: 4, expected: 2, found: 1).description
    #expect(short.hasPrefix("f, row 3 (line 4): has 1 field where the first row has 2; ") && !short.contains("quote"))
    let wide = SeriesError.fieldCount(file: "f", row: 3, line: 4, expected: 2, found: 3).description
    #expect(
        wide.hasPrefix("f, row 3 (line 4): has 3 fields where the first row has 2; quote fields that contain the delimiter, or "))
}

@Test func whatIsReadFromAFileAloneIsCalledByItsName() {
    let sentence = SeriesError.fileNeeded(file: "f", kind: "a Parquet file").description
    #expect(sentence == "f: is a Parquet file, which is read from an uncompressed file alone; save it as one and open that.")
}
