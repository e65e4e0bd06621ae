import AnomalyDetection
import ArgumentParser
import Synchronization

/// The commands that need no dashboard, and what they work with beside their options.
package enum Program {
    /// For all threads of the process, since keys are scored on threads of their own.
    private static let registered = Mutex<Models?>(nil)

    /// Says which models there are: the one place that names them is `main`.
    package static func register(_ models: Models) { registered.withLock { $0 = models } }

    /// The models that the commands train, load and score with, in the order of columns.
    package static var models: Models {
        guard let models = registered.withLock({ $0 }) else {
            preconditionFailure("main registers models before a command is parsed")
        }
        return models
    }

    /// Those that work with series and their models.
    package static let seriesCommands: [any ParsableCommand.Type] = [
        DescribeCommand.self, TrainCommand.self, ScoreCommand.self, EvaluateCommand.self, ExamineCommand.self, RulesCommand.self,
        GenerateCommand.self, ExportCommand.self,
    ]
    /// Those that work with accounts, the service and what is stored.
    package static let systemCommands: [any ParsableCommand.Type] = [
        AccountsCommand.self, ServeCommand.self, BackupCommand.self, RestoreCommand.self,
    ]
}
