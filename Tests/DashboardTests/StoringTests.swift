import AnomalyDetection
import Foundation
import TerminalUI
import TestSupport
import Testing
import TimeSeries
import Workbench

@testable import Dashboard

/// What becomes of verdicts and notes that cannot be stored, or that another program has changed.
@Suite struct StoringTests {
    /// The first effect that stores a verdict.
    private func judging(_ effects: [Effect]) throws -> Effect {
        for effect in effects { if case .judge = effect { return effect } }
        throw Unexpected("no verdict in \(effects)")
    }

    private func verdicts(_ effects: [Effect]) -> [Verdict?] {
        effects.compactMap { effect -> Verdict?? in if case .judge(_, _, let verdict) = effect { .some(verdict) } else { nil } }
    }

    @Test func aVerdictThatIsNotStoredShowsAsSuchAndIsTriedAgain() throws {
        var state = try workspace()
        let event = try #require(state.workspace?.selectedEvent)
        let first = try judging(press(&state, .character("a")))
        _ = answer(&state, .notStored(first, "The disk is full."))
        let message = try #require(state.message)
        #expect(message.isError && message.text.contains(eventText(series, event.rows)) && message.text.contains("disk is full"))
        #expect(view(state).text.contains("anomaly !"))

        press(&state, .character("]"))
        let both = press(&state, .character("n"))
        #expect(verdicts(both) == [.anomaly, .normal], "what was not stored goes before what comes next")
        #expect(view(state).text.contains("anomaly !"), "until it is known to be stored")
        _ = answer(&state, .notStored(try judging(both), "The disk is full."))
        #expect(state.workspace?.unstored.count == 1)
        let again = press(&state, .character("z"))
        #expect(verdicts(again) == [.anomaly, .postponed])
        for effect in again { _ = answer(&state, .stored(effect, replaced: [])) }
        #expect(state.workspace?.unstored.isEmpty == true && !view(state).text.contains("anomaly !"))
    }

    @Test(arguments: [Key.character("q"), .control("c"), .character("O")])
    func leavingAsksWhereAVerdictIsNotStored(_ key: Key) throws {
        var state = try workspace()
        _ = answer(&state, .notStored(try judging(press(&state, .character("a"))), "The disk is full."))
        #expect(verdicts(press(&state, key)) == [.anomaly], "it is tried once more")
        #expect(state.card is ConfirmCard && !state.frame.hasEnded && state.signedIn != nil)
        press(&state, .character("y"))
        #expect(state.frame.hasEnded || state.signedIn == nil)
    }

    @Test func whatIsNotStoredOutlivesTheReadingOfItsFile() throws {
        var state = try columns()
        press(&state, .home, .down, .down, .down, .character("u"))
        type(&state, "bar")
        let again = press(&state, .enter)
        let identity = try #require(state.workspace?.known)
        _ = answer(&state, .notStored(.write(identity, 3..<5, "a storm"), "The disk is full."))
        try reread(&state, again)
        #expect(state.workspace?.unstored.count == 1, "the same rows and channels")
        #expect(state.workspace?.noRereading?.contains("not stored yet") == true)
    }

    @Test func aSecondInterruptEndsWhateverIsNotStored() throws {
        var state = try workspace()
        _ = answer(&state, .notStored(try judging(press(&state, .character("a"))), "The disk is full."))
        press(&state, .control("c"), .control("c"))
        #expect(state.frame.hasEnded)
    }

    @Test func aNoteThatIsNotStoredIsTriedAgain() throws {
        var state = try workspace()
        let writing = run(&state, "note a storm")
        for effect in writing { _ = answer(&state, .notStored(effect, "The disk is full.")) }
        #expect(state.workspace?.unstored.count == 1)
        #expect(press(&state, .character("a")).count { if case .write(_, _, "a storm") = $0 { true } else { false } } == 1)
    }

    /// Another program of the same account judged an event that shows no verdict here.
    @Test func takingBackRestoresTheVerdictThatAnotherProgramGave() throws {
        var state = try workspace()
        press(&state, .character("C"))
        let event = try #require(state.workspace?.selectedEvent)
        let effect = try judging(press(&state, .character("a")))
        let theirs = RowMark(rows: event.rows, value: Verdict.normal)
        _ = answer(&state, .stored(effect, replaced: [theirs]))
        #expect(verdicts(press(&state, .character("U"))) == [nil, .normal])
        #expect(state.workspace?.judgements.map(\.value) == [.normal])
        #expect(verdicts(press(&state, .character("U"))).isEmpty, "a step before it takes back what it did alone")
        #expect(state.workspace?.judgements.map(\.value) == [.normal])
    }

    @Test func whatThisProgramReplacedItselfIsTakenBackAsBefore() throws {
        var state = try workspace()
        let event = try #require(state.workspace?.selectedEvent)
        _ = answer(&state, .stored(try judging(press(&state, .character("a"))), replaced: []))
        let second = try judging(press(&state, .character("n")))
        _ = answer(&state, .stored(second, replaced: [RowMark(rows: event.rows, value: .anomaly)]))
        press(&state, .character("U"))
        #expect(state.workspace?.judgements.map(\.value) == [.anomaly])
        press(&state, .character("U"))
        #expect(state.workspace?.judgements.isEmpty == true)
    }

    @Test func keysDoNothingWhereNobodySeesIt() throws {
        var state = try workspace()
        send(&state, .resize(width: 59, height: 20))
        #expect(press(&state, .character("n"), .character("]"), .character("z"), .character("q")).isEmpty)
        #expect(send(&state, .paste("a")).isEmpty)
        #expect(state.workspace?.judgements.isEmpty == true && !state.frame.hasEnded)
        #expect(view(state).text.contains("Ctrl-C quits"))
        press(&state, .control("c"))
        #expect(state.frame.hasEnded)
    }

    @Test func aDeskTellsOfEachVerdictWhatItReplacedOrWhyItIsNotStored() async throws {
        let office = try Office()
        try office.library.shelf(of: series.identity).judge(0..<10, as: .normal)
        office.desk.start(.judge(series.identity, 0..<10, .anomaly))
        await office.services.finish()
        try await office.database.write { try $0.execute(sql: "DROP TABLE judgements") }
        office.desk.start(.judge(series.identity, 0..<10, .normal))
        let answers = await office.answers()
        guard answers.count == 2, case .stored(_, let replaced) = answers[0], case .notStored = answers[1] else {
            throw Unexpected("\(answers)")
        }
        #expect(replaced == [RowMark(rows: 0..<10, value: .normal)])
    }

    @Test func theEndOfASessionIsToldWithItsReason() throws {
        var state = try workspace()
        _ = answer(&state, .sessionEnded(.elsewhere))
        #expect(state.signedOut != nil && state.message?.text.contains("ended elsewhere") == true)
        #expect(state.message?.text.contains("password") == false)
    }
}
