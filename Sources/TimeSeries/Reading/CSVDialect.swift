/// What separates fields and decimals in a file.
struct CSVDialect: Equatable {
    var delimiter: UInt8
    /// Whether numbers use a comma for the decimal point.
    var decimalComma: Bool
    /// The decimal point's byte.
    var point: UInt8 { decimalComma ? 0x2C : 0x2E }

    /// The delimiter (comma, semicolon, tab or bar) that splits the first lines into the same number
    /// of fields, preferring more fields; a decimal comma is possible only where the delimiter is
    /// another character.
    static func detect(_ bytes: UnsafeBufferPointer<UInt8>) -> CSVDialect {
        var best = (delimiter: UInt8(ascii: ","), fields: 1)
        for delimiter in [UInt8(ascii: ";"), 0x09, UInt8(ascii: "|"), UInt8(ascii: ",")] {
            var scanner = CSVScanner(bytes: bytes, delimiter: delimiter)
            var fields: [CSVScanner.Field] = []
            var counts: [Int] = []
            while counts.count < 20, (try? scanner.next(into: &fields, file: "")) == true {
                counts.append(fields.count)
            }
            guard let first = counts.first, first > 1 else { continue }
            let agreeing = counts.count { $0 == first }
            if agreeing * 10 >= counts.count * 9, first > best.fields { best = (delimiter, first) }
            if agreeing == counts.count, delimiter != UInt8(ascii: ","), first >= 2 {
                return CSVDialect(delimiter: delimiter, decimalComma: usesDecimalComma(bytes, delimiter))
            }
        }
        let comma = best.delimiter != UInt8(ascii: ",") && usesDecimalComma(bytes, best.delimiter)
        return CSVDialect(delimiter: best.delimiter, decimalComma: comma)
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
