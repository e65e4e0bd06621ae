import Foundation
import Persistence
import Synchronization
import Work

/// Runs a command of the user's on new events: never twice at once, and not again before some time has passed; whoever tells of
/// events never waits.
///
/// A run tells of the highest event and of how many there are, and that is all that is kept of those that wait, however many
/// come, of each kind by itself: what begins is told before what grows and ends. A run that fails or takes too long is repeated after 1, 2, 4 ... seconds, with what came meanwhile; after
/// `Settings.mostRuns` failures in a row its events are given up. The first failure and the giving up are reported.
public final class EventCommand: Sendable {
    /// What is run, and how often at most.
    public struct Settings: Sendable, Equatable {
        /// A line for `/bin/sh`.
        public var command: String
        /// Seconds from the beginning of a run to that of the next one, at least; one that failed is repeated earlier.
        public var interval: Double
        /// Seconds after which a run is stopped and has failed: a minute, after which the next one might be due unless told
        /// otherwise.
        var timeLimit = 60.0
        /// Seconds until a run that failed is repeated for the first time.
        var firstPause = 1.0

        /// How often the command is run for the same events. The pauses before the seventh run, 1 + 2 + ... + 32 s, are a minute
        /// together: as long as the interval unless told otherwise, and enough for a service to be started anew.
        static let mostRuns = 7

        /// A line for `/bin/sh`, which is run once a minute at most unless told otherwise.
        public init(_ command: String, interval: Double? = nil) {
            self.command = command
            self.interval = interval ?? 60
        }

        /// Seconds to wait after so many failures in a row, never longer than after a success; `nil` where they are enough.
        func pause(afterFailures count: Int) -> Double? {
            count < Self.mostRuns ? min(firstPause * pow(2, Double(count - 1)), max(interval, firstPause)) : nil
        }
    }

    private struct State {
        var waiting = Waiting()
        var running: (events: Untold, run: CommandRun)?
        var isAtWork = false
        /// How the last run failed.
        var problem = ""
        var isEnding = false
        /// Whether the run that goes on began when the end had begun.
        var isLast = false
        /// Whether no run may begin any more.
        var isOver = false
    }

    private let settings: Settings
    private let report: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let runner = Workers(count: 1)
    /// Signalled where the end begins, and where nothing is left to do then.
    private let wake = DispatchSemaphore(value: 0), idle = DispatchSemaphore(value: 0)

    /// - Parameter report: takes a sentence where the command fails for the first time, and where events are given up.
    public init(_ settings: Settings, report: @escaping @Sendable (String) -> Void) {
        self.settings = settings
        self.report = report
    }

    /// Has the command run on these events, now or when it may run again; returns at once.
    public func tell(_ events: [EventFacts]) {
        guard !events.isEmpty else { return }
        let isFirst = state.withLock { state in
            for change in EventChange.allCases {
                if let new = Untold(events.filter { $0.change == change }) { state.waiting.add(new) }
            }
            defer { state.isAtWork = true }
            return !state.isAtWork
        }
        if isFirst { runner.submit { [self] in work() } }
    }

    /// Lets a run that goes on come to its end and runs the command once more at once for what waits; what takes longer than
    /// `limit` seconds in all is stopped. For the end of the program: the command is not run afterwards. Blocks the thread.
    /// - Returns: a sentence on events that the command could not be told of.
    public func finish(within limit: Double = 5) -> String? {
        let isAtWork = state.withLock { state in
            state.isEnding = true
            return state.isAtWork
        }
        guard isAtWork else { return nil }
        wake.signal()
        if idle.wait(timeout: .now() + limit) == .timedOut {
            let run = state.withLock { state in
                state.isOver = true
                return state.running?.run
            }
            run?.stop()
            _ = idle.wait(timeout: .now() + 1)
        }
        return state.withLock { state in
            if let running = state.running?.events { state.waiting.add(running) }
            let events = state.waiting.all
            return events.map {
                "\($0.count == 1 ? "1 event was" : "\($0.count) events were") not delivered, \($0.place): "
                    + "the command on events \(state.problem.isEmpty ? "had not ended" : state.problem)."
            }
        }
    }

