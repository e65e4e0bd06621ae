import Accounts
import AnomalyDetection
import Persistence
import TerminalUI
import TestSupport
import Testing
import TimeSeries
import Work
import Workbench

@testable import Dashboard

// MARK: Forms

@Test func loggingInAsksForBothFieldsAndNeverShowsThePassword() throws {
    var state = DashboardState(width: 80, height: 24, themes: [.midnight])
    let empty = update(&state, .input(.key(.enter))) + update(&state, .input(.key(.enter)))
    #expect(empty.isEmpty)
    #expect(state.login?.problem != nil)
    type(&state, "alice")
    press(&state, .tab)
    type(&state, "s3cret phrase")
    #expect(!view(state).text.contains("s3cret"))
    let requests = update(&state, .input(.key(.enter)))
    guard case .login("alice", "s3cret phrase", 0) = requests.first else {
        Issue.record("expected a login, got \(requests)")
        return
    }
    let second = update(&state, .input(.key(.enter)))
    #expect(second.isEmpty, "a second login waits for the first")
    _ = update(&state, .loginFailed("Username or password is wrong."))
    #expect(view(state).text.contains("Username or password is wrong."))
    #expect(state.login?.password.text.isEmpty == true)
}

@Test func registrationShowsProblemsBesideTheirFields() throws {
    var state = DashboardState(width: 120, height: 36, themes: [.midnight], isFirstUser: true)
    #expect(state.signedOut?.layers.last is RegistrationForm)
    type(&state, "al")
    press(&state, .tab)
    #expect(view(state).text.contains("3 to 32 characters"))
    type(&state, "alice@example.org")
    press(&state, .tab)
    type(&state, "long enough phrase")
    press(&state, .tab)
    type(&state, "another phrase")
    let refused = update(&state, .input(.key(.enter)))
    #expect(refused.isEmpty)
    #expect(view(state).text.contains("The passwords differ."))
    _ = update(&state, .registrationFailed([FieldProblem(.email, "This email address is registered already.")], other: nil))
    #expect(view(state).text.contains("This email address is"))
}

@Test func fieldsTakeNoMoreThanTheirLimit() {
    var state = DashboardState(width: 80, height: 24, themes: [.midnight])
    _ = update(&state, .input(.paste(String(repeating: "x", count: 10_000))))
    #expect(state.login?.identifier.text.count == 4096, "which is longer than any name: what is cut is no name")
}

/// A passphrase of 85 characters was cut to the 72 bytes that bcrypt uses, and those opened the account.
@Test func whatIsTooLongIsToldAndNeverCut() {
    let passphrase = String(repeating: "four lamps under ice ", count: 4) + "x"
    var state = DashboardState(width: 120, height: 36, themes: [.midnight], isFirstUser: true)
    for text in ["alice", "alice@example.org", passphrase, passphrase] {
        type(&state, text)
        press(&state, .tab)
    }
    #expect(update(&state, .input(.key(.enter))).isEmpty)
    #expect(view(state).text.contains("has 85 bytes"))
    state = DashboardState(width: 120, height: 36, themes: [.midnight], isFirstUser: true)
    for text in [
        "alice" + String(repeating: "x", count: 28), "alice@example.org", "four lamps under ice", "four lamps under ice",
    ] {
        type(&state, text)
        press(&state, .tab)
    }
    #expect(update(&state, .input(.key(.enter))).isEmpty)
    #expect(view(state).text.contains("3 to 32 characters"), "33 characters are no name of 32")
    state = DashboardState(width: 80, height: 24, themes: [.midnight])
    type(&state, "alice")
    press(&state, .tab)
    type(&state, passphrase)
    #expect(update(&state, .input(.key(.enter))).isEmpty)
    #expect(view(state).text.contains("has 85 bytes"))
}

// MARK: Workspace

@Test func movingAWeightSliderChangesTheCombinedScoreAtOnce() throws {
    var state = try workspace()
    let before = try #require(state.workspace?.analysis.result)
    press(&state, .tab)
    #expect(state.workspace?.focus == .sliders)
    let effects = press(&state, .right, .right, .right, .right)
    let after = try #require(state.workspace?.analysis.result)
    #expect(abs((state.weight(.lstm) ?? 0) - 0.3) < 1e-6 && abs((state.weight(.transformer) ?? 0) - 0.7) < 1e-6)
    #expect(after.combined != before.combined)
    #expect(after.scores == before.scores)
    #expect(effects.count == 4)
    #expect(view(state).text.contains("LSTM 0.30") && view(state).text.contains("0.70 Transf."))
}

