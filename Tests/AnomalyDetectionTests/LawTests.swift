import Foundation
import Testing
import TimeSeries

@testable import AnomalyDetection

private func weights(_ lstm: Float, _ transformer: Float) throws -> Ensemble {
    try Ensemble(PerModel([(.lstm, lstm), (.transformer, transformer)]))
}

private func pair(_ lstm: [Float], _ transformer: [Float]) -> PerModel<[Float]> {
    PerModel([(.lstm, lstm), (.transformer, transformer)])
}

private func numbers(_ count: Int, seed: UInt64, upTo bound: Float = 1) -> [Float] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(random.uniform()) * bound }
}

// MARK: Calibration

@Test(arguments: Calibration.Method.allCases) func calibratedScoresLieBetweenZeroAndOneAndRiseWithTheError(
    _ method: Calibration.Method
) {
    for seed in 1...20 as ClosedRange<UInt64> {
        let errors = numbers(500, seed: seed, upTo: 5)
        let calibration = Calibration(method, referenceErrors: Calibration.reference(from: errors))
        let probes = (errors + numbers(500, seed: seed + 100, upTo: 40) + [0, 1e-20, 1e20]).sorted()
        let scores = calibration(probes)
        #expect(scores.allSatisfy { (0...1).contains($0) })
        #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 <= $1 })
    }
}

@Test(arguments: Calibration.Method.allCases, [0, 0.25, 7] as [Float]) func constantErrorsGiveZero(
    _ method: Calibration.Method, error: Float
) {
    let calibration = Calibration(method, referenceErrors: Calibration.reference(from: [Float](repeating: error, count: 50)))
    #expect(calibration([Float](repeating: error, count: 9)) == [Float](repeating: 0, count: 9))
}

@Test(arguments: Calibration.Method.allCases) func aMissingErrorStaysAMissingScore(_ method: Calibration.Method) {
    let calibration = Calibration(method, referenceErrors: [0, 1, 2])
    #expect(calibration(.nan).isNaN)
    #expect(Calibration.reference(from: [.nan, .nan]) == [0])
}

@Test(arguments: Calibration.Method.allCases)
func errorsBeyondTheReferenceAreStillTold(_ method: Calibration.Method) {
    let calibration = Calibration(method, referenceErrors: Calibration.reference(from: numbers(1000, seed: 3)))
    let scores = calibration([2, 4, 8, 16, 32])
    #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 < $1 })
}

// MARK: Ensemble

@Test func theCombinedScoreLiesBetweenTheTwo() throws {
    let (a, b) = (numbers(400, seed: 1), numbers(400, seed: 2))
    for step in 0...10 {
        let ensemble = try weights(Float(step) / 10, Float(10 - step) / 10)
        for (row, combined) in ensemble.combine(pair(a, b)).enumerated() {
            #expect(combined >= min(a[row], b[row]) && combined <= max(a[row], b[row]))
        }
    }
}

@Test func oneWeightAloneGivesItsModelBack() throws {
    let (a, b) = (numbers(400, seed: 1), numbers(400, seed: 2))
    #expect(try weights(1, 0).combine(pair(a, b)) == a)
    #expect(try weights(0, 1).combine(pair(a, b)) == b)
}

@Test func theCombinedScoreIsTheWeightedAverage() throws {
    let combined = try weights(0.3, 0.9).combine(pair([0.2, 1], [0.6, 0]))
    #expect(abs(combined[0] - (0.3 * 0.2 + 0.9 * 0.6) / 1.2) < 1e-6)
    #expect(abs(combined[1] - 0.25) < 1e-6)
}

@Test func onlyTheRatioOfWeightsMatters() throws {
    let (a, b) = (numbers(400, seed: 1), numbers(400, seed: 2))
    let whole = try weights(0.8, 0.4).combine(pair(a, b))
    for scale in [0.5, 0.25, 0.125] as [Float] {
        let scaled = try weights(0.8 * scale, 0.4 * scale).combine(pair(a, b))
        #expect(zip(whole, scaled).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(
            whole.indices.sorted { (whole[$0], $0) < (whole[$1], $1) }
                == scaled.indices.sorted { (scaled[$0], $0) < (scaled[$1], $1) })
    }
}

