import AnomalyDetection
import TimeSeries

/// How both models and their combination do against a series' labels, at the present settings.
public struct Comparison: Sendable, Equatable {
    /// One detector's figures.
    public struct Line: Sendable, Equatable {
        /// What to call it.
        public let name: String
        /// Row by row.
        public let measures: Measures
        /// Precision over recall.
        public let curve: PrecisionRecallCurve
        /// Event by event, flagged by the present threshold.
        public let events: EventMeasures
    }

    /// LSTM, Transformer and combined.
    public let lines: [Line]
    /// The labelled runs of rows, in order.
    public let labelled: [Range<Int>]
    /// The present weights and their average precision.
    public let present: WeightChoice
    /// The weights that would have been best by average precision.
    public let best: WeightChoice

    /// Compares the scores in `result`, which both models must have given.
    /// - Throws: `DetectionError.noLabels`, `.oneClassOnly`, `.bothWeightsZero`.
    public init(series: Series, result: AnalysisResult, settings: AnalysisSettings) throws(DetectionError) {
        guard let labels = series.labels else { throw .noLabels(series: series.name) }
        let present = try Ensemble(lstmWeight: settings.lstmWeight, transformerWeight: settings.transformerWeight)
        let ranges = labelledRanges(labels)
        let buffer = Measures.buffer(for: series)
        let alone = [("LSTM", 1, 0, result.lstm), ("Transformer", 0, 1, result.transformer)] as [(String, Float, Float, [Float])]
        var lines: [Line] = []
        func add(_ name: String, _ scores: [Float], _ events: [Event]) throws(DetectionError) {
            lines.append(
                Line(
                    name: name, measures: try Measures(scores: scores, labels: labels, buffer: buffer),
                    curve: try PrecisionRecallCurve(scores: scores, labels: labels),
                    events: EventMeasures(flagged: events.map(\.rows), labelled: ranges)))
        }
        for (name, lstm, transformer, scores) in alone {
            let own = AnalysisResult(
                lstm: result.lstm, transformer: result.transformer,
                ensemble: try Ensemble(lstmWeight: lstm, transformerWeight: transformer), rule: .quantile(settings.threshold))
            try add(name, scores, own.events)
        }
        try add("combined", result.combined, result.events)
        self.lines = lines
        labelled = ranges
        self.present = WeightChoice(ensemble: present, quality: lines[2].curve.averagePrecision)
        best = try WeightChoice.best(lstm: result.lstm, transformer: result.transformer, labels: labels, present: present)
    }
}