@Test func theMouseMovesSlidersPansAndZooms() throws {
    var state = try workspace()
    let layout = try #require(state.workspace).layout(state.frame)
    let track = layout.track(row: 0)
    func mouse(_ x: Int, _ y: Int, _ action: Mouse.Action) {
        _ = update(&state, .input(.mouse(Mouse(x: x, y: y, action: action))))
    }
    mouse(track.x, track.y, .press)
    #expect(state.weight(.transformer) == 0 && state.weight(.lstm) == 1)
    mouse(track.maxX + 30, track.y + 5, .drag)
    #expect(state.weight(.transformer) == 1)
    mouse(track.maxX - 1, track.y, .release)
    #expect(state.workspace?.heldSlider == nil)
    mouse(layout.plot.x + 40, layout.plot.y + 3, .wheelUp)
    let zoomed = try #require(state.workspace?.visible)
    #expect(zoomed.count < 800)
    mouse(layout.plot.x + 40, layout.plot.y + 3, .press)
    mouse(layout.plot.x + 20, layout.plot.y + 3, .drag)
    #expect(try #require(state.workspace?.visible).lowerBound > zoomed.lowerBound)
}

@Test func bothWeightsAtZeroAreRefusedWithAMessage() throws {
    var state = try workspace()
    let before = try #require(state.workspace?.analysis.settings)
    press(&state, .character(":"))
    type(&state, "weights 0 0")
    let refused = press(&state, .enter)
    #expect(refused.isEmpty)
    #expect(state.message?.isError == true)
    #expect(state.workspace?.analysis.settings == before)
}

@Test func verdictsAreStoredShownAndTakenBack() throws {
    var state = try workspace()
    let event = try #require(state.workspace?.selectedEvent)
    let effects = press(&state, .character("a"))
    guard case .judge(_, event.rows, .anomaly) = effects.last else {
        Issue.record("expected a judgement, got \(effects)")
        return
    }
    #expect(view(state).text.contains("anomaly"))
    #expect(state.message?.text == eventText(series, event.rows) + ": anomaly")
    press(&state, .character("u"))
    #expect(state.workspace?.judgements.isEmpty == true)
}

@Test func commandsDoWhatTheySay() throws {
    var state = try workspace()
    func run(_ line: String) -> [Effect] { DashboardTests.run(&state, line) }
    _ = run("threshold 0.9")
    #expect(state.workspace?.analysis.settings.threshold == 0.9)
    _ = run("smoothing 9")
    #expect(state.workspace?.analysis.settings.smoothing == 9)
    _ = run("goto 500")
    #expect(state.workspace?.cursor == 499)
    _ = run("goto 5000")
    #expect(state.message?.isError == true)
    _ = run("nonsense")
    #expect(state.message?.text.contains("nonsense") == true)
    _ = run("goto 2024-01-02 10:00")
    #expect(state.workspace.map { series.timeText(row: $0.cursor) } == "2024-01-02T10:00:00Z")
    _ = run("goto 2030-01-01")
    #expect(state.message?.isError == true)
    guard case .export(let request) = run("export out.csv").first, request.path == "out.csv" else {
        Issue.record("expected an export")
        return
    }
    guard case .train = run("train").first else {
        Issue.record("expected training")
        return
    }
}

@Test func reportsOfAnAbandonedRunAreDropped() throws {
    var state = try workspace(isScored: false)
    let model = try #require(try scored().first)
    _ = answer(&state, .training(run: Cancellation(), .finished(model)))
    #expect(state.workspace?.analysis.result == nil)
    _ = answer(&state, .modelsLoaded(identity: SeriesIdentity(text: "0"), [model]))
    #expect(state.workspace?.analysis.result == nil)
}

