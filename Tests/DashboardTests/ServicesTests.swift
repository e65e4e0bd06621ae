import AnomalyDetection
import Foundation
import Persistence
import SeriesReading
import TestSupport
import Testing
import TimeSeries
import Work
import Workbench

@testable import Dashboard

/// What the services do, with files and a database.
@Suite struct ServicesTests {
    private let folder: URL
    private static let wave =
        "value\n" + (0..<400).map { $0 == 300 ? "9" : String(format: "%.3f", sin(Double($0) / 4)) }.joined(separator: "\n") + "\n"

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func file(_ name: String) throws -> String {
        let file = folder.appendingPathComponent(name)
        try Self.wave.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    @Test func aSeriesWhoseOpeningCannotBeStoredIsAnsweredToTheLibrary() async throws {
        let office = try Office()
        try await office.database.write { try $0.execute(sql: "DROP TABLE series") }
        office.desk.start(.open(path: try file("wave.csv")))
        var events = office.reports.makeAsyncIterator()
        let event = await events.next()
        guard case .answer(office.desk, .openFailed) = event else { throw Unexpected("\(String(describing: event))") }
    }

    @Test func aLoginThatCannotBeKeptIsAnsweredToTheForm() async throws {
        let office = try Office()
        let keys = office.locations.signingKeys
        try FileManager.default.createDirectory(at: keys.deletingLastPathComponent(), withIntermediateDirectories: true)
        #expect(FileManager.default.createFile(atPath: keys.path, contents: Data(), attributes: [.posixPermissions: 0o644]))
        office.services.start(.login(identifier: "alice", password: "correct horse battery", stayDays: 7))
        var events = office.reports.makeAsyncIterator()
        let event = await events.next()
        guard case .loginFailed(let problem) = event else { throw Unexpected("\(String(describing: event))") }
        #expect(problem.contains(keys.lastPathComponent))
    }

    /// Both workers load models that wait at a gate, for a minute at most.
    @Test func aLoginDoesNotWaitForWhatIsComputed() async throws {
        let plain = try #require(Models.withRollingMedian[.rollingMedian])
        let gate = DispatchSemaphore(value: 0)
        let held = Model(.rollingMedian, weight: 1, train: plain.train) {
            _ = gate.wait(timeout: .now() + 60)
            return try plain.load($0, $1)
        }
        let office = try Office(models: Models([held]))
        let task = TrainingTask(series: series, trainingRows: series.rowCount, seed: 1)
        try office.library.shelf(of: series.identity).save(try plain.train(task, Cancellation()) { _ in }.detector)
        for _ in 0..<2 { office.desk.start(.loadModels(series, [.rollingMedian], of: series.identity)) }
        office.services.start(.login(identifier: "alice", password: "correct horse battery", stayDays: 0))
        var events = office.reports.makeAsyncIterator()
        let event = await events.next()
        guard case .loggedIn = event else { throw Unexpected("\(String(describing: event))") }
        for _ in 0..<2 { gate.signal() }
        for _ in 0..<2 {
            let event = await events.next()
            guard case .answer(_, .modelsLoaded) = event else { throw Unexpected("\(String(describing: event))") }
        }
    }

    @Test func comparisonsThatWereCalledOffBeforeTheyBeganAreSkipped() async throws {
        let office = try Office()
        var analysis = Analysis(series: series, models: .standard)
        analysis.use(try scored())
        let result = try #require(analysis.result)
        func compare() -> Cancellation {
            let run = Cancellation()
            office.desk.start(.compare(series, result, analysis.settings, run))
            return run
        }
        let off = Cancellation()
        off.cancel()
        office.desk.start(.compare(series, result, analysis.settings, off))
        let runs = (0..<4).map { _ in compare() }
        var events = office.reports.makeAsyncIterator()
        for _ in runs {
            guard case .answer(_, .compared(let run, _)) = await events.next() else { throw Unexpected("no comparison") }
            #expect(runs.contains { $0 === run })
        }
    }

    /// The same series, model and settings as the service's `/scores` are held against `Analysis` and its export with.
    @Test func theDashboardShowsAndExportsTheNumbersOfTheAnalysis() async throws {
        let models = Models([try #require(Models.withRollingMedian[.rollingMedian])])
        let office = try Office(models: models)
        let path = try file("wave.csv")
        let wave = try SeriesReader.read(path: path)
        let task = TrainingTask(series: wave, trainingRows: wave.rowCount, seed: 1)
        try office.library.shelf(of: wave.identity).save(try models.all[0].train(task, Cancellation()) { _ in }.detector)
        var expected = Analysis(series: wave, models: models)
        expected.use([try ScoredModel(scoring: wave, with: office.library.shelf(of: wave.identity).load(.rollingMedian))])
        let settings = ["smoothing": "3", "threshold": "0.97", "calibration": "rank"]
        try expected.update { try $0.settings.set(settings, models: models) }
        let result = try #require(expected.result)

        var state = DashboardState(width: 120, height: 36, themes: [.midnight])
        var events = office.reports.makeAsyncIterator()
        _ = update(&state, .loggedIn(office.desk, themeName: nil))
        office.desk.start(.open(path: path))
        let loading = update(&state, try #require(await events.next()))
        #expect(loading.count == 1, "saved models are loaded when their series opens")
        for request in loading { office.services.start(request) }
        for request in update(&state, try #require(await events.next())) { office.services.start(request) }
        _ = update(&state, try #require(await events.next()))
        for (name, value) in settings { run(&state, "\(name) \(value)") }
        let shown = try #require(state.workspace?.analysis.result)
        #expect(shown.combined.map(\.bitPattern) == result.combined.map(\.bitPattern))
        #expect(shown.level == result.level && shown.events == result.events && !shown.events.isEmpty)

        let target = folder.appendingPathComponent("scores.csv")
        for effect in press(&state, .character("]"), .character("a")) { office.desk.start(effect) }
        for effect in run(&state, "note looked \"odd\", twice") { office.desk.start(effect) }
        for effect in run(&state, "export \(target.path)") { office.desk.start(effect) }
        var exported = await events.next()
        while case .answer(_, .stored)? = exported { exported = await events.next() }
        guard case .answer(_, .done)? = exported else { throw Unexpected("no export") }
        let workspace = try #require(state.workspace)
        var text = ""
        let remarks = ScoreExport.Remarks(judgements: workspace.judgements, notes: workspace.notes)
        ScoreExport(series: wave, result: try #require(workspace.analysis.result), remarks: remarks).write(.csv) { text += $0 }
        #expect(try String(contentsOf: target, encoding: .utf8) == text)
        let judged = try #require(workspace.judgements.first).rows
        #expect(text.split(separator: "\n").count { $0.hasSuffix(#",anomaly,"looked ""odd"", twice""#) } == judged.count)

        try "kept".write(to: target, atomically: true, encoding: .utf8)
        for effect in run(&state, "export \(target.path)") { office.desk.start(effect) }
        let asked = try #require(await events.next())
        _ = update(&state, asked)
        #expect(view(state).text.contains("Overwriting it loses what it holds.") && view(state).text.contains("y yes"))
        #expect(try String(contentsOf: target, encoding: .utf8) == "kept", "nothing is written before the answer")
        for effect in press(&state, .character("y")) { office.desk.start(effect) }
        guard case .answer(_, .done) = await events.next() else { throw Unexpected("no export") }
        #expect(try String(contentsOf: target, encoding: .utf8) == text)

        for (command, name) in [("export-events", "events.jsonl"), ("export-events", "events.csv"), ("report", "report.html")] {
            let path = folder.appendingPathComponent(name).path
            for effect in run(&state, "\(command) \(path)") { office.desk.start(effect) }
            guard case .answer(_, .done) = await events.next() else { throw Unexpected("no \(name)") }
            #expect(try String(contentsOfFile: path, encoding: .utf8).contains("looked "), "\(name)")
        }
        #expect(try office.library.shelf(of: wave.identity).notes() == workspace.notes)
    }
}
