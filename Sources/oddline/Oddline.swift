import ArgumentParser
import Foundation
import Persistence

/// The command line: every sub-command wires the libraries together and nothing more.
@main
struct Oddline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "oddline",
        abstract: "Finds what is odd in a time series, with an LSTM and a Transformer autoencoder.",
        discussion: """
            Without a sub-command it opens the dashboard.

            Exit status: 0 success; 1 the work could not be done (one sentence on standard error says why); \
            2 some of many series could not be worked with, all others are done; 64 wrong usage; 130 interrupted.
            """,
        version: "0.1.0",
        subcommands: [
            DashboardCommand.self, TrainCommand.self, ScoreCommand.self, EvaluateCommand.self, GenerateCommand.self,
            ExportCommand.self, AccountsCommand.self, ServeCommand.self, DoctorCommand.self, BackupCommand.self,
            RestoreCommand.self,
        ],
        defaultSubcommand: DashboardCommand.self)

    static func main() async {
        openStandardStreams()
        await main(nil)
    }
}

/// Runs `body`; an error becomes one sentence on standard error and exit status 1. One that was not foreseen is written to the
/// log of the data folder, and the sentence says where that is.
func reportingErrors(in locations: Locations = Locations(), _ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as ExitCode {
        throw error
    } catch {
        printError("oddline: \(ProblemLog(in: locations).sentence(for: error))")
        throw ExitCode.failure
    }
}
