import AnomalyDetection
import Foundation
import TimeSeries
import Work

/// The main workflow: a series, its models, and from their errors the combined score, flags and events.
///
/// Errors cost seconds and are computed once for a series and model. What follows from them and from what the analyst decides is
/// done again by `update`, each step only where what it was made of has changed:
///
///     analysis.update {
///         $0.settings.smoothing = 5
///         $0.judgements.judge(event.rows, as: .anomaly)
///     }
public struct Analysis: Sendable {
    /// What is analysed.
    public private(set) var series: Series
    /// The models that there can be.
    public let models: Models
    /// What each model says of each row, once it is trained or loaded.
    public private(set) var scored = PerModel<ScoredModel>()
    /// The rows that the models' scoring keeps at the most when rows come (`ScoringSession.horizon`); `nil` keeps what is needed.
    public var horizon: Int? {
        didSet { if horizon != oldValue { scored.update { _, model in model.horizon = horizon } } }
    }
    /// What the analyst decided: settings and verdicts.
    public private(set) var decisions: Decisions
    /// Whether scores, flags and events are as the decisions have them.
    public private(set) var isSettled = true
    private var sayings = PerModel<Int>()
    private var sayingCount = 0
    /// Raised where rows have other times, from which rules follow.
    private var timing = 0
    private var steps = AnalysisSteps()

    /// Starts without trained models, with the settings to begin with where there are none.
    public init(series: Series, models: Models, settings: AnalysisSettings? = nil) {
        self.series = series
        self.models = models
        var settings = settings ?? AnalysisSettings(models: models)
        settings.ensemble = settings.ensemble.among(models)
        decisions = Decisions(settings: settings)
    }

    // MARK: Models

    /// Takes the errors of one or more models.
    public mutating func use(_ scored: [ScoredModel]) {
        for model in scored {
            precondition(model.rows == series.keptRows, "a model scores every row of the series")
            precondition(models[model.detector.kind] != nil, "a model is registered")
            noteSaying(of: model.detector.kind)
            self.scored[model.detector.kind] = model
            self.scored[model.detector.kind]?.horizon = horizon
        }
        isSettled = false
        settle()
    }

    /// Takes rows that come behind the others: every model that has scored goes on with them, and what follows from that is done
    /// again for the rows whose errors are new or have changed; `AnalysisSteps` says what costs in all rows all the same.
    /// - Throws: as `ScoringSession.append`; `.cancelled` leaves an analysis that no more rows can be appended to.
    public mutating func append(
        _ rows: Series, cancellation: Cancellation = Cancellation()
    ) throws(DetectionError) {
        settle()
        let before = (sayings, decisions)
        let changed = try scored.updateInParallel { (_, model) throws(DetectionError) in
            if !model.canGoOn {
                model = try ScoredModel(scoring: series, with: model.detector, cancellation: cancellation)
                model.horizon = horizon
            }
            return try model.append(rows, cancellation: cancellation).lowerBound
        }
        let first = min(series.rowCount, changed.map { $0 - series.forgottenRows }.min() ?? series.rowCount)
        series.append(rows)
        for kind in scored.kinds { noteSaying(of: kind) }
        if !scored.isEmpty { steps.append(inputs, after: before, from: first) }
    }

    /// Forgets the first `count` rows and all that was said of them. What is left keeps its scores; rows are counted from the first
    /// that is left, verdicts too.
    public mutating func forget(first count: Int) {
        guard count > 0 else { return }
        settle()
        series.forget(first: count)
        scored.update { _, model in model.drop(before: series.forgottenRows) }
        decisions.judgements.shift(by: count)
        for kind in scored.kinds { noteSaying(of: kind) }
        if !scored.isEmpty { steps.forget(first: count, inputs) }
    }

    /// The same of a series with the same values, which has another name, other times or labels: nothing is computed again.
    public func of(_ other: Series) -> Analysis {
        precondition(other.identity == series.identity && other.keptRows == series.keptRows, "the values are the same")
        var analysis = self
        analysis.take(timesOf: other)
        return analysis
    }

    /// Takes the same rows with other times, labels and notices; all that was said of them stays, but what rules say of their times.
    public mutating func take(_ series: Series) {
        precondition(series.identity == self.series.identity && series.rowCount == self.series.rowCount, "the series is the same")
        take(timesOf: series)
    }

    private mutating func take(timesOf series: Series) {
        let isMoved = !decisions.rules.isEmpty && series.time != self.series.time
        self.series = series
        guard isMoved else { return }
        timing += 1
        isSettled = false
        settle()
    }

    /// Tells what a model says now from all that was said before.
    private mutating func noteSaying(of kind: ModelKind) {
        sayingCount += 1
        sayings[kind] = sayingCount
    }

    /// Whether each registered model has scored.
    public var isComplete: Bool { scored.count == models.all.count }

