import Foundation
import NeuralNetwork
import TimeSeries

/// A trained model with everything needed to score a series: plan, weights, scaling, calibration.
public struct Detector: Sendable {
    /// How the model was built and trained.
    public let plan: DetectorPlan
    /// The channels it was trained on, in order.
    public let channelNames: [String]
    /// The trained numbers.
    public let parameters: Parameters
    /// Fitted to the training rows.
    public let scaling: RobustScaling
    /// Errors of the training rows that calibration refers to, in rising order.
    public let referenceErrors: [Float]
    /// How training went.
    public let summary: TrainingSummary
    /// The fingerprint of the series it was trained on.
    public let fingerprint: String

    /// Which network this is.
    public var kind: ModelKind { plan.kind }

    /// The file format's version, written into model files.
    static let formatVersion = "1"

    init(
        plan: DetectorPlan, channelNames: [String], parameters: Parameters, scaling: RobustScaling, referenceErrors: [Float],
        summary: TrainingSummary, fingerprint: String
    ) {
        self.plan = plan
        self.channelNames = channelNames
        self.parameters = parameters
        self.scaling = scaling
        self.referenceErrors = referenceErrors
        self.summary = summary
        self.fingerprint = fingerprint
    }

    /// Saves the model as safetensors, replacing an older file at once.
    /// - Throws: `ModelFileError.cannotWrite`.
    public func save(to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        func json(_ value: some Encodable) throws -> String { String(decoding: try encoder.encode(value), as: UTF8.self) }
        var tensors = parameters.tensors
        tensors["calibration.reference_errors"] = Tensor(shape: [referenceErrors.count], values: referenceErrors)
        let metadata = [
            "format": "oddline-model", "format_version": Self.formatVersion, "model": kind.rawValue, "plan": try json(plan),
            "scaling": try json(scaling), "channels": try json(channelNames), "summary": try json(summary),
            "fingerprint": fingerprint,
        ]
        try ModelFile(tensors: tensors, metadata: metadata).write(to: url)
    }

    /// Loads a model saved by `save`.
    /// - Throws: `ModelFileError` or `DetectionError.notAModel`, each naming the file.
    public init(loadingFrom url: URL) throws {
        let name = printable(url.lastPathComponent)
        let file = try ModelFile(readingFrom: url)
        guard file.metadata["format"] == "oddline-model" else {
            throw DetectionError.notAModel(file: name, reason: "it was written by another program")
        }
        guard file.metadata["format_version"] == Self.formatVersion else {
            throw DetectionError.notAModel(
                file: name, reason: "its format version is \(file.metadata["format_version"] ?? "missing")")
        }
        func decode<Value: Decodable>(_ key: String) throws -> Value {
            guard let text = file.metadata[key], let value = try? JSONDecoder().decode(Value.self, from: Data(text.utf8)) else {
                throw DetectionError.notAModel(file: name, reason: "its \(key) cannot be read")
            }
            return value
        }
        let plan: DetectorPlan = try decode("plan")
        let scaling: RobustScaling = try decode("scaling")
        let channels: [String] = try decode("channels")
        let count = plan.architecture.channelCount
        guard plan.architecture.isSound, plan.scoringStride > 0, plan.maskedPasses >= 0, plan.maskedSpan > 0,
            plan.scoringMargin >= 0, 2 * plan.scoringMargin + plan.scoringStride <= plan.windowLength,
            channels.count == count,
            scaling.centers.count == count, scaling.spreads.count == count, scaling.spreads.allSatisfy({ $0 > 0 && $0.isFinite })
        else { throw DetectionError.notAModel(file: name, reason: "its sizes contradict each other") }
        guard let reference = file.tensors["calibration.reference_errors"]?.values, !reference.isEmpty else {
            throw DetectionError.notAModel(file: name, reason: "its calibration is missing")
        }
        self.init(
            plan: plan, channelNames: channels, parameters: try Parameters(plan.architecture, tensors: file.tensors),
            scaling: scaling, referenceErrors: reference.sorted(), summary: try decode("summary"),
            fingerprint: file.metadata["fingerprint"] ?? "")
    }
}

/// How a training run ended.
public struct TrainingSummary: Sendable, Equatable, Codable {
    /// Rows trained on.
    public var trainingRows: Int
    /// Epochs run.
    public var epochs: Int
    /// The epoch, from 1, whose weights were kept.
    public var bestEpoch: Int
    /// Training loss of each epoch, in scaled units squared.
    public var losses: [Float]
    /// Validation loss of each epoch.
    public var validationLosses: [Float]
    /// Wall time in seconds.
    public var seconds: Double
}
