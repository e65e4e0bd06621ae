import Foundation
import TimeSeries

/// Reads what InfluxDB 1 answers to a query in InfluxQL.
enum InfluxJSON {
    /// Whether the content begins as such an answer.
    static func recognises(_ data: Data) -> Bool {
        let head = String(decoding: data.prefix(JSONTable.head), as: UTF8.self)
        return head.contains("\"results\"") && head.contains("\"statement_id\"")
    }

    /// The table of an answer; `nil` of what is none.
    /// - Throws: `SeriesError`.
    static func table(_ document: JSONDocument) throws(SeriesError) -> RecordText? {
        guard let results = document.member("results", of: document.start), document.kind(at: results) == .list else {
            return nil
        }
        let items = document.first(.max, of: .list(results))
        guard items.contains(where: { document.member("statement_id", of: $0) ?? document.member("series", of: $0) != nil })
        else {
            return nil
        }
        if let told = items.lazy.compactMap({ document.text(at: document.member("error", of: $0)) }).first {
            throw .foreign(
                file: document.file,
                kind: "an answer of InfluxDB that tells of an error (\(printable(String(told.prefix(200)))))",
                remedy: "mend the query, and ask again")
        }
        var reader = Reader(document)
        for item in items {
            if document.member("partial", of: item) != nil { reader.isPartial = true }
            guard let list = document.member("series", of: item), document.kind(at: list) == .list else { continue }
            reader.statements += 1
            var series = document.items(of: .list(list))
            while let place = series.next() { try reader.add(place) }
        }
        return try reader.table()
    }

    private struct Reader {
        let document: JSONDocument
        var statements = 0
        /// Whether the server cut the answer.
        var isPartial = false
        private var points: LabelledPoints
        private var counter: LineCounter
        private var notation: String?
        private var firstStatements: [[String]: Int] = [:]

        init(_ document: JSONDocument) {
            self.document = document
            points = LabelledPoints(file: document.file)
            counter = LineCounter(document.bytes)
        }

        mutating func add(_ place: Int) throws(SeriesError) {
            let columns = document.member("columns", of: place).flatMap { document.kind(at: $0) == .list ? $0 : nil }
            let names =
                columns.map { document.first(.max, of: .list($0)).map { document.text(at: $0).map(printable) ?? "" } } ?? []
            guard let values = document.member("values", of: place), document.kind(at: values) == .list else { return }
            guard let time = names.firstIndex(of: "time") else {
                throw .foreign(
                    file: document.file, kind: "an answer of InfluxDB without times (\(shownNames(names)))",
                    remedy: "ask for values, with SELECT")
            }
            let labels = labels(of: place)
            let known = names.indices.map { column in
                column == time ? 0 : points.series(labels: labels, channel: names[column].isEmpty ? "value" : names[column])
            }
            var rows = document.items(of: .list(values))
            while let row = rows.next() {
                let cells = document.kind(at: row) == .list ? document.first(names.count + 1, of: .list(row)) : []
                guard cells.count == names.count, document.shape(of: cells) == .scalars else {
                    throw document.broken(at: row, "a list of \(names.count) values belongs there")
                }
                if notation == nil, document.kind(at: cells[time]) == .number {
                    notation = TimeSigns.notation(digits: document.scalar(at: cells[time]).count)
                }
                let line = counter.line(at: row)
                for column in names.indices where column != time {
                    points.add(document, time: cells[time], value: cells[column], line: line, to: known[column])
                }
            }
        }

        /// The measurement and the tags of a series, and the number of its statement where one before asked for the same.
        private mutating func labels(of place: Int) -> [LabelledPoints.Label] {
            var labels: [LabelledPoints.Label] = [("measurement", document.text(at: document.member("name", of: place)) ?? "")]
            if let tags = document.member("tags", of: place) {
                labels += document.members(of: tags).map { member -> LabelledPoints.Label in
                    (document.name(member.name), document.text(at: member.value) ?? "")
                }
            }
            let identity = labels.flatMap { [$0.name, $0.value] }
            let first = firstStatements[identity] ?? statements
            firstStatements[identity] = first
            return first == statements ? labels : labels + [("statement", "\(statements)")]
        }

        func table() throws(SeriesError) -> RecordText {
            guard !points.isEmpty else {
                throw .foreign(
                    file: document.file, kind: "an answer of InfluxDB without a value",
                    remedy: "check the query and its range of time")
            }
            var table = try points.table(format: "InfluxDB answer", timeNotation: notation)
            if isPartial {
                table.notices.append("InfluxDB cut its answer; ask for it in parts, or with chunked=true and one line a part.")
            }
            return table
        }
    }
}
