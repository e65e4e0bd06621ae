import AnomalyDetection
import Foundation
import TerminalUI
import Testing
import TimeSeries
import Workbench

@testable import Dashboard

/// Rows that are marked, flagged or not.
@Suite struct MarkingTests {
    /// Where nothing is flagged, rows 100 to 120 marked.
    private func marked() throws -> DashboardState {
        var state = try workspace()
        run(&state, "flags level")
        run(&state, "threshold 1")
        run(&state, "goto 100")
        press(&state, .character("v"))
        run(&state, "goto 120")
        return state
    }

    @Test func whatWasNotFlaggedIsJudgedAndListed() throws {
        var state = try marked()
        #expect(state.workspace?.events.isEmpty == true)
        #expect(state.workspace?.selectedEvent?.rows == 99..<120)
        guard case .judge(_, let rows, .anomaly) = press(&state, .character("a")).first else {
            throw Unexpected("nothing was judged")
        }
        #expect(rows == 99..<120)
        let after = try #require(state.workspace)
        #expect(after.events.map(\.rows) == [99..<120] && after.selectedEvent?.rows == 99..<120, "it is listed and selected")
        #expect(after.marked == nil, "marking is over")
        press(&state, .character("U"))
        #expect(state.workspace?.events.isEmpty == true && state.workspace?.judgements.isEmpty == true)
    }

    @Test func theOtherEndMayComeFirstAndMarkingEnds() throws {
        var state = try marked()
        run(&state, "goto 90")
        #expect(state.workspace?.marked == 89..<100 && state.workspace?.selectedEvent?.rows == 89..<100)
        press(&state, .character("v"))
        #expect(state.workspace?.marked == nil && state.workspace?.selectedEvent == nil)
        #expect(press(&state, .character("a")).isEmpty && state.message?.isError == true)
    }

    @Test func modelsAreTrainedOnMarkedRowsOrWithoutThem() throws {
        for (command, expected) in [("train-on", [RowSpan(rows: 99..<120)]), ("train-without", [])] {
            var state = try marked()
            guard case .train(_, let chosen, _, _, _) = run(&state, command).last else { throw Unexpected("no training") }
            #expect(chosen.learnt == expected)
            #expect(chosen.excluded == (expected.isEmpty ? [RowSpan(rows: 99..<120)] : []))
        }
    }

    @Test func whatHasComeSinceIsToldAndListedFirst() throws {
        var state = try library()
        var settings = AnalysisSettings(models: .standard)
        settings.flags = .level
        settings.threshold = 0.001
        var opened = OpenedSeries(path: "/s.csv", series: series, settings: settings, models: .standard)
        opened.before = .init(rowCount: 600, openedAt: Date(timeIntervalSince1970: 1_700_000_000))
        _ = answer(&state, .opened(opened))
        #expect(state.message?.text.contains("200 rows have come since 2023-11-14") == true)
        load(&state, try scored())
        #expect(state.message?.text.contains("200 rows are new") == true)
        let workspace = try #require(state.workspace)
        let isNew = workspace.list.events.map { $0.rows.upperBound > 600 }
        #expect(isNew.contains(true) && isNew.contains(false))
        #expect(isNew == isNew.filter { $0 } + isNew.filter { !$0 }, "new ones first")
        run(&state, "sort peak")
        #expect(state.workspace?.list.events.map(\.peak) == workspace.events.map(\.peak).sorted(by: >))
    }

    @Test func rowsToTrainOnMayBeNamed() throws {
        var state = try workspace()
        guard case .train(_, let chosen, _, _, _) = run(&state, "train-without 200..300").last else {
            throw Unexpected("no training")
        }
        #expect(chosen.excluded.map(\.text) == ["200..300"] && chosen.learnt.isEmpty)
        for wrong in ["train-on 2..x", "train-on 5", "train-on 900..950", "train-on"] {
            var state = try workspace()
            #expect(run(&state, wrong).isEmpty && state.message?.isError == true, "\(wrong)")
        }
    }
}
