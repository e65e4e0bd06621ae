import AnomalyDetection
import Foundation
import TerminalUI
import TestSupport
import Testing
import TimeSeries
import Workbench

@testable import Dashboard

/// Rules of expected rows in the dashboard.
@Suite struct RuleTests {
    private func changed(_ effects: [Effect]) throws -> (removed: [String], added: [String]) {
        for effect in effects {
            if case .changeRules(_, let removed, let added) = effect { return (removed.map(\.text), added.map(\.text)) }
        }
        throw Unexpected("no rule was stored")
    }

    @Test func anEventIsMadeARuleByAKeyAndTakenBack() throws {
        var state = try workspace()
        press(&state, .character("]"))
        let event = try #require(state.workspace?.selectedEvent)
        let before = try #require(state.workspace?.events)
        press(&state, .character("M"))
        #expect(state.card is RuleCard)
        let stored = try changed(press(&state, .enter))
        #expect(stored.added.count == 1 && stored.removed.isEmpty)
        let after = try #require(state.workspace)
        #expect(state.card == nil && after.events.allSatisfy { !$0.rows.overlaps(event.rows) })
        #expect(after.list.events.last.map(after.isExpected) == true, "it is listed behind the others")
        #expect(after.selectedEvent.map(after.isExpected) == true, "and stays selected")
        let undone = try changed(press(&state, .character("U")))
        #expect(undone.removed == stored.added && undone.added.isEmpty)
        #expect(state.workspace?.events == before)
        #expect(try changed(press(&state, .control("r"))).added == stored.added)
    }

    @Test func withoutAnEventTheKeySaysWhatToDoAndTypedRulesAreTaken() throws {
        var state = try workspace()
        run(&state, "flags level")
        run(&state, "threshold 1")
        press(&state, .character("M"))
        #expect(state.card == nil && state.message?.isError == true)
        #expect(try changed(run(&state, "expect maintenance 10..20 # move")).added == ["maintenance 10..20 # move"])
        #expect(try changed(run(&state, "expect Sun")).added == ["Sun"])
        guard case .readRules("days.ics", _) = run(&state, "expect days.ics").first else { throw Unexpected("no file is read") }
        let known = try #require(state.workspace?.known)
        #expect(try changed(answer(&state, .rulesRead(identity: known, [try ExpectedRule("30..40")]))).added == ["30..40"])
        #expect(state.workspace?.analysis.rules.count == 3)
        guard case .train(_, let chosen, _, _, _) = press(&state, .character("t")).last else { throw Unexpected("no training") }
        #expect(chosen.rules.map(\.text) == ["maintenance 10..20 # move", "Sun", "30..40"], "maintenance is not learnt")
    }

    @Test func theListChangesAndTakesAway() throws {
        var state = try workspace()
        run(&state, "expect 10..20")
        run(&state, "expect 30..40")
        press(&state, .character("P"))
        #expect(state.card is RulesCard)
        press(&state, .down)
        #expect(try changed(press(&state, .character("m"))).added == ["maintenance 30..40"])
        press(&state, .enter)
        #expect(state.card is EntryCard)
        for _ in 0..<40 { press(&state, .backspace) }
        type(&state, "50..60 # other")
        let edited = try changed(press(&state, .enter))
        #expect(edited.removed == ["maintenance 30..40"] && edited.added == ["50..60 # other"])
        #expect(try changed(press(&state, .character("x"))).removed == ["50..60 # other"])
        #expect(state.workspace?.analysis.rules.map(\.text) == ["10..20"])
        guard case .export(let request) = press(&state, .character("w")).first else { throw Unexpected("nothing is written") }
        #expect(request.path.hasSuffix("-rules.txt") && request.content == .rules)
    }

    @Test func whatIsStoredIsThereWhenTheSeriesIsOpenedAgain() throws {
        var state = try library()
        var opened = OpenedSeries(
            path: "/s.csv", series: series, settings: AnalysisSettings(models: .standard), models: .standard)
        opened.rules = [try ExpectedRule("10..20")]
        _ = answer(&state, .opened(opened))
        load(&state, try scored())
        #expect(state.workspace?.analysis.result?.expected.rows == [9..<20])
    }
}
