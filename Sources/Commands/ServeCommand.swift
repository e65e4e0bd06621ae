import ArgumentParser
import Foundation
import Invocation

/// Becomes the service, a program of its own (`oddline-serve`), so that nobody who works at the terminal builds or loads it.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: ServiceOptions.abstract, discussion: ServiceOptions.discussion)

    @OptionGroup var options: ServiceOptions

    func run() throws {
        printError("oddline: \(become("oddline-serve", arguments: CommandLine.arguments.dropFirst(2)))")
        throw ExitCode.failure
    }
}

/// Goes on as another program that lies beside this one, in the same process: whoever started this one goes on with that one,
/// its signals, its standard streams and its exit status.
/// - Returns: only where that program cannot be started: a sentence that says why and what to do.
private func become(_ name: String, arguments: some Sequence<String>) -> String {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    let path = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    // Threads of the system's queues hold signals back, and the program would go on with what this thread does.
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
    execv(path, &words)
    guard errno == ENOENT else { return "\(path): cannot be started (\(String(cString: strerror(errno))))." }
    return "The service is a program of its own that is not there: \(path). "
        + "`make serve` builds and starts it; the Debian package and `make install` bring it too."
}
