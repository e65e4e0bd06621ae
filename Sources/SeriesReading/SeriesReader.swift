import Foundation
import TimeSeries

/// Opens series from files of any `SeriesFormat`, compressed or not, and from standard input.
public enum SeriesReader {
    /// Names, in lower case, by which a time column is recognised.
    static let timeNames: Set<String> = ["time", "timestamp", "date", "datetime", "ts", "ds", "time_utc", "created_at"]

    /// How the names of compressed files end, behind the ending of what they hold.
    private static let gzipEnding = ".gz"
    /// How gzip data begins.
    static let gzipMark: [UInt8] = [0x1F, 0x8B]

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
        /// The column that tells to which of many series a row belongs.
        var keyColumn: String?

        /// Makes options; what is left out is found automatically.
        public init(timeColumn: String? = nil, table: String? = nil, query: String? = nil, columns: [String] = []) {
            self.timeColumn = timeColumn
            self.table = table
            self.query = query
            self.columns = columns
        }
    }

    /// Whether a file of this name is offered as a series where a folder is listed: its name ends like those of
    /// a `SeriesFormat`, or like that and `.gz`.
    public static func isReadable(name: String) -> Bool {
        let plain = name.hasSuffix(gzipEnding) ? String(name.dropLast(gzipEnding.count)) : name
        return SeriesFormat.all.contains { $0.endings.contains { plain.hasSuffix($0) } }
    }

    /// Reads the series in the file at `path`; `-` is standard input. Formats are told apart by their first bytes,
    /// gzip-compressed or not.
    /// - Throws: `SeriesError` with the file, row and column of what is wrong.
    public static func read(path: String, options: Options = Options()) throws -> Series {
        try read(source(path: path), options)
    }

    /// What is at `path`, as it is.
    static func source(path: String) throws -> SeriesSource {
        if path == "-" { return SeriesSource(name: "standard input", data: try standardInput(), path: nil) }
        let url = URL(fileURLWithPath: path)
        let name = printable(url.lastPathComponent)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw SeriesError.unreadable(file: name, reason: "no such file")
        }
        if isDirectory.boolValue { throw SeriesError.unreadable(file: name, reason: "it is a folder") }
        let kind = try? url.resolvingSymlinksInPath().resourceValues(forKeys: [.isRegularFileKey]).isRegularFile
        if kind == false { throw SeriesError.noOrdinaryFile(file: name) }
        let data: Data
        do {
            data = try Data(contentsOf: url, options: .mappedIfSafe)
        } catch {
            throw SeriesError.unreadable(file: name, reason: "permission denied or a read error")
        }
        return SeriesSource(name: name, data: data, path: path)
    }

    /// Reads a series held in memory, gzip-compressed or not; `name` is used in messages.
    /// - Throws: `SeriesError`; `.fileNeeded` for an SQLite database, which is read from a file alone.
    public static func read(data: Data, name: String, options: Options = Options()) throws -> Series {
        try read(SeriesSource(name: name, data: data, path: nil), options)
    }

    private static func read(_ source: SeriesSource, _ options: Options) throws -> Series {
        var source = source
        if source.data.starts(with: gzipMark) {
            source = SeriesSource(name: source.name, data: try inflate(gzip: source.data, file: source.name), path: nil)
        }
        let format = SeriesFormat.all.first { $0.recognises(source.data) } ?? .csv
        if options.table != nil || options.query != nil, !SeriesFormat.sqlite.recognises(source.data) {
            throw SeriesError.noDatabase(file: source.name)
        }
        return try finish(format.read(source, options), options)
    }

    /// The most that is read where the end cannot be known before.
    static let mostStreamedBytes = 4 << 30

    /// All of standard input; what is neither text nor of a known format is refused after the first bytes.
    private static func standardInput() throws(SeriesError) -> Data {
        let name = "standard input"
        var data = Data()
        while true {
            let chunk: Data?
            do {
                chunk = try FileHandle.standardInput.read(upToCount: 1 << 20)
            } catch {
                throw .unreadable(file: name, reason: "a read error")
            }
            guard let chunk, !chunk.isEmpty else { return data }
            if data.isEmpty, !chunk.starts(with: gzipMark), let kind = ForeignContent.kind(of: chunk) {
                throw .foreign(file: name, kind: kind.name, remedy: kind.remedy)
            }
            data.append(chunk)
            guard data.count <= mostStreamedBytes else { throw .tooLarge(file: name, mostBytes: mostStreamedBytes) }
        }
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
        series.notices += samplingNotices(series)
        return series
    }

    private static func inTimeOrder(_ series: Series) -> Series {
        guard let times = series.time.microseconds else { return series }
        let late = times.adjacentPairs().count { $0 > $1 }
        guard late > 0 else { return series }
        var sorted = series.selecting(rows: times.indices.sorted { (times[$0], $0) < (times[$1], $1) })
        sorted.notices.append("Rows were put into time order: \(late) came before the row above.")
        return sorted
    }

    private static func samplingNotices(_ series: Series) -> [String] {
        guard let times = series.time.microseconds, let step = series.profile.step else { return [] }
        var notices: [String] = []
        let repeated = times.adjacentPairs().count { $0 == $1 }
        if repeated > 0 {
            notices.append("\(repeated) row\(repeated == 1 ? "" : "s") repeat the time of the row above; all are kept.")
        }
        let holes = times.adjacentPairs().count { step > 0 && Double($1 - $0) > 1.5 * Double(step) }
        if holes > 0 {
            notices.append("Time jumps at \(holes) place\(holes == 1 ? "" : "s"); rows are treated as evenly spaced.")
        }
        return notices
    }
}

extension Series {
    /// The series with only the named channels, in that order.
    /// - Throws: `SeriesError.noSuchColumn` when a name is not a channel.
    public func selecting(channels names: [String]) throws(SeriesError) -> Series {
        var selected: [Channel] = []
        for name in names {
            guard let channel = channels.first(where: { $0.name == name }) else {
                throw .noSuchColumn(file: self.name, column: name, known: channels.map(\.name))
            }
            selected.append(channel)
        }
        return with(selected)
    }
}
