import ArgumentParser
import Foundation

extension AsyncParsableCommand {
    /// Parses the arguments of the process and runs what they ask for. As ArgumentParser's own `main`, but that what it says goes
    /// through `printError` and `writeResult`, and that help which nobody gets ends with status 1.
    public static func runAsProgram() async {
        do {
            var command = try await asyncParseAsRoot(nil)
            if var command = command as? AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch {
            let (status, words) = (exitCode(for: error), fullMessage(for: error))
            guard status.isSuccess else {
                if !words.isEmpty { printError(words) }
                exit(withError: status)
            }
            do { try writeResult(words + "\n") } catch {
                printError("oddline: \(error)")
                exit(withError: ExitCode.failure)
            }
            exit(withError: status)
        }
    }
}