@Test func theLibraryFiltersAndOpens() throws {
    var state = DashboardState(width: 80, height: 24, themes: [.midnight])
    _ = update(&state, .loggedIn(try desk(), themeName: nil))
    let names = ["alpha.csv", "beta.csv", "gamma.csv"]
    let entries = names.map { LibraryState.Entry(path: "/\($0)", name: $0, section: "Sample data") }
    _ = answer(&state, .libraryListed(entries))
    press(&state, .down)
    #expect(state.signedIn?.library.selected?.name == "beta.csv")
    press(&state, .character("/"))
    type(&state, "gam")
    press(&state, .enter)
    #expect(state.signedIn?.library.selected?.name == "gamma.csv")
    guard case .open(path: "/gamma.csv") = press(&state, .enter).first else {
        Issue.record("expected the series to open")
        return
    }
    _ = answer(&state, .openFailed("gamma.csv: holds no rows."))
    #expect(view(state).text.contains("holds no rows"))
}

// MARK: Accounts

@Test func theLockHidesTheWorkAndTrainingGoesOnBehindIt() throws {
    var state = DashboardState(width: 100, height: 30, themes: [.midnight])
    _ = update(&state, .loggedIn(try desk(), themeName: nil))
    _ = update(&state, .idle)
    #expect(view(state).text.contains("Locked") && !view(state).text.contains("Series library"))
    let ignored = press(&state, .character("q"))
    #expect(ignored.isEmpty && !state.frame.hasEnded, "keys go to the password")
    guard case .unlock = press(&state, .enter).first else {
        Issue.record("the password is not checked")
        return
    }
    _ = answer(&state, .unlockFailed("The password is wrong."))
    #expect(view(state).text.contains("The password is wrong."))
    _ = answer(&state, .unlocked)
    #expect(view(state).text.contains("Series library"))
}

@Test func onlyAdministratorsSeeThePagesOfOthers() throws {
    for desk in try desks("alice", "bob") {
        var state = DashboardState(width: 100, height: 30, themes: [.midnight])
        _ = update(&state, .loggedIn(desk, themeName: nil))
        guard case .account(.load) = press(&state, .character("A")).first else {
            Issue.record("the panel does not ask for its content")
            return
        }
        #expect(view(state).text.contains("Audit log") == (desk.account.role == .administrator))
    }
}

@Test func passwordsThatDifferAreToldBeforeAnythingIsAsked() throws {
    var state = DashboardState(width: 100, height: 30, themes: [.midnight])
    _ = update(&state, .loggedIn(try desk(), themeName: nil))
    press(&state, .character("A"))
    press(&state, .right)
    for text in ["correct horse battery", "another long phrase", "one that differs"] {
        press(&state, .tab)
        type(&state, text)
    }
    let asked = press(&state, .enter)
    #expect(asked.isEmpty && view(state).text.contains("The passwords differ."))
    #expect(!view(state).text.contains("another long phrase"))
}

// MARK: Weights and reasons

@Test func verdictsActAtOnceAreShownAndCanBeTakenBack() throws {
    var state = try workspace()
    press(&state, .character("w"))
    #expect(state.card == nil && state.message?.isError == true, "nothing was taught yet")
    let result = try #require(state.workspace?.analysis.result)
    let event = try #require(state.workspace?.selectedEvent)
    press(&state, .character("n"))
    let taught = try #require(state.workspace?.analysis.result)
    #expect(taught.combined[event.peakRow] < result.combined[event.peakRow], "what is normal falls at once")
    #expect(taught.scores == result.scores, "the models say what they said")
    #expect(state.workspace?.selectedEvent.map { $0.rows.overlaps(event.rows) } == true, "the judged event stays in sight")
    #expect(view(state).text.contains("1 verdict: "))
    press(&state, .character("w"))
    #expect(state.card is LessonsCard && view(state).text.contains("0 judged an anomaly, 1 normal"))
    press(&state, .escape)
    for key in [Key.character("z"), .character("b")] {
        press(&state, key)
        #expect(state.workspace?.analysis.result == result, "such a verdict teaches nothing")
    }
    #expect(view(state).text.contains("seen"))
    press(&state, .character("n"), .character("u"))
    #expect(state.workspace?.analysis.result == result && state.workspace?.judgements.isEmpty == true)
}

