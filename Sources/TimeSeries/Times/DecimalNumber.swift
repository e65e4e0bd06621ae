/// A decimal number as it is written: digits and a power of ten, so that no digit is lost.
struct DecimalNumber {
    private var mantissa: UInt64 = 0
    private var exponent = 0
    private var isNegative = false

    /// Digits behind the decimal sign; negative where the number ends in zeros that an exponent stands for.
    var decimals: Int { -exponent }

    /// Whether there is nothing but zeros behind the decimal sign.
    var isWhole: Bool {
        var (rest, left) = (mantissa, decimals)
        while left > 0, rest > 0 {
            if rest % 10 != 0 { return false }
            (rest, left) = (rest / 10, left - 1)
        }
        return true
    }

    /// Reads a number with or without sign, decimals and exponent, and blanks around it; `nil` where the bytes are none.
    init?(_ bytes: UnsafeBufferPointer<UInt8>, decimalComma: Bool) {
        var cursor = ByteCursor(bytes: bytes)
        cursor.skipBlanks()
        isNegative = cursor.peek == UInt8(ascii: "-")
        if isNegative || cursor.peek == UInt8(ascii: "+") { cursor.position += 1 }
        let start = cursor.position
        take(&cursor, perDigit: 0)
        var digits = cursor.position - start
        if cursor.skip(UInt8(ascii: decimalComma ? "," : ".")) {
            let point = cursor.position
            take(&cursor, perDigit: -1)
            digits += cursor.position - point
        }
        guard digits > 0 else { return nil }
        if let mark = cursor.peek, mark | 0x20 == UInt8(ascii: "e") {
            cursor.position += 1
            let isSmall = cursor.skip(UInt8(ascii: "-"))
            if !isSmall { _ = cursor.skip(UInt8(ascii: "+")) }
            guard let power = cursor.number(least: 1, most: 3) else { return nil }
            exponent += isSmall ? -Int(power) : Int(power)
        }
        cursor.skipBlanks()
        guard cursor.atEnd else { return nil }
    }

    /// Takes digits as long as there is room for them; those after that only move the point.
    private mutating func take(_ cursor: inout ByteCursor, perDigit: Int) {
        while let digit = cursor.digit() {
            if mantissa < 1_000_000_000_000_000_000 {
                mantissa = mantissa * 10 + UInt64(digit)
                exponent += perDigit
            } else {
                exponent += perDigit + 1
            }
        }
    }

    /// The whole number nearest to this times `unit` times ten to the power of `shift`; `nil` where it is larger than 4.6 · 10¹⁸.
    func times(_ unit: UInt64, shift: Int = 0) -> Int64? {
        if mantissa == 0 { return 0 }
        var (high, low) = mantissa.multipliedFullWidth(by: unit)
        var power = exponent + shift
        if power < -38 { return 0 }
        var half = false
        while power < 0 {
            let step = min(19, -power)
            var divisor: UInt64 = 1
            for _ in 0..<step { divisor *= 10 }
            let rest: UInt64
            (high, low, rest) = Self.divide(high, low, by: divisor)
            half = rest >= divisor - rest
            power += step
        }
        guard high == 0, low < 4_600_000_000_000_000_000 else { return nil }
        while power > 0 {
            let (product, overflow) = low.multipliedReportingOverflow(by: 10)
            guard !overflow, product < 4_600_000_000_000_000_000 else { return nil }
            (low, power) = (product, power - 1)
        }
        let size = Int64(low) + (half ? 1 : 0)
        return isNegative ? -size : size
    }

    private static func divide(_ high: UInt64, _ low: UInt64, by divisor: UInt64) -> (UInt64, UInt64, UInt64) {
        if high == 0 { return (0, low / divisor, low % divisor) }
        let (upper, carry) = high.quotientAndRemainder(dividingBy: divisor)
        let (quotient, rest) = divisor.dividingFullWidth((carry, low))
        return (upper, quotient, rest)
    }
}
