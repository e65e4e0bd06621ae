import Foundation
import Synchronization
import Work

/// One run of a program away from the terminal, of which only how it ended is of interest; see `startProgram`.
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
        do {
            return try startProgram(words, environment: environment)
        } catch { throw Failure(ending: .notStarted(error.reason)) }
    }
}
