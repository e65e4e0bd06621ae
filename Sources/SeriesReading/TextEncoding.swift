import Foundation

/// The text of a source in UTF-8.
struct DecodedText {
    /// What it is written in.
    let encoding: TextEncoding
    let utf8: Data

    /// - Throws: `SeriesError.foreign` for what is known to be no text, and for text in an encoding that cannot be read here.
    init(_ source: SeriesSource) throws(SeriesError) {
        encoding = TextEncoding.of(source.data)
        let text = encoding.text(source.data)
        if let kind = ForeignContent.kind(of: encoding.isWide ? text ?? source.data : source.data) {
            throw .foreign(file: source.name, kind: kind.name, remedy: kind.remedy)
        }
        guard let decoded = text else {
            let name = encoding.rawValue
            throw .foreign(
                file: source.name, kind: "text in \(name), as far as its bytes tell",
                remedy: "convert it (iconv -f \(name) -t UTF-8 FILE > NEW) and open that")
        }
        utf8 = decoded
    }
}

/// The character encodings that text is read in.
enum TextEncoding: String, Sendable, Equatable {
    case utf8 = "UTF-8"
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"
    /// What is not UTF-8 and has no sign of another is taken for this one, of which Latin-1's printable characters are a part.
    case windows1252 = "Windows-1252"
    case windows1251 = "Windows-1251"
    case koi8r = "KOI8-R"
    case shiftJIS = "Shift_JIS"
    case eucJP = "EUC-JP"
    case eucKR = "EUC-KR"
    case gb18030 = "GB18030"

    /// Whether a text can be cut into pieces at any byte of ASCII, each of which is read by itself.
    var isOfBytes: Bool { self == .utf8 || self == .windows1252 }

    /// Whether characters of ASCII have two bytes.
    var isWide: Bool { self == .utf16LittleEndian || self == .utf16BigEndian }

    /// Its number as Foundation has it, where that reads it.
    private var number: String.Encoding? {
        switch self {
        case .utf8, .utf16LittleEndian, .utf16BigEndian, .windows1252: nil
        case .windows1251: .windowsCP1251
        case .shiftJIS: .shiftJIS
        case .eucJP: .japaneseEUC
        // kCFStringEncodingKOI8_R, EUC_KR and GB_18030_2000 with the bit that marks them in Foundation.
        case .koi8r: String.Encoding(rawValue: 0x8000_0A02)
        case .eucKR: String.Encoding(rawValue: 0x8000_0940)
        case .gb18030: String.Encoding(rawValue: 0x8000_0632)
        }
    }

    /// What the windows code page has where Latin-1 has control characters; 0 where it has nothing.
    private static let windows: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
    ]

    /// The encoding of some text, by its mark, by where it has zeros, and by whether it is UTF-8. Cost: one pass where a byte is
    /// no ASCII.
    static func of(_ data: Data) -> TextEncoding {
        if data.starts(with: [0xFF, 0xFE]), !data.starts(with: [0xFF, 0xFE, 0, 0]) { return .utf16LittleEndian }
        if data.starts(with: [0xFE, 0xFF]) { return .utf16BigEndian }
        let head = [UInt8](data.prefix(ForeignContent.head))
        if head.count >= 8, let wide = wide(head) { return wide }
        return head.contains(0) || isUTF8(data) ? .utf8 : EncodingGuess(data).encoding
    }

    /// UTF-16 without a mark: every other byte of the beginning is 0, and what stands between is text.
    private static func wide(_ head: [UInt8]) -> TextEncoding? {
        func isText(from start: Int) -> Bool {
            stride(from: start, to: head.count, by: 2).allSatisfy { head[$0] >= 0x20 || 0x09...0x0D ~= head[$0] }
        }
        func isZero(from start: Int) -> Bool { stride(from: start, to: head.count, by: 2).allSatisfy { head[$0] == 0 } }
        if isZero(from: 1), isText(from: 0) { return .utf16LittleEndian }
        if isZero(from: 0), isText(from: 1) { return .utf16BigEndian }
        return nil
    }

    private static func isUTF8(_ data: Data) -> Bool {
        data.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return true }
            var position = 0
            while position + 8 <= raw.count {
                guard (base + position).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0 else { break }
                position += 8
            }
            return String(validating: raw[position...], as: UTF8.self) != nil
        }
    }

    /// The text in UTF-8, what no character stands for replaced; `nil` where the encoding cannot be read here.
    func text(_ data: Data) -> Data? {
        guard let number else { return utf8(data) }
        if let text = String(data: data, encoding: number) { return Data(text.utf8) }
        guard String(data: Data("1".utf8), encoding: number) != nil else { return nil }
        // Bytes that are no character are told with the lines that hold them, if there are some.
        var lines = Data()
        for line in data.split(separator: 0x0A, omittingEmptySubsequences: false) {
            lines += Data((String(data: line, encoding: number) ?? String(decoding: line, as: UTF8.self)).utf8) + [0x0A]
        }
        return lines.dropLast()
    }

    /// The text in UTF-8; what no character stands for is replaced, and so is what stands for one of another script.
    func utf8(_ data: Data) -> Data {
        switch self {
        case .utf8: return data
        case .windows1252, .windows1251, .koi8r, .shiftJIS, .eucJP, .eucKR, .gb18030: return Self.fromWindows(data)
        case .utf16LittleEndian, .utf16BigEndian:
            let isLittle = self == .utf16LittleEndian
            let units = data.withUnsafeBytes { raw in
                (0..<raw.count / 2).map { raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self) }
                    .map { isLittle ? UInt16(littleEndian: $0) : UInt16(bigEndian: $0) }
            }
            return Data(String(decoding: units.first == 0xFEFF ? units.dropFirst() : units[...], as: UTF16.self).utf8)
        }
    }

    private static func fromWindows(_ data: Data) -> Data {
        var text: [UInt8] = []
        text.reserveCapacity(data.count + data.count / 16)
        for byte in data {
            guard byte >= 0x80 else {
                text.append(byte)
                continue
            }
            let code = byte < 0xA0 ? UInt32(windows[Int(byte) - 0x80]) : UInt32(byte)
            if let scalar = Unicode.Scalar(code == 0 ? 0xFFFD : code), let bytes = UTF8.encode(scalar) { text += bytes }
        }
        return Data(text)
    }
}
