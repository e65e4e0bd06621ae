import CZlib
import Foundation

/// Decompresses gzip data of one or more members (RFC 1952).
/// - Throws: `SeriesError.damagedGzip` when the data is not whole.
func inflate(gzip data: Data, file: String) throws(SeriesError) -> Data {
    var stream = z_stream()
    guard oddline_inflate_gzip_begin(&stream) == Z_OK else { throw .damagedGzip(file: file) }
    defer { inflateEnd(&stream) }
    var input = [UInt8](data)
    var output = Data()
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    let complete = input.withUnsafeMutableBufferPointer { source in
        chunk.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            while true {
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                let status = inflate(&stream, Z_NO_FLUSH)
                guard status == Z_OK || status == Z_STREAM_END else { return false }
                output.append(target.baseAddress.unsafelyUnwrapped, count: target.count - Int(stream.avail_out))
                if status == Z_STREAM_END {
                    if stream.avail_in == 0 { return true }
                    guard inflateReset(&stream) == Z_OK else { return false }
                } else if stream.avail_in == 0, stream.avail_out > 0 {
                    return false
                }
            }
        }
    }
    guard complete else { throw .damagedGzip(file: file) }
    return output
}
