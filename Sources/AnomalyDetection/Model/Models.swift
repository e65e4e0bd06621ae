import Foundation
import NeuralNetwork
import TimeSeries
import Work

/// What a model is trained on.
public struct TrainingTask: Sendable {
    /// The series whose first rows are learnt.
    public var series: Series
    /// How many rows are learnt.
    public var trainingRows: Int
    /// The rows of each of several series that lie one behind the other in `series`; no window reaches from one into the next.
    /// There is one at least, and together they are the training rows.
    public var parts: [Range<Int>]
    /// Where the random numbers begin.
    public var seed: UInt64
    /// Threads that the training may use.
    public var threadCount: Int

    /// Training on the first `trainingRows` rows of `series`.
    public init(series: Series, trainingRows: Int, seed: UInt64, threadCount: Int = 1) {
        self.series = series
        self.trainingRows = trainingRows
        parts = [0..<max(0, trainingRows)]
        self.seed = seed
        self.threadCount = threadCount
    }
}

extension TrainingTask {
    /// Training one model on the rows of many series with the same channels, at least one.
    public init(all: [Series], seed: UInt64, threadCount: Int = 1) {
        let joined = Series(
            name: all[0].name,
            channels: all[0].channels.indices.map { index in
                Series.Channel(name: all[0].channels[index].name, values: all.flatMap { $0.channels[index].values })
            }, notices: all[0].notices)
        self.init(series: joined, trainingRows: joined.rowCount, seed: seed, threadCount: threadCount)
        var row = 0
        parts = all.map { series in
            defer { row += series.rowCount }
            return row..<(row + series.rowCount)
        }
    }
}

/// A model that has learnt.
public struct TrainedModel: Sendable {
    /// The model.
    public let detector: any Detector
    /// What it says of the rows that it learnt, with which its scoring of the series goes on; `nil` where it learnt from several
    /// series, or does not tell.
    public let learnt: ScoredModel?

    /// Pairs a model with what it says of the rows that it learnt.
    public init(_ detector: any Detector, learnt: ScoredModel? = nil) {
        self.detector = detector
        self.learnt = learnt
    }

    /// The model with its errors for all rows of the series from whose first rows it learnt.
    /// - Throws: `DetectionError`.
    public func scoring(
        _ series: Series, cancellation: Cancellation = Cancellation(), progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) -> ScoredModel {
        if let learnt { return try learnt.grown(to: series, cancellation: cancellation, progress: progress) }
        return try ScoredModel(scoring: series, with: detector, cancellation: cancellation, progress: progress)
    }
}

/// All that the program has to know of one kind of model: how it is called, trained and loaded, and what it weighs.
public struct Model: Sendable {
    /// Trains on the caller's thread, reporting as it goes.
    public typealias Train =
        @Sendable (TrainingTask, Cancellation, (TrainingProgress) -> Void) throws(DetectionError) -> TrainedModel

    /// Its names.
    public let kind: ModelKind
    /// Its weight beside the other models to begin with, 0 to 1.
    public let weight: Float
    /// Trains one.
    public let train: Train
    /// Makes one from the contents that one gave; the text is the file's name for messages.
    public let load: @Sendable (ModelFile, String) throws -> any Detector

    /// Describes a model of any make.
    public init(
        _ kind: ModelKind, weight: Float, train: @escaping Train,
        load: @escaping @Sendable (ModelFile, String) throws -> any Detector
    ) {
        self.kind = kind
        self.weight = weight
        self.train = train
        self.load = load
    }

    /// Describes a network that is planned by a recipe and trained by gradient descent.
    public init<Plan: Recipe>(_ kind: ModelKind, weight: Float, recipe: Plan) {
        self.init(kind, weight: weight) { task, cancellation, progress throws(DetectionError) in
            let training = try Training(
                kind, recipe.plan(for: task), series: task.series, trainingRows: task.trainingRows, parts: task.parts,
                threadCount: task.threadCount)
            return try training.run(cancellation: cancellation, progress: progress)
        } load: { file, name in
            try NeuralDetector(kind, file: file, name: name, networks: Networks([Plan.network]))
        }
    }
}

