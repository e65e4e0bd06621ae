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
    /// What is followed, which is read to its end when another has its name.
    private var file: OpenFile?
    /// The bytes before `offset`, by which a file that was written anew is told.
    private var mark: Data
    /// What was told last of the place where the file should be.
    private var told: SeriesError?

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
        // Opened after it was read: where another has its name by then, the mark tells.
        let file = OpenFile(path)
        let (reading, text) = try CSVTail.beginning(decoded.utf8, file: source.name, options: options)
        let tail = SeriesTail(
            understanding: reading.understanding, path: path, name: source.name, renamed: options.renamed,
            encoding: decoded.encoding, text: text, offset: source.data.count, file: file,
            mark: Data(source.data.suffix(markLength)))
        return (reading.series, tail)
    }

    /// Reads what has come since the last call; returns at once where nothing has. Of a file that was renamed or removed, what was
    /// written to it before comes first, however long after, and then what has its name now.
    /// - Throws: `SeriesError.otherColumns` where a file with other columns took the place of the one that was followed; there
    ///   is nothing more to follow then.
    public mutating func read() throws(SeriesError) -> Growth {
        // What has the name is looked for before the end of the file that had it: what was written before it went is there by then.
        let named = OpenFile(path)
        if let open = file, !open.isSame(as: named) {
            var before: Int
            repeat {
                before = offset
                let last = try piece(of: open)
                if !last.isEmpty { return last }
            } while offset > before
        }
        guard let named else { return Growth(problems: trouble(.gone(file: name))) }
        guard named.isPlain else { return Growth(problems: trouble(.noOrdinaryFile(file: name))) }
        told = nil
        var problems: [SeriesError] = []
        if !named.isSame(as: file) || named.size < offset || !hasMark(named) {
            problems = [.replaced(file: name)]
            text.restart()
            (offset, mark) = (0, Data())
        }
        file = named
        var growth = try piece(of: named)
        growth.problems = problems + growth.problems
        return growth
    }

    /// The rows of what stands in a file behind `offset`, or of the first part of it.
    private mutating func piece(of file: OpenFile) throws(SeriesError) -> Growth {
        let piece = file.read(from: offset, atMost: Self.mostAtOnce)
        guard !piece.isEmpty else { return Growth() }
        offset += piece.count
        mark = Data((mark + piece).suffix(Self.markLength))
        var growth = try text.append(encoding.utf8(piece))
        growth.rows = growth.rows?.renaming(renamed)
        return growth
    }

    /// What is wrong with the place of the file, told once.
    private mutating func trouble(_ problem: SeriesError) -> [SeriesError] {
        defer { told = problem }
        return told == problem ? [] : [problem]
    }

    /// Whether a file still holds before `offset` what was read there.
    private func hasMark(_ file: OpenFile) -> Bool {
        mark.isEmpty || file.read(from: offset - mark.count, atMost: mark.count) == mark
    }
}

/// A file that stays the same whatever its name leads to meanwhile.
private final class OpenFile: Sendable {
    private let descriptor: Int32
    private let device: UInt, number: UInt
    /// Whether it is no pipe and no device, which would be waited for.
    let isPlain: Bool

    /// - Returns: `nil` where nothing can be read there.
    init?(_ path: String) {
        // A pipe without anybody who writes is not waited for.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            if descriptor >= 0 { close(descriptor) }
            return nil
        }
        self.descriptor = descriptor
        (device, number) = (UInt(status.st_dev), UInt(status.st_ino))
        isPlain = status.st_mode & S_IFMT == S_IFREG
    }

    deinit { close(descriptor) }

    func isSame(as other: OpenFile?) -> Bool { other.map { device == $0.device && number == $0.number } ?? false }

    var size: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    /// The bytes from a place on; none at the end, and where it cannot be read.
    func read(from offset: Int, atMost count: Int) -> Data {
        var bytes = Data(count: min(count, max(0, size - offset)))
        guard !bytes.isEmpty else { return Data() }
        let found = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
        return bytes.prefix(max(0, found))
    }
}
