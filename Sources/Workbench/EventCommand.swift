import Foundation
import Persistence
import Synchronization

/// Runs a command of the user's on new events: never twice at once, and not again before some time has passed. Events
/// that come meanwhile are counted into the next run; whoever tells of them never waits.
public final class EventCommand: Sendable {
    /// What is run, and how often at most.
    public struct Settings: Sendable, Equatable {
        /// A line for `/bin/sh`.
        public var command: String
        /// Seconds between the beginnings of two runs, at least.
        public var interval: Double

        /// A line for `/bin/sh`, which is run once a minute at most unless told otherwise.
        public init(_ command: String, interval: Double? = nil) {
            self.command = command
            self.interval = interval ?? 60
        }
    }

    private struct State {
        var waiting: [EventFacts] = []
        var isAtWork = false
    }

    private let settings: Settings
    private let report: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let runner = Workers(count: 1)

    /// - Parameter report: takes a sentence where the command fails.
    public init(_ settings: Settings, report: @escaping @Sendable (String) -> Void) {
        self.settings = settings
        self.report = report
    }

    /// Has the command run on these events, now or when it may run again; returns at once.
    public func tell(_ events: [EventFacts]) {
        let isFirst = state.withLock { state in
            state.waiting += events
            defer { state.isAtWork = true }
            return !state.isAtWork
        }
        if isFirst { runner.submit { [self] in work() } }
    }

    /// Runs the command until no event waits and it might run again at once.
    private func work() {
        while true {
            let events = state.withLock { state in
                defer { state.waiting = [] }
                state.isAtWork = !state.waiting.isEmpty
                return state.waiting
            }
            guard let highest = events.max(by: { $0.peak < $1.peak }) else { return }
            let begun = ContinuousClock.now
            run(highest, count: events.count)
            let rest = settings.interval - (ContinuousClock.now - begun) / .seconds(1)
            if rest > 0 { Thread.sleep(forTimeInterval: rest) }
        }
    }

    private func run(_ event: EventFacts, count: Int) {
        let facts = [
            "SERIES": event.series, "FILE": event.path, "FIRST_ROW": "\(event.firstRow)", "LAST_ROW": "\(event.lastRow)",
            "START": event.start, "END": event.end, "PEAK": "\(event.peak)", "EVENTS": "\(count)",
        ]
        let environment = ProcessInfo.processInfo.environment.merging(
            facts.map { ("ODDLINE_\($0.key)", $0.value) }
        ) { $1 }
        switch runToEnd(["/bin/sh", "-c", settings.command], environment: environment) {
        case .ended(0): break
        case .ended(let status): report("The command on events ended with status \(status).")
        case .signalled(let signal): report("The command on events was ended by signal \(signal).")
        case .notStarted(let reason): report("The command on events could not be started (\(reason)).")
        }
    }
}

/// How a program ended.
private enum Ending {
    case ended(Int32), signalled(Int32)
    case notStarted(String)
}

/// Runs a program without the terminal, in a group of its own and with the signals as they are by default, so that neither
/// Ctrl-C nor Ctrl-Z reach it, and waits for its end.
private func runToEnd(_ words: [String], environment: [String: String]) -> Ending {
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
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    var arguments = words.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var process: pid_t = 0
    let problem = posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
    guard problem == 0 else { return .notStarted(String(cString: strerror(problem))) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 { if errno != EINTR { return .notStarted(String(cString: strerror(errno))) } }
    return status & 0x7F == 0 ? .ended(status >> 8 & 0xFF) : .signalled(status & 0x7F)
}
