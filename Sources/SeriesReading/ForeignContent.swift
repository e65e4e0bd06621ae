import Foundation

/// Kinds of content that hold no delimited text, told by their first bytes, so that a message can say what a file is
/// and what to do with it.
enum ForeignContent {
    /// A kind of file and what its owner can do.
    struct Kind: Equatable {
        let name: String
        let remedy: String
    }

    private static let workbook = "export the sheet as CSV and open that"
    private static let compression = "decompress it, or compress it with gzip"
    private static let table = "convert it to CSV and open that"

    /// How files of a kind begin, in the order in which they are tried.
    private static let beginnings: [(bytes: [UInt8], kind: Kind)] = [
        ([0x1F, 0x8B], Kind(name: "compressed twice", remedy: "decompress it once")),
        (Array("PK\u{3}\u{4}".utf8), Kind(name: "a ZIP archive, as spreadsheet programs save workbooks", remedy: workbook)),
        ([0x28, 0xB5, 0x2F, 0xFD], Kind(name: "compressed with zstd", remedy: compression)),
        (Array("BZh".utf8), Kind(name: "compressed with bzip2", remedy: compression)),
        ([0xFD] + Array("7zXZ".utf8), Kind(name: "compressed with xz", remedy: compression)),
        ([0x04, 0x22, 0x4D, 0x18], Kind(name: "compressed with lz4", remedy: compression)),
        (Array("%PDF-".utf8), Kind(name: "a PDF document", remedy: "save its table as CSV and open that")),
        ([0x89] + Array("PNG".utf8), Kind(name: "a picture", remedy: "name the file of its numbers")),
        ([0xFF, 0xD8, 0xFF], Kind(name: "a picture", remedy: "name the file of its numbers")),
        (Array("<!".utf8), Kind(name: "a web page", remedy: "download the data itself")),
        (Array("<html".utf8), Kind(name: "a web page", remedy: "download the data itself")),
        (Array("<?xml".utf8), Kind(name: "an XML document", remedy: table)),
    ]

    /// How many bytes are looked at.
    static let head = 4096

    /// What the content is, or `nil` when it may be delimited text in UTF-8 or another code that has ASCII in it.
    static func kind(of data: Data) -> Kind? {
        if let table = table(in: data) { return Kind(name: table.name, remedy: table.isWorkbook ? workbook : Self.table) }
        let bytes = [UInt8](data.prefix(head))
        if let known = beginnings.first(where: { bytes.starts(with: $0.bytes) }) { return known.kind }
        let marks: [[UInt8]] = [[0xFF, 0xFE], [0xFE, 0xFF]]
        let nulls = bytes.count { $0 == 0 }
        if marks.contains(where: { bytes.starts(with: $0) }) || nulls > 0 && nulls >= bytes.count / 4 && isWideText(bytes) {
            return Kind(name: "text in UTF-16 or UTF-32", remedy: "save it as UTF-8")
        }
        if let kind = marked(bytes) { return kind }
        return nulls > 0 ? Kind(name: "binary data", remedy: "name a file of text") : nil
    }

    /// The table that the content holds where only its bytes are known.
    private static func table(in data: Data) -> ForeignTable? {
        ForeignTable(head: data.prefix(ForeignTable.lookedAt), tail: data.suffix(ForeignTable.lookedAt), name: "")
    }

    /// Why content that came through a pipe, or was compressed, is not read, or `nil` when it may be text: what a program could read
    /// from a file is to be saved as one.
    static func refusal(ofPiped data: Data, file: String) -> SeriesError? {
        if SeriesFormat.sqlite.recognises(data) { return .fileNeeded(file: file, kind: "an SQLite database") }
        if let table = table(in: data) { return .fileNeeded(file: file, kind: table.name) }
        let encoding = TextEncoding.of(data.prefix(head))
        return kind(of: encoding.isWide ? encoding.utf8(data.prefix(head)) : data).map {
            .foreign(file: file, kind: $0.name, remedy: $0.remedy)
        }
    }

    /// Formats of research whose lines of description begin with an at sign.
    private static func marked(_ bytes: [UInt8]) -> Kind? {
        var isRelation = false
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).prefix(60) {
            let line = line.drop { $0 == 0x20 }
            guard let first = line.first, first == UInt8(ascii: "@") else {
                if let first = line.first, first == UInt8(ascii: "#") || first == UInt8(ascii: "%") { continue }
                break
            }
            let word = String(decoding: line.dropFirst().prefix { $0 > 0x20 }, as: UTF8.self).lowercased()
            switch word {
            case "relation": isRelation = true
            case "problemname", "frequency", "timestamps", "univariate", "horizon":
                return Kind(
                    name: "a .ts or .tsf file, which holds many series, one a line",
                    remedy: "write one of them as CSV with a row a time")
            default: continue
            }
        }
        return isRelation ? Kind(name: "an ARFF file", remedy: table) : nil
    }

    /// Whether all that is not NUL is ASCII as text has it.
    private static func isWideText(_ bytes: [UInt8]) -> Bool {
        bytes.contains { $0 != 0 } && bytes.allSatisfy { $0 == 0 || 0x20...0x7E ~= $0 || 0x09...0x0D ~= $0 }
    }
}
