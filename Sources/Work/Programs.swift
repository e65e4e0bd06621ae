import Foundation

/// Why a program could not be started.
public struct ProgramNotStarted: Error, Equatable, Sendable {
    /// The system's reason, as part of a sentence.
    public let reason: String

    /// What the system's number for an error (`errno`) says.
    public init(_ code: Int32) { reason = String(cString: strerror(code)) }
}

/// Starts a program away from the terminal: with nothing to read, in a group of its own and with the signals as they are by default,
/// so that neither Ctrl-C nor Ctrl-Z reach it.
///
/// - Parameters:
///   - words: the program's path, and its arguments as they are; no shell looks at them.
///   - output: the descriptor that it writes to; what it writes is lost where `nil`.
///   - errors: that of what it complains of, likewise.
/// - Returns: the program's number, which is that of its group too. Whoever starts it waits for its end.
/// - Throws: `ProgramNotStarted` where there is no such program, or none that may be run.
public func startProgram(
    _ words: [String], environment: [String: String], output: Int32? = nil, errors: Int32? = nil
) throws(ProgramNotStarted) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for (target, source) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
        if let source {
            posix_spawn_file_actions_adddup2(&actions, source, target)
        } else {
            posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_WRONLY, 0)
        }
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    var arguments = words.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var process: pid_t = 0
    let problem = posix_spawn(&process, words.first ?? "", &actions, &attributes, &arguments, &variables)
    guard problem == 0 else { throw ProgramNotStarted(problem) }
    return process
}
