/// What separates fields and decimals in a file.
struct CSVDialect: Equatable {
    var delimiter: UInt8
    /// Whether numbers use a comma for the decimal point.
    var decimalComma: Bool
    /// The decimal point's byte.
    var point: UInt8 { decimalComma ? 0x2C : 0x2E }

    /// Commas between fields and decimal points.
    static let plain = CSVDialect(delimiter: UInt8(ascii: ","), decimalComma: false)

    /// The delimiter that splits the first records alike. A decimal comma is possible only where it is another
    /// character, and taken where more numbers have a comma than a point.
    static func detect(_ bytes: UnsafeBufferPointer<UInt8>) -> CSVDialect {
        let comma = UInt8(ascii: ",")
        let found = delimiter(bytes, allowingStrayQuotes: false) ?? delimiter(bytes, allowingStrayQuotes: true) ?? comma
        return CSVDialect(delimiter: found, decimalComma: found != comma && usesDecimalComma(bytes, found))
    }

    /// The first of semicolon, tab and bar that splits each of the first 20 records into the same number of fields, at
    /// least two; else whichever, comma among them, splits nine in ten of them into as many as the first, preferring
    /// more fields. Quotes within fields and text behind quotes are signs that a file was split at the wrong places.
    private static func delimiter(_ bytes: UnsafeBufferPointer<UInt8>, allowingStrayQuotes: Bool) -> UInt8? {
        var best: (delimiter: UInt8, fields: Int)?
        for delimiter in [UInt8(ascii: ";"), 0x09, UInt8(ascii: "|"), UInt8(ascii: ",")] {
            var scanner = CSVScanner(bytes: bytes, delimiter: delimiter)
            var fields: [CSVScanner.Field] = []
            var counts: [Int] = []
            var hasStrayQuotes = false
            while counts.count < 20, (try? scanner.next(into: &fields, file: "")) == true {
                counts.append(fields.count)
                hasStrayQuotes = hasStrayQuotes || fields.contains { !$0.hasEscapes && scanner.slice($0).contains(0x22) }
            }
            guard let first = counts.first, first > 1 else { continue }
            guard allowingStrayQuotes || !hasStrayQuotes && !scanner.hasTextBehindQuotes else { continue }
            let agreeing = counts.count { $0 == first }
            if agreeing == counts.count, delimiter != UInt8(ascii: ",") { return delimiter }
            if agreeing * 10 >= counts.count * 9, first > best?.fields ?? 1 { best = (delimiter, first) }
        }
        return best?.delimiter
    }

    private static func usesDecimalComma(_ bytes: UnsafeBufferPointer<UInt8>, _ delimiter: UInt8) -> Bool {
        var scanner = CSVScanner(bytes: bytes, delimiter: delimiter)
        var fields: [CSVScanner.Field] = []
        var (commas, points, records) = (0, 0, 0)
        while records < 100, (try? scanner.next(into: &fields, file: "")) == true {
            records += 1
            for field in fields {
                let slice = scanner.slice(field)
                guard NumberParser.looksNumeric(slice) else { continue }
                if slice.contains(UInt8(ascii: ",")) { commas += 1 }
                if slice.contains(UInt8(ascii: ".")) { points += 1 }
            }
        }
        return commas > points
    }
}
