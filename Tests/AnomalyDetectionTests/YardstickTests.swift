import Testing
import TimeSeries

@testable import AnomalyDetection

@Test(arguments: Yardstick.allCases) func yardsticksScoreEveryRowAndFindASpike(_ yardstick: Yardstick) throws {
    let series = SampleKind.point.series(rows: 1200, seed: 3)
    let scores = yardstick.scores(of: series.channels[0].values, period: 48)
    #expect(scores.count == 1200 && scores.allSatisfy { $0.isFinite && $0 >= 0 })
    let measures = try Measures(scores: scores, labels: try #require(series.labels), buffer: 48)
    #expect(measures.aucROC > 0.8)
}

@Test(arguments: Yardstick.allCases) func yardsticksTakeAnySeries(_ yardstick: Yardstick) {
    for values in [[], [1], [Double](repeating: 3, count: 300), (0..<300).map { $0 < 9 ? .nan : Double($0) }] {
        let scores = yardstick.scores(of: values, period: 20)
        #expect(scores.count == values.count && scores.allSatisfy { $0.isFinite })
    }
}
