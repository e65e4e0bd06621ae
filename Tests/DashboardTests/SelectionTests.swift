import AnomalyDetection
import TerminalUI
import Testing
import TimeSeries
import Work
import Workbench

@testable import Dashboard

/// The selected event, wherever it was chosen, and what is done to it.
@Suite struct SelectionTests {
    /// Several events, the lowest peaks among them.
    private func busy() throws -> DashboardState {
        var state = try workspace()
        run(&state, "flags level")
        run(&state, "threshold 0.001")
        let count = try #require(state.workspace?.events.count)
        try #require(count > 8, "the scene needs many events")
        return state
    }

    private func mouse(_ state: inout DashboardState, _ x: Int, _ y: Int, isDouble: Bool = false) -> [Effect] {
        send(&state, .mouse(Mouse(x: x, y: y, action: .press, isDouble: isDouble)))
    }

    @Test func anEventStaysSelectedWhileSettingsChangeAndComesBackWhenItIsFlaggedAgain() throws {
        var state = try busy()
        press(&state, .character("]"), .character("]"), .character("]"))
        let chosen = try #require(state.workspace?.selectedEvent)
        run(&state, "transformer_share 0.9")
        let after = try #require(state.workspace)
        if let event = after.selectedEvent {
            #expect(event.rows.overlaps(chosen.rows) && event.rows.contains(after.cursor))
        } else {
            #expect(!after.events.contains { $0.rows.overlaps(chosen.rows) })
        }
        run(&state, "threshold 1")
        #expect(state.workspace?.selectedEvent == nil)
        let refused = press(&state, .character("a"))
        #expect(refused.isEmpty && state.message?.isError == true, "nothing is judged where nothing is selected")
        run(&state, "threshold 0.001")
        run(&state, "transformer_share 0.5")
        #expect(state.workspace?.selectedEvent == chosen)
        load(&state, try scored())
        #expect(state.workspace?.selectedEvent == chosen, "also when models are trained again")
    }

    @Test func judgingDownTheListGoesThroughItAsItStood() throws {
        var state = try busy()
        press(&state, .tab, .tab, .home)
        let listed = try #require(state.workspace?.list.events.prefix(4).map(\.rows))
        for (index, rows) in listed.enumerated() {
            guard case .judge(_, let judged, _) = press(&state, .character(index < 2 ? "n" : "a")).first else {
                throw Unexpected("nothing was judged")
            }
            #expect(judged.overlaps(rows), "line \(index + 1)")
            press(&state, .down)
        }
    }

    @Test func whatAFilterHidesIsNotJudgedAndEscListsAllAgain() throws {
        var state = try busy()
        press(&state, .tab, .tab, .home, .character("N"))
        type(&state, "sensor")
        press(&state, .enter, .down)
        run(&state, "filter sensor")
        let listed = try #require(state.workspace?.list.events)
        #expect(listed.count == 1 && state.workspace?.selectedEvent == listed[0], "the first that is listed is selected")
        let hidden = try #require(state.workspace?.events.first { $0 != listed[0] })
        run(&state, "goto \(hidden.rows.lowerBound + 1)")
        #expect(press(&state, .character("a")).isEmpty && state.message?.isError == true)
        press(&state, .escape)
        #expect(state.workspace?.list.filter.isEmpty == true && state.workspace?.list.events.count ?? 0 > 8)
        guard state.signedIn?.layers.last is WorkspaceScreen else { throw Unexpected("the series was left") }
        press(&state, .escape)
        guard state.signedIn?.layers.last is LibraryScreen else { throw Unexpected("the series is still there") }
    }

    @Test func goingBeyondTheSeriesIsToldWhereItEnds() throws {
        var state = try busy()
        for place in ["801", "0", "2030-01-01"] {
            run(&state, "goto \(place)")
            #expect(state.message?.isError == true && state.message?.text.contains("1 to 800") == true, "\(place)")
        }
    }

    @Test func theHighestEventOfAllModelsIsSelectedWhicheverScoresFirst() throws {
        for order in [try scored(), try scored().reversed()] {
            var (state, moved) = (try workspace(isScored: false), try workspace(isScored: false))
            for (index, model) in order.enumerated() {
                load(&state, [model])
                load(&moved, [model])
                if index == 0 { run(&moved, "goto 5") }
            }
            let highest = try #require(state.workspace?.events.max { $0.peak < $1.peak })
            #expect(state.workspace?.selectedEvent == highest && state.workspace?.cursor == highest.peakRow)
            #expect(moved.workspace?.cursor == 4, "who went elsewhere in between stays there")
        }
    }

