import AnomalyDetection
import ArgumentParser
import Invocation
import Persistence
import Synchronization

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
            DashboardCommand.self, DescribeCommand.self, TrainCommand.self, ScoreCommand.self, EvaluateCommand.self,
            ExamineCommand.self, RulesCommand.self, ReplayCommand.self, GenerateCommand.self,
            ExportCommand.self, AccountsCommand.self, ServeCommand.self, DoctorCommand.self, BackupCommand.self,
            RestoreCommand.self,
        ],
        defaultSubcommand: DashboardCommand.self)

    static func main() async {
        openStandardStreams()
        Program.register(.standard)
        await runAsProgram()
    }
}

/// What the commands work with beside their options.
enum Program {
    /// For all threads of the process, since keys are scored on threads of their own.
    private static let registered = Mutex<Models?>(nil)

    /// Says which models there are: the one place that names them is `main`.
    static func register(_ models: Models) { registered.withLock { $0 = models } }

    /// The models that the commands train, load and score with, in the order of columns.
    static var models: Models {
        guard let models = registered.withLock({ $0 }) else {
            preconditionFailure("main registers models before a command is parsed")
        }
        return models
    }
}
