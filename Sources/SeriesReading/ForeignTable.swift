import Foundation

/// Tables in files that are no text, which other programs read; see `ReaderPrograms`.
enum ForeignTable: String, CaseIterable, Sendable {
    case parquet, arrow, xlsx, ods, xls, netcdf, hdf5, matlab

    /// What such a file is, as part of a sentence.
    var name: String {
        switch self {
        case .parquet: "a Parquet file"
        case .arrow: "an Arrow file"
        case .xlsx: "an Excel workbook"
        case .ods: "an OpenDocument spreadsheet"
        case .xls: "an old Excel workbook"
        case .netcdf: "a NetCDF file"
        case .hdf5: "an HDF5 file"
        case .matlab: "a MATLAB file"
        }
    }

    /// What the format is called by itself.
    var title: String {
        switch self {
        case .parquet: "Parquet"
        case .arrow: "Arrow"
        case .xlsx: "Excel"
        case .ods: "OpenDocument"
        case .xls: "old Excel"
        case .netcdf: "NetCDF"
        case .hdf5: "HDF5"
        case .matlab: "MATLAB"
        }
    }

    /// Whether it holds sheets that a user can see in a program for them.
    var isWorkbook: Bool { [.xlsx, .ods, .xls].contains(self) }

    /// How names of such files end, in lower case.
    var endings: [String] {
        switch self {
        case .parquet: [".parquet", ".parq", ".pq"]
        case .arrow: [".feather", ".arrow", ".arrows", ".ipc"]
        case .xlsx: [".xlsx", ".xlsm"]
        case .ods: [".ods"]
        case .xls: [".xls"]
        case .netcdf: [".nc", ".nc4", ".cdf", ".netcdf"]
        case .hdf5: [".h5", ".hdf5", ".hdf"]
        case .matlab: [".mat"]
        }
    }

    /// How many bytes are looked at, at the beginning and at the end of a file.
    static let lookedAt = 1 << 16

    /// What a file is by its bytes, and where those leave it open by its name.
    /// - Parameters:
    ///   - head: its first bytes, `lookedAt` at the most.
    ///   - tail: its last bytes, likewise; a ZIP archive lists there what it holds.
    ///   - name: in lower case; empty where it is not known.
    /// - Returns: `nil` for text, and for what no program is known for.
    init?(head: Data, tail: Data, name: String) {
        guard let kind = Self.byContent(head, tail, name) ?? Self.byName(name).flatMap({ Self.isText(head) ? nil : $0 }) else {
            return nil
        }
        self = kind
    }

    private static func byName(_ name: String) -> ForeignTable? {
        allCases.first { $0.endings.contains { name.hasSuffix($0) } }
    }

    private static func byContent(_ head: Data, _ tail: Data, _ name: String) -> ForeignTable? {
        func begins(_ text: String) -> Bool { head.starts(with: text.utf8) }
        if begins("PAR1") { return .parquet }
        if begins("ARROW1") || begins("FEA1") { return .arrow }
        if begins("CDF\u{1}") || begins("CDF\u{2}") || begins("CDF\u{5}") { return .netcdf }
        if begins("MATLAB 5.0 MAT-file") || begins("MATLAB 7.3 MAT-file") { return .matlab }
        if head.starts(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) { return .xls }
        if begins("PK\u{3}\u{4}") { return workbook(head, tail) }
        guard isHDF5(head) else { return nil }
        // NetCDF 4 and MATLAB 7.3 are HDF5 with conventions of their own.
        return byName(name).flatMap { [.netcdf, .matlab].contains($0) ? $0 : nil } ?? .hdf5
    }

    /// Spreadsheets are ZIP archives; other archives hold no table that could be told.
    private static func workbook(_ head: Data, _ tail: Data) -> ForeignTable? {
        let sheets = Data("application/vnd.oasis.opendocument.spreadsheet".utf8)
        if head.prefix(256).range(of: sheets) != nil { return .ods }
        let book = Data("xl/workbook".utf8)
        return head.range(of: book) != nil || tail.range(of: book) != nil ? .xlsx : nil
    }

    /// The mark stands at the beginning or behind a block of the user's own.
    private static func isHDF5(_ head: Data) -> Bool {
        [0, 512, 1024, 2048].contains { head.dropFirst($0).starts(with: [0x89] + Array("HDF\r\n\u{1A}\n".utf8)) }
    }

    /// Exports of text are often named like workbooks, so that a spreadsheet program opens them.
    private static func isText(_ head: Data) -> Bool {
        let isUTF16 = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
        return isUTF16 || !head.contains { $0 < 0x20 && !(0x09...0x0D).contains($0) && $0 != 0x1B }
    }

    /// How many sheets an Excel workbook has, by the list at the end of the archive; 0 where that is longer than what is looked at.
    static func sheetCount(tail: Data) -> Int {
        let bytes = [UInt8](tail)
        let (entry, sheets) = (Array("PK\u{1}\u{2}".utf8), Array("xl/worksheets/".utf8))
        let nameOffset = 46
        var names: Set<[UInt8]> = []
        var place = 0
        while place + nameOffset <= bytes.count {
            guard bytes[place...].starts(with: entry) else {
                place += 1
                continue
            }
            let length = Int(bytes[place + 28]) | Int(bytes[place + 29]) << 8
            let name = bytes[(place + nameOffset)...].prefix(length)
            if name.starts(with: sheets), name.reversed().starts(with: ".xml".utf8.reversed()),
                !name.dropFirst(sheets.count).contains(UInt8(ascii: "/"))
            {
                names.insert(Array(name))
            }
            place += nameOffset + name.count
        }
        return names.count
    }
}
