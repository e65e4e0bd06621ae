import AnomalyDetection
import TerminalUI
import Testing
import Work
import Workbench

@testable import Dashboard

/// The card that says what would be found.
@Suite struct ExaminationCardTests {
    private func opened() throws -> DashboardState {
        var state = try workspace()
        try examine(&state)
        return state
    }

    private func sensitivity(_ state: DashboardState) throws -> Sensitivity {
        try #require(state.signedIn?.workspace?.sensitivity)
    }

    /// Every move of a slider, and every rule, gives at once what an examination anew would give.
    @Test func whatWouldBeFoundFollowsTheSliders() throws {
        var state = try opened()
        let before = try sensitivity(state)
        press(&state, .tab)
        for key in [Key.left, .left, .right, .shiftLeft, .tab, .right, .character("f"), .backTab, .backTab, .shiftRight] {
            let settings = state.signedIn?.workspace?.analysis.settings
            press(&state, key)
            let analysis = try #require(state.signedIn?.workspace?.analysis)
            let (live, anew) = (try sensitivity(state), try Sensitivity(of: analysis))
            #expect(live.findings == anew.findings && live.level == anew.level && live.falseEvents == anew.falseEvents, "\(key)")
            if key == .left { #expect(analysis.settings != settings, "the slider moves though the card is open") }
        }
        #expect(try sensitivity(state).findings != before.findings)
        #expect(state.card is ExaminationCard)
    }

    @Test func whatWasFoundOutIsThereWhenTheCardOpensAgain() throws {
        var state = try opened()
        press(&state, .escape)
        #expect(state.card == nil)
        run(&state, "threshold 0.9")
        #expect(press(&state, .character("I")).isEmpty, "nothing is examined twice")
        let analysis = try #require(state.signedIn?.workspace?.analysis)
        #expect(try sensitivity(state).findings == Sensitivity(of: analysis).findings)
    }

    @Test func theMouseMovesASliderOfTheCardAndLetsGoOfIt() throws {
        var state = try opened()
        let screen = view(state).text.split(separator: "\n").map(Array.init)
        let y = try #require(screen.firstIndex { String($0).contains("LSTM 0.50") && String($0).contains("Top events") })
        let x = try #require(screen[y].firstIndex(of: "●"))
        for (action, column) in [(Mouse.Action.press, x), (.drag, x + 6), (.release, x + 6)] {
            _ = update(&state, .input(.mouse(Mouse(x: column, y: y, action: action))))
        }
        let weight = state.weight(.transformer)
        #expect(weight != Float(0.5) && state.card is ExaminationCard)
        let analysis = try #require(state.workspace?.analysis)
        #expect(try sensitivity(state).findings == Sensitivity(of: analysis).findings)
        _ = update(&state, .input(.mouse(Mouse(x: x, y: y, action: .drag))))
        #expect(state.weight(.transformer) == weight, "it was let go of")
    }

    @Test func anExaminationIsStopped() throws {
        var state = try workspace()
        guard case .examine(let analysis, let run) = press(&state, .character("I")).first else { throw Unexpected("no question") }
        _ = answer(&state, .examining(run: run, share: 0.5))
        #expect(view(state).text.contains("50%"))
        press(&state, .character("x"))
        #expect(run.isCancelled && state.card == nil)
        _ = answer(&state, .examined(run: run, try Sensitivity(of: analysis)))
        #expect(state.signedIn?.workspace?.sensitivity == nil, "nobody waits for it any more")
    }

    @Test func whyItFailedIsTold() throws {
        var state = try workspace()
        guard case .examine(_, let run) = press(&state, .character("I")).first else { throw Unexpected("no question") }
        _ = answer(&state, .examinationFailed(run: run, "The disk is full."))
        #expect(state.frame.message?.text == "The disk is full.")
        #expect(!press(&state, .escape, .character("I")).isEmpty, "it can be asked for again")
    }

    @Test func nothingIsExaminedWithoutScores() throws {
        var state = try workspace(isScored: false)
        #expect(press(&state, .character("I")).isEmpty && state.card == nil)
        #expect(state.frame.message?.isError == true)
    }
}
