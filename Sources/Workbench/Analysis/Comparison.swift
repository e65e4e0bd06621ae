import AnomalyDetection
import TimeSeries
import Work

/// How the models and their combination do against a series' labels, at the present settings.
public struct Comparison: Sendable, Equatable {
    /// One detector's figures.
    public struct Line: Sendable, Equatable {
        /// What to call it.
        public let name: String
        /// Row by row.
        public let measures: Measures
        /// Precision over recall.
        public let curve: PrecisionRecallCurve
        /// Event by event, as the rule in force flags them; labelled runs are widened by half a period.
        public let events: EventMeasures
        /// The largest F1 of events at any level, in hindsight.
        public let bestEventF1: Double
    }

    /// The models in order, then their combination by the weights of the settings, and where verdicts move that, last the
    /// combination as they move it.
    public let lines: [Line]
    /// Whether verdicts move the combination.
    public let isTaught: Bool
    /// The labelled runs of rows, in order.
    public let labelled: [Range<Int>]
    /// When each of them begins, as the file writes it.
    public let times: [String]
    /// The weights of the settings and their average precision without what verdicts teach.
    public let present: WeightChoice
    /// The weights that would have been best by average precision.
    public let best: WeightChoice

    /// Compares the scores in `result`, which every model must have given.
    /// - Throws: `DetectionError.noLabels`, `.oneClassOnly`, and `.cancelled` soon after `cancellation` is raised.
    public init(
        series: Series, result: AnalysisResult, settings: AnalysisSettings, cancellation: Cancellation = Cancellation()
    ) throws(DetectionError) {
        guard let labels = series.labels else { throw .noLabels(series: series.name) }
        let ranges = labelledRanges(labels)
        let buffer = Measures.buffer(for: series)
        func line(_ name: String, _ scores: [Float], _ events: [Event]) throws(DetectionError) -> Line {
            if cancellation.isCancelled { throw .cancelled }
            let scores = result.measured(scores)
            let measured = EventMeasures(flagged: events.map(\.rows), labelled: ranges, reach: buffer / 2)
            let ranking = Ranking(scores, labels: labels)
            let best = try EventMeasures.bestF1(
                scores, ranking, labelled: ranges, reach: buffer / 2, cancellation: cancellation)
            return Line(
                name: name,
                measures: try Measures(ranking, scores: scores, labels: labels, buffer: buffer, cancellation: cancellation),
                curve: try PrecisionRecallCurve(ranking),
                events: measured, bestEventF1: max(best, measured.f1))
        }
        var lines: [Line] = []
        for (kind, scores) in result.scores {
            let alone = AnalysisResult(
                scores: result.scores, combined: ExtentBlocks(scores), rule: settings.rule, expected: result.expected)
            lines.append(try line(kind.title, scores, alone.events))
        }
        let weighted = settings.ensemble.combine(result.scores)
        let plain = AnalysisResult(
            scores: result.scores, combined: ExtentBlocks(weighted), rule: settings.rule, expected: result.expected)
        isTaught = zip(weighted, result.combined).contains { $0 != $1 && !($0.isNaN && $1.isNaN) }
        lines.append(try line("combined", weighted, isTaught ? plain.events : result.events))
        if isTaught { lines.append(try line("taught", result.combined, result.events)) }
        self.lines = lines
        labelled = ranges
        times = ranges.map { series.timeText(row: $0.lowerBound) }
        let curve = try PrecisionRecallCurve(scores: result.measured(weighted), labels: labels)
        present = WeightChoice(ensemble: settings.ensemble, quality: curve.averagePrecision)
        best = try WeightChoice.best(
            result.scores.mapValues { result.measured($0) }, labels: labels, present: settings.ensemble,
            cancellation: cancellation)
    }
}
