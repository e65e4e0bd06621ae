import Files
import Foundation

/// Where the program keeps its files (XDG Base Directory Specification).
public struct Locations: Sendable, Equatable {
    /// Holds the database, saved models and keys; mode 0700.
    public let data: URL
    /// Holds `config.toml`.
    public let configuration: URL
    /// Holds themes and sample data that ship with the program.
    public let resources: URL

    /// Takes the folders from the arguments, else from `ODDLINE_DATA_DIR`, `ODDLINE_CONFIG_DIR` and
    /// `ODDLINE_RESOURCE_DIR`, else from the XDG variables. With a data folder named and no configuration
    /// folder, the configuration lies in the data folder, so that one folder holds all.
    public init(dataDirectory: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment) {
        func folder(_ path: String) -> URL { URL(fileURLWithPath: path, isDirectory: true) }
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let home = variable("HOME") ?? NSHomeDirectory()
        let named = dataDirectory ?? variable("ODDLINE_DATA_DIR")
        data = named.map(folder) ?? folder(variable("XDG_DATA_HOME") ?? home + "/.local/share").appendingPathComponent("oddline")
        configuration =
            variable("ODDLINE_CONFIG_DIR").map(folder) ?? named.map(folder)
            ?? folder(variable("XDG_CONFIG_HOME") ?? home + "/.config").appendingPathComponent("oddline")
        resources = variable("ODDLINE_RESOURCE_DIR").map(folder) ?? Self.shippedResources()
    }

    /// The nearest folder at or above the program's own, or the working folder, that holds `Themes`.
    private static func shippedResources() -> URL {
        let executable = URL(fileURLWithPath: CommandLine.arguments.first ?? ".")
        let resolved = Bundle.main.executableURL ?? executable
        let starts = [
            resolved.resolvingSymlinksInPath().deletingLastPathComponent(),
            URL(fileURLWithPath: FileManager.default.currentDirectoryPath),
        ]
        for start in starts {
            var folder = start
            for _ in 0..<6 {
                for candidate in [folder, folder.appendingPathComponent("share/oddline")]
                where FileManager.default.fileExists(atPath: candidate.appendingPathComponent("Themes").path) {
                    return candidate
                }
                folder = folder.deletingLastPathComponent()
            }
        }
        return starts[1]
    }

    /// A private file of the data folder.
    public func file(_ file: DataFile) -> URL { data.appendingPathComponent(file.rawValue) }
    /// The database file.
    public var database: URL { file(.database) }
    /// The configuration file.
    public var configurationFile: URL { configuration.appendingPathComponent("config.toml") }
    /// The folder of saved models.
    public var models: URL { data.appendingPathComponent("models", isDirectory: true) }
    /// The file of the keys that sign tokens.
    public var signingKeys: URL { file(.signingKeys) }
    /// The token of who stays signed in on this machine.
    public var rememberedToken: URL { file(.rememberedToken) }
    /// Where unexpected errors are written down.
    public var log: URL { file(.log) }
    /// The folder of shipped themes.
    public var themes: URL { resources.appendingPathComponent("Themes", isDirectory: true) }
    /// The folder of themes the user added.
    public var userThemes: URL { configuration.appendingPathComponent("themes", isDirectory: true) }
    /// The folder of shipped sample series.
    public var sampleData: URL { resources.appendingPathComponent("SampleData", isDirectory: true) }
}

/// A private file of the data folder, by its name there. None of them is open to others.
public enum DataFile: String, Sendable, CaseIterable {
    case database = "oddline.db"
    /// The key that chains the audit log.
    case auditKey = "audit-key"
    /// The key without which the database alone gives no code of a second factor.
    case secondFactorKey = "second-factor-key"
    /// The keys that sign tokens.
    case signingKeys = "signing-keys.json"
    /// The token of who stays signed in on this machine.
    case rememberedToken = "session-token"
    /// Where unexpected errors are written down.
    case log = "oddline.log"

    /// Its name and those of what SQLite or a log that has grown puts beside it.
    public var names: [String] {
        switch self {
        case .database: ["", "-wal", "-shm"].map { rawValue + $0 }
        case .log: [rawValue, rawValue + ".1"]
        case .auditKey, .secondFactorKey, .signingKeys, .rememberedToken: [rawValue]
        }
    }
}

/// Why stored data cannot be reached.
public enum StorageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A folder cannot be made, entered by its owner alone, or belongs to somebody else.
    case folder(path: String, reason: String)
    /// A part of a path is a link, which whoever owns it can lead elsewhere.
    case symbolicLink(path: String)
    /// A file for secrets is not its owner's alone.
    case unsafeFile(path: String, reason: String)
    /// A file that is there cannot be read.
    case cannotRead(path: String)
    /// A file or folder cannot be written or renamed.
    case cannotWrite(path: String, FileError? = nil)
    /// SQLite cannot open the database, or finds it damaged.
    case database(path: String, reason: String)
    /// A file of settings or keys holds something else than it must.
    case configuration(path: String, reason: String)
    /// The database has migrations that this program does not know.
    case newerSchema(path: String)
    /// Another process holds the database's write lock.
    case busy(path: String)
    /// A folder that was to be made is there.
    case isThere(path: String)
    /// Other processes work with the data that is to be replaced.
    case inUse(path: String)
    /// A configuration that is to be restored names commands that the program would run.
    case commands(path: String, names: [String])
    /// What was to be stored was not: the disk is full or fails.
    case notStored(path: String, reason: String)

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .folder(let path, let reason): "\(path): the folder cannot be used (\(reason)); choose another one."
        case .symbolicLink(let path):
            "\(path): is a symbolic link, which is refused for private data; name the place that it points to."
        case .unsafeFile(let path, let reason): "\(path): is refused for secrets (\(reason))."
        case .cannotRead(let path): "\(path): cannot be read; make its owner the user who runs the program, mode 0600."
        case .cannotWrite(let path, let error?): "\(path): cannot be written (\(error)); \(error.remedy)."
        case .cannotWrite(let path, nil): "\(path): cannot be written; free space or make its folder writable."
        case .database(let path, let reason):
            "\(path): the database cannot be used (\(reason)); restore a backup or choose another data folder."
        case .configuration(let path, let reason): "\(path): is not valid (\(reason)); correct or remove it."
        case .newerSchema(let path):
            "\(path): was written by a newer version of oddline; use that version, or read accounts and audit log with the "
                + "read-only option."
        case .busy(let path): "\(path): another process is writing to it; try again in a moment."
        case .isThere(let path): "\(path): is there already; name a folder that is not."
        case .inUse(let path):
            "\(path): is in use by another process; end the dashboards and services that work with it and try again."
        case .commands(let path, let names):
            "\(path): would have this program run commands (\(names.joined(separator: ", "))); look at it, and say that they "
                + "may come back if they are yours, or take them out of the backup."
        case .notStored(let path, let reason): "\(path): nothing was stored (\(reason)); free space and try again."
        }
    }
}