    @Test func theCursorInAnEventSelectsItAndAVerdictGoesThere() throws {
        var state = try busy()
        let other = try #require(state.workspace?.events.first { $0 != state.workspace?.selectedEvent })
        run(&state, "goto \(other.rows.lowerBound + 1)")
        #expect(state.workspace?.selectedEvent == other)
        guard case .judge(_, other.rows, .anomaly) = press(&state, .character("a")).first else {
            Issue.record("another event was judged")
            return
        }
        #expect(
            state.message?.text == "\(timeLabel(series, row: other.rows.lowerBound)), "
                + "\(other.rows.count) row\(other.rows.count == 1 ? "" : "s"): anomaly")
    }

    @Test func aClickInATintedSpanSelectsItsEvent() throws {
        var state = try busy()
        let workspace = try #require(state.workspace)
        let layout = workspace.layout(state.frame)
        for event in workspace.events {
            let x = try #require(layout.column(of: event.peakRow, visible: workspace.visible))
            _ = mouse(&state, x, layout.plot.y + 1)
            let selected = try #require(state.workspace?.selectedEvent)
            let column = layout.rows(atColumn: x - layout.plot.x, visible: workspace.visible)
            #expect(selected.rows.overlaps(column) && selected.peak >= event.peak)
        }
    }

    @Test func aClickInTheListSelectsWhatIsUnderThePointerAndTheListStands() throws {
        var state = try busy()
        let layout = try #require(state.workspace).layout(state.frame)
        for row in [4, 0, 2, layout.eventRows.height - 1, 1] {
            let y = layout.eventRows.y + row
            let before = view(state).text.split(separator: "\n", omittingEmptySubsequences: false)
            let asked = mouse(&state, layout.eventRows.x + 10, y)
            let after = view(state).text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(
                before[layout.eventRows.y..<layout.eventRows.maxY].map { $0.suffix(70) }
                    == after[layout.eventRows.y..<layout.eventRows.maxY].map { $0.suffix(70) }, "the list jumped")
            #expect(state.workspace?.selectedPlace == row && asked.isEmpty)
        }
        guard case .explain = mouse(&state, layout.eventRows.x + 10, layout.eventRows.y + 2, isDouble: true).first else {
            Issue.record("a double click does not inspect")
            return
        }
    }

    @Test func verdictsAndSettingsAreTakenBackAndDoneAgainInTurn() throws {
        var state = try workspace()
        let first = try #require(state.workspace).moment
        press(&state, .character("a"))
        let judged = try #require(state.workspace).moment
        press(&state, .tab, .right, .right, .right)
        let moved = try #require(state.workspace).moment
        press(&state, .character("n"))
        let last = try #require(state.workspace).moment
        #expect(Set([first == judged, judged == moved, moved == last]) == [false])
        for moment in [moved, judged, first] {
            press(&state, .character("U"))
            #expect(state.workspace?.moment == moment)
        }
        press(&state, .character("U"))
        #expect(state.message?.isError == true)
        for moment in [judged, moved] {
            press(&state, .control("r"))
            #expect(state.workspace?.moment == moment)
        }
        let effects = press(&state, .control("r"))
        #expect(state.workspace?.moment == last)
        #expect(
            effects.contains { if case .judge(_, _, .normal) = $0 { true } else { false } }, "what is done again is stored")
        press(&state, .character("U"), .character("u"), .control("r"))
        #expect(state.message?.isError == true, "a new change ends what could be done again")
    }

    // MARK: List

    @Test(arguments: EventList.Order.allCases) func theListIsInItsOrderAndTheKeysFollowIt(_ order: EventList.Order) throws {
        var state = try busy()
        press(&state, .character("a"))
        run(&state, "sort \(order.rawValue)")
        let workspace = try #require(state.workspace)
        let events = workspace.list.events
        #expect(events.count == workspace.events.count)
        let isInOrder = zip(events, events.dropFirst()).allSatisfy { one, next in
            switch order {
            case .peak, .new: one.peak >= next.peak
            case .time: one.rows.lowerBound < next.rows.lowerBound
            case .length: one.rows.count >= next.rows.count
            case .disagreement: one.disagreement >= next.disagreement
            case .unjudged:
                workspace.judgements.verdict(on: one.rows) == nil || workspace.judgements.verdict(on: next.rows) != nil
            }
        }
        #expect(isInOrder)
        press(&state, .tab, .tab, .home)
        for place in 1..<events.count {
            press(&state, .character("]"))
            #expect(state.workspace?.selectedEvent == events[place])
        }
        press(&state, .character("["))
        #expect(state.workspace?.selectedPlace == events.count - 2)
    }

    @Test func theFilterListsWhatHoldsTheText() throws {
        var state = try busy()
        press(&state, .character("a"))
        let judged = try #require(state.workspace?.selectedEvent)
        run(&state, "filter anomaly")
        #expect(state.workspace?.list.events == [judged])
        run(&state, "filter unjudged")
        #expect(state.workspace?.list.events.contains(judged) == false)
        press(&state, .character("/"), .control("u"))
        type(&state, "2024-01-02")
        press(&state, .enter)
        let shown = try #require(state.workspace?.list.events)
        #expect(!shown.isEmpty && shown.count < state.workspace?.list.total ?? 0)
        #expect(shown.allSatisfy { series.timeText(row: $0.rows.lowerBound).hasPrefix("2024-01-02") })
        run(&state, "filter")
        press(&state, .control("u"), .enter)
        #expect(state.workspace?.list.events.count == state.workspace?.list.total)
    }

    // MARK: Verdicts

    /// What is decided while scores are being made is neither lost nor waited for.
    @Test func aVerdictHoldsAtOnceAndItsScoresComeFromElsewhere() throws {
        var state = try workspace()
        func key(_ key: Key) -> [Analysis] {
            send(&state, .key(key)).compactMap { if case .settle(let analysis, _) = $0 { analysis } else { nil } }
        }
        let untaught = try #require(state.workspace?.analysis.result)
        _ = key(.character("]"))
        let rows = try #require(state.workspace?.selectedEvent?.rows)
        let first = try #require(key(.character("n")).first)
        #expect(state.workspace?.judgements.verdict(on: rows) == .normal)
        #expect(state.workspace?.analysis.result == untaught, "the screen waits for nothing")
        #expect(key(.tab).isEmpty && key(.right).isEmpty && key(.right).isEmpty, "one computation at a time")
        var decided = try #require(state.workspace).analysis
        #expect(!decided.isSettled && decided.settings != first.settings, "the knob moves at once")
        func settled(_ analysis: Analysis) throws -> [Effect] {
            answer(&state, .settled(run: try #require(state.workspace).settling.run, analysis.settled()))
        }
        let next = try settled(first).compactMap { if case .settle(let analysis, _) = $0 { analysis } else { nil } }
        #expect(state.workspace?.analysis.result != untaught && state.workspace?.analysis.isSettled == false)
        #expect(try settled(try #require(next.first)).isEmpty && state.workspace?.analysis.isSettled == true)
        decided.settle()
        #expect(state.workspace?.analysis.result == decided.result)
        // An answer to another series is dropped.
        answer(&state, .settled(run: Cancellation(), first))
        #expect(state.workspace?.analysis.result == decided.result)
    }

    // MARK: Sliders

    @Test func slidersGoToTheirEndsTakeDigitsAndGoBackToWhereTheyBegan() throws {
        var state = try workspace()
        press(&state, .tab, .home)
        #expect(state.weight(.transformer) == 0)
        press(&state, .end)
        #expect(state.weight(.transformer) == 1 && state.weight(.lstm) == 0)
        press(&state, .character("0"), .character("."), .character("2"), .enter)
        #expect(state.weight(.transformer) == 0.2 && state.weight(.lstm) == 0.8)
        press(&state, .character("7"), .enter)
        #expect(state.message?.isError == true && state.weight(.transformer) == 0.2)
        let workspace = try #require(state.workspace)
        let layout = workspace.layout(state.frame)
        for index in workspace.sliders.indices {
            let track = layout.track(row: index)
            _ = mouse(&state, track.x + 3, track.y)
            _ = update(&state, .input(.mouse(Mouse(x: track.x + 3, y: track.y, action: .release))))
            _ = mouse(&state, track.x + 3, track.y, isDouble: true)
        }
        #expect(state.workspace?.analysis.settings == AnalysisSettings(models: .standard))
    }
}
