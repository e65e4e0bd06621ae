import ArgumentParser
import Foundation
import Invocation
import Persistence

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies accounts, judgements, models and settings to a new folder.",
        discussion: """
            The database is copied as of one moment, also while a dashboard or a service works, and is checked; models and settings \
            come a moment later. Keys that sign tokens are left out: after `oddline restore` everybody logs in again.
            """)

    @Argument(help: "The folder to make.", completion: .directory) var folder: String
    @OptionGroup var data: DataOptions

    func run() async throws {
        try await reportingErrors(in: data.locations) {
            let backup = Backup(at: URL(fileURLWithPath: folder))
            try backup.make(from: data.locations)
            try printWords("Wrote \(backup.url.path).")
        }
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Puts a folder written by `backup` in the place of the data folder.",
        discussion: """
            The backup is checked first: one of a newer version, or with what this program has not put there, is refused. Nothing is replaced while another process works with the data, and what was there is \
            kept beside it. Everybody logs in again; passwords are those of the backup.
            """)

    @Argument(help: "The folder that `backup` made.", completion: .directory) var folder: String
    @Flag(help: "Also where its config.toml has this program run commands (on_event, readers).") var withCommands = false
    @OptionGroup var data: DataOptions

    func run() async throws {
        try await reportingErrors(in: data.locations) {
            let kept = try Backup(at: URL(fileURLWithPath: folder)).restore(to: data.locations, withCommands: withCommands)
            try printWords("Restored \(data.locations.data.path).")
            if let kept { try printWords("What was there before is in \(kept.path).") }
        }
    }
}
