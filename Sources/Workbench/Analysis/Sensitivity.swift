import AnomalyDetection
import TimeSeries
import Work

/// What would be found: the smallest anomaly of each kind that is found nine times in ten as the settings stand, and what that costs
/// in false events. It follows the settings: the models are asked once (`Examination`), and only what follows from their errors is
/// made again.
///
/// ```swift
/// var sensitivity = try Sensitivity(of: analysis)
/// analysis.update { $0.settings.threshold = 0.999 }
/// sensitivity.follow(analysis)
/// ```
public struct Sensitivity: Sendable {
    /// Anomalies of one kind.
    public typealias Finding = ExaminationScores.Finding

    private struct Scored: Equatable {
        let method: Calibration.Method
        let smoothing: Int
    }

    private struct Found: Equatable {
        let scored: Scored
        let ensemble: Ensemble
        let level: Float
    }

    /// What was put into which rows.
    public let examination: Examination
    /// What would be found of each kind.
    public private(set) var findings: [Finding] = []
    /// The score from which one more event would be flagged; infinite where none would be.
    public private(set) var level = Float.infinity
    /// What is flagged in the held-out rows and was not judged an anomaly.
    public private(set) var falseEvents: FalseEvents
    private var scores = Made<Scored, ExaminationScores>()
    private var found = Made<Found, [Finding]>()

    /// Events of rows that are taken for ordinary.
    public struct FalseEvents: Sendable, Equatable {
        /// Events that are flagged.
        public let count: Int
        /// Rows among which they are.
        public let rows: Int
        /// How long these rows are in seconds; `nil` where rows have no times.
        public let seconds: Double?

        /// Events to expect in a week, or in 10,000 rows where these have no times.
        public var rate: Double {
            Double(count) * (seconds.map { 604_800 / max($0, 1e-6) } ?? 10_000 / Double(max(1, rows)))
        }
    }

    /// Has the models of an analysis examined, on all cores, and says what would be found as its settings stand. Nothing is put into
    /// rows that stand apart at the settings to begin with, or were judged an anomaly.
    /// - Parameters:
    ///   - places: how many places each kind of anomaly is put into.
    ///   - progress: called with the share done, 0 to 1, on the caller's thread.
    /// - Throws: `DetectionError.noScores` before a model has scored, `.cancelled`.
    public init(
        of analysis: Analysis, seed: UInt64 = 1, places: Int = Examination.places, cancellation: Cancellation = Cancellation(),
        progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) {
        var plain = analysis
        plain.update { $0 = Decisions(settings: AnalysisSettings(models: analysis.models)) }
        let apart = (plain.result?.events ?? []).map(\.rows)
        let judged = analysis.judgements.filter { $0.value == .anomaly }.map(\.rows)
        let examination = try Examination(
            analysis.series, analysis.scored.values.map(\.detector), except: apart + judged, places: places, seed: seed,
            cancellation: cancellation, progress: progress)
        self.examination = examination
        falseEvents = FalseEvents(analysis, in: examination.heldOut)
        follow(analysis)
    }

    /// Says what would be found as the settings of an analysis stand now. What verdicts teach of rows alike is left out; the weights
    /// that they teach are not.
    public mutating func follow(_ analysis: Analysis) {
        let settings = analysis.settings
        if let result = analysis.result {
            level = settings.rule.levelOfOneMore(beside: result.blocks, level: result.level)
        } else {
            level = .infinity
        }
        let scored = Scored(method: settings.calibration, smoothing: settings.smoothing)
        let scores = self.scores.made(of: scored) { [examination] _ in
            ExaminationScores(examination, scored.method, smoothing: scored.smoothing)
        }
        let now = Found(scored: scored, ensemble: analysis.ensemble, level: level)
        findings = found.made(of: now) { _ in scores.findings(now.ensemble, level: now.level) }
        falseEvents = FalseEvents(analysis, in: examination.heldOut)
    }
}

extension Sensitivity.FalseEvents {
    /// - Parameter heldOut: rows counted from the first that came.
    fileprivate init(_ analysis: Analysis, in heldOut: Range<Int>) {
        let series = analysis.series
        let own = heldOut.clamped(to: series.keptRows)
        let rows = (own.lowerBound - series.forgottenRows)..<(own.upperBound - series.forgottenRows)
        let events = analysis.result?.events(overlapping: rows) ?? []
        count = events.count { analysis.judgements.verdict(on: $0.rows) != .anomaly }
        self.rows = rows.count
        seconds = series.profile.step.flatMap { $0 > 0 ? Double($0) / 1e6 * Double(rows.count) : nil }
    }
}
