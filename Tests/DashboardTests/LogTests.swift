import AnomalyDetection
import Foundation
import SeriesReading
import TerminalUI
import Testing
import TimeSeries

@testable import Dashboard
@testable import Workbench

/// The log of a session, and what its lines do again.
@Suite struct LogTests {
    private func log(_ state: DashboardState) -> [String] { state.signedIn?.log.lines ?? [] }

    @Test func whatIsDoneStandsInTheLogAsCommands() throws {
        var state = try workspace()
        press(&state, .character("]"), NamedKey.anomaly)
        let rows = try #require(state.workspace?.judgements.first?.rows)
        run(&state, "note a storm")
        run(&state, "lstm_weight 0.25")
        run(&state, "expect 1..40")
        run(&state, "unexpect 1..40")
        let span = "\(rows.lowerBound + 1)..\(rows.upperBound)"
        let lines = log(state)
        #expect(lines.contains("judge \(span) anomaly"))
        #expect(lines.contains { $0.hasPrefix("note-on ") && $0.hasSuffix(" a storm") }, "verdicts move where events end")
        #expect(lines.contains("weights 0.25 0.5"))
        #expect(lines.suffix(2) == ["expect 1..40", "unexpect 1..40"])
        #expect(lines.contains("flags quantile"), "the settings that the series began with are said too")
    }

    /// Moves of a slider leave the last one, and what is taken back is a line of its own.
    @Test func movesOfASliderAreOneLine() throws {
        var state = try workspace()
        press(&state, .tab)
        for _ in 0..<5 { press(&state, .right) }
        #expect(log(state).count { $0.hasPrefix("weights") } == 1)
        press(&state, NamedKey.undo)
        #expect(log(state).last?.hasPrefix("weights 0.5 0.5") == true)
    }

    /// The lines, typed one after the other into a workspace as it was, lead to the same settings, verdicts, notes and rules.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func theLinesDoTheSameAgain(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var state = try workspace()
        let words = ["anomaly", "normal", "postponed", "seen_before", "none"]
        for _ in 0..<40 {
            let first = Int.random(in: 1...700, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: run(&state, "judge \(first)..\(first + 20) \(words[Int.random(in: 0..<5, using: &random)])")
            case 1: run(&state, "note-on \(first)..\(first + 9) note \(first)")
            case 2: run(&state, "expect \(first)..\(first + 9)")
            case 3: press(&state, NamedKey.undo)
            case 4: press(&state, .character("f"))
            default:
                let table = AnalysisSettings.sliders(.standard)
                let setting = table[Int.random(in: 0..<table.count, using: &random)]
                var settings = try #require(state.workspace?.analysis.settings)
                try setting.move(to: Double.random(in: 0...1, using: &random), in: &settings)
                run(&state, "\(setting.name) \(setting.value(settings))")
            }
        }
        var again = try workspace()
        for line in log(state) { _ = again.enter(line) }
        let (one, other) = (try #require(state.workspace), try #require(again.workspace))
        #expect(one.analysis.settings == other.analysis.settings)
        #expect(one.judgements == other.judgements)
        #expect(one.notes == other.notes)
        #expect(Set(one.analysis.rules.map(\.text)) == Set(other.analysis.rules.map(\.text)))
    }

    @Test func aLogIsShownAndWritten() throws {
        var state = try workspace()
        run(&state, "lstm_weight 0.25")
        press(&state, NamedKey.log)
        #expect(state.card is LogCard)
        let asked = press(&state, .character("w"))
        guard case .writeText(let text)? = asked.last else { throw Unexpected("\(asked)") }
        #expect(text.path.hasSuffix("-session.txt"))
        #expect(text.text.hasPrefix("# What alice did") && text.text.contains("\nweights 0.25 0.5\n"))
    }

    @Test func trainingOnChosenRowsIsSaidAndTaken() throws {
        var state = try workspace()
        let asked = run(&state, "train --seed 7 --train 1..400 --exclude '50..60'")
        guard case .train(_, let chosen, let label, _, 7)? = asked.last else { throw Unexpected("\(asked)") }
        #expect(chosen.learnt.map(\.text) == ["1..400"] && chosen.excluded.map(\.text) == ["50..60"])
        #expect(label.how == "--train 1..400 --exclude 50..60 --seed 7" && label.trainedOn == "/s.csv")
        #expect(log(state).last == "train --train 1..400 --exclude 50..60 --seed 7")
        #expect(ChosenRows.typed("--seed x") == nil && ChosenRows.typed("--train") == nil)
    }

    @Test func theCommandLineOfWhatIsOnScreenIsCopied() throws {
        var state = try workspace()
        press(&state, NamedKey.commandLine)
        #expect(press(&state, .enter).isEmpty, "it is not known how these models were trained")
        press(&state, .escape)
        let identity = try #require(state.workspace?.known)
        let label = RunLabel(id: "one", trainedOn: "/my data/s.csv", how: "--seed 3")
        let kept = ModelRun(
            series: identity.text, label: label, isPresent: true, kinds: ["lstm", "transformer"],
            savedAt: Date(timeIntervalSince1970: 0), path: nil, content: nil)
        _ = answer(&state, .modelsListed(identity: identity, [kept]))
        run(&state, "lstm_weight 0.25")
        press(&state, NamedKey.commandLine)
        let asked = press(&state, .enter)
        guard case .copy(let text)? = asked.last else { throw Unexpected("\(asked)") }
        #expect(text.hasPrefix("oddline train '/my data/s.csv' --seed 3 -o s.models && oddline score /s.csv --model s.models "))
        #expect(text.contains("--lstm-weight 0.25") && text.contains("--flags quantile"))
    }
}

/// What was said can be read again, and heads of columns sort.
@Suite struct AgainTests {
    @Test func messagesAreReadAgainTheLatestFirst() throws {
        var state = try workspace()
        press(&state, NamedKey.keepRun)
        let first = try #require(state.message).text
        run(&state, "goto nowhere")
        let last = try #require(state.message)
        #expect(last.isError)
        press(&state, .character("Q"))
        let screen = view(state).text
        let places = try [last.text, first].map { text in
            try #require(screen.range(of: String(text.prefix(40)))?.lowerBound, "\(text)")
        }
        #expect(places == places.sorted())
    }

    @Test func aClickOnAHeadSortsTheEvents() throws {
        var state = try workspace()
        let lines = view(state).text.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
        let y = try #require(lines.firstIndex { String($0).contains("start") && String($0).contains("verdict") })
        func x(_ title: String) throws -> Int {
            let line = String(lines[y])
            return line.distance(from: line.startIndex, to: try #require(line.range(of: title)?.lowerBound))
        }
        for (title, order) in [("start", EventList.Order.time), ("rows", .length), ("verdict", .unjudged), ("peak", .peak)] {
            _ = update(&state, .input(.mouse(Mouse(x: try x(title), y: y, action: .press))))
            #expect(state.workspace?.list.order == order)
        }
    }

    @Test func aClickOnAHeadSortsTheFiles() throws {
        var state = try set()
        let lines = view(state).text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let y = try #require(lines.firstIndex { $0.contains("folder") && $0.contains("models") })
        let place = try #require(lines[y].range(of: "events")?.lowerBound)
        let x = lines[y].distance(from: lines[y].startIndex, to: place)
        _ = update(&state, .input(.mouse(Mouse(x: x, y: y, action: .press))))
        #expect(state.signedIn?.fileSet?.order == .events)
    }
}
