import AnomalyDetection
import Foundation
import Synchronization
import Testing
import TimeSeries

@testable import Workbench

private func facts(_ row: Int, peak: Float) -> EventFacts {
    let series = Series(name: "load; rm -rf $HOME.csv", channels: [.init(name: "v", values: Array(repeating: 1, count: 100))])
    let event = Event(
        rows: row..<(row + 2), of: [Float](repeating: peak, count: row + 2), scores: PerModel<[Float]>())
    return EventFacts(event, in: series, path: "/data/load.csv")
}

/// A folder in which a command leaves traces.
private struct Traces {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("traces-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    func text(_ name: String) -> String {
        (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
    }

    /// Waits until a file has so many lines, for a minute at most.
    func lines(_ name: String, count: Int) -> [Substring] {
        let end = Date().addingTimeInterval(60)
        while text(name).split(separator: "\n").count < count, Date() < end { usleep(20_000) }
        return text(name).split(separator: "\n")
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}

@Test func aSlowCommandIsNeverRunTwiceAtOnceAndCountsWhatCameMeanwhile() throws {
    let traces = try Traces()
    defer { traces.remove() }
    let line =
        "echo begun $ODDLINE_FIRST_ROW $ODDLINE_LAST_ROW $ODDLINE_START $ODDLINE_PEAK $ODDLINE_EVENTS >> \(traces.folder.path)/log; "
        + "echo \"$ODDLINE_SERIES|$ODDLINE_FILE\" > \(traces.folder.path)/names; "
        + "while [ ! -e \(traces.folder.path)/go ]; do sleep 0.05; done; echo ended >> \(traces.folder.path)/log"
    let command = EventCommand(EventCommand.Settings(line, interval: 0)) { Issue.record("\($0)") }
    command.tell([facts(10, peak: 0.5)])
    #expect(traces.lines("log", count: 1) == ["begun 11 12 11 0.5 1"])
    command.tell([facts(20, peak: 0.25), facts(30, peak: 0.75)])
    command.tell([facts(40, peak: 0.5)])
    #expect(traces.text("log") == "begun 11 12 11 0.5 1\n", "the second run waits for the end of the first")
    try Data().write(to: traces.folder.appendingPathComponent("go"))
    #expect(
        traces.lines("log", count: 4) == ["begun 11 12 11 0.5 1", "ended", "begun 31 32 31 0.75 3", "ended"])
    #expect(traces.text("names") == "load; rm -rf $HOME.csv|/data/load.csv\n")
}

/// The second run would have to come within the day.
@Test func aCommandIsNotRunAgainWithinItsInterval() throws {
    let traces = try Traces()
    defer { traces.remove() }
    let command = EventCommand(
        EventCommand.Settings("echo $ODDLINE_EVENTS >> \(traces.folder.path)/log", interval: 86_400)
    ) { Issue.record("\($0)") }
    command.tell([facts(10, peak: 0.5)])
    #expect(traces.lines("log", count: 1) == ["1"])
    command.tell([facts(20, peak: 0.5)])
    let other = EventCommand(EventCommand.Settings("touch \(traces.folder.path)/other", interval: 86_400)) { _ in }
    other.tell([facts(10, peak: 0.5)])
    let end = Date().addingTimeInterval(60)
    while !FileManager.default.fileExists(atPath: traces.folder.path + "/other"), Date() < end { usleep(20_000) }
    #expect(traces.text("log") == "1\n")
}

/// What a command reported.
private final class Reports: Sendable {
    private let sentences = Mutex<[String]>([])

    var all: [String] { sentences.withLock { $0 } }

    func add(_ sentence: String) { sentences.withLock { $0.append(sentence) } }

