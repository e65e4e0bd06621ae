import Accounts
import AnomalyDetection
import Foundation
import Persistence
import Synchronization
import Testing
import TimeSeries

@testable import Workbench

private func event(_ rows: Range<Int>, peak: Float = 0.5) -> Event {
    Event(rows: rows, of: [Float](repeating: peak, count: rows.upperBound), scores: PerModel<[Float]>())
}

@Test func anEventIsNewOnceThoughItGrowsAndShifts() {
    var watch = EventWatch(behind: 100, known: [event(95..<99)])
    #expect(watch.new(among: [event(20..<30), event(95..<99)]).isEmpty, "rows there were to begin with are not news")
    #expect(watch.new(among: [event(95..<103)]).isEmpty, "a known event that grows longer is not new")
    #expect(watch.new(among: [event(95..<103), event(110..<112)]) == [event(110..<112)])
    #expect(watch.new(among: [event(110..<120)]).isEmpty)
    #expect(watch.new(among: [event(121..<125)]).isEmpty, "rows so near are one event")
    #expect(watch.new(among: [event(140..<141), event(150..<151)]).count == 2)
}

private func facts(_ row: Int, peak: Float) -> EventFacts {
    let series = Series(name: "load; rm -rf $HOME.csv", channels: [.init(name: "v", values: Array(repeating: 1, count: 100))])
    return EventFacts(event(row..<(row + 2), peak: peak), in: series, path: "/data/load.csv")
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

@Test func aCommandThatFailsIsTold() throws {
    let told = Mutex<[String]>([])
    let command = EventCommand(EventCommand.Settings("exit 3", interval: 0)) { text in told.withLock { $0.append(text) } }
    command.tell([facts(10, peak: 0.5)])
    let end = Date().addingTimeInterval(60)
    while told.withLock(\.isEmpty), Date() < end { usleep(20_000) }
    #expect(told.withLock { $0 } == ["The command on events ended with status 3."])
}

/// A file that has grown keeps models, verdicts, notes and settings; one that holds something else does not get them.
@Test func whatBelongsToAFileBelongsToItWhenItHasGrown() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let locations = Locations(dataDirectory: folder.path, environment: [:])
    let database = try OddlineDatabase(at: locations.database)
    let accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4))
    _ = try accounts.register(username: "ann", email: "ann@example.org", password: "correct horse battery")
    let library = UserLibrary(
        session: try accounts.login(identifier: "ann", password: "correct horse battery"), database: database,
        locations: locations)
    let whole = SampleKind.contextual.series(rows: 900, seed: 2)
    let part = whole.prefix(800)
    let model = try #require(Models.standard[.lstm])
    try library.remember(path: "/data/load.csv", part)
    try library.save(try model.train(TrainingTask(series: part, trainingRows: 800, seed: 1), Cancellation()) { _ in })
    try library.judge(10..<20, of: part, as: .anomaly)
    try library.write("a storm", on: 10..<20, of: part)
    var settings = AnalysisSettings()
    settings.smoothing = 7
    try library.store(settings, of: part)

    var other = whole
    other.channels[0].values[5] += 1
    try library.remember(path: "/data/load.csv", other)
    #expect(try library.savedModels(for: other).isEmpty && library.judgements(of: other).isEmpty)
    try library.remember(path: "/data/load.csv", part)
    try library.remember(path: "/data/load.csv", whole)
    #expect(try library.savedModels(for: whole) == [.lstm])
    #expect(try library.load(.lstm, for: whole).fingerprint == part.fingerprint)
    #expect(try library.judgements(of: whole).map(\.rows) == [10..<20])
    #expect(try library.notes(of: whole).text(on: 10..<20) == "a storm")
    #expect(try library.settings(of: whole)?.smoothing == 7)
}
