import TimeSeries

/// Where the table of a text lies and what divides its fields.
struct TableLayout: Sendable, Equatable {
    /// What stands between fields; a space where runs of blanks do.
    var delimiter = UInt8(ascii: ",")
    /// Fields in a row.
    var width = 1
    /// The line of the header, from 1; `nil` without one.
    var headerLine: Int?
    /// What the header says, as many as there are columns, empty where it says nothing.
    var names: [String] = []
    /// What stands in the lines between the header and the rows, a list a line.
    var below: [[String]] = []
    /// Where the first row begins, in bytes, and on which line.
    var start = 0, startLine = 1
    /// Where what stands under the table begins, in bytes.
    var end = 0
    /// Whether the header has no name for the first column, which names rows.
    var hasRowNames = false
    /// Whether lines that begin with `#` stand above the table.
    var hasComments = false
    /// Whether the names in the header are times: a row is then a series, or a year of one.
    var isAcross = false
    /// What is left out above, between and below, one sentence each.
    var notices: [String] = []

    /// What may stand between fields, in the order in which it is tried.
    static let delimiters: [UInt8] = [UInt8(ascii: ";"), 0x09, UInt8(ascii: "|"), UInt8(ascii: ",")]
    /// Runs of blanks.
    static let blanks = UInt8(ascii: " ")
}
