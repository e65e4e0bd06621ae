import Foundation
import TimeSeries

/// Reads the rows that are appended to a CSV file as they come, as `tail -F` reads lines.
///
/// Only new bytes are read, and a row counts when its line has ended. A row that is wrong is told and left out, and so is
/// one whose time lies before the row above. Where the file is cut short or another takes its place, that is told and the
/// rows of what is there now come behind those that were read.
public struct SeriesTail: Sendable {
    /// What has come since the last look.
    public struct Growth: Sendable {
        /// New rows, whose `fileOrder` holds their positions in the file; `nil` where there are none.
        public var rows: Series?
        /// What happened to the file, and why rows were left out.
        public var problems: [SeriesError] = []

        /// Rows, problems, both or nothing.
        public init(rows: Series? = nil, problems: [SeriesError] = []) {
            (self.rows, self.problems) = (rows, problems)
        }

        /// Whether nothing has happened.
        public var isEmpty: Bool { rows == nil && problems.isEmpty }
    }

    /// How the file was read that the rows go on from.
    public let understanding: Understanding
    private let path: String
    private let name: String
    /// What the user calls columns.
    private let renamed: [String: String]
    private let encoding: TextEncoding
    private var text: CSVTail
    private var offset: Int
    private var identity: Identity?
    /// The bytes before `offset`, by which a file that was written anew is told.
    private var mark: Data
    private var isGone = false

    /// Which file it is, whatever its name.
    private struct Identity: Equatable {
        let device: UInt
        let number: UInt
        let size: Int

        func isSame(as other: Identity) -> Bool { device == other.device && number == other.number }
    }

    private static let markLength = 64
    private static let mostAtOnce = 16 << 20

    /// Reads what is in a file, up to the last line that has ended.
    /// - Returns: the series, and the tail that reads what follows.
    /// - Throws: `SeriesError` as `SeriesReader` does; `.notFollowed` for anything but an uncompressed CSV file.
    public static func open(
        path: String, options: SeriesReader.Options = SeriesReader.Options()
    ) throws -> (series: Series, tail: SeriesTail) {
        if options.readers?.kind(of: path) != nil {
            throw SeriesError.notFollowed(file: printable(URL(fileURLWithPath: path).lastPathComponent))
        }
        let source = try SeriesReader.source(path: path)
        let others = SeriesFormat.all.dropLast()
        guard source.path != nil, !others.contains(where: { $0.recognises(source.data) }),
            !source.data.starts(with: SeriesReader.gzipMark)
        else { throw SeriesError.notFollowed(file: source.name) }
        let decoded = try DecodedText(source)
        guard decoded.encoding.isOfBytes else { throw SeriesError.notFollowed(file: source.name) }
        let identity = identity(of: path)
        let (reading, text) = try CSVTail.beginning(decoded.utf8, file: source.name, options: options)
        let tail = SeriesTail(
            understanding: reading.understanding, path: path, name: source.name, renamed: options.renamed,
            encoding: decoded.encoding, text: text, offset: source.data.count, identity: identity,
            mark: Data(source.data.suffix(markLength)))
        return (reading.series, tail)
    }

    /// Reads what has come since the last call; returns at once where nothing has.
    /// - Throws: `SeriesError.otherColumns` where a file with other columns took the place of the one that was followed; there
    ///   is nothing more to follow then.
    public mutating func read() throws(SeriesError) -> Growth {
        guard let now = Self.identity(of: path) else {
            defer { isGone = true }
            return isGone ? Growth() : Growth(problems: [.gone(file: name)])
        }
        isGone = false
        if let identity, now.isSame(as: identity), now.size == offset { return Growth() }
        guard let file = FileHandle(forReadingAtPath: path) else { return Growth() }
        defer { try? file.close() }
        var problems: [SeriesError] = []
        if identity.map({ !now.isSame(as: $0) }) ?? true || now.size < offset || !hasMark(file) {
            problems = [.replaced(file: name)]
            text.restart()
            (offset, mark) = (0, Data())
        }
        identity = now
        guard (try? file.seek(toOffset: UInt64(offset))) != nil,
            let piece = try? file.read(upToCount: min(now.size - offset, Self.mostAtOnce)), !piece.isEmpty
        else { return Growth(problems: problems) }
        offset += piece.count
        mark = Data((mark + piece).suffix(Self.markLength))
        var growth = try text.append(encoding.utf8(piece))
        growth.rows = growth.rows?.renaming(renamed)
        growth.problems = problems + growth.problems
        return growth
    }

    /// Whether the file still holds before `offset` what was read there.
    private func hasMark(_ file: FileHandle) -> Bool {
        guard !mark.isEmpty else { return true }
        guard (try? file.seek(toOffset: UInt64(offset - mark.count))) != nil else { return false }
        return (try? file.read(upToCount: mark.count)) == mark
    }

    private static func identity(of path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt(status.st_dev), number: UInt(status.st_ino), size: Int(status.st_size))
    }
}
