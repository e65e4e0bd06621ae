import AnomalyDetection
import TerminalUI
import TestSupport
import Testing
import TimeSeries
import Workbench

@testable import Dashboard

/// What is said in place of what is drawn.
@Suite struct SpeechTests {
    private func said(_ state: DashboardState, after before: DashboardState? = nil) -> [String] {
        Speech(state).news(after: before.map { Speech($0) })
    }

    @Test func theLoginSaysItsFieldsAndWhatIsTyped() throws {
        var state = DashboardState(width: 120, height: 40, themes: [.midnight])
        #expect(said(state).first == "Log in.")
        #expect(said(state).last == "Username or email, field 1 of 4: empty")
        var before = state
        type(&state, "a")
        #expect(said(state, after: before) == ["Username or email, field 1 of 4: a"])
        before = state
        type(&state, "l")
        #expect(said(state, after: before) == ["l"])
        before = state
        press(&state, .backspace)
        #expect(said(state, after: before) == ["l deleted"])
        press(&state, .tab)
        type(&state, "secret")
        #expect(said(state).last == "Password, field 2 of 4: 6 signs")
        #expect(!said(state).joined().contains("secret"))
    }

    @Test func theWorkspaceSaysTheSeriesTheEventsAndWhereOneIs() throws {
        var state = try workspace()
        let all = said(state)
        #expect(all.first == "Workspace.")
        #expect(all.contains { $0.contains("800 rows, 1 channel") })
        #expect(all.contains { $0.contains("highest") && $0.contains("lowest") })
        #expect(all.contains { $0.contains("are flagged, 0 judged; the highest peaks at") })
        var before = state
        press(&state, .character("]"))
        let event = said(state, after: before)
        #expect(event.count == 1 && event[0].hasPrefix("Event 2 of "))
        #expect(event[0].contains("LSTM") && event[0].hasSuffix("Not judged."))
        before = state
        press(&state, NamedKey.anomaly)
        let judged = said(state, after: before)
        #expect(judged.contains { $0.hasPrefix("Event 2 of ") && $0.hasSuffix("Judged anomaly.") })
        #expect(judged.contains { $0.contains("1 judged") })
        before = state
        press(&state, .tab)
        #expect(said(state, after: before).contains { $0.hasPrefix("Slider 1 of ") })
        before = state
        press(&state, .right)
        #expect(said(state, after: before).contains { $0.hasPrefix("Slider 1 of ") })
        before = state
        press(&state, .character("V"))
        #expect(said(state, after: before).first == "\(RowsCard.title).")
    }

    /// The same message is said whenever it comes.
    @Test func aProblemIsSaidEachTime() throws {
        var state = try workspace(isScored: false)
        for _ in 0..<2 {
            let before = state
            press(&state, .enter)
            #expect(said(state, after: before) == ["Problem: \(try #require(state.message).text)"])
        }
    }

    @Test func listsSayWhatIsChosen() throws {
        var state = try set()
        var before = state
        press(&state, .down)
        #expect(said(state, after: before).contains { $0.hasPrefix("2 of 6: pump-2.csv in east, 800 rows") })
        state = try workspace()
        press(&state, .character(":"))
        before = state
        press(&state, .down)
        #expect(said(state, after: before).contains { $0.hasPrefix("Chosen: ") })
    }

    /// Whatever is done, nothing that only the eye reads is said, and no sentence is empty.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func nothingIsSaidThatOnlyTheEyeReads(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var state = try workspace()
        let keys: [Key] =
            [.enter, .escape, .tab, .up, .down, .left, .right, .pageDown] + "]aniVSJLyPMI?:BrT".map { .character($0) }
        for _ in 0..<120 {
            press(&state, keys[Int.random(in: 0..<keys.count, using: &random)])
            guard state.signedIn != nil else { break }
            for sentence in said(state) {
                #expect(!sentence.isEmpty)
                let isPlain = sentence.unicodeScalars.allSatisfy {
                    !(0x2500...0x25FF).contains($0.value) && !(0x2800...0x28FF).contains($0.value) && $0.value >= 0x20
                }
                #expect(isPlain, "\(sentence)")
            }
        }
    }
}
