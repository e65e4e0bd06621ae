import Foundation

/// A message in the wire format of Protocol Buffers, written field by field: all of it that model files for other tools need.
/// See https://protobuf.dev/programming-guides/encoding/.
struct ProtocolBuffer {
    /// What has been written.
    private(set) var bytes = Data()

    private enum WireType: UInt64 { case varint = 0, bytes = 2, fixed32 = 5 }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func tag(_ field: UInt64, _ type: WireType) { varint(field << 3 | type.rawValue) }

    /// A whole number; negative ones take ten bytes.
    mutating func add(_ field: UInt64, _ value: Int) {
        tag(field, .varint)
        varint(UInt64(bitPattern: Int64(value)))
    }

    /// A single-precision number.
    mutating func add(_ field: UInt64, _ value: Float) {
        tag(field, .fixed32)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Raw bytes.
    mutating func add(_ field: UInt64, _ value: Data) {
        tag(field, .bytes)
        varint(UInt64(value.count))
        bytes.append(value)
    }

    /// A text.
    mutating func add(_ field: UInt64, _ value: String) { add(field, Data(value.utf8)) }

    /// A message within this one, as `write` fills it.
    mutating func add(_ field: UInt64, _ write: (inout ProtocolBuffer) -> Void) {
        var message = ProtocolBuffer()
        write(&message)
        add(field, message.bytes)
    }
}
