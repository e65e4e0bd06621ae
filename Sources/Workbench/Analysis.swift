import AnomalyDetection
import Foundation
import TimeSeries

/// The main workflow: a series, its two models, and from their errors the combined score, flags and events.
///
/// Errors cost seconds and are computed once for a series and model; what depends on `settings` costs
/// milliseconds and is computed at every change.
public struct Analysis: Sendable {
    /// What is analysed.
    public let series: Series
    /// What the LSTM says of each row, once it is trained or loaded.
    public private(set) var lstm: ScoredModel?
    /// What the Transformer says of each row.
    public private(set) var transformer: ScoredModel?
    /// What the sliders say; setting it computes `result` again.
    public var settings: AnalysisSettings { didSet { recompute(recalibrating: settings.calibration != oldValue.calibration) } }
    /// Scores, flags and events; `nil` until a model has scored.
    public private(set) var result: AnalysisResult?
    private var calibrated: [ModelKind: [Float]] = [:]

    /// Starts without models.
    public init(series: Series, settings: AnalysisSettings = AnalysisSettings()) {
        self.series = series
        self.settings = settings
    }

    /// Takes the errors of one or both models.
    public mutating func use(_ models: [ScoredModel]) {
        for model in models {
            precondition(model.errors.errors.count == series.rowCount, "a model scores every row of the series")
            switch model.detector.kind {
            case .lstm: lstm = model
            case .transformer: transformer = model
            }
        }
        recompute(recalibrating: true)
    }

    /// Why the present weights cannot be combined, if they cannot.
    public var weightProblem: DetectionError? {
        do {
            _ = try Ensemble(lstmWeight: settings.lstmWeight, transformerWeight: settings.transformerWeight)
            return nil
        } catch {
            return error
        }
    }

    /// Computes `result`; weights that are both 0 leave it as it was.
    private mutating func recompute(recalibrating: Bool) {
        if recalibrating {
            calibrated = [:]
            for model in [lstm, transformer].compactMap({ $0 }) {
                let calibration = Calibration(settings.calibration, referenceErrors: model.detector.referenceErrors)
                calibrated[model.detector.kind] = calibration(model.errors.errors)
            }
        }
        guard !calibrated.isEmpty,
            let ensemble = try? Ensemble(lstmWeight: settings.lstmWeight, transformerWeight: settings.transformerWeight)
        else { return }
        let missing = [Float](repeating: .nan, count: series.rowCount)
        result = AnalysisResult(
            lstm: movingAverage(of: calibrated[.lstm] ?? missing, width: settings.smoothing),
            transformer: movingAverage(of: calibrated[.transformer] ?? missing, width: settings.smoothing),
            ensemble: ensemble, rule: .quantile(settings.threshold))
    }
}

/// A model and what it says about the rows of a series.
public struct ScoredModel: Sendable {
    /// The model.
    public let detector: Detector
    /// Its errors and reconstruction for every row.
    public let errors: RowErrors

    /// Pairs a model with the errors it gave.
    public init(detector: Detector, errors: RowErrors) {
        self.detector = detector
        self.errors = errors
    }

    /// Scores `series` with `detector`.
    /// - Throws: `DetectionError`.
    public init(
        scoring series: Series, with detector: Detector, cancellation: Cancellation = Cancellation(),
        progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) {
        self.detector = detector
        errors = try detector.errors(of: series, cancellation: cancellation, progress: progress)
    }
}

/// Scores of every row, the level from which they are flagged, and the events.
public struct AnalysisResult: Sendable, Equatable {
    /// Calibrated, smoothed LSTM scores; NaN without a score.
    public let lstm: [Float]
    /// Calibrated, smoothed Transformer scores; NaN without a score.
    public let transformer: [Float]
    /// Their weighted average.
    public let combined: [Float]
    /// The score from which a row is flagged.
    public let level: Float
    /// Flagged rows gathered, in time order.
    public let events: [Event]

    /// Combines, finds the level and gathers events.
    public init(lstm: [Float], transformer: [Float], ensemble: Ensemble, rule: ThresholdRule, eventRule: EventRule = EventRule())
    {
        self.lstm = lstm
        self.transformer = transformer
        combined = ensemble.combine(lstm: lstm, transformer: transformer)
        level = rule.level(for: combined)
        events = eventRule.events(combined: combined, lstm: lstm, transformer: transformer, level: level)
    }

    /// Whether `row` is flagged.
    public func isFlagged(_ row: Int) -> Bool { AnomalyDetection.isFlagged(combined[row], level: level) }
}
