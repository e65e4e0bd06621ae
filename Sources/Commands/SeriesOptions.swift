import ArgumentParser
import Invocation
import Persistence
import SeriesReading
import TimeSeries

/// Which series to read, and how.
struct SeriesOptions: ParsableArguments {
    @Option(
        name: .customLong("column"),
        help:
            "A value column to use; repeat for several. All that measure something otherwise. A column of few texts becomes a channel for each."
    )
    var columns: [String] = []

    @Option(help: "A column to leave out; repeat for several.")
    var ignore: [String] = []

    @Option(
        help:
            "The column that holds times; repeat for the parts of a time that stand in several. Found by name and content otherwise."
    )
    var time: [String] = []

    @Option(
        help: ArgumentHelp(
            "How times are written: as strptime spells it, '%d/%m/%Y %H:%M', or unix, unix-ms, unix-us, unix-ns, excel, seconds, clock.",
            valueName: "pattern"))
    var timeFormat: String?

    @Option(help: "The zone of times that name none, such as Europe/Berlin or +01:00.")
    var zone: String?

    @Option(help: "The column of labels, which say what is truly anomalous; found by name and content otherwise.")
    var labels: String?

    @Option(help: ArgumentHelp("Of several series in one file that whose rows hold this: sensor=a.", valueName: "column=value"))
    var only: [String] = []

    @Option(help: "What marks a missing value besides the usual marks, such as -999; repeat for several.")
    var missing: [String] = []

    @Option(help: "The decimal sign of numbers, a point or a comma; found otherwise.")
    var decimal: String?

    @Option(help: "What stands between fields: a character, tab or blanks; found otherwise.")
    var delimiter: String?

    @Option(help: "The line of the header, 0 where there is none; found otherwise.")
    var headerLine: Int?

    @Option(
        help: ArgumentHelp(
            "The steps of time to lay rows on, such as 15min, 1h, 1d; rows takes them as evenly spaced.",
            valueName: "step"))
    var every: String?

    @Option(
        help: ArgumentHelp(
            "What becomes of the rows of a step: \(SeriesReader.Options.aggregateWords), or channel=sum; repeatable.",
            valueName: "how"))
    var aggregate: [String] = []

    @Option(help: "The table to read from an SQLite file.")
    var table: String?

    @Option(help: "A query to read from an SQLite file, in place of a table, or from what --odbc names.")
    var query: String?

    @Option(
        help: ArgumentHelp(
            "A database to read the query from in place of a file: an ODBC data source by its name, or a connection string.",
            valueName: "source"))
    var odbc: String?

    func validate() throws {
        guard Set(columns).count == columns.count else { throw ValidationError("--column names a column twice.") }
        if let both = columns.first(where: ignore.contains) { throw ValidationError("--column and --ignore both name \(both).") }
        if let decimal, ![".", ","].contains(decimal) { throw ValidationError("--decimal takes . or , and nothing else.") }
        if delimiter != nil, delimiterByte == nil { throw ValidationError("--delimiter takes one character, tab or blanks.") }
        if let headerLine, headerLine < 0 { throw ValidationError("--header-line counts from 1; 0 says that there is none.") }
        if only.contains(where: { SeriesReader.Options.Only($0) == nil }) {
            throw ValidationError("--only takes column=value, as in sensor=a.")
        }
        if let every, SeriesReader.Options.Every(every) == nil {
            throw ValidationError("--every takes rows, or a whole number and a unit, such as 30s, 15min, 1h, 1d, 1w, 1mo or 1y.")
        }
        var taken = SeriesReader.Options()
        if aggregate.contains(where: { !taken.take(aggregate: $0) }) {
            let words = SeriesReader.Options.aggregateWords
            throw ValidationError("--aggregate takes \(words), or a channel and one, as in flow=sum.")
        }
        if every == "rows", !aggregate.isEmpty {
            throw ValidationError("--aggregate is for steps of time, not for --every rows.")
        }
        guard odbc != nil else { return }
        guard query != nil else { throw ValidationError("--odbc needs --query 'SELECT ...'.") }
        guard table == nil else { throw ValidationError("--odbc takes a query, and no --table.") }
    }

