import AnomalyDetection
import Foundation
import SeriesReading
import TerminalUI
import Testing
import TimeSeries
import Work
import Workbench

@testable import Dashboard

/// The series with `count` rows behind it, in which the values of the last `odd` are far off.
private func appended(_ count: Int, odd: Int = 0) -> Series {
    var rows = SampleKind.amplitude.series(rows: 800, seed: 4).prefix(count)
    rows = rows.changing { for row in (count - odd)..<count { $0[row] = 40 } }
    rows.fileOrder = nil
    return rows
}

/// An open series whose file is followed, zoomed in at its end, and the flag that is raised when it is no longer.
private func followed(isScored: Bool = true) throws -> (DashboardState, Cancellation) {
    var state = try workspace(isScored: isScored)
    guard case .follow(let path, let shown, _, let run) = press(&state, .character("F")).first else {
        throw Unexpected("F follows nothing")
    }
    #expect(path == "/s.csv" && shown == series && state.workspace?.cursor == 799)
    press(&state, .character("+"), .character("+"))
    #expect(state.workspace?.visible == 702..<800)
    return (state, run)
}

/// Appends rows and answers what is asked for until nothing is asked any more.
@discardableResult
private func append(_ rows: Series, to state: inout DashboardState, _ run: Cancellation) throws -> [Effect] {
    var waiting = answer(&state, .appended(run: run, SeriesTail.Growth(rows: rows)))
    var others: [Effect] = []
    while !waiting.isEmpty {
        guard case .scoreGrowth(let followed, let rows, let late, let scoring) = waiting.removeFirst() else { continue }
        let next = answer(&state, try grown(followed, rows, late, scoring))
        others += next.filter { if case .scoreGrowth = $0 { false } else { true } }
        waiting += next
    }
    return others
}

@Test func thePlotsGoWithTheRowsWhileTheCursorIsOnTheLast() throws {
    var (state, run) = try followed()
    try append(appended(30), to: &state, run)
    #expect(state.workspace?.visible == 732..<830 && state.workspace?.cursor == 829)
    #expect(state.workspace?.analysis.result?.combined.count == 830)
    press(&state, .left)
    try append(appended(30), to: &state, run)
    #expect(state.workspace?.visible == 732..<830, "who looks at something keeps it in sight")
    press(&state, .end)
    try append(appended(30), to: &state, run)
    #expect(state.workspace?.cursor == 889 && state.workspace?.visible.upperBound == 890)
    press(&state, .character("0"), .left)
    try append(appended(30), to: &state, run)
    #expect(state.workspace?.visible == 0..<920, "the whole stays the whole")
    #expect(view(state).text.contains("(followed)"))
}

@Test func rowsThatComeWhileOthersAreScoredAreScoredNext() throws {
    var (state, run) = try followed()
    guard
        case .scoreGrowth(let followed, let first, let late, let scoring) = answer(
            &state, .appended(run: run, SeriesTail.Growth(rows: appended(10)))
        ).first
    else { throw Unexpected("nothing is scored") }
    #expect(answer(&state, .appended(run: run, SeriesTail.Growth(rows: appended(20)))).isEmpty, "one piece after the other")
    #expect(state.workspace?.analysis.series.rowCount == 800, "rows and scores come together")
    let next = answer(&state, try grown(followed, first, late, scoring))
    guard case .scoreGrowth(_, let second?, _, _) = next.first else { throw Unexpected("nothing more is scored") }
    #expect(state.workspace?.analysis.series.rowCount == 810 && second.rowCount == 20)
}

@Test func aNewEventIsToldOnceAndHandedToTheCommand() throws {
    var (state, run) = try followed()
    press(&state, .character("0"))
    let effects = try append(appended(60, odd: 20), to: &state, run)
    guard case .tell(let facts) = effects.first else { throw Unexpected("no event is told") }
    #expect(effects.count == 1 && facts.count == 1)
    #expect((800...860).contains(facts[0].firstRow) && facts[0].path == "/s.csv")
    #expect(state.message?.text.contains("New event: ") == true)
    #expect(try append(appended(5, odd: 5), to: &state, run).isEmpty, "the same event grown longer is not new")
}

