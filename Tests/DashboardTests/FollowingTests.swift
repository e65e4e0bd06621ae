import AnomalyDetection
import Foundation
import SeriesReading
import Synchronization
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
private func followed(isScored: Bool = true) throws -> (DashboardState, Following) {
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
private func append(_ rows: Series, to state: inout DashboardState, _ run: Following) -> [Effect] {
    score(answer(&state, .appended(run: run, SeriesTail.Growth(rows: rows))), &state)
}

@Test func thePlotsGoWithTheRowsWhileTheCursorIsOnTheLast() throws {
    var (state, run) = try followed()
    append(appended(30), to: &state, run)
    #expect(state.workspace?.visible == 732..<830 && state.workspace?.cursor == 829)
    #expect(state.workspace?.analysis.result?.combined.count == 830)
    press(&state, .left)
    append(appended(30), to: &state, run)
    #expect(state.workspace?.visible == 732..<830, "who looks at something keeps it in sight")
    press(&state, .end)
    append(appended(30), to: &state, run)
    #expect(state.workspace?.cursor == 889 && state.workspace?.visible.upperBound == 890)
    press(&state, .character("0"), .left)
    append(appended(30), to: &state, run)
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
    run.brings()
    #expect(answer(&state, .appended(run: run, SeriesTail.Growth(rows: appended(20)))).isEmpty, "one piece after the other")
    #expect(run.waits, "no more is read meanwhile")
    #expect(state.workspace?.analysis.series.rowCount == 800, "rows and scores come together")
    let next = answer(&state, try grown(followed, first, late, scoring))
    guard case .scoreGrowth(_, let second?, _, _) = next.first else { throw Unexpected("nothing more is scored") }
    #expect(state.workspace?.analysis.series.rowCount == 810 && second.rowCount == 20)
    #expect(!run.waits, "the next piece may come")
}

/// What waits to be scored is what one look at the file brought, however fast it grows.
@Test func aFileIsNotReadOnWhileRowsWait() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString).csv")
    defer { try? FileManager.default.removeItem(at: file) }
    try ("value\n" + (0..<20).map { "\($0 % 7)\n" }.joined()).write(to: file, atomically: true, encoding: .utf8)
    let start = try SeriesReader.read(path: file.path).rows(0..<10)
    let run = Following()
    let pieces = Mutex<[Int]>([])
    let writer = try FileHandle(forWritingTo: file)
    try writer.seekToEnd()
    let follower = Follower(path: file.path, options: SeriesReader.Options(), run: run) { answer in
        guard case .appended(_, let growth) = answer, let rows = growth.rows?.rowCount else { return }
        let count = pieces.withLock { pieces in
            pieces.append(rows)
            return pieces.count
        }
        if count == 2 { return run.cancel() }
        // Two looks' time later the rows are taken.
        Thread.detachNewThread {
            try? writer.write(contentsOf: Data("1\n2\n".utf8))
            Thread.sleep(forTimeInterval: 0.5)
            try? writer.write(contentsOf: Data("3\n".utf8))
            run.isTaken()
        }
    }
    try follower.follow(behind: start)
    #expect(pieces.withLock { $0 } == [10, 3])
}

@Test func aNewEventIsToldOnceAndHandedToTheCommand() throws {
    var (state, run) = try followed()
    press(&state, .character("0"))
    let effects = append(appended(60, odd: 20), to: &state, run)
    guard case .tell(let facts) = effects.first else { throw Unexpected("no event is told") }
    #expect(effects.count == 1 && facts.count == 1)
    #expect((800...860).contains(facts[0].firstRow) && facts[0].path == "/s.csv")
    #expect(state.message?.text.contains("New event: ") == true)
    #expect(append(appended(5, odd: 5), to: &state, run).isEmpty, "the same event grown longer is not new")
}