    /// Waits until there are so many, for a minute at most.
    func wait(for count: Int) -> [String] {
        let end = Date().addingTimeInterval(60)
        while all.count < count, Date() < end { usleep(20_000) }
        return all
    }
}

/// Settings with pauses that no test has to wait for long.
private func hasty(_ command: String, interval: Double = 0) -> EventCommand.Settings {
    var settings = EventCommand.Settings(command, interval: interval)
    settings.firstPause = 0.01
    return settings
}

extension Traces {
    /// A line that counts how often it ran in `count`, writes how many events it was told of to `log`, and fails so many times.
    fileprivate func failing(times: Int) -> String {
        "cd \(folder.path); echo >> count; echo $ODDLINE_EVENTS $ODDLINE_PEAK >> log; [ $(wc -l < count) -gt \(times) ]"
    }
}

@Test func aRunThatFailsIsRepeatedUntilItSucceedsAndToldOnce() throws {
    let (traces, reports) = (try Traces(), Reports())
    defer { traces.remove() }
    let command = EventCommand(hasty(traces.failing(times: 3)), report: reports.add)
    command.tell([facts(10, peak: 0.5), facts(20, peak: 0.25)])
    #expect(traces.lines("log", count: 4) == ["2 0.5", "2 0.5", "2 0.5", "2 0.5"])
    #expect(command.finish(within: 60) == nil)
    #expect(traces.lines("log", count: 4).count == 4)
    #expect(reports.all == ["The command on events ended with status 1; it is run again."])
}

@Test func aRepeatedRunTellsOfWhatCameMeanwhile() throws {
    let (traces, reports) = (try Traces(), Reports())
    defer { traces.remove() }
    let line = "while [ ! -e \(traces.folder.path)/go ]; do sleep 0.05; done; " + traces.failing(times: 1)
    let command = EventCommand(hasty("echo begun >> \(traces.folder.path)/log; " + line), report: reports.add)
    command.tell([facts(10, peak: 0.5)])
    #expect(traces.lines("log", count: 1) == ["begun"])
    command.tell([facts(20, peak: 0.75), facts(30, peak: 0.25)])
    try Data().write(to: traces.folder.appendingPathComponent("go"))
    #expect(traces.lines("log", count: 4) == ["begun", "1 0.5", "begun", "3 0.75"])
    #expect(command.finish(within: 60) == nil)
}

@Test func aCommandThatGoesOnFailingIsGivenUpAndNewEventsAreTried() throws {
    let (traces, reports) = (try Traces(), Reports())
    defer { traces.remove() }
    let command = EventCommand(hasty(traces.failing(times: 7)), report: reports.add)
    command.tell([facts(10, peak: 0.5), facts(20, peak: 0.25)])
    #expect(
        reports.wait(for: 2) == [
            "The command on events ended with status 1; it is run again.",
            "2 events were given up, the highest in load; rm -rf $HOME.csv from 11 to 12, after 7 runs: the command on events "
                + "ended with status 1.",
        ])
    #expect(traces.lines("log", count: 7).count == 7)
    command.tell([facts(40, peak: 0.125)])
    #expect(traces.lines("log", count: 8).last == "1 0.125")
    #expect(command.finish(within: 60) == nil && reports.all.count == 2)
}

@Test func aCommandThatHangsIsStoppedWithAllThatItStartedAndRepeated() throws {
    let (traces, reports) = (try Traces(), Reports())
    defer { traces.remove() }
    var settings = hasty(traces.failing(times: 1) + " || { sleep 1000 & echo $! > child; wait; }")
    settings.timeLimit = 1
    let command = EventCommand(settings, report: reports.add)
    command.tell([facts(10, peak: 0.5)])
    #expect(traces.lines("log", count: 2).count == 2)
    #expect(command.finish(within: 60) == nil)
    #expect(reports.all == ["The command on events was stopped after 1 s; it is run again."])
    #expect(hasEnded(try #require(traces.lines("child", count: 1).first.flatMap { Int32($0) })))
}

