import AnomalyDetection
import TerminalUI
import Testing
import TimeSeries
import Work
import Workbench

@testable import Dashboard

/// Answers that come late, to what is no longer there, or with bad news.
@Suite struct AnswerTests {
    @Test func modelsThatScoredAnotherStateOfAFileAreDropped() throws {
        var state = try workspace(isScored: false)
        let grown = SampleKind.amplitude.series(rows: 900, seed: 3)
        let again = OpenedSeries(path: "/s.csv", series: grown, settings: AnalysisSettings(models: .standard), models: .standard)
        _ = answer(&state, .opened(again))
        load(&state, try scored())
        #expect(state.workspace?.analysis.result == nil)
        load(&state, try scored(of: grown), of: grown)
        #expect(state.workspace?.analysis.result != nil)
    }

    @Test func aComparisonThatWasClosedIsCalledOffAndItsAnswerDropped() throws {
        var state = try workspace()
        func compare() throws -> (run: Cancellation, answer: Comparison) {
            guard case .compare(let series, let result, let settings, let run) = press(&state, .character("m")).first else {
                throw Unexpected("no comparison")
            }
            return (run, try Comparison(series: series, result: result, settings: settings))
        }
        let first = try compare()
        #expect(!first.run.isCancelled)
        press(&state, .escape)
        #expect(first.run.isCancelled)
        let second = try compare()
        _ = answer(&state, .compared(run: first.run, first.answer))
        #expect(view(state).text.contains("measuring"))
        _ = answer(&state, .compared(run: second.run, second.answer))
        #expect(view(state).text.contains("VUS-PR") && !second.run.isCancelled)
        _ = update(&state, .input(.mouse(Mouse(x: 1, y: 1, action: .press))))
        #expect(second.run.isCancelled)
        let third = try compare()
        let other = OpenedSeries(path: "/s.csv", series: series, settings: AnalysisSettings(models: .standard), models: .standard)
        _ = answer(&state, .opened(other))
        #expect(third.run.isCancelled, "another series takes its place")
    }

    @Test func answersToAnotherAccountAreDropped() throws {
        let both = try desks("alice", "bob")
        let (alice, bob) = (both[0], both[1])
        var state = DashboardState(width: 100, height: 30, themes: [.midnight])
        _ = update(&state, .loggedIn(alice, themeName: nil))
        _ = update(&state, .loggedIn(bob, themeName: nil))
        let opened = OpenedSeries(
            path: "/s.csv", series: series, settings: AnalysisSettings(models: .standard), savedModels: [.lstm], models: .standard
        )
        let entry = LibraryState.Entry(path: "/alice.csv", name: "alice.csv", section: "Recent files")
        _ = update(&state, .answer(alice, .opened(opened)))
        _ = update(&state, .answer(alice, .libraryListed([entry])))
        _ = update(&state, .answer(alice, .accountsShown(alice.account, AccountPanel.Content(), message: "For alice.")))
        #expect(state.workspace == nil && state.signedIn?.library.entries.isEmpty == true)
        #expect(state.signedIn?.account.username == "bob" && state.message?.text.contains("bob") == true)
        _ = update(&state, .answer(bob, .opened(opened)))
        _ = update(&state, .answer(alice, .modelsLoaded(identity: series.identity, try scored())))
        #expect(state.workspace != nil && state.workspace?.analysis.result == nil)
    }

