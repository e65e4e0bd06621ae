import Foundation
import TimeSeries

/// Opens series from files of any `SeriesFormat`, compressed or not, and from standard input.
public enum SeriesReader {
    /// How the names of compressed files end, behind the ending of what they hold.
    private static let gzipEnding = ".gz"
    /// How gzip data begins.
    static let gzipMark: [UInt8] = [0x1F, 0x8B]

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
        try open(path: path, options: options).series
    }

    /// Reads a series as `read` does.
    /// - Returns: also how it was read.
    public static func open(path: String, options: Options = Options()) throws -> Reading {
        let name = printable(URL(fileURLWithPath: path).lastPathComponent)
        if options.table == nil, options.query == nil, let table = try options.readers?.csv(of: path, name: name) {
            return try open(table, name: name, options)
        }
        return try open(source(path: path), options)
    }

    /// Reads what a program wrote. Errors name the file and the program, since rows and lines are those of what it wrote.
    private static func open(_ table: ReaderPrograms.Table, name: String, _ options: Options) throws -> Reading {
        let program = printable(shortened(table.program))
        let written = SeriesSource(name: "\(name), as \(program) wrote it", data: table.csv, path: nil)
        var raw = try SeriesFormat.csv.read(written, options)
        raw.understanding.format = "\(table.format), by \(program)"
        raw.understanding.notices.insert(contentsOf: table.notices, at: 0)
        let reading = try finish(raw, options)
        var series = reading.series
        series.name = name
        return Reading(series: series, understanding: reading.understanding)
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
    /// - Throws: `SeriesError`; `.fileNeeded` for what is read from a file alone: SQLite databases, and what other programs read.
    public static func read(data: Data, name: String, options: Options = Options()) throws -> Series {
        try open(data: data, name: name, options: options).series
    }

    /// Reads a series held in memory.
    /// - Returns: also how it was read.
    public static func open(data: Data, name: String, options: Options = Options()) throws -> Reading {
        try open(SeriesSource(name: name, data: data, path: nil), options)
    }

    private static func open(_ source: SeriesSource, _ options: Options) throws -> Reading {
        var source = source
        if source.data.starts(with: gzipMark) {
            source = SeriesSource(name: source.name, data: try inflate(gzip: source.data, file: source.name), path: nil)
            if let refusal = ForeignContent.refusal(ofPiped: source.data, file: source.name) { throw refusal }
        }
        let format = SeriesFormat.all.first { $0.recognises(source.data) } ?? .csv
        if options.table != nil || options.query != nil, !SeriesFormat.sqlite.recognises(source.data) {
            throw SeriesError.noDatabase(file: source.name)
        }
        return try finish(format.read(source, options), options)
    }

    /// The series that columns of a file tell apart, in the order in which they begin, and how many rows each has.
    /// - Throws: `SeriesError` as `open` does.
    public static func seriesList(
        path: String, toldApartBy columns: [String], options: Options = Options()
    ) throws -> [Understanding.Key.One] {
        var options = options
        (options.keyColumn, options.only, options.listed) = (columns.first, [], columns)
        return try open(path: path, options: options).understanding.key?.series ?? []
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
            if data.isEmpty, !chunk.starts(with: gzipMark), let refusal = ForeignContent.refusal(ofPiped: chunk, file: name) {
                throw refusal
            }
            data.append(chunk)
            guard data.count <= mostStreamedBytes else { throw .tooLarge(file: name, mostBytes: mostStreamedBytes) }
        }
    }
}
