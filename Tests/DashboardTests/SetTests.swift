import AnomalyDetection
import Foundation
import SeriesReading
import TerminalUI
import TestSupport
import Testing
import TimeSeries
import Work
import Workbench

@testable import Dashboard

/// A set of files: its list, its queue, and the way through its open events.
@Suite struct SetTests {
    private func files(_ state: DashboardState) throws -> FileSetState { try #require(state.signedIn?.fileSet) }

    private func shown(_ state: DashboardState) throws -> [String] {
        let set = try files(state)
        return set.shown.map { set.files[$0].name }
    }

    private func looks(_ effects: [Effect]) -> [String] {
        effects.compactMap { if case .look(let path) = $0 { path } else { nil } }
    }

    private func trained(_ effects: [Effect]) -> [(path: String, run: Cancellation)] {
        effects.compactMap { if case .trainFile(let path, let run) = $0 { (path, run) } else { nil } }
    }

    private func opened(_ effects: [Effect]) -> [String] {
        effects.compactMap { if case .open(let path) = $0 { path } else { nil } }
    }

    // MARK: The list

    @Test func severalFilesAreListedAndNoneIsOpened() throws {
        var state = DashboardState(
            width: 120, height: 36, themes: [.midnight], files: ["/data/pumps"], showsSet: true)
        let asked = effects(update(&state, .loggedIn(try desk(), themeName: nil)))
        #expect(opened(asked).isEmpty)
        #expect(asked.contains { if case .listSet(["/data/pumps"]) = $0 { true } else { false } })
    }

    @Test func filesAreLookedAtAFewAtATime() throws {
        var state = DashboardState(
            width: 120, height: 36, themes: [.midnight], files: ["/data/pumps"], showsSet: true)
        _ = update(&state, .loggedIn(try desk(), themeName: nil))
        let listing = FileSetListing(places: ["/data/pumps"], paths: pumps, isCut: false, holdings: [:])
        var asked = looks(answer(&state, .setListed(listing)))
        var order: [String] = []
        while let path = asked.first {
            #expect(asked.count <= 2)
            order.append(path)
            asked = asked.dropFirst() + looks(answer(&state, .looked(path: path, .success(try overview()))))
        }
        #expect(order == pumps)
    }

    @Test func theListIsSortedFilteredByPathAndMarked() throws {
        var state = try set()
        #expect(try shown(state) == (1...6).map { "pump-\($0).csv" })
        run(&state, "sort open")
        #expect(try shown(state).first == "pump-1.csv", "the one on which nothing is judged has most open events")
        press(&state, .character("/"))
        type(&state, "WEST/")
        press(&state, .enter)
        #expect(try shown(state) == ["pump-4.csv", "pump-5.csv", "pump-6.csv"])
        press(&state, .character("*"))
        #expect(try files(state).marked == Set(pumps.suffix(3)))
        press(&state, .escape)
        #expect(try shown(state).count == 6)
        #expect(try files(state).chosen.count == 3, "marks outlive the filter")
    }

    // MARK: The queue

    @Test func theQueueTrainsAFileACoreAndTellsAtTheEndWhatCameOfAll() throws {
        var state = try set()
        let cores = try #require(state.signedIn).desk.services.cores
        var under = trained(press(&state, .character("t")))
        #expect(under.count == min(cores, 3), "those with models are not trained again")
        var done: [String] = []
        while let (path, run) = under.first {
            #expect(under.count <= cores)
            done.append(path)
            let outcome: FileTraining = path == pumps[4] ? .failed("too few rows") : .trained(try overview())
            under = under.dropFirst() + trained(answer(&state, .fileTrained(run: run, path: path, outcome)))
        }
        #expect(done == Array(pumps.suffix(3)))
        let events = try overview().flagged
        #expect(state.message?.text == "2 trained, \(2 * events) events, 1 failed: pump-5.csv: too few rows")
        #expect(try files(state).files[3].isTrained)
    }

    @Test func theQueueGoesOnWhileOneWorksInASeriesAndStopsAtAKey() throws {
        var state = try set()
        let first = try #require(trained(press(&state, .character("*"), .character("t"))).first)
        let settings = AnalysisSettings(models: .standard)
        _ = answer(&state, .opened(OpenedSeries(path: "/s.csv", series: series, settings: settings, models: .standard)))
        #expect(!first.run.isCancelled)
        let next = trained(answer(&state, .fileTrained(run: first.run, path: first.path, .trained(try overview()))))
        #expect(next.count == 1)
        press(&state, .escape, .character("x"))
        #expect(first.run.isCancelled)
        for path in try files(state).queue?.running ?? [] {
            #expect(trained(answer(&state, .fileTrained(run: first.run, path: path, .stopped))).isEmpty)
        }
        #expect(state.message?.text.contains("not begun or stopped") == true)
    }

    @Test func quittingAsksWhileTheQueueIsUnderWay() throws {
        var state = try set()
        let run = try #require(trained(press(&state, .character("t"))).first).run
        press(&state, .character("q"))
        #expect(state.card is ConfirmCard && !state.frame.hasEnded)
        press(&state, .character("y"))
        #expect(state.frame.hasEnded && run.isCancelled)
    }

    // MARK: From event to event

    /// Opens what was asked for, with its scores.
    private func open(_ effects: [Effect], _ state: inout DashboardState) throws -> String {
        let path = try #require(opened(effects).first)
        var settings = AnalysisSettings(models: .standard)
        settings.flags = .quantile
        let opened = OpenedSeries(
            path: path, series: series, settings: settings, savedModels: Models.standard.kinds, models: .standard)
        _ = answer(&state, .opened(opened))
        load(&state, try scored())
        return path
    }

    @Test func aKeyGoesFromOpenEventToOpenEventOverAllFiles() throws {
        var state = try set()
        _ = answer(&state, .looked(path: pumps[5], .failure(PlainError(Unexpected("gone")))))
        var seen: [String] = []
        var effects = press(&state, .character(">"))
        for _ in 0..<3 {
            seen.append(try open(effects, &state))
            effects = []
            // What was seen before moves no scores, so that there are no more events than there were.
            for _ in 0..<100 where opened(effects).isEmpty && state.message?.text.hasPrefix("No event is open") != true {
                let event = try #require(state.workspace?.selectedEvent)
                #expect(state.workspace?.judgements.verdict(on: event.rows) == nil)
                effects = press(&state, .character("b")) + press(&state, .character(">"))
            }
        }
        #expect(seen == Array(pumps.prefix(3)))
        let left = try files(state).files.map { $0.overview?.open }
        #expect(opened(effects) == [] && state.message?.text.hasPrefix("No event is open") == true, "\(left)")
        #expect(try files(state).open == 0)
    }

    @Test func aVerdictGoesOnByItselfWhereTheUserWantsThat() throws {
        var state = try set()
        state.frame.verdictsGoOn = true
        let path = try open(press(&state, .character(">")), &state)
        #expect(path == pumps[0])
        var (last, count) = ([Effect](), 0)
        while opened(last).isEmpty, count < 100 {
            last = press(&state, .character("b"))
            count += 1
        }
        #expect(opened(last) == [pumps[1]], "a key judges an event and the last one opens the next file")
        press(&state, .character("n"))
        #expect(state.message?.text == "The next event is being looked for.", "a verdict too many is not taken")
        #expect(try #require(state.workspace).judgements.count == count)
    }

    @Test func aKeyGoesBackToWhereOneWentOnFrom() throws {
        var state = try set()
        _ = try open(press(&state, .character(">")), &state)
        let first = try #require(state.workspace?.selectedEvent)
        press(&state, .character("b"), .character(">"))
        #expect(state.workspace?.selectedEvent?.rows != first.rows)
        press(&state, .character("<"))
        #expect(state.workspace?.selectedEvent?.rows == first.rows)
        press(&state, .character("<"))
        #expect(state.message?.text.hasPrefix("There is no event from which") == true)
    }

    @Test func aKeyGoesOnInTheInspectionToo() throws {
        var state = try set()
        _ = try open(press(&state, .character(">")), &state)
        press(&state, .character("i"))
        let first = try #require(state.workspace?.selectedEvent)
        let effects = press(&state, .character(">"))
        #expect(state.card is InspectionCard && state.workspace?.selectedEvent?.rows != first.rows)
        #expect(effects.contains { if case .explain = $0 { true } else { false } })
    }

    // MARK: Bulk verdicts

    @Test func aVerdictJudgesAllMarkedEventsAndIsTakenBackAtOnce() throws {
        var state = try workspace()
        let events = try #require(state.workspace).events
        press(&state, .character("]"), .character("*"))
        #expect(state.message?.text.hasPrefix("\(events.count) events marked") == true)
        press(&state, .character("["), .character("["), .character("["), .character(" "))
        let effects = press(&state, .character("a"))
        let judged = effects.filter { if case .judge = $0 { true } else { false } }
        #expect(judged.count == events.count - 1, "one mark was taken away")
        #expect(state.workspace?.judgements.count == events.count - 1)
        #expect(state.workspace?.list.tickedEvents.isEmpty == true)
        press(&state, .character("U"))
        #expect(state.workspace?.judgements.isEmpty == true)
    }

    // MARK: With files and a database

    private static let wave = (0..<400).map { $0 == 300 ? "9" : String(format: "%.3f", sin(Double($0) / 4)) }

    @Test func theQueueSavesAndFindsWhatTrainingByHandDoes() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appendingPathComponent("b"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = ["a.csv", "b/c.csv"].map { folder.appendingPathComponent($0).path }
        for (index, path) in paths.enumerated() {
            let values = Self.wave.dropLast(index * 20)
            try ("value\n" + values.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        }
        let models = Models([try #require(Models.withRollingMedian[.rollingMedian])])
        let office = try Office(models: models)
        var events = office.reports.makeAsyncIterator()
        office.desk.start(.listSet([folder.path]))
        guard case .answer(_, .setListed(let listing)) = await events.next() else { throw Unexpected("no list") }
        #expect(listing.paths == paths)
        let run = Cancellation()
        var overviews: [SeriesOverview] = []
        for path in paths {
            office.desk.start(.trainFile(path: path, run))
            while case .answer(_, let answer)? = await events.next() {
                guard case .fileTrained(_, path, let outcome) = answer else { continue }
                guard case .trained(let overview) = outcome else { throw Unexpected("\(outcome)") }
                overviews.append(overview)
                break
            }
        }
        for (path, overview) in zip(paths, overviews) {
            let series = try SeriesReader.read(path: path)
            var byHand = Analysis(series: series, models: models, settings: office.services.settings)
            let task = TrainingTask(series: series, trainingRows: series.rowCount, seed: 1)
            byHand.use([try ScoredModel(scoring: series, with: models.all[0].train(task, Cancellation()) { _ in }.detector)])
            #expect(overview == SeriesOverview(byHand))
            #expect(try office.library.shelf(of: series.identity).savedModels() == models.kinds)
            office.desk.start(.look(path: path))
            guard case .answer(_, .looked(path, .success(overview))) = await events.next() else {
                throw Unexpected("the saved models find something else")
            }
        }
        for (ending, hold) in [("html", "c.csv"), ("csv", "file,rank,start")] {
            let target = folder.appendingPathComponent("set." + ending).path
            let content: SetExport.Content = ending == "html" ? .report : .events
            office.desk.start(.exportSet(SetExport(content: content, title: "two", files: paths, path: target)))
            guard case .answer(_, .done(let text)) = await events.next() else { throw Unexpected("nothing written") }
            #expect(text.contains("2 files"))
            #expect(try String(contentsOfFile: target, encoding: .utf8).contains(hold))
        }
    }

    @Test func aFileThatCannotBeReadFailsWithItsReasonAndTheOthersGoOn() async throws {
        let office = try Office()
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString).csv").path
        office.desk.start(.trainFile(path: path, Cancellation()))
        var events = office.reports.makeAsyncIterator()
        let event = await events.next()
        guard case .answer(_, .fileTrained(_, path, .failed(let why))) = event else { throw Unexpected("no answer") }
        #expect(why.contains(path.split(separator: "/").last ?? ""))
    }

    @Test func nothingIsTrainedForAnAccountThatWasDisabled() async throws {
        let office = try Office()
        let bob = try office.accounts.register(username: "bob", email: "bob@example.org", password: "correct horse battery")
        try office.accounts.setRole(bob, to: .administrator)
        try office.accounts.setEnabled(office.session.account, false)
        office.desk.start(.trainFile(path: "/nowhere.csv", Cancellation()))
        var events = office.reports.makeAsyncIterator()
        guard case .answer(_, .sessionEnded) = await events.next() else { throw Unexpected("it goes on") }
        guard case .answer(_, .fileTrained(_, _, .stopped)) = await events.next() else { throw Unexpected("it goes on") }
    }
}
