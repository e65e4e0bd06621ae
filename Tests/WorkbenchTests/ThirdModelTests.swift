import AnomalyDetection
import Foundation
import TestSupport
import Testing
import TimeSeries
import Work

@testable import Workbench

private let series = SampleKind.contextual.series(rows: 900, seed: 2)

private func trained(_ models: Models) async -> [ScoredModel] {
    var scored: [ScoredModel] = []
    for await report in ModelTraining(series: series, models: models).run(cancellation: Cancellation()) {
        if case .finished(let model) = report { scored.append(model) }
    }
    return scored
}

/// A model that the program does not know of takes part in everything by being registered in one list.
@Test func aThirdModelIsTrainedWeighedAndExportedByBeingRegistered() async throws {
    let models = Models.withRollingMedian
    var analysis = Analysis(series: series, models: models)
    analysis.use(await trained(models))
    #expect(analysis.isComplete && analysis.scored.kinds.count == 3)
    let result = try #require(analysis.result)
    #expect(result.scores.kinds == [.lstm, .transformer, .rollingMedian])
    #expect(result.combined == analysis.settings.ensemble.combine(result.scores))

    var text = ""
    ScoreExport(series: series, result: result).write(.csv) { text += $0 }
    #expect(
        text.hasPrefix("row,timestamp,value,lstm_score,transformer_score,median_score,combined_score,is_flagged\n"))
    #expect(AnalysisSettings.table(models).map(\.name).prefix(3) == ["lstm_weight", "transformer_weight", "median_weight"])
    #expect(AnalysisSettings.sliders(models).map(\.name).prefix(2) == ["transformer_share", "median_share"])

    try analysis.update {
        try $0.settings.set(["lstm_weight": "0", "transformer_weight": "0", "median_weight": "1"], models: models)
    }
    #expect(analysis.result?.combined == result.scores[.rollingMedian])
    let comparison = try Comparison(
        series: series, result: try #require(analysis.result), settings: analysis.settings)
    #expect(comparison.lines.map(\.name) == ["LSTM", "Transformer", "Rolling median", "combined"])
}

@Test func aThirdModelIsSavedAndLoadedLikeTheOthers() async throws {
    let models = Models.withRollingMedian
    let median = try #require(models[.rollingMedian])
    let scored = try #require(await trained(Models([median])).first)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try models.save(scored.detector, to: file)
    #expect(try models.load(.rollingMedian, from: file).errors(of: series) == scored.errors)
    #expect(throws: DetectionError.self) { try models.load(.lstm, from: file) }
    #expect(throws: DetectionError.self) { try Models.standard.load(.rollingMedian, from: file) }
}

@Test func settingsStoredForOtherModelsAreTakenOver() throws {
    let stored = Data(
        #"{"weights":{"lstm":0.25,"transformer":1},"flags":"quantile","threshold":0.95,"top":5,"smoothing":97,"calibration":"rank"}"#
            .utf8)
    let settings = try JSONDecoder().decode(AnalysisSettings.self, from: stored)
    #expect(settings.ensemble.weight(of: .lstm) == 0.25 && settings.ensemble.weight(of: .transformer) == 1)
    #expect(settings.threshold == 0.95 && settings.smoothing == 97 && settings.calibration == .rank)
    #expect(settings.rule == .quantile(0.95))
    let again = try JSONDecoder().decode(AnalysisSettings.self, from: JSONEncoder().encode(settings))
    #expect(again == settings)
    let analysis = Analysis(series: series, models: .withRollingMedian, settings: settings)
    #expect(analysis.settings.ensemble.weights.kinds == Models.withRollingMedian.kinds)
    #expect(analysis.settings.ensemble.weight(of: .rollingMedian) == 0.5)
    func altered(_ part: String, _ other: String) -> Data {
        Data(String(decoding: stored, as: UTF8.self).replacing(part, with: other).utf8)
    }
    let wild = altered("97", "9999")
    #expect(try JSONDecoder().decode(AnalysisSettings.self, from: wild).smoothing == AnalysisSettings.smoothingRange.upperBound)
    let impossible = altered(#""lstm":0.25,"transformer":1"#, #""lstm":0,"transformer":0"#)
    #expect(throws: DetectionError.allWeightsZero) { try JSONDecoder().decode(AnalysisSettings.self, from: impossible) }
}

/// A network that the program does not hold, with its own recipe, takes part by being registered in one list.
@Test func aThirdNetworkIsTrainedScoredSavedAndLoadedByBeingRegistered() async throws {
    let models = Models.withConvolutional
    var analysis = Analysis(series: series, models: models)
    analysis.use(await trained(models))
    #expect(analysis.isComplete)
    let result = try #require(analysis.result)
    #expect(result.scores.kinds == [.lstm, .transformer, .convolutional])
    #expect(result.scores[.convolutional]?.allSatisfy { (0...1).contains($0) } == true)
    let scored = try #require(analysis.scored[.convolutional])
    let explanation = try scored.detector.explanation(of: 400..<420, in: series, errors: scored.errors)
    #expect(explanation.channelShares.count == 1 && explanation.attended.isEmpty, "nothing can be hidden from it")

    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: DetectionError.noModels(folder: folder.path)) { try models.load(folder: folder) }
    try models.save(scored.detector, to: models.file(.convolutional, in: folder))
    let (loaded, missing) = try models.load(folder: folder)
    #expect(missing == [.lstm, .transformer] && loaded.map(\.kind) == [.convolutional])
    #expect(try loaded[0].errors(of: series) == scored.errors)
    // The file of one network is none of another's.
    try FileManager.default.copyItem(
        at: models.file(.convolutional, in: folder), to: models.file(.lstm, in: folder))
    #expect(throws: DetectionError.self) { try models.load(.lstm, from: models.file(.lstm, in: folder)) }
}
