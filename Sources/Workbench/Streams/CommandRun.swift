import Foundation
import Synchronization

/// One run of a program without the terminal, in a group of its own and with the signals as they are by default, so that neither
/// Ctrl-C nor Ctrl-Z reach it.
final class CommandRun: Sendable {
    /// How it ended.
    enum Ending: Equatable, Sendable {
        case ended(Int32), signalled(Int32)
        /// It took too long, or was to begin no more.
        case stopped
        case notStarted(String)
    }

    private let state = Mutex<(process: pid_t?, isStopped: Bool)>((nil, false))

    /// Runs the program that `words` name, waits for its end, and stops it after `limit` seconds.
    func callAsFunction(_ words: [String], environment: [String: String], atMost limit: Double) -> Ending {
        let begun = state.withLock { state -> Result<pid_t, Failure> in
            guard !state.isStopped else { return .failure(Failure(ending: .stopped)) }
            let begun = Result { () throws(Failure) in try Self.spawn(words, environment) }
            state.process = try? begun.get()
            return begun
        }
        switch begun {
        case .failure(let failure): return failure.ending
        case .success(let process):
            let timer = DispatchWorkItem { self.stop() }
            DispatchQueue.global().asyncAfter(deadline: .now() + limit, execute: timer)
            defer { timer.cancel() }
            return end(of: process)
        }
    }

    /// Ends the program and all others of its group at once; where it has not begun, it does not begin.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            if let process = state.process { kill(-process, SIGKILL) }
        }
    }

    /// Waits for the end. Its number stays its own until then, so that `stop` never hits another.
    private func end(of process: pid_t) -> Ending {
        var facts = siginfo_t()
        while waitid(P_PID, id_t(process), &facts, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        return state.withLock { state in
            state.process = nil
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0 {
                if errno != EINTR { return .notStarted(String(cString: strerror(errno))) }
            }
            if status & 0x7F == 0 { return .ended(status >> 8 & 0xFF) }
            return state.isStopped ? .stopped : .signalled(status & 0x7F)
        }
    }

    private struct Failure: Error {
        let ending: Ending
    }

    private static func spawn(_ words: [String], _ environment: [String: String]) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for output in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var arguments = words.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var process: pid_t = 0
        let problem = posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
        guard problem == 0 else { throw Failure(ending: .notStarted(String(cString: strerror(problem)))) }
        return process
    }
}
