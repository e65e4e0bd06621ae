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

    /// Exports `result` for the rows of `series`.
    public init(series: Series, result: AnalysisResult) {
        self.series = series
        self.result = result
    }

    /// Column names: `row`, `timestamp`, the channels, the score of each model, the combined one, and the flag.
    public var columns: [String] { ["row", "timestamp"] + series.channels.map(\.name) + scores.map(\.name) + ["is_flagged"] }

    private var scores: [(name: String, values: [Float])] {
        Array(zip(Self.scoreColumns(result.scores.kinds), result.scores.values + [result.combined]))
    }

    /// The columns of the models' scores and of the combined one.
    public static func scoreColumns(_ kinds: [ModelKind]) -> [String] { (kinds.map(\.name) + ["combined"]).map { $0 + "_score" } }

    /// Hands the text to `write` in pieces.
    public func write(_ format: Format, to write: (String) throws -> Void) rethrows {
        let scores = scores
        var text = format == .csv ? columns.map { csvField(Self.harmless($0)) }.joined(separator: ",") + "\n" : ""
        for row in 0..<series.rowCount {
            text += format == .csv ? csvLine(row, scores) : jsonLine(row, scores)
            if text.utf8.count > 1 << 16 {
                try write(text)
                text = ""
            }
        }
        try write(text)
    }

    /// A name that a spreadsheet does not take for a formula.
    private static func harmless(_ name: String) -> String {
        name.first.map { "=+-@\t\r".contains($0) } == true ? "'" + name : name
    }

    private func csvLine(_ row: Int, _ scores: [(name: String, values: [Float])]) -> String {
        var fields = [String(series.rowNumber(row)), csvField(series.timeText(row: row))]
        fields += series.channels.map { numberText($0.values[row]) }
        fields += scores.map { scoreText($0.values[row]) }
        fields.append(result.isFlagged(row) ? "1" : "0")
        return fields.joined(separator: ",") + "\n"
    }

    private func jsonLine(_ row: Int, _ scores: [(name: String, values: [Float])]) -> String {
        func number(_ text: String) -> String { text.isEmpty ? "null" : text }
        var fields = ["\"row\":\(series.rowNumber(row))", "\"timestamp\":\(jsonString(series.timeText(row: row)))"]
        fields += series.channels.map { "\(jsonString($0.name)):\(number(numberText($0.values[row])))" }
        fields += scores.map { "\"\($0.name)\":\(number(scoreText($0.values[row])))" }
        fields.append("\"is_flagged\":\(result.isFlagged(row))")
        return "{" + fields.joined(separator: ",") + "}\n"
    }

    private func scoreText(_ score: Float) -> String { score.isNaN ? "" : "\(score)" }

    private func jsonString(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case _ where scalar.value < 0x20: quoted += String(format: "\\u%04x", scalar.value)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
