import AnomalyDetection
import Testing
import TimeSeries

@testable import Workbench

/// The three proofs that the two models and their ensemble are worth having.
@Suite(.serialized) struct TestStrategyTests {
    @Test func transformerComparedWithLSTMOnABenchmark() async throws {
        let series = SampleKind.longRange.series(rows: 2400, seed: 3)
        let result = try #require(try await analysis(of: series).result)
        let labels = try #require(series.labels)
        let lstm = try Measures(scores: result.lstmScores, labels: labels, buffer: 24)
        let transformer = try Measures(scores: result.transformerScores, labels: labels, buffer: 24)
        #expect(transformer.aucPR > lstm.aucPR + 0.1, "a pulse of the wrong kind is odd only beside pulses far away")
        #expect(transformer.vusPR > lstm.vusPR)
    }

    @Test func ensembleIsNormalisedAndCombinedCorrectly() async throws {
        let series = SampleKind.contextual.series(rows: 900, seed: 2)
        var analysis = try await analysis(of: series)
        for method in Calibration.Method.allCases {
            analysis.update { $0.settings.calibration = method }
            for (lstmWeight, transformerWeight) in [(0.25, 0.75), (1, 0), (0, 1), (0.6, 0.6), (1, 0.1)] as [(Float, Float)] {
                let ensemble = try Ensemble(PerModel([(.lstm, lstmWeight), (.transformer, transformerWeight)]))
                analysis.update { $0.settings.ensemble = ensemble }
                let result = try #require(analysis.result)
                for row in 0..<series.rowCount {
                    let (lstm, transformer) = (result.lstmScores[row], result.transformerScores[row])
                    #expect((0...1).contains(lstm) && (0...1).contains(transformer))
                    let mean = (lstmWeight * lstm + transformerWeight * transformer) / (lstmWeight + transformerWeight)
                    #expect(abs(result.combined[row] - mean) < 1e-5)
                }
            }
        }
    }

    @Test func theMainWorkflowOutputsTheEnsembleScore() async throws {
        let series = SampleKind.contextual.series(rows: 900, seed: 2)
        var analysis = try await analysis(of: series)
        let ensemble = try Ensemble(PerModel([(.lstm, 0.2), (.transformer, 0.8)]))
        analysis.update { $0.settings.ensemble = ensemble }
        let result = try #require(analysis.result)
        #expect(result.combined == ensemble.combine(result.scores))
        for event in result.events { #expect(event.peak == result.combined[event.peakRow] && event.peak >= result.level) }
        var text = ""
        ScoreExport(series: series, result: result).write(.csv) { text += $0 }
        for (row, line) in text.split(separator: "\n").dropFirst().enumerated() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            #expect(Float(fields[5]) == result.combined[row])
            #expect((fields[6] == "1") == result.events.contains { $0.rows.contains(row) })
            if result.combined[row] >= result.level, result.combined[row] > 0 { #expect(fields[6] == "1") }
        }
    }
}