/// Rounded step by step and held between the scores: the same number on every processor, in whatever company a row is.
@Test func theWeightedAverageIsExactlyThatOfItsFormula() throws {
    for seed in 1...200 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let rows = Int(random.uniform() * 700)
        let kinds = (0..<(1 + Int(random.uniform() * 4))).map { ModelKind(name: "m\($0)", title: "M\($0)") }
        let gaps = random.uniform() < 0.5 ? 0.0 : random.uniform() / 2
        let scores = PerModel(kinds) { _ in
            (0..<rows).map { _ -> Float in random.uniform() < gaps ? .nan : Float(random.uniform()) }
        }
        let ensemble = try Ensemble(PerModel(kinds) { _ in Float(random.uniform()) })
        let shares = kinds.dropLast().map { ensemble.share(of: $0) }
        let all = shares + [max(0, shares.reduce(1, -))]
        for (row, combined) in ensemble.combine(scores).enumerated() {
            let own = scores.values.map { $0[row] }
            let known = own.filter { !$0.isNaN }
            guard let low = known.min(), let high = known.max() else {
                #expect(combined.isNaN, "seed \(seed), row \(row)")
                continue
            }
            #expect(combined >= low && combined <= high, "seed \(seed), row \(row)")
            guard known.count == own.count else { continue }
            let mean = zip(all, own).dropFirst().reduce(all[0] * own[0]) { $0 + $1.0 * $1.1 }
            #expect(combined == min(max(mean, low), high), "seed \(seed), row \(row)")
        }
    }
}

@Test func aRowWithOneScoreUsesIt() throws {
    let combined = try weights(0.5, 0.5).combine(pair([.nan, 0.2, .nan], [0.7, .nan, .nan]))
    #expect(combined[0] == 0.7)
    #expect(combined[1] == 0.2)
    #expect(combined[2].isNaN)
}

@Test func impossibleWeightsAreRefused() {
    #expect(throws: DetectionError.allWeightsZero) { try weights(0, 0) }
    #expect(throws: DetectionError.badWeight(1.5)) { try weights(1.5, 0) }
    #expect(throws: DetectionError.badWeight(-0.1)) { try weights(1, -0.1) }
    #expect(throws: DetectionError.self) { try weights(.nan, 1) }
}

@Test(arguments: [1, 2, 3, 8, 999]) func smoothingAveragesAndKeepsGaps(_ width: Int) {
    var scores = numbers(300, seed: 7)
    scores[40] = .nan
    let smoothed = movingAverage(of: scores, width: width)
    #expect(smoothed.count == scores.count)
    #expect(smoothed[40].isNaN)
    #expect(smoothed.allSatisfy { $0.isNaN || (0...1).contains($0) })
    if width == 1 { #expect(Array(smoothed[..<40]) == Array(scores[..<40])) }
    if width == 3 { #expect(abs(smoothed[10] - (scores[9] + scores[10] + scores[11]) / 3) < 1e-6) }
}

// MARK: Threshold and events

@Test func raisingTheThresholdNeverAddsFlags() {
    let scores = numbers(500, seed: 11).map { ($0 * 20).rounded() / 20 }
    let rules: [[ThresholdRule]] = [
        [0, 0.3, 0.5, 0.9, 0.99, 1].map { .quantile($0) }, [0, 0.3, 0.5, 0.9, 1].map { .level($0) },
        [1, 0.5, 0.1, 0.01, 0].map { .share($0) }, [8, 5, 3, 2, 1].map { .top($0) },
    ]
    for rising in rules {
        let flags = rising.map { rule in Set(scores.indices.filter { isFlagged(scores[$0], level: rule.level(for: scores)) }) }
        #expect(zip(flags, flags.dropFirst()).allSatisfy { $1.isSubset(of: $0) })
    }
}

@Test func constantScoresFlagNothing() {
    let scores = [Float](repeating: 0, count: 50)
    for rule in [ThresholdRule.gap, .quantile(0.99), .share(0.01), .top(3), .level(0.5)] {
        let level = rule.level(for: scores)
        #expect(EventRule().events(combined: ExtentBlocks(scores), scores: pair(scores, scores), level: level).isEmpty)
    }
}

@Test func theGapSeparatesWhatStandsApartAndNothingWhereNothingDoes() {
    for seed in 1...40 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let quiet = (0..<3000).map { _ in Calibration.score(ofExcess: Float(1.2 * random.uniform())) }
        #expect(ThresholdRule.gap.level(for: quiet) == .infinity, "seed \(seed)")
        var scores = quiet
        let odd = Set((0..<(1 + Int(random.uniform() * 5))).map { 100 + 500 * $0 })
        for row in odd { scores[row] = Calibration.score(ofExcess: Float(4 + random.uniform())) }
        let level = ThresholdRule.gap.level(for: scores)
        #expect(Set(scores.indices.filter { isFlagged(scores[$0], level: level) }) == odd, "seed \(seed)")
    }
}

@Test func theGapIsTheLowestAmongPeaksOfAThirdOfTheHighestOrMore() {
    let rule = GapRule(further: .infinity, apart: 0)
    for seed in 1...200 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let excesses = (0..<(1 + Int(random.uniform() * 12))).map { _ in Float(1 + 9 * random.uniform()) }.sorted(by: >)
        var scores = [Float](repeating: 0, count: 10 * excesses.count)
        for (place, excess) in excesses.enumerated() { scores[10 * place] = Calibration.score(ofExcess: excess) }
        let lowest = max(1, excesses[0] * rule.share)
        let falling = excesses.filter { $0 > lowest } + [lowest]
        let gaps = falling.indices.dropLast().filter { falling[$0] > falling[$0 + 1] * rule.narrowest }
        let levels = rule.levels(for: ExtentBlocks(scores))
        guard let last = gaps.last else {
            #expect(levels.level == .infinity, "seed \(seed)")
            continue
        }
        let flagged = scores.indices.filter { isFlagged(scores[$0], level: levels.level) }
        #expect(flagged == (0...last).map { 10 * $0 }, "seed \(seed)")
        let highestOfTheRest = excesses.dropFirst(last + 1).first ?? 1
        #expect(levels.reach < levels.level && levels.reach > Calibration.score(ofExcess: highestOfTheRest), "seed \(seed)")
        let unchanged = scores + [0, 0, 0, Calibration.score(ofExcess: lowest * 0.9)]
        let same = rule.levels(for: ExtentBlocks(unchanged)).level
        #expect(same == levels.level, "what is below a third of the highest decides nothing, seed \(seed)")
    }
}