/// The models that are trained, weighed and shown, in the order of screens and columns: the one place where a model is
/// registered.
public struct Models: Sendable {
    /// The models, each kind once.
    public let all: [Model]

    /// The LSTM and the Transformer autoencoder.
    public static let standard = Models([
        Model(.lstm, weight: 0.5, recipe: LSTMRecipe()),
        Model(.transformer, weight: 0.5, recipe: TransformerRecipe()),
    ])

    /// Registers models; at least one has a weight above 0.
    public init(_ all: [Model]) {
        precondition(all.contains { $0.weight > 0 }, "one model at least counts")
        precondition(all.allSatisfy { (0...1).contains($0.weight) }, "weights lie between 0 and 1")
        self.all = all
    }

    /// The kinds in order.
    public var kinds: [ModelKind] { all.map(\.kind) }

    /// The description of a kind, or `nil` where it is not registered.
    public subscript(kind: ModelKind) -> Model? { all.first { $0.kind == kind } }

    /// The kind of a name, or `nil` where it is not registered.
    public func kind(named name: String) -> ModelKind? { kinds.first { $0.name == name } }

    /// The weights to begin with.
    public var ensemble: Ensemble { Ensemble(unchecked: PerModel(all.map { ($0.kind, $0.weight) })) }

    // MARK: Files

    /// What is written into model files by us, and of which version it is.
    private static let (format, version) = ("oddline-model", "3")

    /// Saves a model as safetensors, replacing an older file at once.
    /// - Throws: `ModelFileError.cannotWrite`.
    public func save(_ detector: any Detector, to url: URL) throws {
        var file = try detector.contents()
        file.metadata["format"] = Self.format
        file.metadata["format_version"] = Self.version
        file.metadata["model"] = detector.kind.name
        try file.write(to: url)
    }

    /// Loads a model that was saved.
    /// - Throws: `ModelFileError` or `DetectionError.notAModel`, each naming the file.
    public func load(_ kind: ModelKind, from url: URL) throws -> any Detector {
        let name = printable(url.lastPathComponent)
        func refusal(_ reason: String) -> DetectionError { .notAModel(file: name, reason: reason) }
        guard let model = self[kind] else { throw refusal("no such model is known") }
        let file = try ModelFile(readingFrom: url)
        guard file.metadata["format"] == Self.format else { throw refusal("it was written by another program") }
        let version = file.metadata["format_version"]
        guard version == Self.version else {
            throw refusal("its format version is \(version ?? "missing"), not \(Self.version)")
        }
        guard file.metadata["model"] == kind.name else { throw refusal("it does not hold the \(kind.title) model") }
        return try model.load(file, name)
    }

    /// Why the file of a model cannot be used, a sentence without the file; `nil` where an error is about something else.
    public static func reason(_ error: any Error) -> String? {
        switch error {
        case ModelFileError.unreadable: "its file is not there or may not be read"
        case ModelFileError.damaged(_, let reason): "its file is damaged: \(reason)"
        case ModelFileError.tensors(_, let name, _): "its file lacks tensor \"\(name)\""
        case ModelFileError.notFinite(_, let name): "tensor \"\(name)\" holds NaN or infinity"
        case DetectionError.notAModel(_, let reason): reason
        case DetectionError.noFiniteErrors: "it gives no number for any row"
        default: nil
        }
    }

    /// The file of a model in a folder of models.
    public func file(_ kind: ModelKind, in folder: URL) -> URL { folder.appendingPathComponent(kind.fileName) }

    /// Loads the models that a folder holds.
    /// - Returns: the models in their order, and those that are not there.
    /// - Throws: `DetectionError.noModels` where there is none; `ModelFileError` or `DetectionError.notAModel`, each naming
    ///   the file, where one that is there cannot be used.
    public func load(folder: URL) throws -> (detectors: [any Detector], missing: [ModelKind]) {
        let there = kinds.filter { FileManager.default.fileExists(atPath: file($0, in: folder).path) }
        guard !there.isEmpty else { throw DetectionError.noModels(folder: folder.path) }
        return (try there.map { try load($0, from: file($0, in: folder)) }, kinds.filter { !there.contains($0) })
    }
}
