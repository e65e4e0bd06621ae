import CZlib
import Foundation

/// Decompresses all of some gzip data.
/// - Throws: `SeriesError.damagedGzip` when the data is not whole, `.inflated` when it grows beyond measure.
func inflate(gzip data: Data, file: String) throws(SeriesError) -> Data {
    let inflater = try Inflater(file: file)
    var output = Data()
    let outcome = data.withUnsafeBytes { source in
        Result { () throws(SeriesError) in try inflater.take(source) { output.append($0) } }
    }
    try outcome.get()
    try inflater.end()
    return output
}

/// Decompresses gzip data of one or more members (RFC 1952) that comes in pieces.
final class Inflater {
    /// The growth that text of numbers does not reach; gzip can be made to grow a thousandfold.
    private static let mostGrowth = 100
    /// What may be decompressed whatever the growth.
    private static let harmlessBytes = 64 << 20

    /// The most bytes of text that so many bytes of a file are let grow to.
    static func mostBytes(from read: Int) -> Int { max(harmlessBytes, mostGrowth * read) }

    private let file: String
    // zlib remembers where this lies.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var target = [UInt8](repeating: 0, count: 1 << 18)
    private var (read, written) = (0, 0)
    /// Whether what was taken ends with a member.
    private var isWhole = false

    /// Begins; `file` is the name in messages.
    /// - Throws: `SeriesError.damagedGzip` without memory.
    init(file: String) throws(SeriesError) {
        self.file = file
        stream.initialize(to: z_stream())
        guard oddline_inflate_gzip_begin(stream) == Z_OK else { throw .damagedGzip(file: file) }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Decompresses the next piece and hands over, bit by bit, what it gives.
    /// - Throws: `SeriesError.damagedGzip`, `.inflated`.
    func take(_ source: UnsafeRawBufferPointer, _ body: (UnsafeBufferPointer<UInt8>) -> Void) throws(SeriesError) {
        // zlib counts what it is given in 32 bits.
        for start in stride(from: 0, to: source.count, by: 1 << 30) {
            let part = UnsafeRawBufferPointer(rebasing: source[start..<min(source.count, start + 1 << 30)])
            stream.pointee.next_in = UnsafeMutablePointer(mutating: part.bindMemory(to: UInt8.self).baseAddress)
            stream.pointee.avail_in = UInt32(part.count)
            read += part.count
            while try step(body) {}
        }
    }

    /// Fills `target` once.
    /// - Returns: whether there may be more to decompress in what was given.
    private func step(_ body: (UnsafeBufferPointer<UInt8>) -> Void) throws(SeriesError) -> Bool {
        if isWhole {
            guard stream.pointee.avail_in > 0 else { return false }
            guard inflateReset(stream) == Z_OK else { throw .damagedGzip(file: file) }
            isWhole = false
        }
        let status = target.withUnsafeMutableBufferPointer { target in
            stream.pointee.next_out = target.baseAddress
            stream.pointee.avail_out = UInt32(target.count)
            return CZlib.inflate(stream, Z_NO_FLUSH)
        }
        // Z_BUF_ERROR: all was decompressed before.
        guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(status) else { throw .damagedGzip(file: file) }
        isWhole = status == Z_STREAM_END
        let count = target.count - Int(stream.pointee.avail_out)
        written += count
        guard written <= Self.mostBytes(from: read) else {
            throw .inflated(file: file, times: Self.mostGrowth)
        }
        target.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<count])) }
        return isWhole || stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
    }

    /// That there is no more.
    /// - Throws: `SeriesError.damagedGzip` where the last member is not whole.
    func end() throws(SeriesError) { if !isWhole { throw .damagedGzip(file: file) } }
}
