import Foundation
import Testing
import TimeSeries

@testable import AnomalyDetection

/// Scores of errors as they are of noise: averaged over 12 and 64 rows, calibrated by themselves, of two models.
private func ordinaryScores(rows: Int = 3000, seed: UInt64) throws -> [Float] {
    var random = SeededGenerator(seed: seed)
    let scores = PerModel(
        [ModelKind.lstm, .transformer].map { kind in
            let noise = (0..<rows).map { _ in Float(abs(random.normal())) }
            let errors = zip(movingAverage(of: noise, width: 12), movingAverage(of: noise, width: 64)).map { ($0 + $1) / 2 }
            return (kind, Calibration(.excess, referenceErrors: Calibration.reference(from: errors))(errors))
        })
    return try Ensemble(PerModel([(.lstm, 0.5), (.transformer, 0.5)])).combine(scores)
}

private func flagged(_ scores: [Float], _ rule: GapRule = GapRule()) -> [Range<Int>] {
    let blocks = ExtentBlocks(scores)
    return EventRule().runs(of: blocks, levels: rule.levels(for: blocks))
}

@Test func chanceFlagsAboutOneEventInTenThousandRows() throws {
    let events = try (1...100 as ClosedRange<UInt64>).reduce(0) { try $0 + flagged(ordinaryScores(seed: $1)).count }
    #expect(events <= 36, "\(events) in 300,000 rows: one in 10,000, and one deviation of counts")
    let before = try (1...100 as ClosedRange<UInt64>).reduce(0) { sum, seed in
        try sum + flagged(ordinaryScores(seed: seed), GapRule(further: .infinity, apart: 0)).count
    }
    #expect(before > 2 * events, "a gap alone flags ordinary rows wherever nothing is odd")
}

@Test func aHugeSpikeDoesNotHideOthers() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
        let quiet = try ordinaryScores(seed: seed)
        for huge in [0, 100, 1000, 1_000_000] as [Float] {
            var scores = quiet
            let odd = [700, 1400, 2100] + (huge > 0 ? [2600] : [])
            for row in odd { scores[row] = Calibration.score(ofExcess: row == 2600 ? huge : Float(8 + row / 700)) }
            let events = flagged(scores)
            #expect(odd.allSatisfy { row in events.contains { $0.contains(row) } }, "seed \(seed), beside \(huge)")
            #expect(events.count == odd.count, "seed \(seed), beside \(huge): \(events)")
        }
    }
}

@Test func anEventReachesFromWhereTheScoreLeavesTheOrdinaryToWhereItComesBack() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
        var (scores, random) = (try ordinaryScores(seed: seed), SeededGenerator(seed: seed))
        let shift = (1000 + Int(random.uniform() * 500))..<(1700 + Int(random.uniform() * 1000))
        for row in shift {
            // High at both edges, where a level is new, and lower in between.
            let edge = Double(min(row - shift.lowerBound, shift.upperBound - 1 - row))
            scores[row] = Calibration.score(ofExcess: Float(10 + 30 * exp(-edge / 20) + random.uniform()))
        }
        #expect(flagged(scores) == [shift], "seed \(seed)")
    }
}

@Test func eventsAreWhereScoresReachBothLevels() {
    for seed in 1...100 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let scores = (0..<600).map { _ in random.uniform() < 0.02 ? .nan : Float(pow(random.uniform(), 4)) }
        let (level, reach) = (Float(0.5 + 0.5 * random.uniform()), Float(0.5 * random.uniform()))
        let rule = EventRule(mergeGap: Int(random.uniform() * 6))
        let blocks = ExtentBlocks(scores)
        let runs = rule.runs(of: blocks, levels: FlagLevels(level, reach: reach))
        #expect(runs == rule.runs(of: blocks, level: reach).filter { $0.contains { scores[$0] >= level } }, "seed \(seed)")
        #expect(rule.runs(of: blocks, levels: FlagLevels(level)) == rule.runs(of: blocks, level: level), "seed \(seed)")
    }
}
