import Foundation

/// Reads decimal numbers from bytes, exactly as `Double(_: String)` would but without a string.
enum NumberParser {
    private static let powersOfTen: [Double] = (0...22).map { pow(10, Double($0)) }

    /// The number the bytes spell, or `nil`; infinite where it is too large for a `Double`. Words for infinity and
    /// NaN are not numbers here.
    static func double(_ bytes: UnsafeBufferPointer<UInt8>, decimalComma: Bool) -> Double? {
        var position = 0
        let count = bytes.count
        guard count > 0 else { return nil }
        let negative = bytes[0] == 0x2D
        if negative || bytes[0] == 0x2B { position = 1 }
        var mantissa: UInt64 = 0
        var (digits, exponent) = (0, 0)
        var seenPoint = false
        let point: UInt8 = decimalComma ? 0x2C : 0x2E
        while position < count {
            let byte = bytes[position]
            if byte &- 0x30 < 10 {
                if digits < 19 { mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30) } else { return slow(bytes, decimalComma) }
                if mantissa > 0 { digits += 1 }
                if seenPoint { exponent -= 1 }
            } else if byte == point, !seenPoint {
                seenPoint = true
            } else {
                break
            }
            position += 1
        }
        let signed = negative || bytes[0] == 0x2B
        guard position > (signed ? 1 : 0) + (seenPoint ? 1 : 0) else { return nil }
        guard position == count, mantissa < 1 << 53, exponent >= -22 else { return slow(bytes, decimalComma) }
        let value = Double(mantissa) / powersOfTen[-exponent]
        return negative ? -value : value
    }

    /// The number that begins at `start` when it is plain digits with at most one point, exactly
    /// representable on the way, and ends before a delimiter or line end; `nil` for anything else.
    @inline(__always)
    static func plainDecimal(
        _ bytes: UnsafeBufferPointer<UInt8>, at start: Int, delimiter: UInt8, point: UInt8
    ) -> (value: Double, end: Int)? {
        guard let base = bytes.baseAddress else { return nil }
        var position = start
        let negative = base[position] == 0x2D
        if negative { position += 1 }
        var mantissa: UInt64 = 0
        var pointPosition = -1
        let first = position
        while position < bytes.count {
            let digit = base[position] &- 0x30
            if digit < 10 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
            } else if base[position] == point, pointPosition < 0 {
                pointPosition = position
            } else {
                break
            }
            position += 1
        }
        let digits = position - first - (pointPosition >= 0 ? 1 : 0)
        guard digits > 0, digits <= 15 else { return nil }
        guard position == bytes.count || base[position] == delimiter || base[position] == 0x0A || base[position] == 0x0D
        else { return nil }
        let decimals = pointPosition >= 0 ? position - pointPosition - 1 : 0
        let value = decimals == 0 ? Double(mantissa) : Double(mantissa) / powersOfTen[decimals]
        return (negative ? -value : value, position)
    }

    private static func slow(_ bytes: UnsafeBufferPointer<UInt8>, _ decimalComma: Bool) -> Double? {
        guard looksNumeric(bytes), !bytes.contains(decimalComma ? 0x2E : 0x2C) else { return nil }
        var text = String(decoding: bytes, as: UTF8.self)
        if decimalComma { text = text.replacing(",", with: ".") }
        return Double(text)
    }

    /// Whether every byte could belong to a decimal number.
    static func looksNumeric(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var digits = 0
        for byte in bytes {
            switch byte {
            case 0x30...0x39: digits += 1
            case 0x2B, 0x2D, 0x2E, 0x2C, 0x45, 0x65: continue
            default: return false
            }
        }
        return digits > 0
    }

    /// Whether the bytes mark a missing value: empty, `NA`, `N/A`, `NaN`, `null`, `none` or `-`.
    static func isGap(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if bytes.isEmpty { return true }
        guard bytes.count <= 4, bytes[0] > 0x39 || bytes[0] == 0x2D else { return false }
        return ["na", "nan", "null", "none", "n/a", "-"].contains(String(decoding: bytes, as: UTF8.self).lowercased())
    }

    /// Whether the bytes spell an infinity.
    static func isInfinity(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count <= 9, let letter = bytes.first(where: { $0 != 0x2B && $0 != 0x2D }), letter | 0x20 == 0x69 else {
            return false
        }
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        return ["inf", "infinity", "+inf", "+infinity", "-inf", "-infinity"].contains(text)
    }
}
