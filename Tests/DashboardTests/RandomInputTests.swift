import Accounts
import AnomalyDetection
import Foundation
import SeriesReading
import TerminalUI
import TestSupport
import Testing
import TimeSeries

@testable import Dashboard
@testable import Workbench

/// Thousands of keys, clicks and answers in random order.
@Suite struct RandomInputTests {
    private static let length = 4000

    @Test(arguments: [1, 2, 3] + (0..<3).map { _ in UInt64.random(in: 0..<1_000_000) })
    func keepsTheStateSound(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let registered = seed.isMultiple(of: 2) ? Models.standard : .withRollingMedian
        var answers = try Answers(registered)
        var state = DashboardState(width: 120, height: 36, themes: [.midnight])
        _ = update(&state, .loggedIn(answers.desks[0], themeName: nil))
        for event in answers.answers(to: .work(answers.desks[0], .open(path: ""))) { _ = update(&state, event) }
        var waiting: [DashboardEvent] = []
        for step in 0..<Self.length {
            let wasSeen = state.workspace.map { $0.visible.contains($0.cursor) } ?? false
            let place = "seed \(seed), step \(step)"
            let event: DashboardEvent
            // Answers come late and in any order, perhaps when another account is at work or another series is open.
            if !waiting.isEmpty, Int.random(in: 0..<6, using: &random) == 0 {
                event = waiting.remove(at: Int.random(in: waiting.indices, using: &random))
            } else {
                event =
                    state.signedIn == nil && step.isMultiple(of: 20)
                    ? .loggedIn(answers.desks[step / 20 % 2], themeName: nil) : .input(randomInput(state.frame, &random))
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
        let folder = Answers.folder(of: signedIn.desk)
        #expect(library.entries.allSatisfy { $0.path.hasPrefix(folder) }, "entries of another account: \(place)")
        #expect(library.shown.isEmpty ? library.selection == 0 : library.shown.indices.contains(library.selection), "\(place)")
        if let set = signedIn.fileSet {
            #expect(set.files.allSatisfy { $0.path.hasPrefix(folder) }, "files of another account: \(place)")
            #expect(set.shown.isEmpty || set.shown.indices.contains(set.selection), "\(place)")
            #expect(set.queue.map { $0.running.count <= signedIn.desk.services.cores } ?? true, "\(place)")
        }
        guard let workspace = signedIn.workspace else { return }
        expectOwnAnswers(workspace, signedIn.layer(ComparisonCard.self), folder, place)
        let rows = 0..<workspace.analysis.series.rowCount
        #expect(!workspace.visible.isEmpty && workspace.visible.clamped(to: rows) == workspace.visible, "\(place)")
        #expect(rows.contains(workspace.cursor), "\(place)")
        #expect(workspace.sliders.indices.contains(workspace.slider), "\(place)")
        #expect(workspace.analysis.series.channels.indices.contains(workspace.channel), "\(place)")
        if let event = workspace.selectedEvent {
            let isListed = workspace.events.contains(event) || workspace.isExpected(event)
            let isThere = isListed || event.rows == workspace.marked
            #expect(isThere && event.rows.contains(workspace.cursor), "cursor and event apart: \(place)")
        } else {
            #expect(workspace.analysis.result?.isFlagged(workspace.cursor) != true, "no event at the cursor: \(place)")
        }
        #expect(workspace.analysis.settings.ensemble.weights.kinds == workspace.models, "\(place)")
        let judged = workspace.judgements.map(\.rows)
        #expect(zip(judged, judged.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }, "\(place)")
        let shares = workspace.sliders.map { $0.share(in: workspace.analysis.settings) }
        #expect(shares.allSatisfy { (0...1).contains($0) }, "a knob beside its track: \(place)")
        let layout = workspace.layout(state.frame)
        if state.frame.width >= smallestSize.width, state.frame.height >= smallestSize.height {
            let scroll = layout.sliderScroll(workspace.slider)
            #expect((scroll..<(scroll + layout.sliders.height)).contains(workspace.slider), "a slider out of sight: \(place)")
            #expect(layout.plot.height >= 2 && layout.plot.width > 0, "no room for the series: \(place)")
        }
    }

    /// What is shown of a series was said of it, and it is the account's.
    private func expectOwnAnswers(
        _ workspace: WorkspaceState, _ comparison: ComparisonCard?, _ folder: String, _ place: String
    ) {
        let series = workspace.analysis.series
        #expect(workspace.path.hasPrefix(folder), "a series of another account: \(place)")
        // A series that has grown is scored by the models of its beginning.
        let beginnings = [800, 1000].map { series.prefix($0).identity.text }
        #expect(workspace.analysis.scored.values.allSatisfy { beginnings.contains($0.detector.fingerprint) }, "\(place)")
        #expect(workspace.analysis.scored.values.allSatisfy { $0.errors.errors.count == series.rowCount }, "\(place)")
        if let comparison = comparison?.comparison {
            #expect(comparison.labelled == labelledRanges(series.labels ?? []), "another comparison: \(place)")
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
        let differing = zip(lines, without).enumerated().filter { $0.element.0 != $0.element.1 }.map(\.offset)
        #expect(differing.allSatisfy { $0 == state.frame.height - 2 }, "the message covers more than its row: \(place)")
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
        case 10..<16:
            let asking: [Key] = [.enter, .enter, .character("L"), .character("m"), .character("m"), .character("O")]
            return .key(asking.randomElement(using: &random) ?? .enter)
        default:
            let keys =
                allKeys() + "0123456789 weightsdpx/".map { .character($0) }
                + [.enter, .backspace, .delete, .function(2), .control("u"), .control("r")]
            return .key(keys.randomElement(using: &random) ?? .enter)
        }
    }
}

/// What the services would answer, in an instant, to two accounts, each with a folder of its own and a file that is now
/// shorter, now longer.
private struct Answers {
    let desks: [Desk]
    let models: Models
    let files: [(series: Series, scored: [ScoredModel])]
    private let reading: Reading
    private var count = 0

    init(_ models: Models) throws {
        desks = try DashboardTests.desks("alice", "bob")
        self.models = models
        reading = try SeriesReader.open(data: Data("time,value,state\n1,2,on\n2,3,off\n3,5,on\n".utf8), name: "s.csv")
        files = try [series, SampleKind.amplitude.series(rows: 1000, seed: 4)].map { ($0, try scored(models, of: $0)) }
    }

    static func folder(of desk: Desk) -> String { "/\(desk.account.id)/" }

    private func scores(_ series: Series) -> [ScoredModel] { files.first { $0.series == series }?.scored ?? [] }

    mutating func answers(to request: Request) -> [DashboardEvent] {
        count += 1
        switch request {
        case .login(_, let password, _):
            return [
                password.isEmpty
                    ? .loginFailed("No.")
                    : count.isMultiple(of: 3) ? .codeWanted(ticket: "t") : .loggedIn(desks[count % 2], themeName: nil)
            ]
        case .enterCode(_, let code, _):
            return [
                code.count.isMultiple(of: 3)
                    ? .codeRefused("No.")
                    : code.count.isMultiple(of: 2) ? .loginFailed("No.") : .loggedIn(desks[count % 2], themeName: nil)
            ]
        case .register: return [.registrationFailed([FieldProblem(.email, "No.")], other: "No.")]
        case .work(let desk, let effect): return answers(to: effect, of: desk, count).map { .answer(desk, $0) }
        case .suspend, .redraw, .copy: return []
        }
    }

    private func overview(_ count: Int) -> SeriesOverview {
        var analysis = Analysis(series: files[count % 2].series, models: models)
        analysis.use(files[count % 2].scored)
        return SeriesOverview(analysis)
    }

    private func opened(_ options: SeriesReader.Options, of desk: Desk, _ count: Int) -> OpenedSeries {
        var opened = OpenedSeries(
            path: Self.folder(of: desk) + "s.csv", series: files[count % 2].series, settings: AnalysisSettings(models: models),
            savedModels: models.kinds, models: models)
        (opened.understanding, opened.columns, opened.options) = (reading.understanding, ColumnGlance.all(of: reading), options)
        return opened
    }

    /// Models that are kept: none, or some of this series and of another.
    private func keptRuns(of identity: SeriesIdentity, _ count: Int) -> [ModelRun] {
        [identity.text, "another"].prefix(count % 3).map { series in
            ModelRun(
                series: series, label: RunLabel(id: series, trainedOn: "/a.csv", how: "--seed 1"),
                isPresent: count.isMultiple(of: 2),
                kinds: models.kinds.map(\.name), savedAt: Date(timeIntervalSince1970: 1_700_000_000), path: "/a.csv",
                content: ModelRun.Content(channels: count.isMultiple(of: 2) ? ["value"] : ["a", "b"], trainingRows: 800))
        }
    }

    private func answers(to effect: Effect, of desk: Desk, _ count: Int) -> [Answer] {
        switch effect {
        case .unlock(let password): [password.count < 3 ? .unlocked : .unlockFailed("No.")]
        case .account(.enrolSecondFactor):
            [.secondFactorMade(SecondFactorEnrolment(secret: "JBSWY3DPEHPK3PXP", username: "alice"))]
        case .account(.activateSecondFactor):
            count.isMultiple(of: 2)
                ? [.secondFactorOn(recoveryCodes: ["ABCD-EFGH"])] : [.accountRefused([FieldProblem(.code, "No.")], other: nil)]
        case .account(let request):
            [
                .accountsShown(desk.account, AccountPanel.Content(), message: request == .load ? nil : "Done."),
                .accountRefused([FieldProblem(.password, "No.")], other: nil),
            ]
        case .listLibrary:
            [
                .libraryListed(
                    ["a.csv", "b.csv", "c.csv"].map {
                        LibraryState.Entry(path: Self.folder(of: desk) + $0, name: $0, section: "Sample data")
                    })
            ]
        case .preview(let path): [.previewed(path: path, .success(LibraryState.Preview.Content(series)))]
        case .listSet(let places):
            [
                .setListed(
                    FileSetListing(
                        places: places, paths: ["a.csv", "b/c.csv"].map { Self.folder(of: desk) + $0 }, isCut: false,
                        holdings: [:]))
            ]
        case .look(let path):
            count.isMultiple(of: 3)
                ? [.looked(path: path, .failure(PlainError(Unexpected("No."))))]
                : [.looked(path: path, .success(overview(count)))]
        case .trainFile(let path, let run):
            [
                .fileTraining(run: run, path: path, share: 0.5),
                .fileTrained(run: run, path: path, count.isMultiple(of: 3) ? .failed("No.") : .trained(overview(count))),
            ]
        case .exportSet(let request): [request.mayOverwrite ? .failed("No room.") : .wouldOverwriteSet(request)]
        case .complete(let path): [.completed(path: path, [path + "a", path + "b"])]
        case .open(let path):
            count.isMultiple(of: 3)
                ? [count.isMultiple(of: 2) ? .isFolder(path: path) : .openFailed("No.")]
                : [
                    .opened(opened(SeriesReader.Options(), of: desk, count))
                ]
        case .train(let series, _, _, let run, _):
            scores(series).flatMap { model -> [Answer] in
                let kind = model.detector.kind
                let saving = count.isMultiple(of: 3) ? .failure(PlainError(Unexpected("No room."))) : Result.success(kind)
                return [.saved(run: run, saving), .training(run: run, .finished(model))]
            } + [.trainingEnded(run: run)]
        case .loadModels(let series, _, let identity): [.modelsLoaded(identity: identity, scores(series))]
        case .listModels(let identity), .nameModels(_, _, let identity), .removeModels(_, let identity):
            [.modelsListed(identity: identity, keptRuns(of: identity, count))]
        case .useModels(_, let series, let identity):
            count.isMultiple(of: 3)
                ? [.failed("No.")]
                : [
                    .modelsListed(identity: identity, keptRuns(of: identity, count)),
                    .modelsLoaded(identity: identity, scores(series)),
                ]
        case .writeText(let text): [text.mayOverwrite ? .failed("No room.") : .wouldOverwriteText(text)]
        case .export(let request): [request.mayOverwrite ? .failed("No room.") : .wouldOverwrite(request)]
        case .describe(let series):
            [.described(identity: series.identity, series.channels.indices.map { ColumnStatistics(series, channel: $0) })]
        case .compare(let series, let result, let settings, let run):
            (try? Comparison(series: series, result: result, settings: settings)).map { [.compared(run: run, $0)] } ?? []
        case .explain(let series, let models, let rows):
            (try? explain(rows, of: series, models)).map { [.explained($0)] } ?? []
        case .examine(let analysis, let run):
            count.isMultiple(of: 3)
                ? [.examining(run: run, share: 0.5), .examinationFailed(run: run, "No.")]
                : (try? Sensitivity(of: analysis, places: 1)).map { [.examined(run: run, $0)] } ?? []
        case .follow(_, let series, _, let run):
            count.isMultiple(of: 3)
                ? [.followingEnded(run: run, "No.")]
                : [
                    .appended(
                        run: run, SeriesTail.Growth(rows: series.selecting(rows: Array(series.rowCount - 3..<series.rowCount))))
                ]
        case .scoreGrowth(let followed, let rows, let late, let run):
            (try? grown(followed, rows, late, run)).map { [$0] } ?? []
        case .settle(let analysis, let run): [.settled(run: run, analysis.settled())]
        case .readAgain(_, let options, let run):
            count.isMultiple(of: 3)
                ? [.rereadFailed(run: run, "No.")] : [.reread(run: run, opened(options, of: desk, count))]
        case .listSeries(let path, let columns, let options):
            [
                .severalSeries(
                    SeriesChoice(
                        path: path, columns: columns, series: ["a", "b"].map { .init(values: [$0], rowCount: 9) },
                        options: options,
                        isOpen: true))
            ]
        case .readRules(_, let identity):
            [.rulesRead(identity: identity, ["5..9", "maintenance 20..300"].compactMap { try? ExpectedRule($0) })]
        case .lock, .signOut, .judge, .write, .store, .storeTheme, .suspend, .redraw, .copy, .openToFollow, .openAs, .tell,
            .carryOver,
            .changeRules:
            []
        }
    }
}
