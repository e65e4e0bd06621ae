import AnomalyDetection
import Foundation
import TimeSeries

/// Writes scores as text, one line a row, in the order of time.
public struct ScoreExport: Sendable {
    /// The notation of an export.
    public enum Format: String, CaseIterable, Sendable {
        case csv, jsonl
    }

    private let series: Series
    private let result: AnalysisResult
    private let remarks: Remarks?

    /// What was decided and written about rows.
    public struct Remarks: Sendable {
        let judgements: Judgements
        let notes: Notes

        /// Verdicts and notes.
        public init(judgements: Judgements, notes: Notes) {
            self.judgements = judgements
            self.notes = notes
        }
    }

    /// Exports `result` for the rows of `series`, with a column `verdict` and one `note` where there are `remarks`.
    public init(series: Series, result: AnalysisResult, remarks: Remarks? = nil) {
        self.series = series
        self.result = result
        self.remarks = remarks
    }

    /// Column names: `row`, `timestamp`, the channels, the score of each model, the combined one, the flag, and where they are
    /// exported too, verdict and note.
    public var columns: [String] {
        ["row", "timestamp"] + series.channels.map(\.name) + scores.map(\.name) + ["is_flagged"]
            + (remarks == nil ? [] : ["verdict", "note"])
    }

    /// Verdict and note on a row; none without remarks.
    private func remarks(on row: Int) -> [String] {
        guard let remarks else { return [] }
        let rows = row..<(row + 1)
        return [remarks.judgements.verdict(on: rows)?.rawValue ?? "", remarks.notes.text(on: rows)]
    }

    private var scores: [(name: String, values: [Float])] {
        Array(zip(Self.scoreColumns(result.scores.kinds), result.scores.values + [result.combined]))
    }

    /// The columns of the models' scores and of the combined one.
    public static func scoreColumns(_ kinds: [ModelKind]) -> [String] { (kinds.map(\.name) + ["combined"]).map { $0 + "_score" } }

    /// Hands the text to `write` in pieces: all rows, or those from `first` on, without the names of the columns then.
    public func write(_ format: Format, from first: Int = 0, to write: (String) throws -> Void) rethrows {
        let scores = scores
        var text = format == .csv && first == 0 ? columns.map { csvField(harmless($0)) }.joined(separator: ",") + "\n" : ""
        for row in first..<series.rowCount {
            text += format == .csv ? csvLine(row, scores) : jsonLine(row, scores)
            if text.utf8.count > 1 << 16 {
                try write(text)
                text = ""
            }
        }
        try write(text)
    }

    private func csvLine(_ row: Int, _ scores: [(name: String, values: [Float])]) -> String {
        var fields = [String(series.rowNumber(row)), csvField(series.timeText(row: row))]
        fields += series.channels.map { numberText($0.values[row]) }
        fields += scores.map { scoreText($0.values[row]) }
        fields.append(result.isFlagged(row) ? "1" : "0")
        fields += remarks(on: row).map { csvField(harmless($0)) }
        return fields.joined(separator: ",") + "\n"
    }

    private func jsonLine(_ row: Int, _ scores: [(name: String, values: [Float])]) -> String {
        func number(_ text: String) -> String { text.isEmpty ? "null" : text }
        var fields = ["\"row\":\(series.rowNumber(row))", "\"timestamp\":\(jsonString(series.timeText(row: row)))"]
        fields += series.channels.map { "\(jsonString($0.name)):\(number(numberText($0.values[row])))" }
        fields += scores.map { "\"\($0.name)\":\(number(scoreText($0.values[row])))" }
        fields.append("\"is_flagged\":\(result.isFlagged(row))")
        fields += zip(["verdict", "note"], remarks(on: row)).map { "\"\($0)\":\($1.isEmpty ? "null" : jsonString($1))" }
        return "{" + fields.joined(separator: ",") + "}\n"
    }

    private func scoreText(_ score: Float) -> String { score.isNaN ? "" : "\(score)" }
}
