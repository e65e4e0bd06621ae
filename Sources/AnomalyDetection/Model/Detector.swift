import Foundation
import NeuralNetwork
import TimeSeries
import Work

/// A trained model that can score a series.
public protocol Detector: Sendable {
    /// Which model it is.
    var kind: ModelKind { get }
    /// The channels it was trained on, in order.
    var channelNames: [String] { get }
    /// Rows that it looks at together.
    var windowLength: Int { get }
    /// Fitted to the training rows; reconstructions are in its units.
    var scaling: RobustScaling { get }
    /// Errors of the training rows that calibration refers to, in rising order, never empty.
    var referenceErrors: [Float] { get }
    /// How training went.
    var summary: TrainingSummary { get }
    /// The fingerprint of the series it was trained on.
    var fingerprint: String { get }

    /// Begins to score a series, whose rows come one after the other.
    func beginScoring() -> any RowScoring

    /// A function for one thread that scores many series, each as `errors(of:)` does, and keeps its working memory from call to
    /// call; series that are handed over together cost less.
    func makeScorer() -> ([Series]) -> [Result<RowErrors, DetectionError>]

    /// Explains the errors of `rows` in a series that this model scored.
    /// - Parameter errors: what the model said of the series.
    /// - Throws: `DetectionError.tooFewRows` when the series is shorter than a window.
    func explanation(of rows: Range<Int>, in series: Series, errors: RowErrors) throws(DetectionError) -> Explanation

    /// The model for other tools, as files by name; empty where there is no such form.
    var filesForOtherTools: [String: Data] { get }

    /// What is kept of the model: tensors, and text by key. `Models.save` puts them into a file, and says in it whose they are.
    func contents() throws -> ModelFile
}

extension Detector {
    public var filesForOtherTools: [String: Data] { [:] }

    /// The model's errors for every row of `series`.
    /// - Parameter progress: called with the share done, 0 to 1.
    /// - Throws: `DetectionError.otherChannels` when the number of channels differs, `.otherOrder`, `.tooFewRows` when the
    ///   series is shorter than a window, `.cancelled`.
    public func errors(
        of series: Series, cancellation: Cancellation = Cancellation(), progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) -> RowErrors {
        var scoring = beginScoring()
        return try scoring.append(series, cancellation: cancellation, progress: progress).errors
    }

    /// Scores one series after the other: for models that gain nothing from having several together.
    public func makeScorer() -> ([Series]) -> [Result<RowErrors, DetectionError>] {
        { all in
            all.map { series in Result { () throws(DetectionError) in try errors(of: series) } }
        }
    }
}

/// A model that scores a series as a whole: one of which nothing is known that would allow less when rows come.
public protocol WholeSeriesDetector: Detector {
    /// The model's errors for every row of `series`.
    /// - Parameter progress: called with the share done, 0 to 1.
    /// - Throws: as `Detector.errors(of:)`.
    func errors(
        of series: Series, cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) -> RowErrors
}

extension WholeSeriesDetector {
    public func beginScoring() -> any RowScoring { WholeSeriesScoring(self) }
}

/// Scores all rows that are kept whenever some come.
private struct WholeSeriesScoring<Model: WholeSeriesDetector>: RowScoring {
    private let model: Model
    var horizon: Int?
    private var series: Series?
    /// Rows that are not kept any more.
    private var dropped = 0

    init(_ model: Model) { self.model = model }

    var rowCount: Int { dropped + (series?.rowCount ?? 0) }

    mutating func append(
        _ rows: Series, cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) -> ScoredRows {
        var grown = series ?? rows
        if series != nil { grown.append(rows) }
        let errors = try model.errors(of: grown, cancellation: cancellation, progress: progress)
        let scored = ScoredRows(rows: dropped..<(dropped + grown.rowCount), errors: errors)
        let most = horizon.map { max($0, 2 * model.windowLength) } ?? grown.rowCount
        // Now and then, so that rows are not moved at each that comes.
        if grown.rowCount > 2 * most {
            dropped += grown.rowCount - most
            grown = grown.rows((grown.rowCount - most)..<grown.rowCount)
        }
        series = grown
        return scored
    }
}

/// A trained network with everything needed to score a series: plan, weights, scaling, what is known and usual.
public struct NeuralDetector: Detector {
    public let kind: ModelKind
    /// How the model was built and trained.
    public let plan: DetectorPlan
    public let channelNames: [String]
    /// The trained numbers.
    public let parameters: Parameters
    /// How its errors are measured.
    let measure: ErrorMeasure
    public let referenceErrors: [Float]
    public let summary: TrainingSummary
    public let fingerprint: String

    public var windowLength: Int { plan.windowLength }
    public var scaling: RobustScaling { measure.scaling }

    private static let referenceTensor = "calibration.reference_errors"
    private static let levelsTensor = "novelty.levels"

