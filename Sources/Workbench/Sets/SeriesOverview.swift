import AnomalyDetection
import TimeSeries

/// What a list of series tells of one: how long it is, what its models found, what was judged, and how it looks.
public struct SeriesOverview: Sendable, Equatable {
    /// Rows of the series.
    public let rowCount: Int
    /// Models that have scored it.
    public let models: [ModelKind]
    /// Flagged events.
    public let flagged: Int
    /// Flagged events, and rows that are not flagged, with a verdict.
    public let judged: Int
    /// Flagged events without a verdict.
    public let open: Int
    /// Flagged events that reach into rows that are new.
    public let new: Int
    /// The highest peak of a flagged event; `nil` without one.
    public let peak: Float?
    /// The first channel in `parts` equal stretches.
    public let outline: [Part]

    /// Stretches of an outline: two a column of a line of 48 columns.
    public static let parts = 96

    /// A stretch of an outline.
    public struct Part: Sendable, Equatable {
        /// The smallest and the largest value, 0 to 1 between those of the whole series; both NaN in a gap.
        public let low: Double
        public let high: Double
        /// Whether a flagged event reaches into it.
        public let isFlagged: Bool
    }

    /// Looks an analysis over.
    /// - Parameter news: rows that are new.
    public init(_ analysis: Analysis, news: Range<Int>? = nil) {
        let series = analysis.series
        let events = analysis.result?.events ?? []
        rowCount = series.rowCount
        models = analysis.scored.kinds
        flagged = events.count
        open = events.count { analysis.isOpen($0) }
        judged = events.count - open + analysis.unflaggedEvents.count
        new = news.map { news in events.count { $0.rows.overlaps(news) } } ?? 0
        peak = events.map(\.peak).max()
        outline = Self.outline(series, analysis.result)
    }

    private static func outline(_ series: Series, _ result: AnalysisResult?) -> [Part] {
        guard let values = series.channels.first?.values else { return [] }
        let all = extents(of: values, rows: 0..<series.rowCount, count: parts)
        let (low, high) = (all.map(\.low).filter(\.isFinite).min() ?? 0, all.map(\.high).filter(\.isFinite).max() ?? 1)
        func share(_ value: Double) -> Double { high > low ? (value - low) / (high - low) : value.isNaN ? .nan : 0.5 }
        return all.enumerated().map { index, extent in
            let first = index * series.rowCount / all.count
            let rows = first..<max(first + 1, (index + 1) * series.rowCount / all.count)
            return Part(
                low: share(extent.low), high: share(extent.high),
                isFlagged: result.map { !$0.events(overlapping: rows).isEmpty } ?? false)
        }
    }
}

extension Analysis {
    /// Whether a flagged event waits for a verdict.
    public func isOpen(_ event: Event) -> Bool { judgements.verdict(on: event.rows) == nil }
}
