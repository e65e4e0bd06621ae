import Foundation
import TimeSeries

/// Text that is no delimited text but is made into records of it: JSON in its forms, and what other programs give.
enum OtherText {
    /// The records of content of any of these formats; `nil` where it is of none, so that delimited text takes it.
    /// - Parameter file: what to call it in messages.
    /// - Throws: `SeriesError` where it is of one and cannot be read.
    static func table(_ source: Data, file: String) throws(SeriesError) -> RecordText? {
        if JSONLines.recognises(source) {
            if !JSONLines.areSeveral(source) {
                do throws(SeriesError) {
                    return try JSONTable.table(source, file: file)
                } catch .foreign(_, JSONTable.noRows, _) {
                    // One object may be the first of many.
                }
            }
            return try JSONLines.table(source, file: file)
        }
        if JSONTable.recognises(source) { return try JSONTable.table(source, file: file) }
        if InfluxText.recognises(source) { return try InfluxText.table(source, file: file) }
        if isExposition(source) {
            throw .foreign(
                file: file, kind: "what an exporter shows Prometheus of one moment",
                remedy: "ask Prometheus for a range: /api/v1/query_range with start, end and step")
        }
        if LineProtocol.recognises(source) { return try LineProtocol.table(source, file: file) }
        if NamedLines.recognises(source) { return NamedLines.table(source) }
        return nil
    }

    /// Whether the content is one of these formats, which are read whole and cannot be followed; JSON lines are not among them.
    static func isWhole(_ source: Data) -> Bool {
        !JSONLines.recognises(source)
            && (JSONTable.recognises(source) || InfluxText.recognises(source) || isExposition(source)
                || LineProtocol.recognises(source) || NamedLines.recognises(source))
    }

    /// Whether the content begins as an exporter of metrics answers.
    private static func isExposition(_ source: Data) -> Bool {
        let head = String(decoding: source.prefix(4096), as: UTF8.self)
        guard head.hasPrefix("# HELP ") || head.hasPrefix("# TYPE ") else { return false }
        let types = ["counter", "gauge", "summary", "histogram", "untyped", "unknown", "info", "stateset"]
        return head.split(separator: "\n").contains { line in
            line.hasPrefix("# TYPE ")
                && types.contains { line.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix(" \($0)") }
        }
    }
}