@Test func theTopRuleFlagsNoMoreEventsThanAskedAndTheHighestFirst() {
    for seed in 1...40 as ClosedRange<UInt64> {
        let scores = numbers(800, seed: seed)
        let highest = scores.max() ?? 0
        for count in [1, 2, 5, 20] {
            let level = ThresholdRule.top(count).level(for: scores)
            let events = EventRule().events(combined: ExtentBlocks(scores), scores: PerModel(), level: level)
            #expect((1...count).contains(events.count) && events.contains { $0.peak == highest }, "seed \(seed)")
        }
    }
}

@Test func errorsFarBeyondTheOrdinaryAreToldApart() {
    let scores = (0...20).map { Calibration.score(ofExcess: Float(1 << $0)) }
    #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 < $1 } && scores.allSatisfy { $0 < 1 })
}

@Test func excessAndScoreAreEachOthersInverse() {
    for excess in [0, 0.01, 0.5, 1, 3, 10, 100, 200, 10_000] as [Float] {
        let score = Calibration.score(ofExcess: excess)
        #expect(abs(Calibration.excess(ofScore: score) - excess) <= 1e-2 * excess, "\(excess)")
    }
    #expect(Calibration.score(ofExcess: 8) == 0.5 && Calibration.score(ofExcess: .infinity) == 1)
    #expect(Calibration.excess(ofScore: 1).isFinite)
}

@Test func runsNearEachOtherAreOneEvent() throws {
    let scores: [Float] = [0, 0.9, 0.95, 0, 0, 0.8, 0, 0, 0, 0, 0.7, 0]
    let (blocks, halves) = (ExtentBlocks(scores), pair(scores, scores.map { $0 / 2 }))
    let events = EventRule(mergeGap: 2).events(combined: blocks, scores: halves, level: 0.5)
    #expect(events.map(\.rows) == [1..<6, 10..<11])
    #expect(events[0].peakRow == 2)
    #expect(events[0].peak == 0.95)
    #expect(events[0].modelPeaks[.transformer] == 0.475)
    let long = EventRule(mergeGap: 2, minimumRows: 2).events(combined: blocks, scores: halves, level: 0.5)
    #expect(long.count == 1)
}

// MARK: Windows

@Test func windowsCoverEveryRow() {
    for rows in [10, 11, 37, 100] {
        for length in [1, 3, 10] {
            for step in [1, 2, 5] where step <= length {
                var covered = Set<Int>()
                for start in windowStarts(rows: rows, length: length, stride: step) {
                    covered.formUnion(start..<(start + length))
                }
                #expect(covered == Set(0..<rows))
            }
        }
    }
}
