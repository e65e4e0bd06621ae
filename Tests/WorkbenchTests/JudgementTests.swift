import AnomalyDetection
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
            let verdict: Verdict? = [.anomaly, .normal, nil][Int(random.uniform() * 3)]
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
    #expect(judgements.rows(judged: .anomaly) == [10..<14])
    judgements.judge(9..<11, as: nil)
    #expect(judgements.isEmpty)
}