@Test func modelsThatAreLoadedOrTrainedMeanwhileScoreWhatHasCome() throws {
    var (state, run) = try followed(isScored: false)
    try append(appended(30), to: &state, run)
    #expect(state.workspace?.analysis.series.rowCount == 830 && state.workspace?.analysis.result == nil)
    let effects = answer(&state, .modelsLoaded(identity: series.identity, try scored()))
    guard case .scoreGrowth(let followed, nil, let late, let scoring) = effects.first else {
        throw Unexpected("nothing is scored")
    }
    #expect(followed.analysis.series.rowCount == 830 && late.count == 2)
    _ = answer(&state, try grown(followed, nil, late, scoring))
    #expect(state.workspace?.analysis.result?.combined.count == 830)
    #expect(state.workspace?.cursor == 829, "the first scores do not take the cursor away from the end")
}

/// What is stored goes to the series as it was opened; training makes the grown one that which is known.
@Test func verdictsOnAGrownSeriesAreStoredWithTheModelsItHas() throws {
    var (state, run) = try followed()
    press(&state, .character("0"))
    try append(appended(60, odd: 20), to: &state, run)
    press(&state, .character("s"), .tab, .tab, .end)
    guard case .judge(let known, let rows, .anomaly?) = press(&state, .character("a")).first else {
        throw Unexpected("no verdict")
    }
    #expect(known == series.identity && rows.upperBound > 800)
    let effects = press(&state, .character("t"))
    guard effects.count == 2, case .carryOver(path: "/s.csv", let carried, from: series.identity) = effects[0],
        case .train(let trained, _, _) = effects[1]
    else { throw Unexpected("\(effects)") }
    #expect(carried.rowCount == 860 && trained.rowCount == 860)
}

@Test func problemsOfAFollowedFileAreToldAndFollowingEnds() throws {
    var (state, run) = try followed()
    let late = SeriesError.lateRow(file: "s.csv", row: 7, time: "1970-01-01")
    _ = answer(&state, .appended(run: run, SeriesTail.Growth(problems: [late, late])))
    #expect(state.message?.text == late.description + " (+1 more)" && state.message?.isError == true)
    press(&state, .character("F"))
    #expect(run.isCancelled && !view(state).text.contains("(followed)"))
    #expect(answer(&state, .appended(run: run, SeriesTail.Growth(rows: appended(5)))).isEmpty, "what comes late is passed over")
    #expect(state.workspace?.analysis.series.rowCount == 800)

    guard case .follow(_, _, _, let again) = press(&state, .character("F")).first else { throw Unexpected("F follows nothing") }
    _ = answer(&state, .followingEnded(run: again, "other columns"))
    #expect(state.message?.text == "other columns" && state.workspace?.growth.isFollowing == false)
}

/// With a horizon, rows are counted from the first that is kept; what is stored about them is not.
@Test func whatIsStoredAboutAFollowedSeriesKeepsItsRowsWhenOthersAreForgotten() throws {
    var (state, run) = try followed()
    _ = state.changeSignedIn { signedIn, _ in signedIn.workspace?.growth.horizon = 1000 }
    press(&state, .character("0"))
    for _ in 0..<5 { try append(appended(100), to: &state, run) }
    try append(appended(60, odd: 20), to: &state, run)
    let analysis = try #require(state.workspace?.analysis)
    #expect(analysis.series.forgottenRows > 0 && analysis.series.rowCount <= 1250)
    #expect(analysis.series.forgottenRows + analysis.series.rowCount == 1360)
    press(&state, .character("s"), .tab, .tab, .end)
    let event = try #require(state.workspace?.selectedEvent)
    guard case .judge(_, let rows, .anomaly?) = press(&state, .character("a")).first else { throw Unexpected("no verdict") }
    #expect(rows.lowerBound == event.rows.lowerBound + analysis.series.forgottenRows && rows.upperBound > 1340)
    #expect(state.workspace?.judgements.map(\.rows) == [event.rows])
}
