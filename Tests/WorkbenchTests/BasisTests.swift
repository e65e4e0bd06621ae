import AnomalyDetection
import TestSupport
import Testing
import TimeSeries
import Work

@testable import Workbench

/// The comparison says on what it is based: weights alone, and beside it what verdicts make of them.
@Test func theComparisonMeasuresWeightsWithAndWithoutVerdictsApart() throws {
    let series = SampleKind.contextual.series(rows: 900, seed: 2)
    let models = Models([try #require(Models.withRollingMedian[.rollingMedian])])
    let task = TrainingTask(series: series, trainingRows: series.rowCount, seed: 1)
    var analysis = Analysis(series: series, models: models)
    let detector = try models.all[0].train(task, Cancellation()) { _ in }.detector
    analysis.use([try ScoredModel(scoring: series, with: detector)])
    func comparison() throws -> Comparison {
        try Comparison(series: series, result: try #require(analysis.result), settings: analysis.settings)
    }
    #expect(try comparison().lines.map(\.name).suffix(1) == ["combined"] && !comparison().isTaught)
    let event = try #require(analysis.events.first)
    analysis.update { $0.judgements.judge(event.rows, as: .normal) }
    let taught = try comparison()
    #expect(taught.isTaught && taught.lines.map(\.name).suffix(2) == ["combined", "taught"])
    #expect(abs(taught.present.quality - taught.lines[taught.lines.count - 2].measures.aucPR) < 1e-9)
}
