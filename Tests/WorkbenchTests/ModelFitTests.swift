import AnomalyDetection
import Foundation
import TestSupport
import Testing
import TimeSeries

@testable import Workbench

private let sample = SampleKind.contextual.series(rows: 900, seed: 2)

/// The series, its last rows changed.
private func analysis(lastRows count: Int, _ change: (inout Double) -> Void) async throws -> Analysis {
    let known = try await trained(sample)
    let changed = sample.changing { for row in (900 - count)..<900 { change(&$0[row]) } }
    var analysis = Analysis(series: changed, models: .standard)
    analysis.use(try known.map { try ScoredModel(scoring: changed, with: $0.detector) })
    return analysis
}

@Test func rowsLikeThoseBeforeFit() async throws {
    let fit = try #require(ModelFit(try await analysis(lastRows: 100) { _ in }, from: 800))
    #expect(!fit.isOutgrown && fit.unknownValues < 0.05 && fit.sentence(\.title) == nil)
}

@Test func aNewLevelDoesNotFit() async throws {
    let fit = try #require(ModelFit(try await analysis(lastRows: 100) { $0 += 200 }, from: 800))
    #expect(fit.unknownValues == 1 && fit.isOutgrown)
    let sentence = try #require(fit.sentence(\.title))
    #expect(sentence.contains("100 % of the new rows") && sentence.contains("LSTM"))
}

@Test func withoutRowsOnBothSidesNothingIsSaid() async throws {
    let analysis = try await analysis(lastRows: 10) { _ in }
    #expect(ModelFit(analysis, from: 0) == nil && ModelFit(analysis, from: 900) == nil)
}
