import AnomalyDetection
import Foundation
import TerminalUI
import Testing
import TimeSeries
import Workbench

@testable import Dashboard

/// Finding one's way: files, palette, questions before something is lost.
@Suite struct WayTests {
    private func lastRows(_ state: DashboardState) -> [Substring] {
        view(state).text.split(separator: "\n", omittingEmptySubsequences: false).suffix(2)
    }

    @Test func theKeyLineIsThereFromTheFirstScreenAndNoMessageHidesIt() throws {
        var state = DashboardState(width: 80, height: 24, themes: [.midnight])
        #expect(lastRows(state)[1].contains("Tab next field") && lastRows(state)[1].contains("Ctrl-R register"))
        state = try workspace(width: 80, height: 24)
        press(&state, .control("l"))
        let keys = lastRows(state)[1]
        run(&state, "smoothing 1000")
        #expect(lastRows(state)[0].contains("smoothing takes") && lastRows(state)[1] == keys)
    }

    @Test func filesThatAreNamedAtTheStartOpenAndAreListed() throws {
        var state = DashboardState(width: 120, height: 36, themes: [.midnight], files: ["/a/one.csv", "/a/two.csv"])
        let effects = effects(update(&state, .loggedIn(try desk(), themeName: nil)))
        #expect(effects.contains { if case .open(path: "/a/one.csv") = $0 { true } else { false } })
        let sample = LibraryState.Entry(path: "/s/point.csv", name: "point.csv", section: "Sample data")
        _ = answer(&state, .libraryListed([sample]))
        #expect(state.signedIn?.library.entries.map(\.name) == ["one.csv", "two.csv", "point.csv"])
    }

    @Test func everyActionIsInThePaletteAndTheArrowsReachIt() throws {
        for state in [try library(), try workspace()] {
            let signedIn = try #require(state.signedIn)
            let moves: Set<Key> = [.up, .down, .left, .right, .shiftLeft, .shiftRight, .pageUp, .pageDown, .home, .end]
            for binding in SignedIn.bindings(over: try #require(signedIn.layers.last))
            where moves.isDisjoint(with: binding.keys) && ![.character(":"), .character(".")].contains(binding.keys[0]) {
                #expect(binding.command != nil, "\(binding.help)")
            }
            for (width, height) in [(120, 36), (80, 24)] {
                var state = state
                _ = update(&state, .input(.resize(width: width, height: height)))
                press(&state, .character(":"))
                for command in signedIn.commands {
                    press(&state, .down)
                    let lines = view(state).text.split(separator: "\n")
                    #expect(lines.contains { $0.contains(" \(command.word) ") }, "\(command.word) at \(width)x\(height)")
                }
            }
        }
    }

    @Test func theArrowsChooseACommandAndEnterDoesItOrAsksForItsArgument() throws {
        var state = try workspace()
        press(&state, .character(":"))
        type(&state, "undo")
        press(&state, .down, .enter)
        #expect(state.message?.text == "There is nothing to take back.")
        press(&state, .character(":"))
        type(&state, "got")
        press(&state, .down, .enter)
        #expect(state.card is PaletteCard)
        type(&state, "200")
        press(&state, .enter)
        #expect(state.workspace?.cursor == 199)
    }

    @Test func leavingForTheLibraryKeepsTheRunAndShowsAllNames() throws {
        var state = try library()
        let entries = ["alpha", "beta"].map { LibraryState.Entry(path: "/\($0)", name: $0, section: "Sample data") }
        _ = answer(&state, .libraryListed(entries))
        press(&state, .character("/"))
        type(&state, "bet")
        press(&state, .enter)
        let opened = OpenedSeries(path: "/beta", series: series, settings: AnalysisSettings(models: .standard), models: .standard)
        _ = answer(&state, .opened(opened))
        press(&state, .escape)
        #expect(state.signedIn?.library.shown.count == 2 && state.signedIn?.library.selected?.name == "beta")
    }

    @Test func nothingDropsATrainingRunWithoutAQuestion() throws {
        var state = try library()
        let entries = ["a", "b"].map { LibraryState.Entry(path: "/\($0)", name: $0, section: "Sample data") }
        _ = answer(&state, .libraryListed(entries))
        let opened = OpenedSeries(path: "/a", series: series, settings: AnalysisSettings(models: .standard), models: .standard)
        _ = answer(&state, .opened(opened))
        guard case .train(_, _, _, let run, _) = press(&state, .character("t")).first else { throw Unexpected("no training") }
        press(&state, .escape, .escape)
        #expect(state.workspace != nil && !run.isCancelled, "training goes on behind the library")
        let again = press(&state, .enter)
        #expect(again.isEmpty && view(state).text.contains("COMBINED"), "the open series shows again")
        press(&state, .escape, .down)
        for key in [Key.enter, .character("q"), .character("O")] {
            let asked = press(&state, key)
            #expect(asked.isEmpty && view(state).text.contains("Are you sure?") && !run.isCancelled && !state.frame.hasEnded)
            press(&state, .escape)
            #expect(!view(state).text.contains("Are you sure?") && !run.isCancelled)
        }
        press(&state, .enter)
        guard case .open(path: "/b") = press(&state, .character("y")).first else { throw Unexpected("not opened") }
        #expect(run.isCancelled)
    }

    @Test func everySampleHasADescription() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../SampleData")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.standardizedFileURL.path).filter {
            $0.hasSuffix(".csv")
        }
        #expect(files.count > 10)
        for file in files { #expect(sampleDescription(fileName: file) != nil, "\(file)") }
    }

    @Test func theSameHourOfLastWeekIsFound() {
        let hour: Int64 = 3_600_000_000
        let axis = TimeAxis(microseconds: (0..<400).map { Int64($0) * hour }, format: .unixSeconds(fractionDigits: 0))
        #expect(axis.rows(166..<170, earlierBy: 168 * hour) == [nil, nil, 0, 1])
        #expect(TimeAxis.rowNumbers.rows(3..<5, earlierBy: hour) == [nil, nil])
    }
}

/// From where sliders and events stand beside each other on.
@Test func theStartOfAnEventIsNeverCut() throws {
    let timed = SampleKind.contextual.series(rows: 900, seed: 2)
    let models = try scored(of: timed)
    for width in [80, 104, 108, 112, 120] {
        var state = try library(width: width)
        var settings = AnalysisSettings(models: .standard)
        (settings.flags, settings.top) = (.top, 3)
        _ = answer(
            &state, .opened(OpenedSeries(path: "/s.csv", series: timed, settings: settings, models: .standard)))
        load(&state, models, of: timed)
        press(&state, .tab, .tab)
        let shown = view(state).text
        let events = try #require(state.workspace?.list.events)
        #expect(!events.isEmpty)
        for event in events { #expect(shown.contains(timeLabel(timed, row: event.rows.lowerBound) + " "), "\(width) columns") }
    }
}