@Test func modelsThatAreLoadedOrTrainedMeanwhileScoreWhatHasCome() throws {
    var (state, run) = try followed(isScored: false)
    append(appended(30), to: &state, run)
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

/// Rows that could not be scored come again with the next, in their order.
@Test func rowsWhoseScoringFailedAreScoredWithTheNext() throws {
    var (state, run) = try followed()
    guard
        case .scoreGrowth(_, let first, let late, let scoring) = answer(
            &state, .appended(run: run, SeriesTail.Growth(rows: appended(10)))
        ).first
    else { throw Unexpected("nothing is scored") }
    #expect(answer(&state, .growthFailed(run: scoring, first, late: late, "The database is away.")).isEmpty)
    #expect(state.message?.text == "The database is away." && state.message?.isError == true)
    append(appended(20), to: &state, run)
    #expect(state.workspace?.analysis.series.rowCount == 830 && state.workspace?.growth.waiting == nil)
}

/// Verdicts whose scores could not be computed do not hold up those that follow.
@Test func aVerdictIsSettledAfterAnotherFailed() throws {
    var state = try workspace()
    press(&state, .character("]"))
    let first = send(&state, .key(.character("n")))
    guard case .settle(_, let run) = first.last else { throw Unexpected("\(first.count) effects, none settles") }
    _ = answer(&state, .settlingFailed(run: run, "The database is away."))
    let second = send(&state, .key(.character("a")))
    guard case .settle(let analysis, _) = second.last else { throw Unexpected("\(second.count) effects later, none settles") }
    _ = answer(&state, .settled(run: run, analysis.settled()))
    #expect(state.workspace?.analysis.isSettled == true)
}

/// With a horizon, models that are loaded or trained while rows come and others are forgotten score what is kept.
@Test(arguments: [1, 2, 6]) func modelsThatComeLateScoreTheRowsThatAreKept(_ pieces: Int) throws {
    var (state, run) = try followed(isScored: false)
    _ = state.changeSignedIn { signedIn, _ in signedIn.workspace?.growth.horizon = 1000 }
    let trained = press(&state, .character("t"))
    guard case .train(_, _, _, let training, _) = trained.last else { throw Unexpected("no training") }
    press(&state, .escape)
    for _ in 0..<pieces { append(appended(400), to: &state, run) }
    let series = try #require(state.workspace?.analysis.series)
    #expect((series.forgottenRows > 0) == (pieces > 1))
    let loading = answer(&state, .modelsLoaded(identity: DashboardTests.series.identity, try scored()))
    #expect(answer(&state, .training(run: training, .finished(try scored()[0]))).isEmpty, "one piece after the other")
    score(loading, &state)
    append(appended(10), to: &state, run)
    let analysis = try #require(state.workspace?.analysis)
    #expect(analysis.result?.combined.count == analysis.series.rowCount)
    #expect(analysis.scored.count == 2 && analysis.scored.values.allSatisfy { $0.rows == analysis.series.keptRows })
}

/// What is stored goes to the series as it was opened; training makes the grown one that which is known.
@Test func verdictsOnAGrownSeriesAreStoredWithTheModelsItHas() throws {
    var (state, run) = try followed()
    press(&state, .character("0"))
    append(appended(60, odd: 20), to: &state, run)
    press(&state, .character("s"), .tab, .tab, .end)
    guard case .judge(let known, let rows, .anomaly?) = press(&state, .character("a")).first else {
        throw Unexpected("no verdict")
    }
    #expect(known == series.identity && rows.upperBound > 800)
    let effects = press(&state, .character("t"))
    guard effects.count == 2, case .carryOver(path: "/s.csv", let carried, from: series.identity) = effects[0],
        case .train(let trained, _, _, _, _) = effects[1]
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
    for _ in 0..<5 { append(appended(100), to: &state, run) }
    append(appended(60, odd: 20), to: &state, run)
    let analysis = try #require(state.workspace?.analysis)
    #expect(analysis.series.forgottenRows > 0 && analysis.series.rowCount <= 1250)
    #expect(analysis.series.forgottenRows + analysis.series.rowCount == 1360)
    press(&state, .character("s"), .tab, .tab, .end)
    let event = try #require(state.workspace?.selectedEvent)
    guard case .judge(_, let rows, .anomaly?) = press(&state, .character("a")).first else { throw Unexpected("no verdict") }
    #expect(rows.lowerBound == event.rows.lowerBound + analysis.series.forgottenRows && rows.upperBound > 1340)
    #expect(state.workspace?.judgements.map(\.rows) == [event.rows])
}

/// What holds rows while others are forgotten goes on with them, or says that they are gone.
@Test func whatHoldsRowsKeepsThemWhenOthersAreForgotten() throws {
    var (state, run) = try followed()
    _ = state.changeSignedIn { signedIn, _ in signedIn.workspace?.growth.horizon = 1000 }
    press(&state, .character("0"))
    append(appended(100, odd: 20), to: &state, run)
    press(&state, .character("K"))
    let kept = try #require(state.workspace?.kept?.events)
    press(&state, .character("D"))
    while let series = state.workspace?.analysis.series, series.forgottenRows <= kept[0].rows.lowerBound {
        append(appended(100), to: &state, run)
    }
    let forgotten = try #require(state.workspace?.analysis.series.forgottenRows)
    let left = kept.filter { $0.rows.lowerBound >= forgotten }.map { $0.rows.lowerBound - forgotten }
    #expect(!left.isEmpty && left.count < kept.count, "some are forgotten, not all")
    #expect(state.workspace?.kept?.events.map(\.rows.lowerBound) == left)
    #expect((state.card as? RunsCard)?.kept.events.map(\.rows.lowerBound) == left)
    #expect(view(state).text.contains("Two runs"))
    press(&state, .escape)
}

@Test func aNoteIsWrittenOnTheRowsItWasBegunOn() throws {
    for pieces in [1, 4, 20] {
        var (state, run) = try followed()
        _ = state.changeSignedIn { signedIn, _ in signedIn.workspace?.growth.horizon = 1000 }
        press(&state, .character("0"))
        append(appended(100, odd: 20), to: &state, run)
        press(&state, .character("s"), .tab, .tab, .end)
        let rows = try #require(state.workspace?.selectedEvent?.rows)
        press(&state, .character("N"))
        for _ in 0..<pieces { append(appended(100), to: &state, run) }
        type(&state, "a storm")
        let effects = press(&state, .enter)
        let series = try #require(state.workspace?.analysis.series)
        guard series.forgottenRows <= rows.lowerBound else {
            #expect(effects.isEmpty && state.message?.isError == true && state.workspace?.notes.isEmpty == true)
            continue
        }
        guard case .write(_, rows, "a storm") = effects.first else { throw Unexpected("\(effects)") }
        let present = (rows.lowerBound - series.forgottenRows)..<(rows.upperBound - series.forgottenRows)
        #expect(state.workspace?.notes.map(\.rows) == [present])
    }
}

/// A comparison that shows while rows are forgotten goes on saying when its events were.
@Test func aComparisonKeepsItsTimesWhenRowsAreForgotten() throws {
    var (state, run) = try followed()
    _ = state.changeSignedIn { signedIn, _ in signedIn.workspace?.growth.horizon = 1000 }
    guard case .compare(let series, let result, let settings, let comparing) = press(&state, .character("m")).first else {
        throw Unexpected("no comparison")
    }
    _ = answer(&state, .compared(run: comparing, try Comparison(series: series, result: result, settings: settings)))
    let before = view(state).text
    for _ in 0..<20 { append(appended(100), to: &state, run) }
    #expect((state.workspace?.analysis.series.forgottenRows ?? 0) > 800)
    func lines(_ text: String) -> [String] {
        text.split(separator: "\n").filter { $0.contains(" rows ") && $0.contains("found") }.map { String($0.dropLast(4)) }
    }
    #expect(lines(view(state).text) == lines(before) && !lines(before).isEmpty)
}

/// Rows that come elsewhere leave what is known of an event as it is: nothing is asked again.
@Test func anInspectionIsNotAskedAgainForRowsFarFromItsEvent() throws {
    var (state, run) = try followed()
    press(&state, .character("0"), .character("s"), .tab, .tab, .home)
    let event = try #require(state.workspace?.selectedEvent)
    #expect(event.rows.upperBound < 600)
    guard case .explain(let series, let models, let rows) = press(&state, .character("i")).first else {
        throw Unexpected("no question why")
    }
    let asked = append(appended(10), to: &state, run)
    #expect(asked.contains { if case .explain = $0 { true } else { false } }, "the answer would be to fewer rows")
    let again = try #require(state.workspace?.analysis.scored.values)
    let now = try #require(state.workspace?.analysis.series)
    _ = answer(&state, .explained(try explain(rows, of: series, models)))
    #expect(state.workspace?.explained == nil)
    _ = answer(&state, .explained(try explain(rows, of: now, again)))
    #expect(append(appended(10), to: &state, run).isEmpty && state.workspace?.explained?.rows == rows)
}
