import Accounts
import AnomalyDetection
import Foundation
import Persistence
import Testing
import TimeSeries

@testable import Workbench

@Test func verdictsNeverOverlapAndTheLatestHolds() {
    for seed in 1...300 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        var judgements = Judgements()
        var byRow = [Verdict?](repeating: nil, count: 60)
        for _ in 0..<20 {
            let first = Int(random.uniform() * 55)
            let rows = first..<(first + 1 + Int(random.uniform() * 5))
            let verdict = ([nil] + Verdict.allCases)[Int(random.uniform() * 5)]
            for judgement in judgements where judgement.rows.overlaps(rows) {
                for row in judgement.rows { byRow[row] = nil }
            }
            judgements.judge(rows, as: verdict)
            for row in rows { byRow[row] = verdict }
            #expect(verdict == nil || judgements.verdict(on: rows) == verdict, "seed \(seed)")
        }
        #expect(zip(judgements, judgements.dropFirst()).allSatisfy { $0.rows.upperBound <= $1.rows.lowerBound }, "seed \(seed)")
        for row in byRow.indices { #expect(judgements.verdict(on: row..<(row + 1)) == byRow[row], "seed \(seed), row \(row)") }
        #expect(Judgements(judgements.shuffled(using: &random)) == judgements, "seed \(seed)")
    }
}

@Test func theVerdictWithTheMostRowsInCommonIsAboutTheEvent() {
    var judgements = Judgements()
    judgements.judge(0..<10, as: .normal)
    judgements.judge(10..<14, as: .anomaly)
    #expect(judgements.verdict(on: 8..<14) == .anomaly)
    #expect(judgements.verdict(on: 5..<12) == .normal)
    #expect(judgements.verdict(on: 8..<12) == .normal, "of equals the earliest")
    #expect(judgements.verdict(on: 14..<20) == nil)
    #expect(judgements.lessons == [Lesson(rows: 0..<10, isAnomaly: false), Lesson(rows: 10..<14, isAnomaly: true)])
    for verdict in [Verdict.postponed, .seenBefore] {
        judgements.judge(0..<10, as: verdict)
        #expect(judgements.verdict(on: 0..<10) == verdict)
        #expect(judgements.lessons == [Lesson(rows: 10..<14, isAnomaly: true)], "\(verdict) teaches nothing")
    }
    judgements.judge(9..<11, as: nil)
    #expect(judgements.isEmpty)
}

@Test func notesFollowTheSameRuleAndAreCutWhereTheyAreTooLong() {
    var notes = Notes()
    notes.write("a storm", on: 0..<10)
    notes.write(String(repeating: "é", count: Notes.longest + 9), on: 10..<14)
    notes.write("nowhere", on: 5..<5)
    #expect(notes.text(on: 5..<12) == "a storm" && notes.text(on: 14..<20).isEmpty)
    #expect(notes.text(on: 10..<11).count == Notes.longest)
    notes.write("", on: 9..<11)
    #expect(notes.isEmpty)
    notes = Notes([RowMark(rows: 0..<4, value: "first"), RowMark(rows: 3..<6, value: "second")])
    #expect(notes.map(\.value) == ["second"])
}

/// The rule stands in the type and, as a query, in the database: both give the same verdicts.
@Test func storedVerdictsFollowTheSameRule() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let database = try OddlineDatabase()
    let accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4))
    _ = try accounts.register(username: "ann", email: "ann@example.org", password: "correct horse battery")
    let library = UserLibrary(
        session: try accounts.login(identifier: "ann", password: "correct horse battery"), database: database,
        locations: Locations(dataDirectory: folder.path, environment: [:]), models: .standard)
    for seed in 1...20 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let series = Series(name: "s", channels: [.init(name: "v", values: (0..<60).map { _ in random.uniform() })])
        var judgements = Judgements()
        for _ in 0..<25 {
            let first = Int(random.uniform() * 50)
            let rows = first..<(first + 1 + Int(random.uniform() * 9))
            let verdict = ([nil] + Verdict.allCases)[Int(random.uniform() * 5)]
            judgements.judge(rows, as: verdict)
            try library.shelf(of: series.identity).judge(rows, as: verdict)
        }
        #expect(try library.shelf(of: series.identity).judgements() == judgements, "seed \(seed)")
    }
}
