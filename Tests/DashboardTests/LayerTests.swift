import Foundation
import Persistence
import TerminalUI
import Testing
import Workbench

@testable import Dashboard

/// The stack of layers: what lies on top takes keys and mouse, and footer, help and palette say what it does with them.
@Suite struct LayerTests {
    private func lastRow(_ state: DashboardState) -> String {
        view(state).text.split(separator: "\n", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    }

    private func click(_ state: inout DashboardState, _ text: String) throws -> [Effect] {
        let row = lastRow(state)
        let x = try #require(row.range(of: text)).lowerBound
        return send(
            &state, .mouse(Mouse(x: row.distance(from: row.startIndex, to: x), y: state.frame.height - 1, action: .press)))
    }

    // MARK: Help

    @Test func theHelpShowsTheKeysOfWhereOneIsAndEscReturnsThere() throws {
        var state = try workspace()
        press(&state, .character("i"))
        let inspection = view(state).text
        press(&state, .character("?"))
        #expect(state.card is HelpCard)
        let help = view(state).text
        #expect(help.contains("Inspection of an event") && help.contains("Judge it an anomaly"))
        #expect(!help.contains("Train the models on the whole series"), "keys that do nothing here")
        press(&state, .escape)
        #expect(state.card is InspectionCard && view(state).text == inspection)
    }

    @Test func theHelpIsSearchedByWhatIsTypedAndEnterDoesWhatIsChosen() throws {
        var state = try workspace()
        press(&state, .character("?"))
        type(&state, "statistics")
        let help = view(state).text
        #expect(help.contains("Statistics of the columns") && !help.contains("Zoom out"))
        guard case .describe = press(&state, .enter).first else { throw Unexpected("nothing was done") }
        #expect(state.card is StatisticsCard)
        press(&state, .escape, .character("?"))
        type(&state, "no key does this")
        #expect(view(state).text.contains("No key does this."))
        #expect(press(&state, .enter).isEmpty && state.card is HelpCard)
    }

    // MARK: Footer

    @Test func entriesOfTheFooterCanBeClicked() throws {
        var state = try workspace()
        press(&state, .control("l"))
        let before = try #require(state.workspace).visible.count
        _ = try click(&state, "+ - zoom")
        #expect(try #require(state.workspace).visible.count < before, "the first sign zooms in")
        _ = try click(&state, "- zoom")
        #expect(try #require(state.workspace).visible.count == before, "the second one out")
        guard case .judge(_, _, .normal?) = try click(&state, "n verdict").first else { throw Unexpected("no verdict") }
        _ = try click(&state, "help")
        #expect(state.card is HelpCard)
        _ = try click(&state, "close")
        #expect(state.card == nil)
        _ = try click(&state, "quit")
        #expect(state.frame.hasEnded)
    }

    @Test func theFooterOfTheLoginCanBeClickedToo() {
        var state = DashboardState(width: 80, height: 24, themes: [.midnight])
        let row = lastRow(state)
        let x = row.range(of: "register").map { row.distance(from: row.startIndex, to: $0.lowerBound) } ?? 0
        send(&state, .mouse(Mouse(x: x, y: 23, action: .press)))
        #expect(state.signedOut?.layers.last is RegistrationForm)
    }

    @Test func theFooterIsOfTheLayerOnTop() throws {
        var state = try workspace(width: 80, height: 24)
        #expect(lastRow(state).contains("train"))
        press(&state, .character("V"))
        #expect(!lastRow(state).contains("train") && lastRow(state).contains("rows") && lastRow(state).contains("Esc close"))
        press(&state, .character(":"))
        #expect(lastRow(state).contains("Tab complete") && !lastRow(state).contains("rows"))
        press(&state, .control("x"))
        #expect(lastRow(state).contains("Enter go on") && !lastRow(state).contains("complete"))
    }

    // MARK: Reasons

    @Test func whatCannotBeDoneNowSaysWhy() throws {
        var state = try workspace(isScored: false)
        let reason = "The cursor stands in no flagged event"
        #expect(press(&state, .character("i")).isEmpty && state.message?.text.contains(reason) == true)
        press(&state, .character("?"))
        type(&state, "look into")
        #expect(view(state).text.contains(reason))
        #expect(press(&state, .enter).isEmpty && state.message?.text.contains(reason) == true && state.card == nil)
        press(&state, .character(":"))
        type(&state, "inspect")
        #expect(view(state).text.contains(reason))
    }

    @Test func whatTheKeptRunsAndTheLessonsSayTheirKeysDo() throws {
        var state = try workspace()
        press(&state, .character("K"))
        run(&state, "smoothing 9")
        press(&state, .character("D"))
        #expect((state.card as? RunsCard)?.kept.settings.smoothing != 9)
        press(&state, .character("K"))
        #expect((state.card as? RunsCard)?.kept.settings.smoothing == 9 && state.workspace?.kept?.settings.smoothing == 9)
        press(&state, .escape, .character("n"), .character("w"))
        #expect(state.card is LessonsCard)
        guard case .judge(_, _, nil)? = press(&state, .character("u")).first else { throw Unexpected("no verdict taken back") }
        #expect(state.card == nil && state.workspace?.judgements.isEmpty == true)
    }

    // MARK: The stack

    @Test func nothingReachesWhatLiesBelowTheLock() throws {
        var state = try workspace()
        _ = update(&state, .idle)
        let locked = view(state).text
        #expect(locked.contains("Locked") && !locked.contains("COMBINED"))
        for key in allKeys() where ![.control("c"), .control("z"), .control("l"), .control("o"), .enter].contains(key) {
            #expect(press(&state, key).isEmpty, "\(key.name)")
        }
        for y in 0..<36 {
            for action in [Mouse.Action.press, .drag, .release, .wheelDown] where y < 35 {
                #expect(send(&state, .mouse(Mouse(x: 40, y: y, action: action))).isEmpty)
            }
        }
        _ = answer(&state, .failed("A secret."))
        #expect(view(state).text.contains("Locked") && !view(state).text.contains("A secret."))
        let opened = OpenedSeries(
            path: "/t.csv", series: series, settings: AnalysisSettings(models: .standard), models: .standard)
        _ = answer(&state, .opened(opened))
        #expect(state.signedIn?.layers.last is LockForm)
    }

    @Test func aCardLaidOverAnotherShowsItAgain() throws {
        var state = try workspace()
        press(&state, .character("i"), .character("?"), .escape, .character(":"))
        type(&state, "rows")
        press(&state, .enter)
        #expect(state.card is RowsCard)
        press(&state, .escape)
        #expect(state.card is InspectionCard)
        send(&state, .mouse(Mouse(x: 1, y: 0, action: .press)))
        #expect(state.card == nil)
    }

    @Test func aReboundKeyShowsInFooterHelpAndPalette() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString).toml")
        defer { try? FileManager.default.removeItem(at: file) }
        try "[keys]\nt = \"F7\"\ny = \"F8\"\nu = \"F9\"".write(to: file, atomically: true, encoding: .utf8)
        var state = try workspace(width: 200, height: 60)
        state.frame.keyMap = try KeyMap(ConfigurationFile(readingFrom: file), at: file)
        press(&state, .control("l"))
        #expect(lastRow(state).contains("F7 train"))
        press(&state, .character("?"))
        #expect(view(state).text.contains("F7               Train the models"))
        press(&state, .escape, .character(":"))
        type(&state, "train")
        #expect(view(state).text.contains(" F7 "))
        press(&state, .escape)
        guard case .train = press(&state, .function(7)).first else { throw Unexpected("no training") }
        press(&state, .escape, .character("q"))
        #expect(lastRow(state).contains("F8 yes"))
        press(&state, .character("y"))
        #expect(!state.frame.hasEnded)
        press(&state, .function(8))
        #expect(state.frame.hasEnded)
    }
}
