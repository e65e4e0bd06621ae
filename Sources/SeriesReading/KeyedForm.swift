import TimeSeries

/// How the rows of a key are read.
public struct KeyedForm: Sendable {
    /// The value columns in the order of the series' channels, which may be changed.
    public var channelNames: [String] {
        get { options.columns }
        set { options.columns = newValue }
    }
    /// What to call the stream in messages.
    public let name: String
    let form: TableForm
    private var options: SeriesReader.Options

    init(name: String, form: TableForm, options: SeriesReader.Options, numbers: [String]) {
        (self.name, self.form, self.options) = (name, form, options)
        if options.columns.isEmpty { self.options.columns = numbers }
    }

    /// The series of a key: what its rows are as a file of their own. Rows are counted from 1.
    /// - Throws: `SeriesError` with the key, the row and the stream's line.
    public func series(_ rows: KeyedRows) throws -> Series {
        if let problem = rows.problem { throw problem }
        let file = "\(name), key \(shown(key: rows.key))"
        var found = rows.text.withUnsafeBufferPointer {
            CSVReader.records($0, file: file, form: form, line: rows.line)
        }
        if let problem = found.problems.first { throw problem }
        found.rows.fileOrder = nil
        let raw = RawReading(
            series: try found.rows.selecting(channels: options.columns), understanding: Understanding(), form: form)
        return try SeriesReader.finish(raw, options).series
    }
}
