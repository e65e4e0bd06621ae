import NeuralNetwork
import TestSupport
import Testing
import TimeSeries
import Work

@testable import AnomalyDetection

/// Weights that are finite and so large that all errors overflow.
@Test func aModelThatGivesNoNumberIsRefused() throws {
    let series = SampleKind.contextual.series(rows: 600, seed: 2)
    let model = try #require(Models.standard[.lstm])
    let task = TrainingTask(series: series, trainingRows: 600, seed: 1)
    let sound = try model.train(task, Cancellation()) { _ in }.detector
    var file = try sound.contents()
    for (name, tensor) in file.tensors where !name.hasPrefix("calibration") && !name.hasPrefix("novelty") {
        file.tensors[name] = Tensor(shape: tensor.shape, values: tensor.values.map { _ in 3e38 })
    }
    let broken = try model.load(file, "broken")
    let refusal = DetectionError.noFiniteErrors(model: .lstm, series: series.name)
    #expect(throws: refusal) { try ScoredModel(scoring: series, with: broken) }
    let scored = broken.makeScorer()([series, series])
    #expect(scored.allSatisfy { if case .failure(refusal) = $0 { true } else { false } })
    #expect(Models.reason(refusal) != nil)
}