    // MARK: Decisions

    /// What the sliders say.
    public var settings: AnalysisSettings { decisions.settings }

    /// What was decided about events.
    public var judgements: Judgements { decisions.judgements }

    /// When rows are expected to differ.
    public var rules: [ExpectedRule] { decisions.rules }

    /// Changes settings and verdicts, and does again once what depends on what has changed.
    public mutating func update(_ change: (inout Decisions) throws -> Void) rethrows {
        try decide(change)
        settle()
    }

    /// Changes settings and verdicts, and leaves scores, flags and events as they are until `settle`.
    public mutating func decide(_ change: (inout Decisions) throws -> Void) rethrows {
        var changed = decisions
        try change(&changed)
        changed.settings.ensemble = changed.settings.ensemble.among(models)
        guard changed != decisions else { return }
        decisions = changed
        isSettled = false
    }

    /// Does again what depends on what has changed. The settings alone cost milliseconds for a million rows, verdicts that are new
    /// tens or hundreds: with those, it is for a thread that nobody waits for, on a copy (`settled`) that `take` is then given.
    public mutating func settle() {
        guard !isSettled else { return }
        isSettled = true
        guard !scored.isEmpty else { return }
        steps.run(inputs)
    }

    private var inputs: AnalysisSteps.Inputs {
        .init(series: series, models: models, scored: scored, sayings: sayings, decisions: decisions, timing: timing)
    }

    /// The analysis, settled.
    public func settled() -> Analysis {
        var copy = self
        copy.settle()
        return copy
    }

    /// Takes what was made in a copy of this analysis. Where there are other decisions by now, it stays to be settled, and goes on
    /// from there; where models have said something else since, nothing is taken.
    public mutating func take(_ copy: Analysis) {
        guard copy.sayings == sayings, copy.timing == timing, copy.series.rowCount == series.rowCount else { return }
        steps = copy.steps
        isSettled = copy.isSettled && copy.decisions == decisions
    }

    // MARK: Results

    /// Scores, flags and events; `nil` until a model has scored.
    public var result: AnalysisResult? { steps.result }

    /// The rows that rules expect, whether a model has scored or not.
    public var expected: ExpectedRows { steps.expected ?? ExpectedRows(decisions.rules, in: series) }

    /// What is known of an event that rules expect: what the rule is called, or what the calendar says of the day.
    public func occasion(of event: Event) -> String {
        expected.rule(on: event.rows)?.occasion(on: event.rows, in: series) ?? ""
    }

    /// The weights learnt from the verdicts. They are in force while the settings hold the weights to begin with: weights that
    /// were set by hand stay as they were set. `nil` without verdicts that teach, or where nothing is flagged.
    public var learned: LearnedWeights? { steps.learned }

    /// The weights in force.
    public var ensemble: Ensemble { learned?.learned.ensemble ?? settings.ensemble }

    // MARK: Judging

    /// Flagged events, and judged rows that are not flagged as they were judged, in order of time: verdicts stay in sight. Those that
    /// rules expect stand apart (`AnalysisResult.expectedEvents`).
    public var events: [Event] {
        let (flagged, unflagged) = (result?.events ?? [], unflaggedEvents)
        return unflagged.isEmpty ? flagged : (flagged + unflagged).sorted { $0.rows.lowerBound < $1.rows.lowerBound }
    }

    /// Judged rows that are not flagged and that no rule expects, in order of time.
    public var unflaggedEvents: [Event] {
        guard let result else { return [] }
        let judged = judgements.map { $0.rows.clamped(to: 0..<series.rowCount) }.filter { rows in
            result.events(overlapping: rows).isEmpty && rows.contains { !result.combined[$0].isNaN }
                && !result.expectedEvents.contains { $0.rows.overlaps(rows) }
        }
        return judged.map { Event(rows: $0, of: result.combined, scores: result.scores) }
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

    /// Whether there is an event whose verdict is wanted, which costs less than to say which.
    public var wantsVerdict: Bool {
        events.contains { event in
            let verdict = judgements.verdict(on: event.rows)
            return verdict == nil || verdict == .postponed
        }
    }
}

/// What an analyst decides, and changes at will: all that an analysis follows from, beside the series and its models.
public struct Decisions: Sendable, Equatable {
    /// What the sliders say.
    public var settings: AnalysisSettings
    /// What was decided about events; it moves the scores at once (`Teaching`, `LearnedWeights`).
    public var judgements: Judgements
    /// When rows are expected to differ: those are not flagged.
    public var rules: [ExpectedRule]

    /// Settings, and no verdicts and rules unless there are some.
    public init(settings: AnalysisSettings, judgements: Judgements = Judgements(), rules: [ExpectedRule] = []) {
        (self.settings, self.judgements, self.rules) = (settings, judgements, rules)
    }
}