    /// Whether a file, or several, are named as they should be.
    func validate(hasFile: Bool) throws {
        guard hasFile != (odbc != nil) else {
            throw ValidationError(hasFile ? "--odbc stands in place of a file." : "Name a file, or a database with --odbc.")
        }
    }

    /// Reads a file, or where none is named what `--odbc` names.
    func read(_ path: String?, by readers: ReaderPrograms) throws -> Series { noticed(try open(path, options, readers).series) }

    /// Reads a file as was decided before, unless options say how.
    func read(_ path: String, by readers: ReaderPrograms, decided: SeriesReader.Options?) throws -> Series {
        let own = options
        return noticed(try open(path, own == SeriesReader.Options() ? decided ?? own : own, readers).series)
    }

    /// How a file is read, though it be of several series.
    func describe(_ path: String?, by readers: ReaderPrograms) throws -> Understanding {
        var options = options
        options.tellsApartOnly = true
        return try open(path, options, readers).understanding
    }

    private func open(_ path: String?, _ options: SeriesReader.Options, _ readers: ReaderPrograms) throws -> Reading {
        guard let path else { return try SeriesReader.open(odbc: odbc ?? "", query: query ?? "", options: options) }
        return try reading(path, options, readers) { try SeriesReader.open(path: path, options: $0) }
    }

    /// Reads a file by programs where it takes one, which is stopped when this one is interrupted.
    private func reading<Content>(
        _ path: String, _ options: SeriesReader.Options, _ readers: ReaderPrograms,
        _ body: (SeriesReader.Options) throws -> Content
    ) throws -> Content {
        guard readers.kind(of: path) != nil else { return try body(options) }
        // A program that reads does not hear of the terminal's signals itself.
        let interruption = Interruption()
        defer { interruption.release() }
        var options = options
        options.readers = readers.stopping(with: interruption.cancellation)
        let content = Result { try body(options) }
        interruption.endProgram()
        return try content.get()
    }

    /// Reads what is in a file to follow it with `tail`; one that a program reads is refused.
    func follow(_ path: String, _ tail: inout SeriesTail?, by readers: ReaderPrograms) throws -> Series {
        var options = options
        options.readers = readers
        let (series, opened) = try SeriesTail.open(path: path, options: options)
        tail = opened
        return noticed(series)
    }

    /// Opens a stream of many series, a column of which tells the key of each row.
    func stream(_ path: String, key: String, by readers: ReaderPrograms) throws -> KeyedStream {
        let stream = try reading(path, options, readers) { try KeyedStream(path: path, key: key, options: $0) }
        for notice in stream.notices { printError("oddline: \(stream.form.name): \(notice)") }
        return stream
    }

    /// Whether many series can be read so.
    func validate(key: String?) throws {
        guard let key else { return }
        if table != nil || query != nil { throw ValidationError("--key is for text, without --table and --query.") }
        if time.contains(key) { throw ValidationError("The column of keys cannot be that of times.") }
        if !only.isEmpty { throw ValidationError("--key reads all series, --only reads one.") }
    }

    private var delimiterByte: UInt8? { delimiter.flatMap(SeriesReader.Options.delimiter) }

    private var options: SeriesReader.Options {
        var options = SeriesReader.Options(table: table, query: query, columns: columns)
        (options.timeColumns, options.timeFormat, options.zone) = (time, timeFormat, zone)
        (options.ignored, options.labels, options.missing) = (ignore, labels, missing)
        (options.decimal, options.delimiter, options.headerLine) = (decimal?.utf8.first, delimiterByte, headerLine)
        options.every = every.flatMap { SeriesReader.Options.Every($0) }
        for text in aggregate { _ = options.take(aggregate: text) }
        options.only = only.compactMap { SeriesReader.Options.Only($0) }
        return options
    }

    private func noticed(_ series: Series) -> Series {
        for notice in series.notices { printError("oddline: \(series.name): \(notice)") }
        return series
    }
}

extension ReaderPrograms {
    /// Well-known programs, and those that `config.toml` names where nothing else of it is wanted.
    /// - Throws: `StorageError.configuration`.
    static func configured() throws -> ReaderPrograms {
        ReaderPrograms(try ConfigurationFile(readingFrom: Locations().configurationFile).readers)
    }
}