    public func contents() throws -> ModelFile {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        func json(_ value: some Encodable) throws -> String { String(decoding: try encoder.encode(value), as: UTF8.self) }
        let (novelty, tails) = (measure.novelty, measure.tails)
        var tensors = parameters.tensors
        tensors[Self.referenceTensor] = Tensor(shape: [referenceErrors.count], values: referenceErrors)
        tensors[Self.levelsTensor] = Tensor(
            shape: [novelty.levels.count / channelNames.count, channelNames.count], values: novelty.keptLevels)
        var metadata = [
            "plan": try json(plan), "scaling": try json(scaling), "channels": try json(channelNames),
            "summary": try json(summary), "fingerprint": fingerprint,
            "novelty": try json(novelty.parts(stride: plan.noveltyWindowing.stride)),
            "tails": try json(tails),
        ]
        if novelty.trainingRows.count > 1 { metadata["training_rows"] = try json(novelty.trainingRows) }
        if measure.rule != CoverageRule(channels: channelNames.count, length: windowLength) {
            metadata["coverage"] = try json(measure.rule)
        }
        if let near = measure.near, near.rule != CoverageRule(channels: channelNames.count, length: near.windowing.length) {
            metadata["novelty_coverage"] = try json(near.rule)
        }
        return ModelFile(tensors: tensors, metadata: metadata)
    }

    /// The model of which `contents` were kept; `name` is the file's in messages.
    /// - Parameter networks: those of which one is in the file.
    /// - Throws: `ModelFileError` or `DetectionError.notAModel`, each naming the file.
    init(_ kind: ModelKind, file: ModelFile, name: String, networks: Networks) throws {
        func decode<Value: Decodable>(_ key: String, ifAbsent usual: Value? = nil) throws -> Value {
            if let usual, file.metadata[key] == nil { return usual }
            guard let text = file.metadata[key], let value = try? JSONDecoder().decode(Value.self, from: Data(text.utf8)) else {
                throw DetectionError.notAModel(file: name, reason: "its \(key) cannot be read")
            }
            return value
        }
        guard
            let plan = try? JSONDecoder().decode(
                DetectorPlan.self, from: Data((file.metadata["plan"] ?? "").utf8), configuration: networks)
        else { throw DetectionError.notAModel(file: name, reason: "its plan cannot be read, or is one of another network") }
        let scaling: RobustScaling = try decode("scaling")
        let channels: [String] = try decode("channels")
        let count = plan.architecture.channelCount
        guard plan.isSound, channels.count == count, scaling.centers.count == count, scaling.spreads.count == count,
            scaling.spreads.allSatisfy({ $0 > 0 && $0.isFinite })
        else { throw DetectionError.notAModel(file: name, reason: "its sizes contradict each other or are too large") }
        guard let reference = file.tensors[Self.referenceTensor]?.values, !reference.isEmpty else {
            throw DetectionError.notAModel(file: name, reason: "its calibration is missing")
        }
        guard reference.allSatisfy(\.isFinite) else { throw ModelFileError.notFinite(file: name, name: Self.referenceTensor) }
        let summary: TrainingSummary = try decode("summary")
        let tails: ChannelTails = try decode("tails")
        let trainingRows = try decode("training_rows", ifAbsent: [summary.trainingRows])
        let judged = plan.noveltyWindowing
        let rule = try decode("coverage", ifAbsent: CoverageRule(channels: count, length: plan.windowLength))
        let judgedRule = try decode("novelty_coverage", ifAbsent: CoverageRule(channels: count, length: judged.length))
        guard tails.isSound(channels: count), rule.isSound(channels: count, length: plan.windowLength),
            judgedRule.isSound(channels: count, length: judged.length),
            let levels = file.tensors[Self.levelsTensor]?.values,
            // So many rows that a level of each of their windows is there: a number alone must not ask for memory.
            trainingRows.allSatisfy({
                $0 >= plan.windowLength && $0 - judged.length <= judged.stride * (levels.count / count)
            }), trainingRows.reduce(0, { $0 + ($1 - judged.length) / judged.stride + 1 }) <= levels.count / count,
            trainingRows.reduce(0, +) == summary.trainingRows,
            let novelty = WindowNovelty(
                try decode("novelty"), levels: levels, trainingRows: trainingRows, length: judged.length,
                stride: judged.stride),
            novelty.typicalSwings.count == count
        else { throw DetectionError.notAModel(file: name, reason: "what it knows of the training rows is incomplete") }
        self.init(
            kind: kind, plan: plan, channelNames: channels,
            parameters: try Parameters(plan.architecture, tensors: file.tensors, file: name),
            measure: ErrorMeasure(
                windowing: plan.windowing, scaling: scaling, rule: rule,
                near: plan.ownNoveltyWindowing.map { ErrorMeasure.Layout(windowing: $0, rule: judgedRule) }, novelty: novelty,
                tails: tails),
            referenceErrors: reference.sorted(), summary: summary,
            fingerprint: file.metadata["fingerprint"] ?? "")
    }

    init(
        kind: ModelKind, plan: DetectorPlan, channelNames: [String], parameters: Parameters, measure: ErrorMeasure,
        referenceErrors: [Float], summary: TrainingSummary, fingerprint: String
    ) {
        self.kind = kind
        self.plan = plan
        self.channelNames = channelNames
        self.parameters = parameters
        self.measure = measure
        self.referenceErrors = referenceErrors
        self.summary = summary
        self.fingerprint = fingerprint
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

    /// A run that ended.
    public init(
        trainingRows: Int, epochs: Int, bestEpoch: Int, losses: [Float], validationLosses: [Float], seconds: Double
    ) {
        self.trainingRows = trainingRows
        self.epochs = epochs
        self.bestEpoch = bestEpoch
        self.losses = losses
        self.validationLosses = validationLosses
        self.seconds = seconds
    }
}
