import Foundation
import TimeSeries

/// Reads what Grafana's and Graphite's interfaces answer: data frames (`/api/ds/query`), and targets with points of a value and a
/// time.
enum GrafanaJSON {
    /// Whether the content begins as such an answer.
    static func recognises(_ data: Data) -> Bool {
        let head = String(decoding: data.prefix(JSONTable.head), as: UTF8.self)
        return head.contains("\"frames\"") && head.contains("\"results\"")
            || head.contains("\"target\"") && head.contains("\"datapoints\"")
    }

    /// The table of an answer; `nil` of what is none.
    /// - Throws: `SeriesError`.
    static func table(_ document: JSONDocument) throws(SeriesError) -> RecordText? {
        switch document.kind(at: document.start) {
        case .object: return try frames(document)
        case .list: return try targets(document)
        default: return nil
        }
    }

    // MARK: Targets

    private static func targets(_ document: JSONDocument) throws(SeriesError) -> RecordText? {
        var items = document.items(of: .list(document.start))
        guard let sample = document.first(1, of: .list(document.start)).first, let target = document.member("target", of: sample),
            document.text(at: target) != nil, let first = document.member("datapoints", of: sample),
            document.kind(at: first) == .list
        else { return nil }
        var points = LabelledPoints(file: document.file)
        var counter = LineCounter(document.bytes)
        var notation: String?
        while let item = items.next() {
            guard let name = document.text(at: document.member("target", of: item)),
                let list = document.member("datapoints", of: item), document.kind(at: list) == .list
            else { throw document.broken(at: item, "a target with its datapoints belongs there") }
            let series = points.series(labels: [], channel: name)
            var pairs = document.items(of: .list(list))
            while let pair = pairs.next() {
                let places = document.kind(at: pair) == .list ? document.first(3, of: .list(pair)) : []
                guard places.count == 2, document.shape(of: places) == .scalars else {
                    throw document.broken(at: pair, "a pair of a value and a time belongs there")
                }
                if notation == nil {
                    notation = TimeSigns.notation(digits: document.scalar(at: places[1]).prefix { TimeSigns.isDigit($0) }.count)
                }
                points.add(document, time: places[1], value: places[0], line: counter.line(at: pair), to: series)
            }
        }
        return try points.table(format: "Graphite targets with datapoints", timeNotation: notation ?? "unix")
    }

    // MARK: Frames

    /// A field of a frame.
    private struct Field {
        let name: String
        let type: String
        let labels: [LabelledPoints.Label]
        let values: Int
    }

    private static func frames(_ document: JSONDocument) throws(SeriesError) -> RecordText? {
        guard let results = document.member("results", of: document.start), document.kind(at: results) == .object else {
            return nil
        }
        var points = LabelledPoints(file: document.file)
        var counter = LineCounter(document.bytes)
        var (isGrafana, isLeftOut, told): (Bool, Bool, String?) = (false, false, nil)
        for result in document.members(of: results) {
            if let error = document.text(at: document.member("error", of: result.value)) { told = error }
            guard let list = document.member("frames", of: result.value), document.kind(at: list) == .list else { continue }
            isGrafana = true
            var frames = document.items(of: .list(list))
            while let frame = frames.next() {
                let query: LabelledPoints.Label = ("query", document.name(result.name))
                let isRead = try add(document, frame, query, &counter, to: &points)
                isLeftOut = isLeftOut || !isRead
            }
        }
        guard isGrafana || told != nil && document.text(at: document.member("message", of: document.start)) == nil else {
            return nil
        }
        guard !points.isEmpty else {
            let kind = told.map { "an answer of Grafana that tells of an error (\(printable(String($0.prefix(200)))))" }
            throw .foreign(
                file: document.file, kind: kind ?? "an answer of Grafana without a series",
                remedy: "ask for numbers with their times, and a range that holds some")
        }
        var table = try points.table(format: "Grafana data frames", timeNotation: "unix-ms")
        if isLeftOut { table.notices.append("Frames without times and numbers are left out.") }
        return table
    }

    /// Adds the points of a frame: those of each field of numbers, told apart by its labels and by fields of texts.
    /// - Returns: whether there are times and numbers.
    private static func add(
        _ document: JSONDocument, _ frame: Int, _ query: LabelledPoints.Label, _ counter: inout LineCounter,
        to points: inout LabelledPoints
    ) throws(SeriesError) -> Bool {
        let fields = fields(document, frame)
        let numbers = fields.filter { $0.type == "number" || $0.type == "boolean" }
        let texts = fields.filter { $0.type == "string" || $0.type == "enum" }
        guard let time = fields.first(where: { $0.type == "time" }), !numbers.isEmpty else { return false }
        var times = document.items(of: .list(time.values))
        var textItems = texts.map { document.items(of: .list($0.values)) }
        var items = numbers.map { document.items(of: .list($0.values)) }
        var known = texts.isEmpty ? numbers.map { points.series(labels: [query] + $0.labels, channel: channel($0)) } : []
        while let place = times.next() {
            let line = counter.line(at: place)
            let labels = texts.indices.map { index -> LabelledPoints.Label in
                (texts[index].name, document.text(at: textItems[index].next()) ?? "")
            }
            if !texts.isEmpty {
                known = numbers.map { points.series(labels: [query] + $0.labels + labels, channel: channel($0)) }
            }
            for index in numbers.indices {
                guard let value = items[index].next() else {
                    throw document.broken(at: place, "a time to which field \"\(numbers[index].name)\" has no value")
                }
                points.add(document, time: place, value: value, line: line, to: known[index])
            }
        }
        return true
    }

    private static func channel(_ field: Field) -> String {
        field.labels.first { $0.name == "__name__" }?.value ?? (field.name.isEmpty ? "value" : field.name)
    }

    private static func fields(_ document: JSONDocument, _ frame: Int) -> [Field] {
        guard let list = document.member(["schema", "fields"], of: frame), document.kind(at: list) == .list,
            let values = document.member(["data", "values"], of: frame), document.kind(at: values) == .list
        else { return [] }
        let described = document.first(ObjectRecords.mostColumns, of: .list(list))
        let columns = document.first(ObjectRecords.mostColumns, of: .list(values))
        return zip(described, columns).compactMap { field, values in
            guard document.kind(at: values) == .list, document.shape(of: .list(values)) != .mixed else { return nil }
            let labels = document.member("labels", of: field).map { place in
                document.members(of: place).map { member -> LabelledPoints.Label in
                    (document.name(member.name), document.text(at: member.value) ?? "")
                }
            }
            return Field(
                name: document.text(at: document.member("name", of: field)).map(printable) ?? "",
                type: document.text(at: document.member("type", of: field)) ?? "", labels: labels ?? [], values: values)
        }
    }
}
