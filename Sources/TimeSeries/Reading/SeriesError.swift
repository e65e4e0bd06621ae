/// Why a series could not be read; each `description` names the place and the remedy.
public enum SeriesError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(file: String, reason: String)
    case empty(file: String)
    case noNumericColumn(file: String, columns: [String])
    case badNumber(file: String, row: Int, line: Int, column: String, text: String)
    case badTime(file: String, row: Int, line: Int, column: String, text: String)
    case infinite(file: String, row: Int, line: Int, column: String, text: String)
    case badLabel(file: String, row: Int, line: Int, column: String, text: String)
    case fieldCount(file: String, row: Int, line: Int, expected: Int, found: Int)
    case unclosedQuote(file: String, line: Int)
    case damagedGzip(file: String)
    case noSuchColumn(file: String, column: String, known: [String])
    case allGaps(file: String, column: String)
    case noTable(file: String, table: String, known: [String])
    case tableNeeded(file: String, known: [String])
    case badQuery(file: String, reason: String)

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file): cannot be read (\(reason)); check the path and its permissions."
        case .empty(let file):
            "\(file): holds no rows; a series needs at least one row of numbers."
        case .noNumericColumn(let file, let columns):
            "\(file): no column holds numbers (found: \(listed(columns))); check the delimiter and the header."
        case .badNumber(let file, let row, let line, let column, let text):
            "\(file), row \(row) (line \(line)), column \"\(column)\": \(quoted(text)) is not a number; "
                + "correct it, or leave the field empty to mark a gap."
        case .badTime(let file, let row, let line, let column, let text):
            "\(file), row \(row) (line \(line)), column \"\(column)\": \(quoted(text)) is not a time like "
                + "the rows above; correct it, or choose another time column."
        case .infinite(let file, let row, let line, let column, let text):
            "\(file), row \(row) (line \(line)), column \"\(column)\": \(quoted(text)) is infinite; "
                + "replace it by a finite number, or leave the field empty to mark a gap."
        case .badLabel(let file, let row, let line, let column, let text):
            "\(file), row \(row) (line \(line)), label column \"\(column)\": \(quoted(text)) is neither "
                + "0/1 nor true/false; correct it or rename the column."
        case .fieldCount(let file, let row, let line, let expected, let found):
            "\(file), row \(row) (line \(line)): has \(found) fields where the first row has \(expected); "
                + "quote fields that contain the delimiter."
        case .unclosedQuote(let file, let line):
            "\(file), line \(line): a quoted field that opens here never ends; close the quote."
        case .damagedGzip(let file):
            "\(file): the gzip data is damaged or cut short; compress the file again."
        case .noSuchColumn(let file, let column, let known):
            "\(file): has no column \"\(printable(column))\" (it has: \(listed(known)))."
        case .allGaps(let file, let column):
            "\(file), column \"\(column)\": holds only gaps; leave the column out or fill it."
        case .noTable(let file, let table, let known):
            "\(file): has no table \"\(printable(table))\" (it has: \(listed(known)))."
        case .tableNeeded(let file, let known):
            "\(file): is an SQLite database; say which table to read with --table (it has: \(listed(known)))."
        case .badQuery(let file, let reason):
            "\(file): the query failed (\(printable(reason))); try it in the sqlite3 shell."
        }
    }

    private func listed(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.prefix(12).map(printable).joined(separator: ", ")
    }

    private func quoted(_ text: String) -> String {
        "\"\(printable(String(text.prefix(40))))\""
    }
}