    @Test func answersThatComeAfterSigningOutAreDroppedAlsoWhereTheSameAccountIsBack() throws {
        let first = try desk()
        var state = DashboardState(width: 100, height: 30, themes: [.midnight])
        _ = update(&state, .loggedIn(first, themeName: nil))
        press(&state, .character("O"))
        _ = update(&state, .answer(first, .failed("Too late.")))
        #expect(state.signedOut != nil && state.message?.text != "Too late.")
        _ = update(&state, .answer(first, .sessionEnded(.ofAccount)))
        #expect(state.signedOut != nil && state.message?.isError != true)
        let second = try desk()
        #expect(second.account.username == first.account.username)
        _ = update(&state, .loggedIn(second, themeName: nil))
        let opened = OpenedSeries(
            path: "/s.csv", series: series, settings: AnalysisSettings(models: .standard), models: .standard)
        _ = update(&state, .answer(first, .opened(opened)))
        #expect(state.workspace == nil)
        _ = update(&state, .answer(first, .sessionEnded(.ofAccount)))
        #expect(state.signedIn != nil)
    }

    @Test(arguments: [[], [ModelKind.lstm], [.lstm, .transformer]])
    func onlyModelsThatWereSavedAreSaidToBe(_ failing: [ModelKind]) throws {
        var state = try workspace(isScored: false)
        guard case .train(_, _, _, let run, _) = press(&state, .character("t")).first else { throw Unexpected("no training") }
        for model in try scored() {
            let kind = model.detector.kind
            let saving = failing.contains(kind) ? .failure(PlainError(Unexpected("No room."))) : Result.success(kind)
            _ = answer(&state, .saved(run: run, saving))
            score(answer(&state, .training(run: run, .finished(model))), &state)
        }
        _ = answer(&state, .trainingEnded(run: run))
        let workspace = try #require(state.workspace)
        #expect(workspace.analysis.isComplete, "a model that is not saved is used all the same")
        #expect(workspace.savedModels == workspace.models.filter { !failing.contains($0) })
        let message = try #require(state.message)
        #expect(message.isError == !failing.isEmpty && message.text.contains(failing.isEmpty ? "saved." : "No room."))
    }

    @Test func anInspectionAsksAgainWhenAModelHasScoredAnew() throws {
        var state = try workspace()
        guard case .train(_, _, _, let run, _) = press(&state, .character("t")).first else { throw Unexpected("no training") }
        press(&state, .escape)
        guard case .explain(let series, let models, let rows) = press(&state, .character("i")).first else {
            throw Unexpected("no question why")
        }
        _ = answer(&state, .explained(try explain(rows, of: series, models)))
        #expect(view(state).text.contains("most to rows"))
        let model = try #require(try scored().first)
        let events: [Answer] = [
            .training(run: run, .finished(model)),
            .modelsLoaded(identity: series.identity, [model]),
        ]
        for event in events {
            guard case .explain = score(answer(&state, event), &state).first else {
                throw Unexpected("no further question after \(event)")
            }
            #expect(!view(state).text.contains("most to rows"), "the old answer is gone")
            let workspace = try #require(state.workspace)
            _ = answer(&state, .explained(try explain(rows, of: series, workspace.analysis.scored.values)))
            #expect(view(state).text.contains("most to rows"))
        }
        let elsewhere = answer(&state, .training(run: Cancellation(), .finished(model)))
        #expect(elsewhere.isEmpty)
    }

    @Test func enterEndsTheFilterAndKeepsTheSelection() throws {
        var state = try library()
        let entries = ["alpha.csv", "beta.csv", "gamma.csv"].map {
            LibraryState.Entry(path: "/\($0)", name: $0, section: "Sample data")
        }
        _ = answer(&state, .libraryListed(entries))
        press(&state, .character("/"))
        type(&state, "a")
        press(&state, .down, .enter)
        #expect(state.signedIn?.library.selected?.name == "beta.csv")
    }

    @Test(arguments: ["0.4 x 0.6", "x 0.4 0.6", "0.4 0.6 0.8", "0.4", "0.4 x"])
    func weightsThatAreNotOneForEachModelAreRefused(_ values: String) throws {
        var state = try workspace()
        let before = state.workspace?.analysis.settings
        let effects = run(&state, "weights \(values)")
        #expect(effects.isEmpty && state.message?.isError == true)
        #expect(state.workspace?.analysis.settings == before)
    }
}
