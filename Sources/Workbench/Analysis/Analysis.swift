import AnomalyDetection
import Foundation
import Synchronization
import TimeSeries
import Work

/// The main workflow: a series, its models, and from their errors the combined score, flags and events.
///
/// Errors cost seconds and are computed once for a series and model; what depends on `settings` costs
/// milliseconds and is computed at every change, from the first step that the change concerns.
public struct Analysis: Sendable {
    /// What is analysed.
    public private(set) var series: Series
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
    /// What an analyst decided; setting it moves the scores at once (`Teaching`, `LearnedWeights`).
    public var judgements = Judgements() {
        didSet { if judgements.lessons != oldValue.lessons { recompute(from: .combination) } }
    }
    /// Scores, flags and events; `nil` until a model has scored.
    public private(set) var result: AnalysisResult?
    /// The weights learnt from the verdicts. They are in force while the settings hold the weights to begin with: weights that
    /// were set by hand stay as they were set. `nil` without verdicts that teach, or where nothing is flagged.
    public private(set) var learned: LearnedWeights?
    private var teaching: Teaching?
    private var calibrated = PerModel<[Float]>()
    private var smoothed = PerModel<[Float]>()
    private let spare = SpareScores()

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
        teaching = nil
        recompute(from: .calibration)
    }

    /// Takes the series with more rows behind those it has, and what models say of all of them.
    public mutating func grow(to series: Series, _ scored: [ScoredModel]) {
        precondition(series.rowCount >= self.series.rowCount, "a series that grows keeps its rows")
        self.series = series
        self.scored = PerModel()
        result = nil
        use(scored)
    }

    /// The weights in force.
    public var ensemble: Ensemble { learned?.learned.ensemble ?? settings.ensemble }

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
        let lessons = judgements.lessons
        if lessons.isEmpty, stage < .combination, let combined = result?.blocks {
            result = AnalysisResult(scores: smoothed, combined: combined, rule: settings.rule)
            return
        }
        let plain = ExtentBlocks(settings.ensemble.combine(smoothed, reusing: spare.exchange(for: result?.combined ?? [])))
        let combined = taught(lessons, plain)
        result = AnalysisResult(scores: smoothed, combined: combined, rule: rule(taught: combined, plain: plain, lessons))
    }

    /// The rule in force. A gap moves with the scores, and where verdicts raise some, others would fall behind them that were
    /// flagged and are not judged yet; so verdicts may lower its level and do not raise it.
    private func rule(taught: ExtentBlocks<Float>, plain: ExtentBlocks<Float>, _ lessons: [Lesson]) -> ThresholdRule {
        guard settings.rule == .gap, !lessons.isEmpty else { return settings.rule }
        return .level(min(ThresholdRule.gap.level(for: plain), ThresholdRule.gap.level(for: taught)))
    }

    /// The weighted average as the verdicts move it.
    private mutating func taught(_ lessons: [Lesson], _ plain: ExtentBlocks<Float>) -> ExtentBlocks<Float> {
        learned = nil
        guard !lessons.isEmpty else {
            teaching = nil
            return plain
        }
        if settings.ensemble == AnalysisSettings(models: models).ensemble {
            learned = LearnedWeights(
                smoothed, lessons: lessons, level: settings.rule.level(for: plain), start: settings.ensemble)
        }
        var teaching =
            teaching
            ?? Teaching(
                Deviations(
                    series, pictures: scored.values.map { (scaling: $0.detector.scaling, values: $0.errors.reconstruction) }))
        teaching.learn(lessons)
        self.teaching = teaching
        return ExtentBlocks(teaching(learned == nil ? plain.values : ensemble.combine(smoothed)))
    }

    // MARK: Judging

    /// Flagged events, and judged rows that are not flagged as they were judged, in order of time: verdicts stay in sight.
    public var events: [Event] {
        guard let result else { return [] }
        let judged = judgements.map { $0.rows.clamped(to: 0..<series.rowCount) }.filter { rows in
            result.events(overlapping: rows).isEmpty && rows.contains { !result.combined[$0].isNaN }
        }
        guard !judged.isEmpty else { return result.events }
        let unflagged = judged.map { Event(rows: $0, of: result.combined, scores: result.scores) }
        return (result.events + unflagged).sorted { $0.rows.lowerBound < $1.rows.lowerBound }
    }

    /// Where a verdict is wanted most, an index of `events`: of those without one, and then of those that were postponed, the one
    /// whose highest scores of the models lie farthest apart. `nil` where all have one.
    public var nextToJudge: Int? {
        let events = events
        for wanted in [nil, Verdict.postponed] {
            let open = events.indices.filter { judgements.verdict(on: events[$0].rows) == wanted }
            if let next = open.max(by: { events[$0].disagreement < events[$1].disagreement }) { return next }
        }
        return nil
    }
}

/// The combined scores before the present ones, whose memory the next ones take. Copies of an analysis share them, since what a
/// copy held could not be written anew.
private final class SpareScores: Sendable {
    private let scores = Mutex<[Float]>([])

    /// Keeps scores that will be replaced, and gives the ones kept before.
    func exchange(for next: [Float]) -> [Float] {
        scores.withLock { scores in
            defer { scores = next }
            return scores
        }
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

    /// Scores `series`, which has more rows than when `earlier` scored it, with the same model.
    /// - Throws: `DetectionError`.
    public init(
        scoring series: Series, continuing earlier: ScoredModel, cancellation: Cancellation = Cancellation()
    ) throws(DetectionError) {
        detector = earlier.detector
        errors = try detector.errors(of: series, continuing: earlier.errors, cancellation: cancellation)
    }
}

/// Scores of every row, the level from which they are flagged, and the events.
public struct AnalysisResult: Sendable, Equatable {
    /// Calibrated, smoothed scores of each model; NaN without a score.
    public let scores: PerModel<[Float]>
    /// Their weighted average, as the verdicts move it, with the extents of its blocks.
    public let blocks: ExtentBlocks<Float>
    /// The score from which a row is flagged.
    public let level: Float
    /// Flagged rows gathered, in time order.
    public let events: [Event]

    /// Finds the level and gathers events of scores that are combined.
    public init(scores: PerModel<[Float]>, combined: ExtentBlocks<Float>, rule: ThresholdRule) {
        self.scores = scores
        blocks = combined
        level = rule.level(for: combined)
        events = EventRule().events(combined: combined, scores: scores, level: level)
    }

    /// The weighted average of each row.
    public var combined: [Float] { blocks.values }

    /// Whether `row` is flagged: it lies in an event, because its score reaches the level or because it lies between rows
    /// whose scores do.
    public func isFlagged(_ row: Int) -> Bool { !events(overlapping: row..<(row + 1)).isEmpty }

    /// The events that share rows with some rows, in time order.
    public func events(overlapping rows: Range<Int>) -> ArraySlice<Event> {
        let first = events.partitioningIndex { $0.rows.upperBound > rows.lowerBound }
        return events[first...].prefix { $0.rows.overlaps(rows) }
    }
}
