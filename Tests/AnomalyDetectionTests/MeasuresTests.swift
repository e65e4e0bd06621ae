import Foundation
import Testing
import TimeSeries
import Work

@testable import AnomalyDetection

private struct MetricCase: Decodable {
    let name: String
    let window: Int
    let score: [Double]
    let label: [Int]
    let expected: [String: Double]
}

@Test func measuresAgreeWithTheReferenceValues() throws {
    let reference = try #require(Bundle.module.url(forResource: "metric_cases", withExtension: "json", subdirectory: "Fixtures"))
    let cases = try JSONDecoder().decode([MetricCase].self, from: Data(contentsOf: reference))
    #expect(cases.count == 6)
    for example in cases {
        let measures = try Measures(
            scores: example.score.map { Float($0) }, labels: example.label.map { $0 == 1 }, buffer: example.window)
        let own = [
            "VUS-PR": measures.vusPR, "VUS-ROC": measures.vusROC, "AUC-PR": measures.aucPR, "AUC-ROC": measures.aucROC,
            "Standard-F1": measures.standardF1,
        ]
        for (name, value) in example.expected {
            #expect(abs((own[name] ?? .nan) - value) < 1e-6, "\(example.name), \(name): \(own[name] ?? .nan) and \(value)")
        }
    }
}

@Test func perfectScoresMeasureOneAndReversedOnesLittle() throws {
    let labels = (0..<500).map { (200..<220).contains($0) }
    let perfect = try Measures(scores: labels.map { $0 ? Float(1) : 0 }, labels: labels, buffer: 0)
    #expect(perfect.aucPR == 1 && perfect.aucROC == 1 && perfect.standardF1 > 0.9999)
    let reversed = try Measures(scores: labels.map { $0 ? Float(0) : 1 }, labels: labels, buffer: 10)
    #expect(reversed.aucROC == 0 && reversed.aucPR < 0.1)
}

@Test func measuresNeedBothClasses() {
    for label in [true, false] {
        #expect(throws: DetectionError.oneClassOnly) {
            try Measures(scores: [Float](repeating: 0.5, count: 10), labels: [Bool](repeating: label, count: 10), buffer: 3)
        }
    }
}

@Test func aMonotoneChangeOfScoresChangesNothing() throws {
    let labels = (0..<800).map { $0 % 97 < 6 }
    let scores = (0..<800).map { Float(($0 * 7919) % 801) / 801 + (labels[$0] ? 0.2 : 0) }
    #expect(
        try Measures(scores: scores, labels: labels, buffer: 12)
            == Measures(scores: scores.map { exp(3 * $0) }, labels: labels, buffer: 12))
}

/// The measures by their definitions, without any sorting.
@Test func rankingAgreesWithCountingAtEveryThreshold() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let count = 2 + Int(random.uniform() * 200)
        let scores = (0..<count).map { _ in
            random.uniform() < 0.1 ? Float.nan : Float((random.uniform() * 40).rounded() / 20 - 1)
        }
        var labels = (0..<count).map { _ in random.uniform() < 0.3 }
        (labels[0], labels[1]) = (true, false)
        let ranking = Ranking(scores, labels: labels)
        let known = scores.map { $0.isNaN ? -Float.infinity : $0 }
        #expect((0..<count).map(ranking.score(atRank:)) == known.sorted(by: >), "seed \(seed)")
        var (precision, before) = (0.0, 0)
        for threshold in Set(known).sorted(by: >) {
            let reached = known.indices.filter { known[$0] >= threshold }
            let hits = reached.count { labels[$0] }
            precision += Double(hits - before) / Double(ranking.positives) * Double(hits) / Double(reached.count)
            before = hits
        }
        #expect(abs(ranking.averagePrecision - precision) < 1e-9, "seed \(seed)")
    }
}

@Test func measuringStopsWhenAsked() {
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: DetectionError.cancelled) {
        try Measures(scores: [0, 1, 2], labels: [false, true, false], buffer: 3, cancellation: cancellation)
    }
}

@Test func eventsAreFoundWhereFlagsOverlapThem() {
    let measures = EventMeasures(flagged: [0..<3, 9..<10, 20..<30], labelled: [2..<5, 10..<12, 22..<23, 25..<40])
    #expect(measures.found == [true, false, true, true])
    #expect(measures.recall == 0.75)
    #expect(abs(measures.precision - 2.0 / 3) < 1e-12)
    let nothing = EventMeasures(flagged: [], labelled: [1..<2])
    #expect(nothing.found == [false] && nothing.recall == 0 && nothing.precision == 0)
}

@Test func widenedLabelsForgiveAShiftAndTheBestLevelIsNoWorseThanAnyOther() throws {
    let shifted = EventMeasures(flagged: [10..<12], labelled: [15..<20], reach: 4)
    #expect(shifted.f1 == 1 && EventMeasures(flagged: [10..<12], labelled: [15..<20], reach: 3).f1 == 0)
    for seed in 1...20 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let scores = (0..<300).map { Float(random.uniform()) + ($0 % 100 < 5 ? 0.4 : 0) }
        let labelled = [0..<5, 100..<105, 200..<205]
        let ranking = Ranking(scores, labels: scores.map { _ in false })
        let best = try EventMeasures.bestF1(scores, ranking, labelled: labelled, reach: 2)
        for level in scores.sorted(by: >).prefix(11) {
            let flagged = EventRule().runs(of: ExtentBlocks(scores), level: level)
            #expect(EventMeasures(flagged: flagged, labelled: labelled, reach: 2).f1 <= best, "seed \(seed)")
        }
    }
    #expect(try EventMeasures.bestF1([.nan], Ranking([.nan], labels: [false]), labelled: []) == 0)
}

@Test func labelledRunsAreFoundToTheEnd() {
    #expect(labelledRanges([true, false, false, true, true]) == [0..<1, 3..<5])
    #expect(labelledRanges([false]).isEmpty && labelledRanges([]).isEmpty)
}

@Test func theCurveFallsFromOneForAPerfectRankingAndAgreesWithTheMeasures() throws {
    let labels = (0..<100).map { $0 >= 90 }
    let perfect = try PrecisionRecallCurve(scores: (0..<100).map(Float.init), labels: labels)
    #expect(perfect.precisions.allSatisfy { $0 == 1 } && abs(perfect.averagePrecision - 1) < 1e-12)
    let constant = try PrecisionRecallCurve(scores: [Float](repeating: 1, count: 100), labels: labels)
    #expect(constant.precisions.allSatisfy { abs($0 - 0.1) < 1e-12 })
    let mixed = (0..<100).map { Float(($0 * 37) % 101) }
    let curve = try PrecisionRecallCurve(scores: mixed, labels: labels)
    #expect(abs(curve.averagePrecision - (try Measures(scores: mixed, labels: labels, buffer: 1).aucPR)) < 1e-12)
    #expect(curve.precisions.count == 100)
    #expect(throws: DetectionError.oneClassOnly) { try PrecisionRecallCurve(scores: [1], labels: [true]) }
}
