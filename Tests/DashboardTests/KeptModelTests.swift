import AnomalyDetection
import Foundation
import SeriesReading
import TerminalUI
import TestSupport
import Testing
import TimeSeries
import Work

@testable import Dashboard
@testable import Workbench

/// Models that are kept, in the card that lists them.
@Suite struct KeptModelTests {
    private func kept(_ id: String, of identity: String, isPresent: Bool, channels: [String]) -> ModelRun {
        ModelRun(
            series: identity, label: RunLabel(id: id, name: id, trainedOn: "/data/\(id).csv", how: "--seed 1"),
            isPresent: isPresent, kinds: ["lstm", "transformer"], savedAt: Date(timeIntervalSince1970: 1_700_000_000),
            path: "/s.csv",
            content: ModelRun.Content(channels: channels, trainingRows: 800))
    }

    @Test func thoseOfThisSeriesComeFirstAndThoseThatDoNotFitLast() throws {
        var state = try workspace()
        let asked = press(&state, NamedKey.models)
        guard case .listModels(let identity)? = asked.last else { throw Unexpected("\(asked)") }
        let known = identity.text
        let names = series.channels.map(\.name)
        _ = answer(
            &state,
            .modelsListed(
                identity: identity,
                [
                    kept("mine", of: known, isPresent: true, channels: names),
                    kept("earlier", of: known, isPresent: false, channels: names),
                    kept("many", of: "x", isPresent: true, channels: ["one", "two"]),
                    kept("healthy", of: "y", isPresent: true, channels: names),
                ]))
        let screen = view(state).text
        let places = try ["mine", "earlier", "healthy", "many"].map { name in
            try #require(screen.range(of: name + ".csv")?.lowerBound)
        }
        #expect(places == places.sorted())
        #expect(state.workspace?.savedModels == [.lstm, .transformer])
        #expect(state.workspace?.labels[.lstm]?.id == "mine")

        press(&state, .down, .down, .down)
        #expect(press(&state, .enter).isEmpty)
        #expect(state.message?.isError == true, "why not is said")
        press(&state, .up)
        let used = press(&state, .enter)
        guard case .useModels(.run(let chosen), _, let target)? = used.last else { throw Unexpected("\(used)") }
        #expect(chosen.label.id == "healthy" && target == identity)
        #expect(state.card == nil)
    }

    @Test func theyAreNamedAndThrownAwayAfterAQuestion() throws {
        var state = try workspace()
        let asked = press(&state, NamedKey.models)
        guard case .listModels(let identity)? = asked.last else { throw Unexpected("\(asked)") }
        let mine = kept("mine", of: identity.text, isPresent: true, channels: series.channels.map(\.name))
        _ = answer(&state, .modelsListed(identity: identity, [mine]))
        press(&state, .character("N"))
        type(&state, " one")
        let named = press(&state, .enter)
        guard case .nameModels(mine, "mine one", of: identity)? = named.last else { throw Unexpected("\(named)") }
        #expect(press(&state, .character("x")).isEmpty)
        #expect(state.card is ConfirmCard)
        let removed = press(&state, .character("y"))
        guard case .removeModels(mine, of: identity)? = removed.last else { throw Unexpected("\(removed)") }
        _ = answer(&state, .modelsListed(identity: identity, []))
        #expect(state.workspace?.savedModels == [])
        #expect(view(state).text.contains("No models are kept yet"))
    }

    @Test func aPathLoadsTheModelsThatAreThere() throws {
        var state = try workspace()
        let asked = run(&state, "load /data/healthy.csv")
        guard case .useModels(.path("/data/healthy.csv"), _, _)? = asked.last else { throw Unexpected("\(asked)") }
    }

    /// The services and a file: models of one file score another, and are those that are there after the next opening.
    @Test func modelsOfOneFileScoreAnother() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let models = Models([try #require(Models.withRollingMedian[.rollingMedian])])
        let office = try Office(models: models)
        let other = series.changing { $0[5] += 0.5 }
        let task = TrainingTask(series: series, trainingRows: 600, seed: 1)
        let shelf = try office.library.open(series, at: "/data/healthy.csv")
        try shelf.save(try models.all[0].train(task, Cancellation()) { _ in }.detector)
        let identity = try office.library.open(other, at: "/data/other.csv").identity
        office.desk.start(.useModels(.path("/data/healthy.csv"), other, of: identity))
        var events = office.reports.makeAsyncIterator()
        var scored: [ScoredModel] = []
        while scored.isEmpty {
            guard case .answer(_, let answer)? = await events.next() else { throw Unexpected("no answer") }
            if case .failed(let problem) = answer { throw Unexpected(problem) }
            if case .modelsLoaded(identity, let models) = answer { scored = models }
        }
        #expect(scored.map(\.detector.fingerprint) == [series.identity.text])
        #expect(try office.library.shelf(of: identity).savedModels() == models.kinds)
        office.desk.start(.useModels(.path("/data/nowhere.csv"), other, of: identity))
        var problem: String?
        while problem == nil {
            guard case .answer(_, let answer)? = await events.next() else { throw Unexpected("no failure") }
            if case .failed(let text) = answer { problem = text }
        }
        #expect(problem?.contains("/data/nowhere.csv") == true)
    }
}
