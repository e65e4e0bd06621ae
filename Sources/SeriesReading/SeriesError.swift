import Foundation
import TimeSeries

/// Why a series could not be read or a result not written; each `description` names the place and the remedy.
///
/// `row` is the record's position from 1, header not counted; `line` is the line of the file from 1.
public enum SeriesError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file is not there or does not let itself be read.
    case unreadable(file: String, reason: String)
    /// The file cannot be written where it was asked for.
    case unwritable(file: String, reason: String)
    /// The content is of a kind that holds no delimited text.
    case foreign(file: String, kind: String, remedy: String)
    /// A path leads to a pipe or a device, which may never end.
    case noOrdinaryFile(file: String)
    /// There is more to read than a series may have.
    case tooLarge(file: String, mostBytes: Int)
    /// There is no row below the header, if there is one.
    case empty(file: String)
    /// Every column is text, time or label.
    case noNumericColumn(file: String, columns: [String])
    /// There are times, and no column of numbers beside them.
    case timesAlone(file: String, time: [String], others: [String])
    /// The columns of numbers besides the time are none that is watched unless it is asked for.
    case nothingLeft(file: String, columns: [String], reason: String)
    /// Lines of a text are of several layouts, so that there is no one table.
    case severalLayouts(file: String, line: Int, count: Int, otherLine: Int, otherCount: Int)
    /// A value is neither a number nor a gap.
    case badNumber(file: String, row: Int, line: Int, column: String, text: String)
    /// A time is written in no notation that is known.
    case badTime(file: String, row: Int, line: Int, column: String, text: String)
    /// A value is infinite, or too large for a `Double`.
    case infinite(file: String, row: Int, line: Int, column: String, text: String)
    /// A label is neither yes nor no.
    case badLabel(file: String, row: Int, line: Int, column: String, text: String)
    /// A record has more or fewer fields than the first.
    case fieldCount(file: String, row: Int, line: Int, expected: Int, found: Int)
    /// The file ends within quotes.
    case unclosedQuote(file: String, line: Int)
    /// A quoted field of several lines ends in the midst of another field.
    case tornQuote(file: String, line: Int)
    /// A field is longer than any number, time or name.
    case longField(file: String, line: Int, mostBytes: Int)
    /// A record has no end where one should long have been.
    case longRecord(file: String, line: Int, mostBytes: Int)
    /// Compressed data is not whole.
    case damagedGzip(file: String)
    /// Compressed data grows beyond measure.
    case inflated(file: String, times: Int)
    /// A column that was asked for is not there.
    case noSuchColumn(file: String, column: String, known: [String])
    /// A column holds no number at all.
    case allGaps(file: String, column: String)
    /// A table or a query was asked for of a file that is no database.
    case noDatabase(file: String)
    /// A table that was asked for is not in the database.
    case noTable(file: String, table: String, known: [String])
    /// The database holds no table, or several of which none was asked for.
    case tableNeeded(file: String, known: [String])
    /// A query that was asked for does not run.
    case badQuery(file: String, reason: String)
    /// unixODBC is not there, or is not what it should be.
    case noODBC
    /// A database does not let itself be reached through ODBC.
    case noConnection(source: String, reason: String)
    /// SQLite cannot read the database: it is damaged or locked.
    case databaseFailed(file: String, reason: String)
    /// The content is of a format that is read from a file alone, and came another way; the kind is part of a sentence.
    case fileNeeded(file: String, kind: String)
    /// No program is there that reads such a file; how to come by one is part of the sentence.
    case readerNeeded(file: String, kind: String, install: String)
    /// The program that the user named for such files is not there.
    case readerMissing(file: String, program: String)
    /// A program that was to read a file did not.
    case readerFailed(file: String, program: String, reason: String)

    /// A line is no object of numbers and texts.
    case badJSONLine(file: String, line: Int, reason: String)
    /// A row of a stream of many series does not say to which it belongs.
    case noKey(file: String, line: Int)
    /// A key is not written in UTF-8.
    case keyNotUTF8(file: String, line: Int)
    /// A key cannot name a folder.
    case longKey(key: String)
    /// The rows of a key do not lie together.
    case scatteredKey(file: String, line: Int)
    /// The rows of a key do not lie together, in a file that is too large to be sorted in memory.
    case scatteredTooLarge(file: String, mostBytes: Int)

    /// A JSON document is cut short, or wrong at a place.
    case badJSON(file: String, line: Int, column: Int, reason: String)
    /// A line of a format that is known is not written as the format wants.
    case badLine(file: String, line: Int, format: String, reason: String)
    /// A line that was named as the header holds no record.
    case noHeaderLine(file: String, line: Int, last: Int)
    /// The header holds times: a row is a series.
    case timesAcross(file: String, names: [String])
    /// A column that was asked for holds no times.
    case noTime(file: String, column: String, text: String)
    /// A way of writing times was asked for where no column holds any.
    case noTimeFor(file: String, format: String, known: [String])
    /// What was asked for is no way of writing times.
    case badTimeFormat(file: String, format: String, reason: String)
    /// A time zone that is not known.
    case noZone(file: String, zone: String)
    /// A column of text that was asked for says too many things to become channels.
    case manyCategories(file: String, column: String, most: Int)
    /// The rows are of several series.
    case severalSeries(file: String, columns: [String], count: Int, examples: [String])
    /// No row belongs to the series that was asked for.
    case noSuchKey(file: String, column: String, value: String)

    /// The same of a text that begins behind so many lines.
    func moved(by lines: Int) -> SeriesError {
        switch self {
        case .unclosedQuote(let file, let line): .unclosedQuote(file: file, line: lines + line)
        case .tornQuote(let file, let line): .tornQuote(file: file, line: lines + line)
        case .longField(let file, let line, let mostBytes): .longField(file: file, line: lines + line, mostBytes: mostBytes)
        default: self
        }
    }

    /// That `file` could not be written, with the reason that `error` gives.
    public static func unwritable(_ file: String, because error: any Error) -> SeriesError {
        let reason =
            switch (error as? CocoaError)?.code {
            case .fileNoSuchFile?: "there is no such folder"
            case .fileWriteFileExists?: "a file has its name"
            case .fileWriteNoPermission?: "permission denied"
            case .fileWriteOutOfSpace?: "the disk is full"
            case .fileWriteVolumeReadOnly?: "the disk is read-only"
            default: "a write error"
            }
        return .unwritable(file: printable(file), reason: reason)
    }

    /// A file that is to be followed is no text that grows.
    case notFollowed(file: String)
    /// Rows without times cannot be laid on steps of time.
    case stepsWithoutTimes(file: String)
    /// Rows that come one by one are not laid together.
    case stepsNotFollowed(file: String)
    /// A row that was appended has a time before that of the row above.
    case lateRow(file: String, row: Int, time: String)
    /// A row of a file that is followed has a time after which none would come any more.
    case futureRow(file: String, row: Int, time: String)
    /// What took the place of a file that is followed begins with rows of times that were read.
    case knownRows(file: String, count: Int)
    /// A file that is followed was cut short, or another took its place.
    case replaced(file: String)
    /// A file that is followed is no longer there.
    case gone(file: String)
    /// The file that took the place of one that is followed has another header.
    case otherColumns(file: String, expected: [String], found: [String])

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file): cannot be read (\(reason)); check the path and its permissions."
        case .unwritable(let file, let reason):
            "\(file): cannot be written (\(reason)); \(reason == "the disk is full" ? "free space, or " : "")choose another place."
        case .foreign(let file, let kind, let remedy):
            "\(file): is \(kind); \(remedy)."
        case .noOrdinaryFile(let file):
            "\(file): is a pipe or a device; save what it gives to a file and open that."
        case .tooLarge(let file, let mostBytes):
            "\(file): is larger than \(mostBytes >> 20) MB; leave out columns or rows."
        case .empty(let file):
            "\(file): holds no rows; a series needs at least one row of numbers."
        case .noNumericColumn(let file, let columns):
            "\(file): no column holds numbers (found: \(listed(columns))); check the delimiter and the header."
        case .timesAlone(let file, let time, let others):
            "\(file): holds times (\(listed(time))) and no numbers beside them\(others.isEmpty ? "" : ", but text (\(listed(others)))"), so "
                + "there is nothing to watch; count the rows of each hour or day, and open the counts."
        case .nothingLeft(let file, let columns, let reason):
            "\(file): nothing is left to watch: \(named(columns[0])) is left out, since \(reason)"
                + "\(columns.count > 1 ? ", and so are others" : "") (--column \(SeriesError.shellWord(columns[0])) takes it)."
        case .severalLayouts(let file, let line, let count, let otherLine, let otherCount):
            "\(file): lines are of several layouts (\(count) field\(count == 1 ? "" : "s") in line \(line), \(otherCount) in line "
                + "\(otherLine)), so there is no one table; copy the lines of one layout to a file of its own and open that."
        case .badNumber(let file, let row, let line, let column, let text):
            "\(file), row \(row) (line \(line)), column \(named(column)): \(quoted(text)) is not a number; "
                + "correct it, or leave the field empty to mark a gap."
        case .badTime(let file, let row, let line, let column, let text):
            "\(file), row \(row) (line \(line)), column \(named(column)): \(quoted(text)) is not a time like "
                + "the rows above; correct it, or choose another time column."
        case .infinite(let file, let row, let line, let column, let text):
            "\(file), row \(row) (line \(line)), column \(named(column)): \(quoted(text)) is infinite; "
                + "replace it by a finite number, or leave the field empty to mark a gap."
        case .badLabel(let file, let row, let line, let column, let text):
            "\(file), row \(row) (line \(line)), label column \(named(column)): \(quoted(text)) is neither "
                + "0/1 nor true/false; correct it or rename the column."
        case .fieldCount(let file, 1, let line, let expected, let found):
            "\(file), row 1 (line \(line)): has \(found) field\(found == 1 ? "" : "s") where most rows have \(expected); name the line of "
                + "the header, or remove the line if it is none of the table."
        case .fieldCount(let file, let row, let line, let expected, let found):
            "\(file), row \(row) (line \(line)): has \(found) field\(found == 1 ? "" : "s") where the first row has \(expected); "
                + (found > expected
                    ? "quote fields that contain the delimiter, or remove the line if it is none of the table."
                    : "write the missing ones, if only as delimiters, or remove the line if it is none of the table.")
        case .unclosedQuote(let file, let line):
            "\(file), line \(line): a quoted field that opens here never ends; close the quote."
        case .tornQuote(let file, let line):
            "\(file), line \(line): a quoted field that opens here ends within another field of a later row; close the quote."
        case .longField(let file, let line, let mostBytes):
            "\(file), line \(line): a field is longer than \(mostBytes) bytes; check the delimiter, the quotes and the line ends."
        case .longRecord(let file, let line, let mostBytes):
            "\(file), line \(line): a row is longer than \(mostBytes) bytes; check the line ends."
        case .damagedGzip(let file):
            "\(file): the gzip data is damaged or cut short; compress the file again."
        case .inflated(let file, let times):
            "\(file): grows more than \(times) times when it is decompressed; decompress it and open the result."
        case .noSuchColumn(let file, let column, let known):
            "\(file): has no column \(named(column)) (it has: \(listed(known)))."
        case .allGaps(let file, let column):
            "\(file), column \(named(column)): holds only gaps; leave the column out or fill it."
        case .noDatabase(let file):
            "\(file): is no SQLite database, so there is no table in it to name or to query; read it without either."
        case .noTable(let file, let table, let known):
            "\(file): has no table \(named(table)) (it has: \(listed(known)))."
        case .tableNeeded(let file, let known):
            known.isEmpty
                ? "\(file): is an SQLite database without a table; a series needs a table with a column of numbers."
                : "\(file): is an SQLite database of several tables, and a series is one of them; name the table, or copy it "
                    + "to a file of its own (it has: \(listed(known)))."
        case .badQuery(let file, let reason):
            "\(file): the query failed (\(printable(reason))); try it in a shell of the database."
        case .noODBC:
            "unixODBC cannot be used here; install it (libodbc2 in Debian) and a driver for the database, such as odbc-postgresql."
        case .noConnection(let source, let reason):
            "\(source): cannot be reached (\(printable(reason))); check the data source, the server and the account."
        case .databaseFailed(let file, let reason):
            "\(file): SQLite cannot read the table (\(printable(reason))); close what else uses the database, or restore a copy."
        case .badJSONLine(let file, let line, let reason):
            "\(file), line \(line): is not a JSON object of numbers and texts (\(reason)); write one object a line, each with the "
                + "same members."
        case .noKey(let file, let line):
            "\(file), line \(line): has no key; give every row the key of its series."
        case .keyNotUTF8(let file, let line):
            "\(file), line \(line): the key is not written in UTF-8; convert the input, for example with iconv."
        case .longKey(let key):
            "key \(printable(String(key.prefix(40)))): is empty or too long to name a folder of models; give the series shorter keys."
        case .scatteredKey(let file, let line):
            "\(file), line \(line): rows of this key were read before, and others came between; sort the rows by key."
        case .scatteredTooLarge(let file, let mostBytes):
            "\(file): the rows of a key do not lie together, and more than \(mostBytes >> 20) MB are not sorted in memory; sort the rows "
                + "by key."
        case .notFollowed(let file):
            "\(file): cannot be followed, since it is no uncompressed CSV file with a row a time; open it without following."
        case .stepsWithoutTimes(let file):
            "\(file): has no times, so that its rows cannot be laid on steps of time; name the column of times with --time, or leave out "
                + "--every."
        case .stepsNotFollowed(let file):
            "\(file): cannot be followed on steps of time, since rows come one by one; leave out --every."
        case .lateRow(let file, let row, let time):
            "\(file), row \(row): its time \(printable(time)) lies before that of the row above, so it is left out; "
                + "open the file again to have rows put into order."
        case .knownRows(let file, let count):
            "\(file): \(count) row\(count == 1 ? "" : "s") of times that were read before stand\(count == 1 ? "s" : "") there again and "
                + "\(count == 1 ? "is" : "are") left out."
        case .futureRow(let file, let row, let time):
            "\(file), row \(row): its time \(printable(time)) lies far ahead of the rows before and of this machine's clock, so it is "
                + "left out."
        case .replaced(let file):
            "\(file): was cut short or replaced; its rows are read from the beginning and come behind those read before."
        case .gone(let file):
            "\(file): is no longer there; following goes on when it is back."
        case .otherColumns(let file, let expected, let found):
            "\(file): was replaced by a file with other columns (\(listed(found)) in place of \(listed(expected))), so following "
                + "ends; open it again."
        case .badJSON(let file, let line, let column, let reason):
            "\(file), line \(line), column \(column): the JSON is broken (\(printable(reason))); correct it there, or fetch the whole "
                + "again."
        case .badLine(let file, let line, let format, let reason):
            "\(file), line \(line): is no \(format) (\(printable(reason))); correct the line or leave it out."
        case .noHeaderLine(let file, let line, let last):
            "\(file): line \(line) holds no header (the lines up to \(last) were looked at); name the line of the header."
        case .timesAcross(let file, let names):
            "\(file): times stand in the header (\(listed(names)), ...), so that a row is a series; turn the table round, so that "
                + "each row has a time."
        case .noTime(let file, let column, let text):
            "\(file), column \(named(column)): \(quoted(text)) in row 1 is no time that is known; name another column, or say how "
                + "its times are written."
        case .noTimeFor(let file, let format, let known):
            "\(file): no column is seen to hold times such as \(quoted(format)); name the column (it has: \(listed(known)))."
        case .badTimeFormat(let file, let format, let reason):
            "\(file): \(quoted(format)) is no way of writing times: \(reason)"
        case .noZone(let file, let zone):
            "\(file): the time zone \(quoted(zone)) is not known; name one such as Europe/Berlin or +01:00."
        case .manyCategories(let file, let column, let most):
            "\(file), column \(named(column)): holds text of more than \(most) kinds, which cannot become channels; leave it out."
        case .severalSeries(let file, let columns, let count, let examples):
            "\(file): " + Understanding.Key(columns: columns, count: count, examples: examples).sentence
        case .noSuchKey(let file, let column, let value):
            "\(file): no row has \(quoted(value)) in column \(named(column)); name a series that is there."
        case .fileNeeded(let file, let kind):
            "\(file): is \(kind), which is read from an uncompressed file alone; save it as one and open that."
        case .readerNeeded(let file, let kind, let install):
            "\(file): is \(kind), which takes another program to read, and none is here; install one (\(install)), or save the "
                + "table as CSV and open that."
        case .readerMissing(let file, let program):
            "\(file): is to be read by \(named(program)), which is not there; install it, or correct [readers] in config.toml."
        case .readerFailed(let file, let program, let reason):
            "\(file): \(printable(shortened(program))) could not read it (\(reason)); try that program on it, or save the table as CSV "
                + "and open that."
        }
    }

    private func named(_ name: String) -> String { "\"\(printable(shortened(name)))\"" }

    /// A word as a shell takes it.
    static func shellWord(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || "_-.=/:+".utf8.contains($0) }
        return isPlain ? word : "'\(shown(key: word).replacing("'", with: "'\\''"))'"
    }

    private func quoted(_ text: String) -> String {
        "\"\(printable(String(text.prefix(40))))\""
    }
}
