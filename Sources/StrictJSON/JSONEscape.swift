/// Escapes in JSON texts (RFC 8259, section 7), for whoever reads them.
public enum JSONEscape {
    /// What is wrong with an escape.
    public enum Flaw: Error, Equatable, Sendable {
        /// There is no such escape, or it is cut short.
        case unknown
        /// A surrogate without the other.
        case halfAPair
    }

    /// Adds what an escape stands for to `content`, in UTF-8.
    /// - Parameter place: where it begins, behind its backslash; afterwards where it ends.
    /// - Throws: `Flaw`.
    public static func read<Bytes: RandomAccessCollection<UInt8>>(
        _ bytes: Bytes, at place: inout Int, into content: inout [UInt8]
    ) throws(Flaw) where Bytes.Index == Int {
        guard place < bytes.endIndex else { throw .unknown }
        let byte = bytes[place]
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"): content += String(try scalar(bytes, at: &place)).utf8
        default: throw .unknown
        }
    }

    /// The character of four digits behind `\u`, or of a pair of surrogates.
    private static func scalar<Bytes: RandomAccessCollection<UInt8>>(
        _ bytes: Bytes, at place: inout Int
    ) throws(Flaw) -> Character where Bytes.Index == Int {
        var code = try codeUnit(bytes, at: &place)
        if (0xD800...0xDBFF).contains(code) {
            guard bytes[place...].starts(with: "\\u".utf8) else { throw .halfAPair }
            place += 2
            let low = try codeUnit(bytes, at: &place)
            guard (0xDC00...0xDFFF).contains(low) else { throw .halfAPair }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw .halfAPair }
        return Character(scalar)
    }

    private static func codeUnit<Bytes: RandomAccessCollection<UInt8>>(
        _ bytes: Bytes, at place: inout Int
    ) throws(Flaw) -> UInt32 where Bytes.Index == Int {
        guard place + 4 <= bytes.endIndex else { throw .unknown }
        var code: UInt32 = 0
        for byte in bytes[place..<place + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw .unknown }
            code = code << 4 + UInt32(digit)
        }
        place += 4
        return code
    }
}
