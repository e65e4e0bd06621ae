import AnomalyDetection
import ArgumentParser
import Invocation
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
        version: programVersion,
        subcommands: [
            DashboardCommand.self, TrainCommand.self, ScoreCommand.self, EvaluateCommand.self, GenerateCommand.self,
            ExportCommand.self, AccountsCommand.self, ServeCommand.self, DoctorCommand.self, BackupCommand.self,
            RestoreCommand.self,
        ],
        defaultSubcommand: DashboardCommand.self)

    static func main() async {
        openStandardStreams()
        await Program.$registered.withValue(.standard) { await main(nil) }
    }
}

/// What the commands work with beside their options.
enum Program {
    /// What `main` registers: the one place that names models.
    @TaskLocal static var registered: Models?

    /// The models that the commands train, load and score with, in the order of columns.
    static var models: Models {
        guard let registered else { preconditionFailure("main registers models before a command is parsed") }
        return registered
    }
}
