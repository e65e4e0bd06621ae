import ArgumentParser
import Foundation

extension AsyncParsableCommand {
    /// Parses the arguments of the process and runs what they ask for. As ArgumentParser's own `main`, but that what it says goes
    /// through `printError` and `writeResult`, and that help which nobody gets ends with status 1.
    public static func runAsProgram() async {
        if let few = LittleMemory.here {
            printError("oddline: \(few)")
            exit(withError: ExitCode.failure)
        }
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

/// The process may use too little memory to be sure of a sentence where it does not suffice: the system's libraries end it by a
/// signal.
private struct LittleMemory: CustomStringConvertible {
    /// Bytes of addresses. The libraries alone take 150 million; with 400 million a series of 3,000 rows is trained and scored.
    static let least: rlim_t = 512_000_000
    let bytes: rlim_t

    /// The limit that is in force, where it is too low.
    static var here: LittleMemory? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < least else { return nil }
        return LittleMemory(bytes: limit.rlim_cur)
    }

    var description: String {
        "The program may use \(bytes / 1_000_000) MB of memory and needs \(Self.least / 1_000_000); raise the limit (ulimit -v)."
    }
}
