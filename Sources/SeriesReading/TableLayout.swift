import TimeSeries

/// Where the table of a text lies and what divides its fields.
struct TableLayout: Sendable, Equatable {
    /// What stands between fields; a space where runs of blanks do.
    var delimiter = UInt8(ascii: ",")
    /// Fields in a row.
    var width = 1
    /// Fields that most rows have: fewer where the header names columns that rows leave out at their ends.
    var rowWidth = 1
    /// The line of the header, from 1; `nil` without one.
    var headerLine: Int?
    /// What the header says, as many as there are columns, empty where it says nothing.
    var names: [String] = []
    /// What the fields of the header say as it is written.
    var headerFields: [String] = []
    /// Lines above the rows without the blanks around them, which are passed over where they stand again between rows.
    var repeats: [[UInt8]] = []
    /// The header where it stands again with another clock or count in front.
    var repeatedHeader: RepeatedHeader?
    /// Whether a line right above `repeats` between rows is none.
    var hasLinesAboveRepeats = false
    /// What stands in the lines between the header and the rows, a list a line.
    var below: [[String]] = []
    /// Where the first row begins, in bytes, and on which line.
    var start = 0, startLine = 1
    /// Where what stands under the table begins, in bytes.
    var end = 0
    /// Whether the header has no name for the first column, which names rows.
    var hasRowNames = false
    /// Whether lines that begin with `#`, above the table or below its header, are left out.
    var hasRemarks = false
    /// What is said of the remarks above the table; nothing where there are none.
    var remarksNotice: String?
    /// Whether the names in the header are times: a row is then a series, or a year of one.
    var isAcross = false
    /// What is left out above, between and below, one sentence each.
    var notices: [String] = []

    /// What may stand between fields, in the order in which it is tried.
    static let delimiters: [UInt8] = [UInt8(ascii: ";"), 0x09, UInt8(ascii: "|"), UInt8(ascii: ",")]
    /// Runs of blanks.
    static let blanks = UInt8(ascii: " ")

    /// What reads records of a text in this layout.
    func scanner(_ bytes: UnsafeBufferPointer<UInt8>) -> CSVScanner {
        var scanner = CSVScanner(bytes: bytes, delimiter: delimiter, passing: repeats)
        scanner.repeatedHeader = repeatedHeader
        scanner.passesAbove = hasLinesAboveRepeats ? rowWidth : nil
        return scanner
    }

    /// What reads the rows of the table from `start` on, with the lines counted from `line`.
    func rows(of bytes: UnsafeBufferPointer<UInt8>, line: Int = 1) -> CSVScanner {
        var scanner = scanner(UnsafeBufferPointer(rebasing: bytes[..<end]))
        scanner.jump(to: start, line: line)
        return scanner
    }
}
