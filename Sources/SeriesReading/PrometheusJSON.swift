import Foundation
import TimeSeries

/// Reads what the HTTP interface of Prometheus, or of what speaks as it does, answers to a query over a range of time.
enum PrometheusJSON {
    /// Whether the content begins as such an answer.
    static func recognises(_ data: Data) -> Bool {
        let head = String(decoding: data.prefix(JSONTable.head), as: UTF8.self)
        return head.contains("\"resultType\"") && head.contains("\"status\"")
    }

    /// The table of an answer; `nil` of what is none.
    /// - Throws: `SeriesError`.
    static func table(_ document: JSONDocument) throws(SeriesError) -> RecordText? {
        let root = document.start
        if document.text(at: document.member("status", of: root)) == "error", let type = document.member("errorType", of: root) {
            let told = document.text(at: document.member("error", of: root)) ?? document.text(at: type) ?? ""
            throw .foreign(
                file: document.file,
                kind: "an answer of Prometheus that tells of an error (\(printable(String(told.prefix(200)))))",
                remedy: "mend the query, and ask again")
        }
        let data = document.member("data", of: root) ?? root
        guard let type = document.text(at: document.member("resultType", of: data)),
            let result = document.member("result", of: data), document.kind(at: result) == .list
        else { return nil }
        switch type {
        case "matrix": return try matrix(document, result)
        case "vector", "scalar", "string":
            throw .foreign(
                file: document.file, kind: "a Prometheus answer about one moment (\(type))",
                remedy: "ask for a range: /api/v1/query_range with start, end and step")
        case "streams":
            throw .foreign(
                file: document.file, kind: "an answer of Loki that holds lines of logs",
                remedy: "ask for numbers, for example with count_over_time")
        default: return nil
        }
    }

    private static func matrix(_ document: JSONDocument, _ result: Int) throws(SeriesError) -> RecordText {
        var points = LabelledPoints(file: document.file)
        var counter = LineCounter(document.bytes)
        var histograms = 0
        var items = document.items(of: .list(result))
        while let item = items.next() {
            guard document.kind(at: item) == .object else {
                throw document.broken(at: item, "a series of Prometheus belongs there")
            }
            var labels: [LabelledPoints.Label] = []
            var name = ""
            if let metric = document.member("metric", of: item) {
                for member in document.members(of: metric) {
                    let value = document.text(at: member.value) ?? ""
                    let label = document.name(member.name)
                    if label == "__name__" { name = value } else { labels.append((label, value)) }
                }
            }
            if document.member("histograms", of: item) != nil { histograms += 1 }
            guard let values = document.member("values", of: item), document.kind(at: values) == .list else { continue }
            let series = points.series(labels: labels, channel: name.isEmpty ? "value" : name)
            var pairs = document.items(of: .list(values))
            while let pair = pairs.next() {
                let places = document.kind(at: pair) == .list ? document.first(3, of: .list(pair)) : []
                guard places.count == 2, document.shape(of: places) == .scalars else {
                    throw document.broken(at: pair, "a pair of a time and a value belongs there")
                }
                points.add(document, time: places[0], value: places[1], line: counter.line(at: pair), to: series)
            }
        }
        guard !points.isEmpty else {
            throw .foreign(
                file: document.file,
                kind: histograms > 0 ? "a Prometheus answer of histograms alone" : "a Prometheus answer without a value",
                remedy: histograms > 0
                    ? "ask for numbers, for example with histogram_quantile" : "check the query and its range of time")
        }
        var table = try points.table(format: "Prometheus range query", timeNotation: "unix")
        if histograms > 0 { table.notices.append("Histograms of \(histograms) series are left out.") }
        return table
    }
}