/// Whether a process is gone, or waits for nothing but to be counted, for a minute at most.
private func hasEnded(_ process: Int32) -> Bool {
    let end = Date().addingTimeInterval(60)
    while Date() < end {
        let facts = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        if facts.isEmpty || facts.contains(") Z ") { return true }
        usleep(20_000)
    }
    return false
}

/// The second run would have to come within the day.
@Test func whatWaitsIsToldAtOnceWhenTheProgramEnds() throws {
    let traces = try Traces()
    defer { traces.remove() }
    let command = EventCommand(hasty(traces.failing(times: 0), interval: 86_400)) { Issue.record("\($0)") }
    command.tell([facts(10, peak: 0.5)])
    #expect(traces.lines("log", count: 1) == ["1 0.5"])
    command.tell([facts(20, peak: 0.25), facts(30, peak: 0.75)])
    #expect(command.finish(within: 60) == nil)
    #expect(traces.lines("log", count: 2) == ["1 0.5", "2 0.75"])
    #expect(EventCommand(hasty("exit 3")) { Issue.record("\($0)") }.finish() == nil, "nothing waits")
}

/// The first pause is a day.
@Test func whatCouldNotBeToldIsNamedWhenTheProgramEnds() throws {
    let (traces, reports) = (try Traces(), Reports())
    defer { traces.remove() }
    var settings = EventCommand.Settings(traces.failing(times: 9), interval: 86_400)
    settings.firstPause = 86_400
    let command = EventCommand(settings, report: reports.add)
    command.tell([facts(10, peak: 0.5)])
    #expect(reports.wait(for: 1) == ["The command on events ended with status 1; it is run again."])
    command.tell([facts(20, peak: 0.25)])
    #expect(
        command.finish(within: 60)
            == "2 events were not delivered, the highest in load; rm -rf $HOME.csv from 11 to 12: the command on events ended with "
            + "status 1.")
    #expect(traces.lines("log", count: 2) == ["1 0.5", "2 0.5"], "one last run")
    #expect(reports.all.count == 1)
}

@Test func aCommandThatHangsWhenTheProgramEndsIsStopped() throws {
    let traces = try Traces()
    defer { traces.remove() }
    let command = EventCommand(hasty("echo $$ >> \(traces.folder.path)/log; exec sleep 1000")) { Issue.record("\($0)") }
    command.tell([facts(10, peak: 0.5)])
    let process = try #require(traces.lines("log", count: 1).first.flatMap { Int32($0) })
    command.tell([facts(20, peak: 0.75)])
    let told = command.finish(within: 0.05)
    #expect(
        told
            == "2 events were not delivered, the highest in load; rm -rf $HOME.csv from 21 to 22: the command on events had not ended."
    )
    #expect(hasEnded(process) && traces.lines("log", count: 1).count == 1)
}

/// Whether it can be begun at all.
@Test func aRunThatWasStoppedBeforeItBeganDoesNotBegin() {
    let run = CommandRun()
    run.stop()
    #expect(run(["/bin/sh", "-c", "exit 0"], environment: [:], atMost: 60) == .stopped)
    guard case .notStarted = CommandRun()(["/no/such/program"], environment: [:], atMost: 60) else {
        Issue.record("started")
        return
    }
    #expect(CommandRun()(["/bin/sh", "-c", "kill -9 $$"], environment: [:], atMost: 60) == .signalled(9))
}

private let pauses: [(Double, [Double])] = [
    (60, [1, 2, 4, 8, 16, 32]), (86_400, [1, 2, 4, 8, 16, 32]), (5, [1, 2, 4, 5, 5, 5]), (0, [1, 1, 1, 1, 1, 1]),
]

@Test(arguments: pauses) func pausesDoubleUpToTheInterval(_ interval: Double, _ pauses: [Double]) {
    let settings = EventCommand.Settings("true", interval: interval)
    #expect((1..<EventCommand.Settings.mostRuns).map(settings.pause) == pauses)
    #expect(settings.pause(afterFailures: EventCommand.Settings.mostRuns) == nil)
}
