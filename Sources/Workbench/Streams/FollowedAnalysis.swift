import AnomalyDetection
import TimeSeries
import Work

/// An analysis of a series whose rows come one after the other, as the dashboard and the command line follow a file.
///
/// Rows that come are scored at a cost of what they are, not of what there is: models go on (`ScoringSession`), and what follows
/// from their errors is done again for the rows concerned alone. All scores are read again where the level is a quantile, a share
/// or a number of events, and all is computed again where verdicts move the scores (`AnalysisSteps`). Where nobody else holds a
/// copy of the analysis there is one copy of the series; of its rows no more are kept than a horizon and a quarter.
///
/// ```swift
/// var followed = FollowedAnalysis(analysis, horizon: 100_000)
/// let news = try followed.append(rows)
/// for event in news.events { alert(event) }
/// ```
public struct FollowedAnalysis: Sendable {
    /// What has come, scored and flagged.
    public private(set) var analysis: Analysis
    /// Which events were told.
    public private(set) var told: EventWatch
    private var horizon: Int? { analysis.horizon }

    /// The fewest rows of a horizon: enough for windows, and for a level that is found among them.
    public static let fewestRows = 1000

    /// What came of some rows.
    public struct News: Sendable {
        /// The rows, counted from the first that is kept.
        public let rows: Range<Int>
        /// Flagged events that were not told before.
        public let events: [Event]
        /// What became of these and earlier ones.
        public let changes: [EventNews]
        /// How many rows were forgotten, the earliest.
        public let forgotten: Int
    }

    /// Goes on from an analysis whose events are known.
    /// - Parameter horizon: rows that are kept when more come, in the series and in the models' scoring; `nil` keeps all.
    public init(_ analysis: Analysis, horizon: Int? = nil) {
        self.init(analysis, EventWatch(behind: analysis.series.rowCount, known: analysis.events), horizon: horizon)
    }

    /// Goes on from an analysis of which `told` knows what was told.
    public init(_ analysis: Analysis, _ told: EventWatch, horizon: Int? = nil) {
        (self.analysis, self.told) = (analysis, told)
        self.analysis.horizon = horizon.map { max($0, Self.fewestRows) }
    }

    /// Takes rows behind those there are.
    /// - Throws: as `Analysis.append`.
    public mutating func append(
        _ rows: Series, cancellation: Cancellation = Cancellation()
    ) throws(DetectionError) -> News {
        let forgotten = forget(before: rows.rowCount)
        let first = analysis.series.rowCount
        try analysis.append(rows, cancellation: cancellation)
        let changes = catchUp()
        let begun = Set(changes.filter { $0.change == .begin }.map(\.rows))
        return News(
            rows: first..<analysis.series.rowCount, events: analysis.events.filter { begun.contains($0.rows) },
            changes: changes, forgotten: forgotten)
    }

    /// What became of events since it was told last, before more rows come.
    public mutating func catchUp() -> [EventNews] { told.news(among: analysis.events, of: analysis.series.rowCount) }

    /// Takes models that have scored the series with fewer rows, after they have scored the rest.
    /// - Throws: `DetectionError`.
    public mutating func use(
        _ models: [ScoredModel], cancellation: Cancellation = Cancellation()
    ) throws(DetectionError) {
        var grown: [ScoredModel] = []
        for model in models { grown.append(try model.grown(to: analysis.series, cancellation: cancellation)) }
        analysis.use(grown)
    }

    /// Makes room for rows that come, where a horizon is set: only when a quarter more than it is kept, so that forgetting costs
    /// little for each row.
    private mutating func forget(before coming: Int) -> Int {
        guard let horizon else { return 0 }
        let excess = analysis.series.rowCount + coming - horizon
        guard excess > horizon / 4 else { return 0 }
        let count = min(excess, analysis.series.rowCount - 1)
        analysis.forget(first: count)
        told.forget(first: count)
        return count
    }
}
