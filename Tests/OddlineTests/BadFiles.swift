import Foundation
import Testing

/// A file that is no series, and what has to be said of it.
struct BadFile: Sendable, CustomTestStringConvertible {
    let name: String
    let content: Data
    /// What the sentence says: the place, the cause or the remedy.
    let says: [String]
    var testDescription: String { name }

    init(_ name: String, _ content: Data, _ says: String...) {
        (self.name, self.content, self.says) = (name, content, says)
    }

    init(_ name: String, _ content: String, _ says: String...) {
        (self.name, self.content, self.says) = (name, Data(content.utf8), says)
    }

    init(_ name: String, bytes: [UInt8], _ says: String...) {
        (self.name, self.content, self.says) = (name, Data(bytes), says)
    }

    /// Forty good rows of time and value, of which `end` follows.
    private static func behindGoodRows(_ end: String) -> String {
        "time,value\n"
            + (0..<40).map { "2024-01-01T00:\($0 < 10 ? "0" : "")\($0):00,\($0 % 7)\n" }.joined() + end
    }

    /// Values of which the third is `value`.
    private static func third(_ value: String, name: String = "v") -> String { "\(name)\n1\n2\n\(value)\n" }

    private static func noise(_ head: [UInt8], seed: UInt64) -> [UInt8] {
        var state = seed
        return head
            + (0..<400).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 56)
            }
    }

    static let all = empty + foreign + cut + values + times + shapes

    private static let empty = [
        BadFile("empty", "", "holds no rows"), BadFile("only a byte order mark", bytes: [0xEF, 0xBB, 0xBF], "holds no rows"),
        BadFile("only a header", "time,value\n", "holds no rows"), BadFile("only blank lines", "\n\n\r\n\r", "holds no rows"),
        BadFile("only delimiters", ",,,\n,,,\n", "\"column1\": holds only gaps"),
        BadFile("only spaces", "   \n  \n", "holds only gaps"),
        BadFile("one row", "v\n1\n", "1 row is too few", "at least 48"),
        BadFile("one number", "5", "too few"), BadFile("five rows", "v\n1\n2\n3\n4\n5\n", "5 rows are too few"),
        BadFile("only labels", "label\n0\n1\n0\n", "no column holds numbers (found: label)"),
        BadFile("only times", "time\n2024-01-01\n2024-01-02\n", "holds times (time) and no numbers beside them"),
        BadFile("only text", "name,city\nann,paris\nbob,rome\n", "no column holds numbers (found: name, city)"),
        BadFile("a column of gaps", "b\nNA\nnan\n", "column \"b\": holds only gaps"),
    ]

    private static let foreign = [
        BadFile(
            "UTF-16, little end first", Data("time,value\n2024-01-01,1\n".data(using: .utf16LittleEndian) ?? Data()),
            "1 row is too few"),
        BadFile(
            "UTF-16, big end first", Data("time,value\n2024-01-01,1\n".data(using: .utf16BigEndian) ?? Data()), "1 row is too few"
        ),
        BadFile(
            "UTF-16 with a mark", Data("time,värde\n2024-01-01,1\n".data(using: .utf16) ?? Data()), "1 row is too few"),
        BadFile("UTF-32", Data("time,value\n2024-01-01,1\n".data(using: .utf32LittleEndian) ?? Data()), "UTF-32"),
        BadFile("zeros", bytes: [UInt8](repeating: 0, count: 1000), "is binary data"),
        BadFile("noise", bytes: noise([0x00], seed: 1), "is binary data"),
        BadFile("ZIP", bytes: noise([0x50, 0x4B, 3, 4], seed: 2), "ZIP archive", "export the sheet as CSV"),
        BadFile("old Excel", bytes: noise([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], seed: 3), "as CSV and open that"),
        BadFile("Parquet", bytes: noise(Array("PAR1".utf8), seed: 4), "save the table as CSV"),
        BadFile("Arrow", bytes: noise(Array("ARROW1".utf8), seed: 5), "save the table as CSV"),
        BadFile("HDF5", bytes: noise([0x89] + Array("HDF\r\n\u{1A}\n".utf8), seed: 6), "save the table as CSV"),
        BadFile("zstd", bytes: noise([0x28, 0xB5, 0x2F, 0xFD], seed: 7), "zstd", "compress it with gzip"),
        BadFile("bzip2", bytes: noise(Array("BZh9".utf8), seed: 8), "bzip2"),
        BadFile("xz", bytes: noise([0xFD] + Array("7zXZ".utf8), seed: 9), "xz"),
        BadFile("lz4", bytes: noise([0x04, 0x22, 0x4D, 0x18], seed: 10), "lz4"),
        BadFile("PDF", bytes: noise(Array("%PDF-1.7\n".utf8), seed: 11), "PDF"),
        BadFile("PNG", bytes: noise([0x89] + Array("PNG\r\n".utf8), seed: 12), "picture"),
        BadFile("JPEG", bytes: noise([0xFF, 0xD8, 0xFF], seed: 13), "picture"),
        BadFile("a program", bytes: noise([0x7F] + Array("ELF".utf8) + [0, 0], seed: 14), "binary data"),
        BadFile("a web page", "<!DOCTYPE html><html><body>404</body></html>\n", "web page", "download the data itself"),
        BadFile("HTML", "<html>\n<body>404</body>\n</html>\n", "web page"),
        BadFile("XML", "<?xml version=\"1.0\"?>\n<a><b>1</b></a>\n", "XML"),
        BadFile("JSON", "[{\"a\":1},\n{\"a\":2}\n", "line 3, column 1: the JSON is broken", "fetch the whole again"),
        BadFile("nested JSON", "{\"v\":1}\n{\"v\":[2]}\n", "line 2: is not a JSON object", "a list"),
        BadFile("YAML", "v: 1\nw: 2\n", "2 rows are too few"),
        BadFile("SQL", "INSERT INTO t VALUES (1,2);\n", "holds no rows"),
        BadFile("an SQLite head", "SQLite format 3\0", "SQLite cannot read"),
        BadFile("a damaged SQLite file", bytes: noise(Array("SQLite format 3\0".utf8), seed: 15), "SQLite cannot read"),
    ]

    private static let packed: [UInt8] = [
        0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x2B, 0xE3, 0x32, 0xE4, 0x32, 0xE2, 0x02, 0x00, 0xC1, 0x8F, 0x5E, 0x6B, 6, 0, 0, 0,
    ]

    private static let cut = [
        BadFile("gzip of two bytes", bytes: [0x1F, 0x8B], "damaged or cut short"),
        BadFile("gzip cut", bytes: Array(packed.dropLast(9)), "damaged or cut short"),
        BadFile("gzip changed", bytes: packed.enumerated().map { $0 == 12 ? $1 ^ 1 : $1 }, "damaged or cut short"),
        BadFile("gzip and more", bytes: packed + Array("more".utf8), "damaged or cut short"),
        BadFile("cut in a time", behindGoodRows("2024-01-0"), "40 rows are too few"),
        BadFile("cut before a value", behindGoodRows("2024-01-01T00:40:00"), "40 rows are too few"),
        BadFile("a quote that never ends", behindGoodRows("2024-01-01T00:40:00,\"1"), "line 42", "close the quote"),
        BadFile("a quote in the header", "time,\"value\n1,2\n", "line 1", "close the quote"),
        BadFile("a long field", "v\n1\n" + String(repeating: "1", count: 1_200_000) + "\n", "line 3", "longer than"),
        BadFile("a long quoted field", "v\n\"" + String(repeating: "a\n", count: 700_000), "line 2", "longer than"),
        BadFile("a long name", String(repeating: "h", count: 1_200_000) + "\n1\n2\n", "line 1", "longer than"),
    ]

    private static let values =
        [
            "abc", "0x1F", "++3", "--3", "1.2.3", "1e", "1e5e5", "TRUE", "2024-01-01", "３", "\u{200B}3", "3\u{7}",
            "10%", "$10", "1_000", "\u{202E}3", "1;2", "'3'", "1e5.5", "e5", "0b1", "3px", "½",
        ].map {
            BadFile("the value \($0)", third($0), "row 3 (line 4), column \"v\"", "is not a number", "leave the field empty")
        }
        + ["inf", "-Infinity", "1e400", "-1e400"].map {
            BadFile("the value \($0)", third($0), "row 3 (line 4), column \"v\"", "is infinite")
        } + [
            BadFile("a byte that is no UTF-8", bytes: Array("v\n1\n2\n".utf8) + [0xFF, 0xFE, 0x0A], "row 3 (line 4)"),
            BadFile("a lone surrogate", bytes: Array("v\n1\n2\n".utf8) + [0xED, 0xA0, 0x80, 0x0A], "row 3 (line 4)"),
            BadFile("Latin-1", bytes: Array("v\n1\n2\n".utf8) + [0xE9, 0x0A], "row 3 (line 4)"),
            BadFile("control sequences", "v\u{1B}[31m\n1\n2\n\u{1B}[2Jx\n", "row 3 (line 4), column \"v\u{FFFD}[31m\""),
            BadFile("a label that is none", "value,label\n1,0\n2,1\n3,maybe\n", "row 3 (line 4), label column", "neither"),
        ]

    private static let times =
        [
            "yesterday", "2024-13-01T00:00:00", "2024-02-30T00:00:00", "2024-02-20T25:00:00", "time", "01/02/2024",
            "1704067200",
        ]
        .map {
            BadFile("the time \($0)", behindGoodRows("\($0),1"), "row 41 (line 42), column \"time\"", "is not a time")
        }

    private static let shapes = [
        BadFile("a field too many", behindGoodRows("2024-01-01T00:40:00,1,2"), "row 41 (line 42): has 3 fields"),
        BadFile("another delimiter", behindGoodRows("2024-01-01T00:40:00;1"), "40 rows are too few"),
        BadFile("a last line of text", behindGoodRows("Total: 40 rows"), "40 rows are too few"),
        BadFile("a second header", behindGoodRows("time,value\n"), "40 rows are too few"),
        BadFile("lines above the header", "Export of sensor 7\n\ntime,value\n2024-01-01,1\n", "1 row is too few"),
        BadFile("a remark above the header", "# made by x\ntime,value\n2024-01-01,1\n", "1 row is too few"),
        BadFile("columns of spaces", "a    b\n1    2\n3    4\n", "2 rows are too few"),
        BadFile("carriage returns alone", "v\r1\r2\rx\r4\r", "row 3 (line 4)"),
        BadFile("carriage returns doubled", "v\r\r\n1\r\r\n2\r\r\nx\r\r\n", "row 3 (line 7)"),
        BadFile("a quote within a field", "v\n1\n2\"3\n4\n5\n", "row 2 (line 3)"),
        BadFile(
            "many columns over many blank lines",
            (1...3000).map { "c\($0)" }.joined(separator: ",") + "\n" + String(repeating: "1,", count: 2999) + "1\n"
                + String(repeating: "\n", count: 3_000_000), "too few"),
    ]
}
