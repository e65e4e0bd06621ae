import Foundation
import TimeSeries

/// Reads what Elasticsearch or OpenSearch answers to a search: documents, or buckets of a histogram over dates.
enum ElasticsearchJSON {
    /// Whether the content begins as such an answer.
    static func recognises(_ data: Data) -> Bool {
        let head = String(decoding: data.prefix(JSONTable.head), as: UTF8.self)
        return head.contains("\"hits\"") && (head.contains("\"_shards\"") || head.contains("\"_source\""))
    }

    /// The table of an answer; `nil` of what is none.
    /// - Throws: `SeriesError`.
    static func table(_ document: JSONDocument) throws(SeriesError) -> RecordText? {
        let hits = document.member(["hits", "hits"], of: document.start).flatMap { document.kind(at: $0) == .list ? $0 : nil }
        if let aggregations = document.member("aggregations", of: document.start) {
            var buckets = DateBuckets(document)
            buckets.enter(aggregations, labels: [], depth: 0)
            if !buckets.points.isEmpty {
                var table = try buckets.points.table(format: "Elasticsearch date histogram", timeNotation: buckets.notation)
                let count = hits.map { document.count(of: $0) } ?? 0
                if count > 0 {
                    table.notices.append("\(count) document\(count == 1 ? "" : "s") beside the buckets are left out.")
                }
                if !buckets.passed.isEmpty {
                    table.notices.append("Lists in buckets are left out: \(listed(buckets.passed.sorted())).")
                }
                return table
            }
        }
        guard let hits else { return nil }
        return try documents(document, hits)
    }

    private static func documents(_ document: JSONDocument, _ hits: Int) throws(SeriesError) -> RecordText {
        var records = ObjectRecords(document)
        var items = document.items(of: .list(hits))
        var count = 0
        while let hit = items.next() {
            guard let source = document.member("_source", of: hit) ?? document.member("fields", of: hit) else {
                throw .foreign(
                    file: document.file, kind: "an answer of Elasticsearch whose hits have no _source",
                    remedy: "ask for the fields that are wanted")
            }
            _ = try records.add(source)
            count += 1
        }
        guard count > 0 else {
            throw .foreign(
                file: document.file, kind: "an answer of Elasticsearch that found nothing",
                remedy: "check the query and its range of time")
        }
        var table = records.table(format: "Elasticsearch documents")
        table.timeColumn = table.names.first { $0 == "@timestamp" }
        return table
    }

    /// The buckets of histograms over dates, wherever they lie in buckets of other kinds, whose keys are labels.
    private struct DateBuckets {
        let document: JSONDocument
        var points: LabelledPoints
        var notation: String?
        /// Lists in buckets, which are no values.
        private(set) var passed: Set<String> = []
        private var counter: LineCounter

        init(_ document: JSONDocument) {
            self.document = document
            points = LabelledPoints(file: document.file)
            counter = LineCounter(document.bytes)
        }

        /// - Parameter place: an object of aggregations by name.
        mutating func enter(_ place: Int, labels: [LabelledPoints.Label], depth: Int) {
            guard depth < 8 else { return }
            let histograms = document.members(of: place).filter { isHistogram($0.value) }
            for member in document.members(of: place) {
                let name = document.name(member.name)
                guard let list = document.member("buckets", of: member.value) else {
                    // A filter or the like holds others.
                    if document.member("doc_count", of: member.value) != nil {
                        enter(member.value, labels: labels, depth: depth + 1)
                    }
                    continue
                }
                if isHistogram(member.value) {
                    add(list, labels, prefix: histograms.count > 1 ? "\(name)." : "")
                } else {
                    for (key, bucket) in buckets(list) { enter(bucket, labels: labels + [(name, key)], depth: depth + 1) }
                }
            }
        }

        /// The buckets of a list or of an object with their keys.
        private func buckets(_ place: Int) -> [(key: String, bucket: Int)] {
            if document.kind(at: place) == .object {
                return document.members(of: place).map { (document.name($0.name), $0.value) }
            }
            guard document.kind(at: place) == .list else { return [] }
            return document.first(.max, of: .list(place)).map { bucket in
                let key = document.member("key_as_string", of: bucket) ?? document.member("key", of: bucket)
                return (document.text(at: key) ?? "", bucket)
            }
        }

        private func isHistogram(_ place: Int) -> Bool {
            guard let list = document.member("buckets", of: place), let bucket = first(list),
                let key = document.member("key", of: bucket)
            else { return false }
            return document.kind(at: key) == .number && document.member("key_as_string", of: bucket) != nil
                && document.isTime(key)
        }

        private func first(_ place: Int) -> Int? {
            document.kind(at: place) == .list
                ? document.first(1, of: .list(place)).first : document.firstMembers(of: place).first?.value
        }

        private mutating func add(_ list: Int, _ labels: [LabelledPoints.Label], prefix: String) {
            for (_, bucket) in buckets(list) {
                guard let key = document.member("key", of: bucket), document.kind(at: key) == .number else { continue }
                let line = counter.line(at: bucket)
                if notation == nil {
                    notation = TimeSigns.notation(digits: document.scalar(at: key).prefix { TimeSigns.isDigit($0) }.count)
                }
                addMembers(of: bucket, at: Moment(key: key, line: line), prefix, labels)
            }
        }

        /// When a bucket is of, and the line on which it stands.
        private struct Moment {
            let key: Int, line: Int
        }

        private mutating func addMembers(
            of bucket: Int, at moment: Moment, _ prefix: String, _ labels: [LabelledPoints.Label], depth: Int = 0
        ) {
            for member in document.members(of: bucket) {
                let name = document.name(member.name)
                if name == "doc_count" {
                    add(member.value, prefix + name, at: moment, labels)
                } else if document.kind(at: member.value) == .object {
                    addMetric(member.value, prefix + name, at: moment, labels, depth: depth)
                } else if document.kind(at: member.value) == .list {
                    passed.insert(prefix + name)
                }
            }
        }

        /// Adds the value of a metric, or its several values, or those of the buckets in it.
        private mutating func addMetric(
            _ metric: Int, _ name: String, at moment: Moment, _ labels: [LabelledPoints.Label], depth: Int
        ) {
            guard depth < 8 else {
                passed.insert(name)
                return
            }
            if let value = document.member("value", of: metric), document.kind(at: value) != .object {
                return add(value, name, at: moment, labels)
            }
            if let list = document.member("buckets", of: metric) {
                for (key, bucket) in buckets(list) {
                    addMembers(of: bucket, at: moment, "\(name).", labels + [(name, key)], depth: depth + 1)
                }
                return
            }
            let values = document.member("value", of: metric) ?? document.member("values", of: metric) ?? metric
            if document.kind(at: values) == .list { passed.insert(name) }
            for member in document.members(of: values) {
                let inner = "\(name).\(document.name(member.name))"
                switch document.kind(at: member.value) {
                case .number, .null: if !inner.hasSuffix("_as_string") { add(member.value, inner, at: moment, labels) }
                case .object: addMetric(member.value, inner, at: moment, labels, depth: depth + 1)
                case .list: passed.insert(inner)
                default: break
                }
            }
        }

        private mutating func add(_ value: Int, _ name: String, at moment: Moment, _ labels: [LabelledPoints.Label]) {
            points.add(
                document, time: moment.key, value: value, line: moment.line,
                to: points.series(labels: labels, channel: name))
        }
    }
}
