import AnomalyDetection
import Foundation
import SeriesReading
import StrictJSON
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
    private let key: SeriesKey?

    /// What was decided and written about rows.
    public struct Remarks: Sendable {
        let judgements: Judgements
        let notes: Notes

        /// The columns that hold them.
        static let columns = ["verdict", "note"]

        /// Verdicts and notes.
        public init(judgements: Judgements, notes: Notes) {
            self.judgements = judgements
            self.notes = notes
        }
    }

    /// Exports `result` for the rows of `series`, with a column `verdict` and one `note` where there are `remarks`.
    /// - Parameter key: comes first on each line.
    public init(series: Series, result: AnalysisResult, remarks: Remarks? = nil, key: SeriesKey? = nil) {
        self.series = series
        self.result = result
        self.remarks = remarks
        self.key = key
    }

    /// Column names: `row`, `timestamp`, the channels, the score of each model, the combined one, the flag, and where they are
    /// exported too, verdict and note.
    public var columns: [String] {
        Self.columns(
            key: key?.column, channels: series.channels.map(\.name), models: result.scores.kinds,
            remarks: remarks == nil ? [] : Remarks.columns)
    }

    /// The columns of an export.
    static func columns(key: String?, channels: [String], models: [ModelKind], remarks: [String] = []) -> [String] {
        let (before, behind) = (["row", "timestamp"], scoreColumns(models) + ["is_flagged"] + remarks)
        let names = distinct((key.map { [("key", $0)] } ?? []) + channels.map { ("value", $0) }, from: before + behind)
        return names.dropLast(channels.count) + before + names.suffix(channels.count) + behind
    }

    /// Names that come from outside, each behind a word where an export has a column of that name or two are alike, since
    /// readers of JSON keep one of them.
    static func distinct(_ names: [(word: String, name: String)], from own: [String]) -> [String] {
        var taken = Set(own)
        return names.map { word, name in
            var name = name
            while !taken.insert(name).inserted { name = word + "_" + name }
            return name
        }
    }

    /// Verdict and note on a row; none without remarks.
    private func remarks(on row: Int) -> [String] {
        guard let remarks else { return [] }
        let rows = row..<(row + 1)
        return [remarks.judgements.verdict(on: rows)?.rawValue ?? "", remarks.notes.text(on: rows)]
    }

    /// The columns of the models' scores and of the combined one.
    public static func scoreColumns(_ kinds: [ModelKind]) -> [String] { (kinds.map(\.name) + ["combined"]).map { $0 + "_score" } }

    /// Hands the text to `write` in pieces: all rows, or those from `first` on, without the names of the columns then.
    public func write(_ format: Format, from first: Int = 0, to write: (String) throws -> Void) rethrows {
        var text: [UInt8] = []
        if format == .csv, first == 0 { text += headingLine(columns).utf8 }
        for start in stride(from: first, to: series.rowCount, by: 512) {
            append(format, rows: start..<min(start + 512, series.rowCount), to: &text)
            try write(String(decoding: text, as: UTF8.self))
            text.removeAll(keepingCapacity: true)
        }
        if !text.isEmpty { try write(String(decoding: text, as: UTF8.self)) }
    }

    /// Adds a line for each row of the file that became some rows of the series, with its own values and their scores.
    public func append(_ format: Format, rows: Range<Int>, to text: inout [UInt8]) {
        let file = series.source?.rows ?? series
        let scores = result.scores.values + [result.combined]
        let members = format == .csv ? [] : columns.map { Array((JSONText.quoted($0) + ":").utf8) }
        let keyText = Array((key.map { format == .csv ? csvField($0.text) : JSONText.quoted($0.text) } ?? "").utf8)
        for (own, row) in series.fileRows(in: rows) {
            var line = Line(format: format, members: members)
            if key != nil { line.add(to: &text) { $0 += keyText } }
            line.add(to: &text) { $0 += String(file.rowNumber(own)).utf8 }
            line.addText(to: &text) { file.appendTime(row: own, to: &$0) }
            for channel in file.channels { line.addNumber(numberText(channel.values[own]), to: &text) }
            for score in scores { line.addNumber(score[row].isNaN ? "" : score[row].description, to: &text) }
            let isFlagged = result.isFlagged(row)
            line.add(to: &text) { $0 += (format == .csv ? isFlagged ? "1" : "0" : isFlagged ? "true" : "false").utf8 }
            for remark in remarks(on: row) {
                let field = format == .csv ? csvField(harmless(remark)) : remark.isEmpty ? "null" : JSONText.quoted(remark)
                line.add(to: &text) { $0 += field.utf8 }
            }
            text += (format == .csv ? "\n" : "}\n").utf8
        }
    }

    /// Puts separators and members' names between the fields of a line.
    private struct Line {
        let format: Format
        let members: [[UInt8]]
        private var count = 0

        init(format: Format, members: [[UInt8]]) { (self.format, self.members) = (format, members) }

        mutating func add(to text: inout [UInt8], _ field: (inout [UInt8]) -> Void) {
            if format == .jsonl {
                text.append(UInt8(ascii: count == 0 ? "{" : ","))
                text += members[count]
            } else if count > 0 {
                text.append(UInt8(ascii: ","))
            }
            count += 1
            field(&text)
        }

        /// A text without characters that are written otherwise than they are.
        mutating func addText(to text: inout [UInt8], _ field: (inout [UInt8]) -> Void) {
            let isQuoted = format == .jsonl
            add(to: &text) { text in
                if isQuoted { text.append(UInt8(ascii: "\"")) }
                field(&text)
                if isQuoted { text.append(UInt8(ascii: "\"")) }
            }
        }

        mutating func addNumber(_ number: String, to text: inout [UInt8]) {
            let written = number.isEmpty && format == .jsonl ? "null" : number
            add(to: &text) { $0 += written.utf8 }
        }
    }
}

/// The line of column names of a CSV text.
func headingLine(_ columns: [String]) -> String { columns.map { csvField(harmless($0)) }.joined(separator: ",") + "\n" }

/// What tells a series from others that are written beside it; written as it was read.
public struct SeriesKey: Sendable, Equatable {
    /// The name of the column of keys.
    public let column: String
    /// The key.
    public let text: String

    /// Names a key and its column.
    public init(column: String, text: String) { (self.column, self.text) = (column, text) }
}
