import Accounts
import AnomalyDetection
import TerminalUI
import TestSupport
import Testing
import TimeSeries
import Workbench

@testable import Dashboard

/// Thousands of keys, clicks and answers in random order.
@Suite struct RandomInputTests {
    private static let length = 4000

    @Test(arguments: [1, 2, 3] + (0..<3).map { _ in UInt64.random(in: 0..<1_000_000) })
    func keepsTheStateSound(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let registered = seed.isMultiple(of: 2) ? Models.standard : .withRollingMedian
        let answers = try Answers(registered)
        var state = try workspace(isScored: false, models: registered)
        var waiting: [DashboardEvent] = []
        for step in 0..<Self.length {
            let wasSeen = state.workspace.map { $0.visible.contains($0.cursor) } ?? false
            let place = "seed \(seed), step \(step)"
            let event: DashboardEvent
            if !waiting.isEmpty, Bool.random(using: &random) {
                event = waiting.remove(at: Int.random(in: waiting.indices, using: &random))
            } else {
                event =
                    state.signedIn == nil && step.isMultiple(of: 20)
                    ? .loggedIn(answers.session, themeName: nil) : .input(randomInput(state.frame, &random))
            }
            waiting += update(&state, event).flatMap { answers.answers(to: $0) }
            state.frame.hasEnded = false
            try expectSound(state, place)
            if case .input(.key) = event, wasSeen, let workspace = state.workspace {
                #expect(workspace.visible.contains(workspace.cursor), "keys lose the cursor: \(place)")
            }
            if step.isMultiple(of: 10) { expectReadable(state, place) }
        }
    }

    private func expectSound(_ state: DashboardState, _ place: String) throws {
        guard let signedIn = state.signedIn else { return }
        let library = signedIn.library
        #expect(library.shown.isEmpty ? library.selection == 0 : library.shown.indices.contains(library.selection), "\(place)")
        guard let workspace = signedIn.workspace else { return }
        let rows = 0..<workspace.analysis.series.rowCount
        #expect(!workspace.visible.isEmpty && workspace.visible.clamped(to: rows) == workspace.visible, "\(place)")
        #expect(rows.contains(workspace.cursor), "\(place)")
        #expect(workspace.sliders.indices.contains(workspace.slider), "\(place)")
        #expect(workspace.analysis.series.channels.indices.contains(workspace.channel), "\(place)")
        #expect(workspace.events.isEmpty ? workspace.eventIndex == 0 : workspace.selectedEvent != nil, "\(place)")
        #expect(workspace.analysis.settings.ensemble.weights.kinds == workspace.models, "\(place)")
        let judged = workspace.judgements.map(\.rows)
        #expect(zip(judged, judged.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }, "\(place)")
        let layout = workspace.layout(state.frame)
        if state.frame.width >= smallestSize.width, state.frame.height >= smallestSize.height {
            let scroll = layout.sliderScroll(workspace.slider)
            #expect((scroll..<(scroll + layout.sliders.height)).contains(workspace.slider), "a slider out of sight: \(place)")
            #expect(layout.plot.height >= 2 && layout.plot.width > 0, "no room for the series: \(place)")
        }
    }

    /// The picture has the terminal's size, and a message covers nothing but the last row.
    private func expectReadable(_ state: DashboardState, _ place: String) {
        let lines = view(state).text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == max(1, state.frame.height), "\(place)")
        #expect(lines.allSatisfy { displayWidth(String($0)) == state.frame.width }, "\(place)")
        var silent = state
        silent.frame.message = nil
        let without = view(silent).text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.dropLast() == without.dropLast(), "the message covers more than its row: \(place)")
    }

    private func randomInput(_ frame: Frame, _ random: inout SeededGenerator) -> InputEvent {
        switch Int.random(in: 0..<40, using: &random) {
        case 0:
            let size = [(120, 36), (80, 24), (60, 20), (104, 30), (59, 19), (200, 60)].randomElement(using: &random) ?? (80, 24)
            return .resize(width: size.0, height: size.1)
        case 1: return .paste(["a", "/tmp/x.csv", String(repeating: "é", count: 2000)].randomElement(using: &random) ?? "")
        case 2..<10:
            let actions: [Mouse.Action] = [.press, .drag, .release, .wheelUp, .wheelDown]
            return .mouse(
                Mouse(
                    x: Int.random(in: -2...(frame.width + 2), using: &random),
                    y: Int.random(in: -2...(frame.height + 2), using: &random),
                    action: actions.randomElement(using: &random) ?? .press))
        default:
            let keys =
                Binding.all.flatMap(\.keys) + "0123456789 weightsdpx/".map { .character($0) }
                + [.enter, .backspace, .delete, .function(2), .control("u"), .control("r")]
            return .key(keys.randomElement(using: &random) ?? .enter)
        }
    }
}

/// What the services would answer, in an instant.
private struct Answers {
    let session: Session
    let models: Models
    let scored: [ScoredModel]

    init(_ models: Models) throws {
        session = try DashboardTests.session()
        self.models = models
        scored = try DashboardTests.scored(models)
    }

    func answers(to effect: Effect) -> [DashboardEvent] {
        switch effect {
        case .login(_, let password, _):
            [password.isEmpty ? .loginFailed("No.") : .loggedIn(session, themeName: nil)]
        case .register: [.registrationFailed([FieldProblem(.email, "No.")], other: "No.")]
        case .unlock(_, let password): [password.count < 3 ? .unlocked : .unlockFailed("No.")]
        case .account(let session, let request):
            [
                .accountsShown(session, AccountPanel.Content(), message: request == .load ? nil : "Done."),
                .accountRefused([FieldProblem(.password, "No.")], other: nil),
            ]
        case .listLibrary:
            [
                .libraryListed(
                    ["a.csv", "b.csv", "c.csv"].map { LibraryState.Entry(path: "/\($0)", name: $0, section: "Sample data") })
            ]
        case .preview(let path): [.previewed(path: path, .success(series))]
        case .complete(let path): [.completed(path: path, [path + "a", path + "b"])]
        case .open(_, let path):
            path.count.isMultiple(of: 3)
                ? [.openFailed("No.")]
                : [
                    .opened(
                        OpenedSeries(
                            path: path, series: series, settings: AnalysisSettings(models: models), savedModels: models.kinds,
                            models: models))
                ]
        case .train(_, _, let run): scored.map { .training(run: run, .finished($0)) } + [.trainingEnded(run: run)]
        case .loadModels(_, _, let path, _): [.modelsLoaded(path: path, scored)]
        case .export: [.failed("No room.")]
        case .compare(let series, let result, let settings):
            (try? Comparison(series: series, result: result, settings: settings)).map { [.compared(settings, $0)] } ?? []
        case .explain(let series, let models, let rows):
            (try? explain(rows, of: series, models)).map { [.explained($0)] } ?? []
        case .forgetSession, .judge, .store, .storeTheme, .suspend, .redraw: []
        }
    }
}
