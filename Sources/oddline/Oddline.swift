import AnomalyDetection
import ArgumentParser
import Commands
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
        subcommands: [DashboardCommand.self] + Program.seriesCommands + [ReplayCommand.self] + Program.systemCommands
            + [DoctorCommand.self],
        defaultSubcommand: DashboardCommand.self)

    static func main() async {
        openStandardStreams()
        Program.register(.standard)
        await runAsProgram()
    }
}
