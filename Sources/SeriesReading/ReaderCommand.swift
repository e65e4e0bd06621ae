import Foundation

/// A program that writes a table as CSV, and what it is told.
struct ReaderCommand: Sendable, Equatable {
    /// The program, by a name that is looked for or by its path.
    let program: String
    /// What it is told first, as it is.
    private let beginning: [String]
    /// What it is told then, where `{}` stands for the file.
    private let arguments: [String]
    /// Whether it writes into the folder for which `{folder}` stands, in place of standard output.
    let writesIntoFolder: Bool
    /// Whether it is one of the well-known ones.
    let isOurs: Bool

    /// A program of the user's: where nothing stands for the file, its path comes last.
    /// - Parameter words: the program and its arguments; at least one.
    init?(ofUser words: [String]) {
        guard let program = words.first, !program.isEmpty else { return nil }
        let arguments = Array(words.dropFirst())
        self.program = program
        self.arguments = arguments.contains { $0.contains(Self.file) } ? arguments : arguments + [Self.file]
        (beginning, writesIntoFolder, isOurs) = ([], false, false)
    }

    private init(_ program: String, beginning: [String] = [], _ arguments: [String], writesIntoFolder: Bool = false) {
        (self.program, self.beginning, self.arguments) = (program, beginning, arguments)
        (self.writesIntoFolder, isOurs) = (writesIntoFolder, true)
    }

    /// What stands for the path of the file, for that of a folder of the run, and for the address of the latter.
    private static let (file, folder, address) = ("{}", "{folder}", "{address}")

    private static func python(_ text: String) -> ReaderCommand {
        ReaderCommand("python3", beginning: ["-c", PythonReaders.beginning + text], [file])
    }

    /// DuckDB takes the name of a file for a pattern; `path` sees to it that it is none.
    private static let duckDB = ReaderCommand(
        "duckdb", ["-init", "/dev/null", "-csv", "-nullvalue", "NA", "-c", "SELECT * FROM read_parquet('\(file)')"])

    /// The cells as they are stored in place of how they look, in UTF-8; all sheets, a file each.
    private static let office: [ReaderCommand] = ["soffice", "libreoffice"].map {
        ReaderCommand(
            $0,
            [
                "-env:UserInstallation=\(address)/\(ownSettings)", "--headless", "--norestore", "--convert-to",
                "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", "--outdir", folder, file,
            ], writesIntoFolder: true)
    }

    private static let ownSettings = "settings"

    /// What has to be in the folder of a run of LibreOffice, by its path there: settings of its own, so that one that is open is left
    /// alone, and a place where dates begin with the year and numbers have points.
    static let officeSettings = (
        path: ownSettings + "/user/registrymodifications.xcu",
        text: """
        <?xml version="1.0" encoding="UTF-8"?>
        <oor:items xmlns:oor="http://openoffice.org/2001/registry">
        <item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>en-CA</value></prop></item>
        </oor:items>
        """
    )

    /// The sheet that comes first, with all digits, and with times that cannot be mistaken.
    private static let xlsx2csv = ReaderCommand(
        "xlsx2csv",
        [
            "--ignore-formats", "percentage", "-s", "1", "--floatformat", "%.15g", "-f", "%Y-%m-%d %H:%M:%S", "-t", "%H:%M:%S",
            file,
        ])

    /// What may read a table, the best first.
    static func builtIn(_ table: ForeignTable) -> [ReaderCommand] {
        switch table {
        case .parquet: [python(PythonReaders.parquet), duckDB]
        case .arrow: [python(PythonReaders.arrow)]
        case .xlsx: [python(PythonReaders.workbook), xlsx2csv] + office
        case .ods, .xls: [python(PythonReaders.workbook)] + office
        case .netcdf: [python(PythonReaders.netCDF)]
        case .hdf5: [python(PythonReaders.hdf5)]
        case .matlab: [python(PythonReaders.matlab)]
        }
    }

    /// How to come by a program that reads a table.
    static func installing(_ table: ForeignTable) -> String {
        switch table {
        case .parquet: "pip install pyarrow"
        case .arrow: "pip install pyarrow"
        case .xlsx: "apt install python3-openpyxl, or xlsx2csv"
        case .ods: "apt install libreoffice-calc-nogui, or pip install pandas odfpy"
        case .xls: "apt install libreoffice-calc-nogui, or pip install pandas xlrd"
        case .netcdf: "apt install python3-netcdf4"
        case .hdf5: "apt install python3-h5py"
        case .matlab: "apt install python3-scipy python3-h5py"
        }
    }

    /// Whether a run needs a folder: for what the program writes, or because the path stands within a word, such as a query or a
    /// line for a shell, in which its signs would have a meaning.
    func needsFolder(for path: String) -> Bool {
        writesIntoFolder || arguments.contains { $0 != Self.file && $0.contains(Self.file) } && !Self.isPlain(path)
    }

    /// The arguments with the path in its place.
    /// - Parameter folder: that of the run, where it needs one.
    func arguments(path: String, folder: URL?) -> [String] {
        // What begins so would be taken for an option.
        let path = path.hasPrefix("-") ? "./" + path : path
        return beginning
            + arguments.map { argument in
                guard writesIntoFolder, let folder else { return argument.replacing(Self.file, with: path) }
                let address = folder.absoluteString
                return argument.replacing(Self.folder, with: folder.path)
                    .replacing(Self.address, with: address.hasSuffix("/") ? String(address.dropLast()) : address)
                    .replacing(Self.file, with: path)
            }
    }

    /// Whether no sign has a meaning in a query, a pattern or a line for a shell.
    static func isPlain(_ path: String) -> Bool {
        path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/._-".utf8.contains(byte)
            }
        }
    }
}
