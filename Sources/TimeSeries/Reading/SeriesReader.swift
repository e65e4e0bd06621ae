import Foundation

/// Opens series from files, SQLite databases and standard input.
public enum SeriesReader {
    /// Names, in lower case, by which a time column is recognised.
    static let timeNames: Set<String> = ["time", "timestamp", "date", "datetime", "ts", "ds", "time_utc", "created_at"]

    /// What to read from a file that holds several things.
    public struct Options: Sendable, Equatable {
        /// The column that holds times; found by name or type where `nil`.
        public var timeColumn: String?
        /// The table of an SQLite database.
        public var table: String?
        /// A query on an SQLite database, in place of a table.
        public var query: String?
        /// The value columns to keep; all numeric ones where empty.
        public var columns: [String] = []

        /// Everything found automatically.
        public init(timeColumn: String? = nil, table: String? = nil, query: String? = nil, columns: [String] = []) {
            self.timeColumn = timeColumn
            self.table = table
            self.query = query
            self.columns = columns
        }
    }

    /// Reads the series in the file at `path`; `-` is standard input. CSV, gzip-compressed CSV and
    /// SQLite are told apart by their first bytes.
    /// - Throws: `SeriesError` with the file, row and column of what is wrong.
    public static func read(path: String, options: Options = Options()) throws -> Series {
        if path == "-" {
            return try read(data: FileHandle.standardInput.readToEnd() ?? Data(), name: "standard input", options: options)
        }
        let url = URL(fileURLWithPath: path)
        let name = printable(url.lastPathComponent)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw SeriesError.unreadable(file: name, reason: "no such file")
        }
        if isDirectory.boolValue { throw SeriesError.unreadable(file: name, reason: "it is a folder") }
        let data: Data
        do {
            data = try Data(contentsOf: url, options: .mappedIfSafe)
        } catch {
            throw SeriesError.unreadable(file: name, reason: "permission denied or a read error")
        }
        if data.starts(with: Array("SQLite format 3\0".utf8)) {
            return try finish(SQLiteSeriesReader.series(path: path, file: name, options: options), options)
        }
        return try read(data: data, name: name, options: options)
    }

    /// Reads CSV or gzip-compressed CSV held in memory; `name` is used in messages.
    /// - Throws: `SeriesError`.
    public static func read(data: Data, name: String, options: Options = Options()) throws -> Series {
        var data = data
        if data.starts(with: [0x1F, 0x8B]) { data = try inflate(gzip: data, file: name) }
        let series = try data.withUnsafeBytes { raw in
            try CSVReader.series(raw.bindMemory(to: UInt8.self), file: name, options: options)
        }
        return try finish(series, options)
    }

    /// Puts rows into time order, selects columns and notes what an analyst should know.
    static func finish(_ series: Series, _ options: Options) throws -> Series {
        guard series.rowCount > 0 else { throw SeriesError.empty(file: series.name) }
        var series = options.columns.isEmpty ? series : try series.selecting(channels: options.columns)
        series = inTimeOrder(series)
        for channel in series.channels {
            let gaps = channel.values.count { $0.isNaN }
            if gaps == channel.values.count { throw SeriesError.allGaps(file: series.name, column: channel.name) }
            let first = channel.values.first { !$0.isNaN }
            if channel.values.count - gaps > 1, channel.values.allSatisfy({ $0 == first || $0.isNaN }) {
                series.notices.append("Column \(channel.name) is constant.")
            }
            if gaps > 0 { series.notices.append("Column \(channel.name) has \(gaps) gap\(gaps == 1 ? "" : "s").") }
        }
        series.notices += samplingNotices(series.time)
        return series
    }

    private static func inTimeOrder(_ series: Series) -> Series {
        guard let times = series.time.microseconds else { return series }
        let late = zip(times, times.dropFirst()).count { $0 > $1 }
        guard late > 0 else { return series }
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        var sorted = series
        sorted.channels = series.channels.map { channel in
            Series.Channel(name: channel.name, values: order.map { channel.values[$0] })
        }
        sorted.time.microseconds = order.map { times[$0] }
        sorted.labels = series.labels.map { labels in order.map { labels[$0] } }
        sorted.fileOrder = order.map { series.rowNumber($0) }
        sorted.notices.append("Rows were put into time order: \(late) came before the row above.")
        return sorted
    }

    private static func samplingNotices(_ time: TimeAxis) -> [String] {
        guard let times = time.microseconds, let step = time.medianStep else { return [] }
        var notices: [String] = []
        let repeated = zip(times, times.dropFirst()).count { $0 == $1 }
        if repeated > 0 {
            notices.append("\(repeated) row\(repeated == 1 ? "" : "s") repeat the time of the row above; all are kept.")
        }
        let holes = zip(times, times.dropFirst()).count { step > 0 && Double($1 - $0) > 1.5 * Double(step) }
        if holes > 0 {
            notices.append("Time jumps at \(holes) place\(holes == 1 ? "" : "s"); rows are treated as evenly spaced.")
        }
        return notices
    }
}
