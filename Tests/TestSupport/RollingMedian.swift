import AnomalyDetection
import Foundation
import NeuralNetwork
import TimeSeries
import Work

extension ModelKind {
    /// The test's own third model.
    public static let rollingMedian = ModelKind(name: "median", title: "Rolling median", shortTitle: "Median")
}

extension Models {
    /// The standard models and, registered here and nowhere else, a third one.
    public static let withRollingMedian = Models(
        standard.all + [
            Model(.rollingMedian, weight: 0.5) { task, _, progress throws(DetectionError) in
                let detector = try RollingMedian(learning: task)
                progress(detector.progress)
                return TrainedModel(detector)
            } load: { file, name in
                try RollingMedian(file: file, name: name)
            }
        ])
}

/// Reconstructs each row as the median of the rows around it; nothing to learn but the scale.
public struct RollingMedian: WholeSeriesDetector {
    public let kind = ModelKind.rollingMedian
    public let channelNames: [String]
    public let windowLength = 25
    public let scaling: RobustScaling
    public private(set) var referenceErrors: [Float] = [0]
    public let summary: TrainingSummary
    public let fingerprint: String

    init(learning task: TrainingTask) throws(DetectionError) {
        guard task.trainingRows >= Training.fewestRows, task.trainingRows <= task.series.rowCount else {
            throw .tooFewRows(
                series: task.series.name, rows: min(task.trainingRows, task.series.rowCount), needed: Training.fewestRows)
        }
        channelNames = task.series.channels.map(\.name)
        scaling = RobustScaling(fitting: task.series, rows: task.trainingRows)
        summary = TrainingSummary(
            trainingRows: task.trainingRows, epochs: 1, bestEpoch: 1, losses: [0], validationLosses: [0], seconds: 0)
        fingerprint = task.series.identity.text
        let learnt = try errors(of: task.series.prefix(task.trainingRows))
        referenceErrors = learnt.errors.filter { !$0.isNaN }.sorted()
    }

    init(file: ModelFile, name: String) throws {
        guard let scaling = file.metadata["scaling"], let channels = file.metadata["channels"],
            let reference = file.tensors["reference"]?.values
        else { throw DetectionError.notAModel(file: name, reason: "it lacks something") }
        self.scaling = try JSONDecoder().decode(RobustScaling.self, from: Data(scaling.utf8))
        channelNames = try JSONDecoder().decode([String].self, from: Data(channels.utf8))
        referenceErrors = reference
        summary = TrainingSummary(trainingRows: 0, epochs: 1, bestEpoch: 1, losses: [0], validationLosses: [0], seconds: 0)
        fingerprint = file.metadata["fingerprint"] ?? ""
    }

    var progress: TrainingProgress {
        TrainingProgress(
            model: kind, epoch: 1, epochs: 1, share: 1, losses: [0], validationLosses: [0], windowsPerSecond: 1, secondsLeft: 0)
    }

    public func errors(
        of series: Series, cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) -> RowErrors {
        let (rows, channels) = (series.rowCount, series.channels.count)
        guard channels == channelNames.count else {
            throw .otherChannels(model: kind, expected: channelNames.count, found: channels)
        }
        let values = scaling.scaled(series)
        var result = RowErrors(
            errors: [Float](repeating: 0, count: rows), reconstruction: [Float](repeating: 0, count: rows * channels))
        for row in 0..<rows {
            if cancellation.isCancelled { throw .cancelled }
            let around = max(0, row - windowLength / 2)...min(rows - 1, row + windowLength / 2)
            for channel in 0..<channels {
                let median = quantile(ofSorted: around.map { values[$0 * channels + channel] }.sorted(), 0.5)
                result.reconstruction[row * channels + channel] = Float(median)
                result.errors[row] += abs(values[row * channels + channel] - Float(median)) / Float(channels)
            }
            if series.channels.allSatisfy({ $0.values[row].isNaN }) { result.errors[row] = .nan }
        }
        progress(1)
        return result
    }

    public func explanation(
        of rows: Range<Int>, in series: Series, errors: RowErrors
    ) throws(DetectionError) -> Explanation {
        Explanation(channelShares: series.channels.map { _ in 1 / Float(series.channels.count) }, attended: [])
    }

    public func contents() throws -> ModelFile {
        func json(_ value: some Encodable) throws -> String { String(decoding: try JSONEncoder().encode(value), as: UTF8.self) }
        return ModelFile(
            tensors: ["reference": Tensor(shape: [referenceErrors.count], values: referenceErrors)],
            metadata: ["scaling": try json(scaling), "channels": try json(channelNames), "fingerprint": fingerprint])
    }
}
