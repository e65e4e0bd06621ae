import Algorithms
import AnomalyDetection
import Foundation
import TimeSeries

/// The main workflow: a series, its models, and from their errors the combined score, flags and events.
///
/// Errors cost seconds and are computed once for a series and model; what depends on `settings` costs
/// milliseconds and is computed at every change, from the first step that the change concerns.
public struct Analysis: Sendable {
    /// What is analysed.
    public let series: Series
    /// The models that there can be.
    public let models: Models
    /// What each model says of each row, once it is trained or loaded.
    public private(set) var scored = PerModel<ScoredModel>()
    /// What the sliders say; setting it computes anew what depends on what has changed.
    public var settings: AnalysisSettings {
        didSet {
            settings.ensemble = settings.ensemble.among(models)
            if let stage = Setting.stage(from: oldValue, to: settings, models: models) { recompute(from: stage) }
        }
    }
    /// Scores, flags and events; `nil` until a model has scored.
    public private(set) var result: AnalysisResult?
    private var calibrated = PerModel<[Float]>()
    private var smoothed = PerModel<[Float]>()

    /// Starts without trained models, with the settings to begin with where there are none.
    public init(series: Series, models: Models = .standard, settings: AnalysisSettings? = nil) {
        self.series = series
        self.models = models
        var settings = settings ?? AnalysisSettings(models: models)
        settings.ensemble = settings.ensemble.among(models)
        self.settings = settings
    }

    /// Takes the errors of one or more models.
    public mutating func use(_ scored: [ScoredModel]) {
        for model in scored {
            precondition(model.errors.errors.count == series.rowCount, "a model scores every row of the series")
            precondition(models[model.detector.kind] != nil, "a model is registered")
            self.scored[model.detector.kind] = model
        }
        recompute(from: .calibration)
    }

    /// Whether each registered model has scored.
    public var isComplete: Bool { scored.count == models.all.count }

    private mutating func recompute(from stage: Setting.Stage) {
        guard !scored.isEmpty else { return }
        if stage >= .calibration {
            calibrated = scored.mapValues {
                Calibration(settings.calibration, referenceErrors: $0.detector.referenceErrors)($0.errors.errors)
            }
        }
        if stage >= .smoothing {
            let missing = [Float](repeating: .nan, count: series.rowCount)
            smoothed = PerModel(models.kinds) { kind in
                calibrated[kind].map { movingAverage(of: $0, width: settings.smoothing) } ?? missing
            }
        }
        let known = stage >= .combination ? nil : result?.combined
        result = AnalysisResult(
            scores: smoothed, combined: known ?? settings.ensemble.combine(smoothed), rule: settings.rule)
    }
}

/// A model and what it says about the rows of a series.
public struct ScoredModel: Sendable {
    /// The model.
    public let detector: any Detector
    /// Its errors and reconstruction for every row.
    public let errors: RowErrors

    /// Pairs a model with the errors it gave.
    public init(detector: any Detector, errors: RowErrors) {
        self.detector = detector
        self.errors = errors
    }

    /// Scores `series` with `detector`.
    /// - Throws: `DetectionError`.
    public init(
        scoring series: Series, with detector: any Detector, cancellation: Cancellation = Cancellation(),
        progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) {
        self.detector = detector
        errors = try detector.errors(of: series, cancellation: cancellation, progress: progress)
    }
}

/// Scores of every row, the level from which they are flagged, and the events.
public struct AnalysisResult: Sendable, Equatable {
    /// Calibrated, smoothed scores of each model; NaN without a score.
    public let scores: PerModel<[Float]>
    /// Their weighted average.
    public let combined: [Float]
    /// The score from which a row is flagged.
    public let level: Float
    /// Flagged rows gathered, in time order.
    public let events: [Event]

    /// Finds the level and gathers events of scores that are combined.
    public init(scores: PerModel<[Float]>, combined: [Float], rule: ThresholdRule) {
        self.scores = scores
        self.combined = combined
        level = rule.level(for: combined)
        events = EventRule().events(combined: combined, scores: scores, level: level)
    }

    /// Whether `row` is flagged: it lies in an event, because its score reaches the level or because it lies between rows
    /// whose scores do.
    public func isFlagged(_ row: Int) -> Bool { !events(overlapping: row..<(row + 1)).isEmpty }

    /// The events that share rows with some rows, in time order.
    public func events(overlapping rows: Range<Int>) -> ArraySlice<Event> {
        let first = events.partitioningIndex { $0.rows.upperBound > rows.lowerBound }
        return events[first...].prefix { $0.rows.overlaps(rows) }
    }
}
