/// Bytes that nobody can foretell, from the system's generator.
public func randomBytes(_ count: Int) -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
}

/// Bytes as lower-case digits, two a byte.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// Bytes as capital letters and the digits 2 to 7, eight for five bytes (base32, RFC 4648), without the signs that fill up.
public func base32(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    var (text, held, count) = ([UInt8](), UInt32(0), 0)
    for byte in bytes {
        (held, count) = (held << 8 | UInt32(byte), count + 8)
        while count >= 5 {
            count -= 5
            text.append(digits[Int(held >> UInt32(count) & 31)])
        }
        held &= 31
    }
    if count > 0 { text.append(digits[Int(held << UInt32(5 - count) & 31)]) }
    return String(decoding: text, as: UTF8.self)
}
