import AnomalyDetection
import TerminalUI
import TestSupport
import Testing
import TimeSeries
import Workbench

@testable import Dashboard

/// Half-hourly rows of a daily pattern with a dip over some days; the periods are narrower than a cell.
let taxiLike: Series = {
    let values = (0..<9600).map { row -> Double in
        let hour = Double(row % 48) / 48
        let dip = (4800..<5040).contains(row) ? 0.5 : 1
        return dip * (hour < 0.25 ? 10 : 10 + 80 * hour * (1.25 - hour)) + Double(row * 7919 % 13) / 8
    }
    var notation = TimeFormat.Notation()
    notation.timeSeparator = 0x20
    let times = TimeAxis(
        microseconds: (0..<9600).map { 1_404_172_800_000_000 + Int64($0) * 1_800_000_000 }, format: .iso8601(notation))
    return Series(name: "taxi-like.csv", channels: [.init(name: "value", values: values)], time: times)
}()

private func open(_ series: Series, width: Int = 120, height: Int = 36) throws -> DashboardState {
    var state = try library(width: width, height: height)
    _ = answer(
        &state,
        .opened(OpenedSeries(path: "/s.csv", series: series, settings: AnalysisSettings(models: .standard), models: .standard)))
    return state
}

private func layout(_ state: DashboardState) throws -> WorkspaceLayout { try #require(state.workspace).layout(state.frame) }

private func isDrawn(_ character: Character) -> Bool {
    character.unicodeScalars.first.map { (0x2801...0x28FF).contains($0.value) } ?? false
}

/// The lengths are what tests have time for; the law does not depend on them, and `oddline-bench dashboard` draws ten million.
@Test(arguments: [50, 2000, 100_003]) func aSpikeOfOneRowIsVisibleAtAnyZoom(_ rows: Int) throws {
    var random = SeededGenerator(seed: UInt64(rows))
    var values = (0..<rows).map { 10 + Double($0 % 24) / 24 }
    let spike = Int.random(in: 0..<rows, using: &random)
    values[spike] = 12
    var state = try open(Series(name: "s", channels: [.init(name: "v", values: values)]))
    run(&state, "goto \(spike + 1)")
    for _ in 0..<20 {
        let (screen, layout) = (view(state), try layout(state))
        let workspace = try #require(state.workspace)
        let column = try #require(layout.column(of: spike, visible: workspace.visible))
        let shown = (column - 1...column + 1).contains { $0 < layout.plot.maxX && isDrawn(screen[$0, layout.plot.y].character) }
        #expect(shown, "\(workspace.visible)")
        press(&state, .character("+"))
    }
}

@Test func thePlotOfPeriodsNarrowerThanACellShowsTheLevelAndTheDip() throws {
    let state = try open(taxiLike)
    let (screen, layout) = (view(state), try layout(state))
    func strongRow(_ row: Int) throws -> Int? {
        let x = try #require(layout.column(of: row, visible: 0..<taxiLike.rowCount))
        return (layout.plot.y..<layout.plot.maxY).first {
            isDrawn(screen[x, $0].character) && screen[x, $0].style.isBold && $0 > layout.plot.y + 1 && $0 < layout.plot.maxY - 1
        }
    }
    let (usual, dip) = (try #require(try strongRow(2400)), try #require(try strongRow(4920)))
    #expect(dip > usual, "the level is lower in the dip")
    let cells = (layout.plot.x..<layout.plot.maxX).flatMap { x in (layout.plot.y..<layout.plot.maxY).map { screen[x, $0] } }
    let strong = cells.count { isDrawn($0.character) && $0.style.isBold }
    #expect(strong < cells.count / 2, "the plot is no block")
}

@Test func gapsStayGaps() throws {
    var values = (0..<4000).map { Double($0 % 50) }
    for row in 1000..<1400 { values[row] = .nan }
    let state = try open(Series(name: "s", channels: [.init(name: "v", values: values)]))
    let (screen, layout) = (view(state), try layout(state))
    let x = try #require(layout.column(of: 1200, visible: 0..<4000))
    #expect((layout.plot.y..<layout.plot.maxY).allSatisfy { !isDrawn(screen[x, $0].character) })
}

@Test func valuesCanBeZoomedAndAreFittedAgain() throws {
    var state = try open(taxiLike)
    press(&state, .control("l"))
    let whole = view(state).text
    press(&state, .character(")"))
    let range = try #require(state.workspace?.chosenRange)
    #expect(view(state).text != whole)
    press(&state, .character(")"))
    let narrower = try #require(state.workspace?.chosenRange)
    #expect(narrower.upperBound - narrower.lowerBound < range.upperBound - range.lowerBound)
    for _ in 0..<60 { press(&state, .character(")")) }
    #expect(view(state).bounds == state.frame.bounds)
    press(&state, .character("Z"))
    #expect(state.workspace?.chosenRange == nil && view(state).text == whole)
    run(&state, "range 0 50")
    #expect(state.workspace?.chosenRange == 0...50)
    run(&state, "range 50 0")
    #expect(state.message?.isError == true && state.workspace?.chosenRange == 0...50)
    run(&state, "range auto")
    #expect(state.workspace?.chosenRange == nil)
}

@Test func theOverviewIsThereWhileZoomedAndAPressInItGoesThere() throws {
    var state = try open(taxiLike)
    #expect(try layout(state).overview == nil && !view(state).text.contains("overview"))
    press(&state, .character("+"), .character("+"), .character("+"))
    let strip = try #require(try layout(state).overview)
    #expect(view(state).text.contains("overview"))
    _ = update(&state, .input(.mouse(Mouse(x: strip.maxX - 1, y: strip.y, action: .press))))
    #expect(state.workspace?.visible.upperBound == taxiLike.rowCount)
    press(&state, .character("0"))
    #expect(try layout(state).overview == nil)
}

@Test func whatTheModelsExpectedIsDrawnOnRequest() throws {
    var state = try workspace()
    press(&state, .control("l"))
    let before = view(state).text
    press(&state, .character("r"))
    let shown = view(state).text
    #expect(shown != before && shown.contains("LSTM") && shown.contains("╌╌╌"))
    press(&state, .character("r"))
    #expect(view(state).text == before)
}

/// What is remembered from one frame is never taken for another's.
@Test func aFrameIsTheSameWhetherItIsDrawnAloneOrAfterOthers() throws {
    var random = SeededGenerator(seed: 11)
    var state = try workspace()
    let keys: [Key] = [
        .character("+"), .character("-"), .character(")"), .character("Z"), .character("r"), .right, .shiftRight, .tab,
        .character("0"),
        .character("]"), .character("f"), .character("C"),
    ]
    for _ in 0..<60 {
        press(&state, keys[Int.random(in: 0..<keys.count, using: &random)])
        #expect(view(state) == view(state.afresh()))
    }
}

extension DashboardState {
    /// The same state, of whose plots nothing is remembered.
    fileprivate func afresh() -> DashboardState {
        var copy = self
        guard case .signedIn(var signedIn) = copy.stage else { return copy }
        signedIn.workspace?.memo = PlotMemo()
        copy.stage = .signedIn(signedIn)
        return copy
    }
}

extension Frame {
    fileprivate var bounds: Rect { Rect(x: 0, y: 0, width: width, height: height) }
}

@Test func everySceneIsDrawnInASCIIWithoutQuestionMarks() throws {
    for scene in Scene.all {
        for size in [(120, 36), (80, 24)] {
            let screen = view(try scene.make(size.0, size.1))
            let plain = screen.inASCII.text
            #expect(plain.unicodeScalars.allSatisfy { $0.isASCII }, "\(scene.name)")
            #expect(plain.count { $0 == "?" } == screen.text.count { $0 == "?" }, "\(scene.name)")
        }
    }
}

@Test func withoutColourFlaggedSpansAndTheSelectionShowByForm() throws {
    var state = try workspace()
    state.frame.showsColor = false
    press(&state, .tab, .tab)
    let (screen, layout) = (view(state), try layout(state))
    let event = try #require(state.workspace?.selectedEvent)
    let x = try #require(layout.column(of: event.peakRow, visible: 0..<series.rowCount))
    #expect(screen[x, layout.plot.y].style.isUnderlined)
    let rows = layout.eventRows
    #expect((rows.y..<rows.maxY).contains { screen[rows.x + 1, $0].style.isReversed })
}