    /// Runs the command until no event waits and it might run again at once.
    private func work() {
        var failures = 0
        while let (events, run) = next() {
            let begun = ContinuousClock.now
            if let problem = problem(run, events) {
                failures += 1
                if let pause = failed(events, problem, failures) {
                    rest(pause)
                    continue
                }
            } else {
                state.withLock { $0.running = nil }
            }
            failures = 0
            rest(settings.interval - (ContinuousClock.now - begun) / .seconds(1))
        }
    }

    /// What is to be told next, and the run that does it; `nil` when nothing is left to do.
    private func next() -> (events: Untold, run: CommandRun)? {
        state.withLock { state in
            guard !state.isOver, let events = state.waiting.next() else {
                state.isAtWork = false
                if state.isEnding { idle.signal() }
                return nil
            }
            // Where the program is about to end each kind is told once more.
            state.isLast = state.isEnding
            state.isOver = state.isEnding && state.waiting.all == nil
            state.running = (events, CommandRun())
            return state.running
        }
    }

    /// Keeps or gives up the events of a run that failed.
    /// - Returns: seconds until it is repeated; `nil` where it is not.
    private func failed(_ events: Untold, _ problem: String, _ failures: Int) -> Double? {
        let pause = settings.pause(afterFailures: failures)
        let isEnding = state.withLock { state in
            state.running = nil
            state.problem = problem
            if pause != nil || state.isEnding { state.waiting.add(events) }
            if state.isLast { state.isOver = true }
            return state.isEnding
        }
        if isEnding { return 0 }
        if pause == nil {
            let words = events.count == 1 ? "1 event was" : "\(events.count) events were"
            report("\(words) given up, \(events.place), after \(failures) runs: the command on events \(problem).")
        } else if failures == 1 {
            report("The command on events \(problem); it is run again.")
        }
        return pause
    }

    private func rest(_ seconds: Double) {
        guard seconds > 0, !state.withLock({ $0.isEnding }) else { return }
        _ = wake.wait(timeout: .now() + seconds)
    }

    /// Runs the command to its end.
    /// - Returns: what is wrong with it, if anything is.
    private func problem(_ run: CommandRun, _ events: Untold) -> String? {
        let event = events.highest
        let facts = [
            "SERIES": event.series, "FILE": event.path, "FIRST_ROW": "\(event.firstRow)", "LAST_ROW": "\(event.lastRow)",
            "START": event.start, "END": event.end, "PEAK": "\(event.peak)", "EVENTS": "\(events.count)",
            "KIND": event.change.rawValue,
        ]
        let environment = ProcessInfo.processInfo.environment.merging(
            facts.map { ("ODDLINE_\($0.key)", $0.value) }
        ) { $1 }
        switch run(["/bin/sh", "-c", settings.command], environment: environment, atMost: settings.timeLimit) {
        case .ended(0): return nil
        case .ended(let status): return "ended with status \(status)"
        case .signalled(let signal): return "was ended by signal \(signal)"
        case .stopped:
            let isOver = state.withLock { $0.isOver }
            return isOver ? "had not ended" : String(format: "was stopped after %g s", settings.timeLimit)
        case .notStarted(let reason): return "could not be started (\(reason))"
        }
    }
}

/// What the command is not told of yet, of each kind by itself.
private struct Waiting {
    private var untold: [EventChange: Untold] = [:]

    mutating func add(_ events: Untold) { untold[events.highest.change] = events.joined(with: untold[events.highest.change]) }

    /// Takes what is told next.
    mutating func next() -> Untold? {
        EventChange.allCases.first { untold[$0] != nil }.flatMap { untold.removeValue(forKey: $0) }
    }

    /// All of them; `nil` where there are none.
    var all: Untold? {
        EventChange.allCases.compactMap { untold[$0] }.reduce(nil) { $0?.joined(with: $1) ?? $1 }
    }
}

/// Events that the command is not told of yet.
private struct Untold {
    let highest: EventFacts
    let count: Int

    init?(_ events: [EventFacts]) {
        guard let highest = events.max(by: { $0.peak < $1.peak }) else { return nil }
        self.init(highest: highest, count: events.count)
    }

    private init(highest: EventFacts, count: Int) { (self.highest, self.count) = (highest, count) }

    func joined(with other: Untold?) -> Untold {
        guard let other else { return self }
        return Untold(highest: other.highest.peak > highest.peak ? other.highest : highest, count: count + other.count)
    }

    /// Where to look for them.
    var place: String {
        (count == 1 ? "in " : "the highest in ") + "\(highest.series) from \(highest.start) to \(highest.end)"
    }
}
