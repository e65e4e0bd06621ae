import AnomalyDetection
import TimeSeries

/// Which rows of a series are learnt, where not all are.
public struct ChosenRows: Sendable, Equatable {
    /// Stretches that are learnt; all rows where there is none.
    public var learnt: [RowSpan]
    /// Stretches that are left out of what is learnt, as if nothing had been measured there.
    public var excluded: [RowSpan]

    /// Where no stretch is named, how many rows of the file are learnt, from the first on; all where `nil` or where it has fewer.
    public var first: Int?
    /// Rules, of which maintenance is left out too.
    public var rules: [ExpectedRule]

    /// Stretches to learn from and to leave out, or the first rows.
    public init(learnt: [RowSpan] = [], excluded: [RowSpan] = [], first: Int? = nil, rules: [ExpectedRule] = []) {
        (self.learnt, self.excluded, self.first, self.rules) = (learnt, excluded, first, rules)
    }

    /// Whether stretches are named.
    public var namesRows: Bool { !learnt.isEmpty || !excluded.isEmpty }

    /// Finds out whether all stretches hold rows of a series.
    /// - Throws: `ChoiceError`.
    public func check(_ series: Series) throws(ChoiceError) {
        for span in learnt + excluded { _ = try rows(of: span, in: series) }
    }

    /// Training on the rows that are chosen. No window reaches from one stretch into the next; stretches that touch are one.
    /// - Throws: `ChoiceError` for what names no rows; `DetectionError.tooFewRows` where there are too few of them.
    public func task(_ series: Series, seed: UInt64) throws -> TrainingTask {
        let excluded = try excluded.map { try rows(of: $0, in: series) }
        let emptied = series.emptied(in: excluded + ExpectedRows(rules, in: series).unlearnt)
        guard !learnt.isEmpty else {
            return TrainingTask(
                series: emptied, trainingRows: first.map(series.rowCount(ofFirst:)) ?? series.rowCount, seed: seed)
        }
        var stretches: [Range<Int>] = []
        for rows in try learnt.map({ try rows(of: $0, in: series) }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = stretches.last, rows.lowerBound <= last.upperBound {
                stretches[stretches.count - 1] = last.lowerBound..<max(last.upperBound, rows.upperBound)
            } else {
                stretches.append(rows)
            }
        }
        if stretches.count == 1, stretches[0].lowerBound == 0 {
            return TrainingTask(series: emptied, trainingRows: stretches[0].upperBound, seed: seed)
        }
        return TrainingTask(all: stretches.map { emptied.rows($0) }, seed: seed)
    }

    private func rows(of span: RowSpan, in series: Series) throws(ChoiceError) -> Range<Int> {
        guard let rows = span.rows(in: series) else {
            throw .noSpan(series: series.name, text: span.text)
        }
        guard !rows.isEmpty else { throw .noRows(series: series.name, text: span.text) }
        return rows
    }
}

/// Why rows cannot be chosen.
public enum ChoiceError: Error, Equatable, CustomStringConvertible {
    /// An end of a stretch cannot be read.
    case noSpan(series: String, text: String)
    /// No row lies in a stretch.
    case noRows(series: String, text: String)

    /// What was wrong of some rows that were chosen: `train` or `exclude`.
    public func field(of chosen: ChosenRows) -> String {
        switch self {
        case .noSpan(_, let text), .noRows(_, let text): chosen.learnt.contains { $0.text == text } ? "train" : "exclude"
        }
    }

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .noSpan(let series, let text):
            "\(series): \"\(printable(text))\" names no stretch; write FROM..TO with times, as in 2024-01-01..2024-03-31, or with "
                + "numbers of rows, as in 1..400."
        case .noRows(let series, let text):
            "\(series): no row lies in \(printable(text)); its rows can be seen with `oddline describe`."
        }
    }
}