@Test func theEventToJudgeNextIsTheOneOnWhichTheModelsDisagreeMost() throws {
    var state = try workspace()
    func disagreement(_ event: Event) -> Float {
        abs((event.modelPeaks[.lstm] ?? 0) - (event.modelPeaks[.transformer] ?? 0))
    }
    let events = try #require(state.workspace?.events)
    press(&state, .character("d"))
    let first = try #require(state.workspace?.selectedEvent)
    #expect(disagreement(first) == events.map(disagreement).max())
    press(&state, .character("z"), .character("d"))
    #expect(state.workspace?.selectedEvent != first, "what is postponed comes last")
    for _ in events { press(&state, .character("d"), .character("b")) }
    press(&state, .character("d"))
    #expect(state.message?.isError == true, "all have a verdict")
}

@Test func theComparisonIsAskedForShownAndItsBestWeightsAreUsed() throws {
    var state = try workspace()
    let effects = press(&state, .character("m"))
    guard case .compare(let series, let result, let settings, let run) = effects.first else {
        Issue.record("expected a comparison, got \(effects)")
        return
    }
    #expect(view(state).text.contains("measuring"))
    do {
        var closed = try workspace()
        guard case .compare(_, _, _, let run) = press(&closed, .character("m")).first else { throw Unexpected("no comparison") }
        #expect(!run.isCancelled)
        press(&closed, .escape)
        #expect(closed.card == nil && run.isCancelled, "Esc stops the measuring")
    }
    let comparison = try Comparison(series: series, result: result, settings: settings)
    _ = answer(&state, .compared(run: run, comparison))
    for (width, height) in [(120, 36), (80, 24)] {
        _ = update(&state, .input(.resize(width: width, height: height)))
        let text = view(state).text
        #expect(
            ["VUS-PR", "AUC-PR", "precision over recall", "labelled events", "Enter use the best weights"].allSatisfy {
                text.contains($0)
            })
    }
    press(&state, .enter)
    #expect(state.weight(.lstm) == comparison.best.ensemble.weight(of: .lstm))
    press(&state, .character("m"))
    _ = answer(&state, .failed("Out of luck."))
    #expect(state.card == nil && view(state).text.contains("Out of luck."))
}

@Test func withoutLabelsOrScoresThereIsNothingToCompare() throws {
    var state = try workspace(isScored: false)
    #expect(press(&state, .character("m")).isEmpty)
    #expect(view(state).text.contains("train or load the models first"))
    var unlabelled = series
    unlabelled.labels = nil
    let opened = OpenedSeries(
        path: "/u.csv", series: unlabelled, settings: AnalysisSettings(models: .standard), models: .standard)
    _ = answer(&state, .opened(opened))
    #expect(press(&state, .character("m")).isEmpty)
    #expect(view(state).text.contains("no column of labels"))
}

@Test func theInspectionAsksWhyAndShowsTheAnswerForItsEventOnly() throws {
    var state = try workspace()
    let effects = press(&state, .character("i"))
    guard case .explain(let series, let models, let rows) = effects.first else {
        Issue.record("expected an explanation, got \(effects)")
        return
    }
    #expect(models.count == 2)
    let explanations = try models.map {
        ($0.detector.kind, try $0.detector.explanation(of: rows, in: series, errors: $0.errors))
    }
    let explained = WorkspaceState.Explained(
        identity: series.identity, rows: rows, byModel: PerModel(explanations))
    _ = answer(&state, .explained(explained))
    #expect(view(state).text.contains("most to rows"))
    let (index, count) = (state.workspace?.selectedPlace ?? 0, state.workspace?.events.count ?? 0)
    let next = press(&state, .character("]")) + press(&state, .character("["))
    #expect(next.count == (count < 2 ? 0 : index + 1 < count ? 2 : 1), "each move to another event asks again")
}

/// A network that the dashboard does not hold is shown, weighed and explained by being registered.
@Test func aThirdNetworkIsShown() throws {
    var state = try workspace(models: .withConvolutional)
    #expect(state.workspace?.analysis.result?.scores.kinds == [.lstm, .transformer, .convolutional])
    #expect(view(state).text.contains("CONV"))
    run(&state, "conv_weight 1")
    #expect(state.weight(.convolutional) == 1)
}
