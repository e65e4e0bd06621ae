import AnomalyDetection
import Foundation
import SeriesReading
import StrictJSON
import TimeSeries

/// Writes the flagged events with what was decided and written about them, one line an event, in the order of time; behind them, where
/// there are rules, the events that these expect.
public struct EventExport: Sendable {
    private let analysis: Analysis
    private let remarks: (judgements: Judgements, notes: Notes)?
    private let key: SeriesKey?
    /// Whether there is a column of what rules expect.
    private let listsExpected: Bool

    /// Exports the events of an analysis with verdicts and notes.
    public init(_ analysis: Analysis, judgements: Judgements, notes: Notes) {
        (self.analysis, remarks, key, listsExpected) = (analysis, (judgements, notes), nil, !analysis.rules.isEmpty)
    }

    /// Exports the events alone; the key, where there is one, comes first on each line.
    public init(_ analysis: Analysis, key: SeriesKey? = nil) {
        (self.analysis, remarks, self.key, listsExpected) = (analysis, nil, key, !analysis.rules.isEmpty)
    }

    /// Exports the events of one of several analyses with verdicts and notes: the key comes first on each line, and all have the same
    /// columns, whatever rules there are.
    public init(_ analysis: Analysis, notes: Notes, key: SeriesKey) {
        (self.analysis, remarks, self.key, listsExpected) = (analysis, (analysis.judgements, notes), key, true)
    }

    /// Column names. Rows are counted as in the file; `times_typical` is the error at the peak beside the models' typical ones.
    public var columns: [String] {
        Self.columns(key: key?.column, models: analysis.models.kinds, listsExpected: listsExpected)
            + (remarks == nil ? [] : ScoreExport.Remarks.columns)
    }

    /// The columns of an export without remarks.
    static func columns(key: String?, models: [ModelKind], listsExpected: Bool) -> [String] {
        let own =
            ["rank", "start", "end", "first_row", "last_row", "rows", "peak", "mean", "times_typical"]
            + models.map { $0.name + "_peak" } + (listsExpected ? ["expected"] : [])
        return ScoreExport.distinct(key.map { [("key", $0)] } ?? [], from: own) + own
    }

    /// The whole text.
    public func text(_ format: ScoreExport.Format) -> String { (format == .csv ? headingLine(columns) : "") + lines(format) }

    /// A line an event.
    public func lines(_ format: ScoreExport.Format) -> String {
        let events = analysis.result?.events ?? []
        let ranked = events.sorted { $0.peak > $1.peak }
        let ranks = Dictionary(zip(ranked.map(\.rows.lowerBound), 1...)) { first, _ in first }
        let listed = remarks == nil ? events : analysis.events
        return listed.map { line($0, rank: ranks[$0.rows.lowerBound], format) }.joined()
            + (analysis.result?.expectedEvents ?? []).map { line($0, rank: nil, occasion: analysis.occasion(of: $0), format) }
            .joined()
    }

    private func line(_ event: Event, rank: Int?, occasion: String = "", _ format: ScoreExport.Format) -> String {
        let series = analysis.series
        let (first, last) = (event.rows.lowerBound, event.rows.upperBound - 1)
        func number(_ value: Float?) -> Field { .number(value.flatMap { $0.isNaN ? nil : "\($0)" } ?? "") }
        var fields: [Field] = key.map { [.key($0.text)] } ?? []
        fields += [
            .number(rank.map { "\($0)" } ?? ""), .text(series.timeText(row: first)), .text(series.timeText(row: last)),
            .number("\(series.rowNumber(first))"), .number("\(series.rowNumber(last))"), .number("\(event.rows.count)"),
            number(event.peak), number(event.mean), number(analysis.timesTypical(at: event.peakRow)),
        ]
        fields += analysis.models.kinds.map { number(event.modelPeaks[$0]) }
        if listsExpected { fields.append(.text(occasion)) }
        if let remarks {
            let verdict = remarks.judgements.verdict(on: event.rows)?.rawValue ?? ""
            fields += [.text(verdict), .text(remarks.notes.text(on: event.rows))]
        }
        if format == .csv { return fields.map(\.csv).joined(separator: ",") + "\n" }
        return "{" + zip(columns, fields).map { "\(JSONText.quoted($0)):\($1.json)" }.joined(separator: ",") + "}\n"
    }

    /// A value of a line.
    private enum Field {
        case number(String)
        case text(String)
        case key(String)

        var csv: String {
            switch self {
            case .number(let text): text
            case .text(let text): csvField(harmless(text))
            case .key(let text): csvField(text)
            }
        }

        var json: String {
            switch self {
            case .number(let text): text.isEmpty ? "null" : text
            case .text(let text): text.isEmpty ? "null" : JSONText.quoted(text)
            case .key(let text): JSONText.quoted(text)
            }
        }
    }
}

/// A text that a spreadsheet does not take for a formula.
func harmless(_ text: String) -> String {
    text.first.map { "=+-@\t\r".contains($0) } == true ? "'" + text : text
}
