import Foundation
import TimeSeries

/// The bytes of a file, of standard input or of memory as they come, decompressed where they are compressed with gzip.
struct ByteStream {
    let name: String
    /// `nil` where the bytes are in memory.
    private let file: FileHandle?
    /// What is in memory and not read.
    private var held = Data()
    /// What was read and not taken.
    var bytes: [UInt8] = []
    private var lineEnds = LineEnds()
    private(set) var isAtEnd = false
    private var inflater: Inflater?
    private var hasBegun = false

    private static let mostAtOnce = 1 << 18

    init(path: String) throws(SeriesError) {
        name = path == "-" ? "standard input" : printable(URL(fileURLWithPath: path).lastPathComponent)
        guard let file = path == "-" ? .standardInput : FileHandle(forReadingAtPath: path) else {
            throw .unreadable(file: name, reason: "no such file, or permission denied")
        }
        self.file = file
    }

    /// Bytes that are in memory; `name` is used in messages.
    init(_ bytes: Data, name: String) { (self.name, file, held) = (name, nil, bytes) }

    /// Line ends that were read.
    var lineEndCount: Int { lineEnds.count }

    /// The first lines with their ends, as far as they were read, or the first bytes of them.
    func firstLines(_ count: Int, mostBytes: Int = .max) -> [UInt8] {
        var (end, ends) = (0, LineEnds())
        while end < bytes.count, end < mostBytes, ends.count < count {
            ends.take(bytes[end...end])
            end += 1
        }
        return Array(bytes[..<end])
    }

    /// Reads what is there, or waits for some; what it gives may be nothing yet where it is decompressed.
    /// - Returns: whether there was any.
    mutating func read() throws(SeriesError) -> Bool {
        var chunk = try chunk()
        if !hasBegun {
            // Compressed data is told by two bytes.
            while chunk.count == 1 {
                let more = try self.chunk()
                guard !more.isEmpty else { break }
                chunk += more
            }
            if chunk.starts(with: SeriesReader.gzipMark) { inflater = try Inflater(file: name) }
            hasBegun = true
        }
        isAtEnd = chunk.isEmpty
        let before = bytes.count
        if let inflater {
            try chunk.withUnsafeBufferPointer { source throws(SeriesError) in
                try inflater.take(UnsafeRawBufferPointer(source)) { bytes += $0 }
            }
            if isAtEnd { try inflater.end() }
        } else {
            bytes += chunk
        }
        lineEnds.take(bytes[before...])
        return !isAtEnd
    }

    private mutating func chunk() throws(SeriesError) -> [UInt8] {
        guard let file else {
            defer { held = held.dropFirst(Self.mostAtOnce) }
            return Array(held.prefix(Self.mostAtOnce))
        }
        var count = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: Self.mostAtOnce) { target, filled in
            repeat {
                count = Foundation.read(file.fileDescriptor, target.baseAddress, Self.mostAtOnce)
            } while count < 0 && errno == EINTR
            filled = max(0, count)
        }
        guard count >= 0 else { throw .unreadable(file: name, reason: String(cString: strerror(errno))) }
        return chunk
    }
}

/// Line ends in a text that has them as LF, CRLF or CR throughout.
struct LineEnds {
    private var (feeds, returns) = (0, 0)

    var count: Int { max(feeds, returns) }

    mutating func take(_ text: ArraySlice<UInt8>) {
        feeds += text.count { $0 == 0x0A }
        returns += text.count { $0 == 0x0D }
    }

    /// How many there are in a text.
    static func count(_ text: ArraySlice<UInt8>) -> Int {
        var ends = LineEnds()
        ends.take(text)
        return ends.count
    }
}
