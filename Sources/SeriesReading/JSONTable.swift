import Foundation
import TimeSeries

/// Reads a JSON document as records: a list of objects, lists or columns, wherever it lies, or the answer of a system that is
/// known.
enum JSONTable {
    /// How many bytes tell whether content is JSON.
    static let head = 4096

    /// Whether the content is a JSON document: its first bytes are, up to where they end.
    static func recognises(_ data: Data) -> Bool {
        data.prefix(head).withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            let text = bytes.dropFirst(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0).drop { JSONDocument.isSpace($0) }
            guard let first = text.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return false }
            let inner = text.dropFirst().first { !JSONDocument.isSpace($0) }
            let isCertain: Bool
            if first == UInt8(ascii: "{") {
                isCertain = inner == UInt8(ascii: "\"") || inner == UInt8(ascii: "}")
                guard isCertain else { return false }
            } else {
                isCertain = [UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "]")].contains(inner)
            }
            if isCertain { return true }
            // A heading in brackets is no list.
            do throws(JSONSyntax.Flaw) {
                return try JSONSyntax(checking: bytes).count > 0
            } catch {
                return error.place == bytes.count
            }
        }
    }

    /// The table of a document.
    /// - Parameter file: what to call it in messages.
    /// - Throws: `SeriesError`: `.badJSON` where it is broken, `.foreign` where it holds no table, or several.
    static func table(_ data: Data, file: String) throws(SeriesError) -> RecordText {
        let result: Result<RecordText, SeriesError> = data.withUnsafeBytes { raw in
            Result { () throws(SeriesError) in
                let document = try JSONDocument(raw.bindMemory(to: UInt8.self), file: file)
                return try table(document)
            }
        }
        return try result.get()
    }

    /// The table of an answer of a system that is known; `nil` for any other document.
    private static func answer(_ document: JSONDocument) throws(SeriesError) -> RecordText? {
        if let table = try PrometheusJSON.table(document) { return table }
        if let table = try GrafanaJSON.table(document) { return table }
        if let table = try ElasticsearchJSON.table(document) { return table }
        return try InfluxJSON.table(document)
    }

    private static func table(_ document: JSONDocument) throws(SeriesError) -> RecordText {
        if document.count == 1 {
            if let table = try answer(document) { return table }
            if let error = refused(document) { throw error }
        }
        let search = JSONSearch(document)
        guard let chosen = try choose(search, document) else { throw places(document) ?? refusal(document, search) }
        var records = JSONRecords(document)
        var table = try records.table(chosen.form)
        guard !table.names.isEmpty else { throw .empty(file: document.file) }
        if !chosen.path.isEmpty {
            let others = search.candidates.filter { $0.path != chosen.path && $0.rows > 1 }
            let leftOut = others.isEmpty ? "" : "; left out: \(listed(others))"
            table.notices.insert("Rows are those of \(printable(chosen.path.shown))\(leftOut).", at: 0)
        }
        return table
    }

    /// The table that is much larger than others, or the one of those of its size that has times.
    /// - Throws: `.foreign` where several are as likely, and where the only one lies deep and has no times.
    private static func choose(_ search: JSONSearch, _ document: JSONDocument) throws(SeriesError) -> JSONCandidate? {
        // One object in a list that lies in another is as good as no list.
        let sorted = search.candidates.filter { $0.path.isEmpty || $0.rows > 1 || $0.hasTime }.sorted { $0.rows > $1.rows }
        guard let largest = sorted.first else { return nil }
        let likely = sorted.filter { $0.rows * 3 > largest.rows }
        let timed = likely.filter(\.hasTime)
        guard likely.count == 1 || timed.count == 1 else {
            throw .foreign(
                file: document.file, kind: "JSON that holds several tables (\(listed(timed.isEmpty ? likely : timed)))",
                remedy: "keep one, for example with \(printable((timed.first ?? largest).path.forJQ)), and open that")
        }
        let chosen = timed.count == 1 ? timed[0] : largest
        guard chosen.hasTime || isNear(chosen.path) else {
            throw .foreign(
                file: document.file, kind: "JSON whose only table, \(printable(chosen.path.shown)), has no times",
                remedy: "take it out, for example with \(printable(chosen.path.forJQ)), and open that")
        }
        return chosen
    }

    /// Whether a table lies where one is looked for.
    private static func isNear(_ path: [JSONStep]) -> Bool {
        path.count < 2
            || path.allSatisfy { step in
                guard case .member(let name) = step else { return step == .item(0) }
                return usual.contains(name.lowercased())
            }
    }

    private static let usual: Set<String> = [
        "data", "result", "results", "items", "rows", "values", "records", "series", "response", "body", "observations", "points",
        "samples", "measurements", "content", "payload", "list", "entries", "history", "output", "outputs",
    ]

    private static func listed(_ candidates: [JSONCandidate]) -> String {
        let names = candidates.map {
            "\($0.path.isEmpty ? "the whole" : $0.path.shown) with \($0.rows) row\($0.rows == 1 ? "" : "s")"
        }
        return shownNames(Array(names.prefix(6))) + (names.count > 6 ? " and \(names.count - 6) more" : "")
    }

    // MARK: What is no table

    /// What an object is in which no table is found.
    static let noRows = "a JSON object of no rows"

    private static let placeTypes: Set<String> = [
        "FeatureCollection", "Feature", "GeometryCollection", "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon",
        "MultiPolygon", "Topology",
    ]

    /// That the document holds places, where it does.
    private static func places(_ document: JSONDocument) -> SeriesError? {
        guard document.kind(at: document.start) == .object,
            placeTypes.contains(document.text(at: document.member("type", of: document.start)) ?? ""),
            ["features", "geometry", "geometries", "coordinates", "objects"].contains(where: {
                document.member($0, of: document.start) != nil
            })
        else { return nil }
        return .foreign(
            file: document.file, kind: "a GeoJSON document, which holds places",
            remedy: "take out what is known of each, for example with jq '[.features[].properties]', and open that")
    }

    /// That the document is of a kind that is known and holds no series, or one that cannot be told from its form.
    private static func refused(_ document: JSONDocument) -> SeriesError? {
        // One place may have a series among its properties; of many, each is a row.
        let isMany = ["features", "objects"].contains { document.member($0, of: document.start) != nil }
        if isMany, let error = places(document) { return error }
        for (names, kind, remedy) in knownKinds where names.allSatisfy({ document.member($0, of: document.start) != nil }) {
            return .foreign(file: document.file, kind: kind, remedy: remedy)
        }
        return nil
    }

    private static let knownKinds: [(names: [String], kind: String, remedy: String)] = [
        (["nbformat", "cells"], "a Jupyter notebook", "name the file that it reads"),
        (["class", "value", "dimension"], "a JSON-stat data set", "ask for CSV in its place"),
        (["dataSets", "structure"], "an SDMX-JSON message", "ask for CSV in its place"),
        (["openapi", "paths"], "the description of an interface", "name a file of a series"),
    ]

    private static func refusal(_ document: JSONDocument, _ search: JSONSearch) -> SeriesError {
        let file = document.file
        let remedy = "give a list of objects, a row each, or an object of lists of one length, a column each"
        if document.count > 1 {
            return .foreign(file: file, kind: "a row of JSON values that are not all objects", remedy: "write one object a line")
        }
        if document.count(of: document.start) == 0 { return .empty(file: file) }
        if document.kind(at: document.start) == .object {
            for name in ["error", "errors", "message", "detail", "error_message", "reason"] {
                guard let place = document.member(name, of: document.start) else { continue }
                let inner = document.member("message", of: place) ?? document.member("reason", of: place) ?? place
                guard document.kind(at: inner) == .text, let text = document.text(at: inner) else { continue }
                return .foreign(
                    file: file, kind: "an answer that tells of an error (\(printable(String(text.prefix(200)))))",
                    remedy: "mend what was asked for, and ask again")
            }
            if let first = search.unequal.first, let other = search.unequal.first(where: { $0.count != first.count }) {
                let lengths = "\(first.name) has \(first.count) values, \(other.name) has \(other.count)"
                return .foreign(
                    file: file, kind: "a JSON object of lists of several lengths (\(printable(lengths)))", remedy: remedy)
            }
            return .foreign(file: file, kind: noRows, remedy: remedy)
        }
        return .foreign(file: file, kind: "a JSON list of no rows", remedy: remedy)
    }
}
