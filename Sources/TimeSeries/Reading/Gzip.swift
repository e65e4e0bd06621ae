import CZlib
import Foundation

/// The growth that text of numbers does not reach; gzip can be made to grow a thousandfold.
private let mostGrowth = 100
/// What may be decompressed whatever the growth.
private let harmlessBytes = 64 << 20

/// Decompresses gzip data of one or more members (RFC 1952).
/// - Throws: `SeriesError.damagedGzip` when the data is not whole, `.inflated` when it grows beyond measure.
func inflate(gzip data: Data, file: String) throws(SeriesError) -> Data {
    var stream = z_stream()
    guard oddline_inflate_gzip_begin(&stream) == Z_OK else { throw .damagedGzip(file: file) }
    defer { inflateEnd(&stream) }
    let most = max(harmlessBytes, mostGrowth * data.count)
    var output = Data()
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    let outcome = data.withUnsafeBytes { source -> InflateOutcome in
        chunk.withUnsafeMutableBufferPointer { target in
            inflate(&stream, source, target) {
                output.append(target.baseAddress.unsafelyUnwrapped, count: $0)
                return output.count <= most
            }
        }
    }
    switch outcome {
    case .whole: return output
    case .damaged: throw .damagedGzip(file: file)
    case .stopped: throw .inflated(file: file, times: mostGrowth)
    }
}

private enum InflateOutcome { case whole, damaged, stopped }

/// Decompresses all of `source`; after each step `target` holds as many bytes as `take` is told, which answers whether to
/// go on.
private func inflate(
    _ stream: inout z_stream, _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableBufferPointer<UInt8>,
    take: (Int) -> Bool
) -> InflateOutcome {
    var given = 0
    while true {
        if stream.avail_in == 0 {
            // zlib counts what it is given in 32 bits.
            let part = source[given..<min(source.count, given + 1 << 30)]
            stream.next_in = UnsafeMutablePointer(
                mutating: UnsafeRawBufferPointer(rebasing: part).bindMemory(to: UInt8.self).baseAddress)
            stream.avail_in = UInt32(part.count)
            given += part.count
        }
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        let status = inflate(&stream, Z_NO_FLUSH)
        guard status == Z_OK || status == Z_STREAM_END else { return .damaged }
        guard take(target.count - Int(stream.avail_out)) else { return .stopped }
        let isAllGiven = stream.avail_in == 0 && given == source.count
        if status == Z_STREAM_END {
            if isAllGiven { return .whole }
            guard inflateReset(&stream) == Z_OK else { return .damaged }
        } else if isAllGiven, stream.avail_out > 0 {
            return .damaged
        }
    }
}
