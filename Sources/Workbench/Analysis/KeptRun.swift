import AnomalyDetection
import TimeSeries

/// What a run gave, kept to be compared with another: settings, models and events.
public struct KeptRun: Sendable {
    /// A model of the run.
    public struct Model: Sendable {
        /// Where the random numbers of its training began; `nil` where it has none.
        public let seed: UInt64?
        /// How training went.
        public let summary: TrainingSummary
    }

    /// How the sliders stood.
    public let settings: AnalysisSettings
    /// The models that scored.
    public let models: PerModel<Model>
    /// The score from which rows were flagged.
    public let level: Float
    /// The flagged events in time order.
    public private(set) var events: [Event]

    /// Keeps what an analysis gives now; `nil` before it has scores.
    public init?(_ analysis: Analysis) {
        guard let result = analysis.result else { return nil }
        settings = analysis.settings
        models = analysis.scored.mapValues {
            Model(seed: ($0.detector as? NeuralDetector)?.plan.seed, summary: $0.detector.summary)
        }
        level = result.level
        events = result.events
    }

    /// Counts rows from `count` rows later on; events that begin before are left out.
    public mutating func forget(first count: Int) {
        events = events.compactMap { event in
            guard event.rows.lowerBound >= count else { return nil }
            var event = event
            event.rows = (event.rows.lowerBound - count)..<(event.rows.upperBound - count)
            event.peakRow -= count
            return event
        }
    }

    /// The events that share no row with those of another run.
    public func events(missingIn other: KeptRun) -> [Event] {
        events.filter { event in !other.events.contains { $0.rows.overlaps(event.rows) } }
    }
}
