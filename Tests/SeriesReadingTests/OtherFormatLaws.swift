import Foundation
import TestSupport
import Testing
import TimeSeries

@testable import SeriesReading

/// Times in milliseconds and columns of numbers with gaps, of which no row and no column holds gaps alone.
private struct RandomTable {
    var times: [Int] = []
    var names: [String] = []
    /// Numbers as they are written, by column; `nil` for gaps.
    var columns: [[String?]] = []

    init(_ random: inout SeededGenerator) {
        let rows = Int.random(in: 2...30, using: &random)
        var now = Int.random(in: 1_000_000_000_000...1_600_000_000_000, using: &random)
        for _ in 0..<rows {
            times.append(now)
            now += Int.random(in: 1...100_000, using: &random)
        }
        for index in 0..<Int.random(in: 1...5, using: &random) {
            names.append(random.name(index))
            columns.append(
                (0..<rows).map { row in index > 0 && row > 0 && random.happens(0.2) ? nil : numberText(random.number()) })
        }
    }

    /// What a form that holds exactly this is read as.
    var content: [String: [String]] {
        var content = ["time": times.map(String.init)]
        for (name, column) in zip(names, columns) { content[name] = column.map { $0 ?? "" } }
        return content
    }
}

/// The columns of what was read by their names, and whether each record has a field for each.
private func content(_ table: RecordText) throws -> [String: [String]] {
    var columns = [[String]](repeating: [], count: table.names.count)
    try table.records.withUnsafeBufferPointer { bytes in
        var scanner = CSVScanner(bytes: bytes, delimiter: UInt8(ascii: ","))
        var fields: [CSVScanner.Field] = []
        while try scanner.next(into: &fields, file: "records") {
            try #require(fields.count == table.names.count, "\(table.names), \(fields.map { scanner.text($0) })")
            for (index, field) in fields.enumerated() { columns[index].append(scanner.text(field)) }
        }
        try #require(scanner.line - 1 == table.records.count { $0 == 0x0A })
    }
    if !table.lines.isEmpty { try #require(columns.allSatisfy { $0.count == table.lines.count }) }
    return Dictionary(zip(table.names, columns)) { first, _ in first }
}

/// The text with a backslash before each of some characters, whatever marks are on them.
private func escaped(_ text: String, _ characters: String) -> String {
    text.unicodeScalars.map { characters.unicodeScalars.contains($0) ? "\\\($0)" : "\($0)" }.joined()
}

private func quoted(_ text: String) -> String { "\"\(escaped(text, "\"\\"))\"" }

private func list(_ items: [String], _ random: inout SeededGenerator, _ ends: String = "[]") -> String {
    let space = random.choose(["", " ", "\n", "\r\n  "])
    return ends.prefix(1) + space + items.joined(separator: space + "," + space) + space + ends.suffix(1)
}

/// Ways of writing a table that must all be seen through.
private enum Form: CaseIterable {
    case objects, lines, columns, rows, headed, split, byColumn, byRow, nested, prometheus, frames, targets, documents, influx,
        annotated,
        lineProtocol

    func text(_ table: RandomTable, _ random: inout SeededGenerator) -> String {
        let all = ["time"] + table.names
        let rows = table.times.indices.map { row in ["\(table.times[row])"] + table.columns.map { $0[row] ?? "null" } }
        let columns = all.indices.map { column in list(rows.map { $0[column] }, &random) }
        let names = list(all.map(quoted), &random)
        let lists = list(rows.map { list($0, &random) }, &random)
        func object(_ members: [(String, String)]) -> String { list(members.map { "\(quoted($0.0)): \($0.1)" }, &random, "{}") }
        func objects() -> [String] {
            rows.map { row in object(zip(all, row).filter { $0.1 != "null" || random.happens(0.5) }.shuffled(using: &random)) }
        }
        switch self {
        case .objects: return list(objects(), &random)
        case .lines: return objects().map { $0.split(whereSeparator: \.isNewline).joined() }.joined(separator: "\n") + "\n"
        case .columns: return object(Array(zip(all, columns)))
        case .rows: return object([("rows", lists), ("columns", names)])
        case .headed: return list([names] + rows.map { list($0, &random) }, &random)
        case .split:
            let index = list(rows.map { $0[0] }, &random)
            let data = list(rows.map { list(Array($0.dropFirst()), &random) }, &random)
            return object([("columns", list(table.names.map(quoted), &random)), ("index", index), ("data", data)])
        case .byColumn:
            return object(
                all.indices.map { column in (all[column], object(rows.enumerated().map { ("\($0)", $1[column]) })) })
        case .byRow: return object(zip(rows, objects()).map { ($0[0], $1.replacing("\"time\"", with: "\"left out\"")) })
        case .nested: return object([("status", "\"ok\""), ("out", object([("hourly", list(objects(), &random))]))])
        default: return answer(table, &random)
        }
    }

    private func answer(_ table: RandomTable, _ random: inout SeededGenerator) -> String {
        func points(_ column: Int, _ point: (Int, String) -> String) -> String {
            let known = table.times.indices.compactMap { row in table.columns[column][row].map { point(table.times[row], $0) } }
            return list(known, &random)
        }
        let indices = table.names.indices
        switch self {
        case .prometheus:
            let series = indices.map { column in
                "{\"metric\":{\"job\":\"a\",\"__name__\":\(quoted(table.names[column]))},\"values\":\(points(column) { "[\($0),\"\($1)\"]" })}"
            }
            return "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":\(list(series, &random))}}"
        case .frames:
            let fields =
                ["{\"name\":\"time\",\"type\":\"time\"}"] + table.names.map { "{\"name\":\(quoted($0)),\"type\":\"number\"}" }
            let values =
                [list(table.times.map(String.init), &random)] + table.columns.map { list($0.map { $0 ?? "null" }, &random) }
            return
                "{\"results\":{\"A\":{\"frames\":[{\"schema\":{\"fields\":\(list(fields, &random))},\"data\":{\"values\":\(list(values, &random))}}]}}}"
        case .targets:
            return list(
                indices.map { column in
                    "{\"target\":\(quoted(table.names[column])),\"datapoints\":\(points(column) { "[\($1),\($0)]" })}"
                }, &random)
        case .documents:
            return "{\"took\":3,\"hits\":{\"hits\":\(list(Form.objects.rows(table).map { "{\"_source\":\($0)}" }, &random))}}"
        case .influx:
            let rows = table.times.indices.map { row in
                list(["\(table.times[row])"] + table.columns.map { $0[row] ?? "null" }, &random)
            }
            return
                "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":\(list((["time"] + table.names).map(quoted), &random)),"
                + "\"values\":\(list(rows, &random))}]}]}"
        case .annotated:
            return indices.map { column in
                let known = table.times.indices.compactMap { row in
                    table.columns[column][row].map {
                        ",,\(column),\(table.times[row]),\($0),\(csvField(table.names[column])),m\r\n"
                    }
                }
                return
                    "#datatype,string,long,dateTime:RFC3339,double,string,string\r\n#group,false,false,false,false,true,true\r\n"
                    + "#default,_result,,,,,\r\n,result,table,_time,_value,_field,_measurement\r\n" + known.joined() + "\r\n"
            }.joined()
        default:
            return table.times.indices.map { row in
                let fields = indices.compactMap { column in
                    table.columns[column][row].map { "\(escaped(table.names[column], ",= \\"))=\($0)" }
                }
                return "m,a=b \(fields.joined(separator: ",")) \(table.times[row])\n"
            }.joined()
        }
    }

    /// The objects of a table, without spaces.
    private func rows(_ table: RandomTable) -> [String] {
        table.times.indices.map { row in
            let members = zip(table.names, table.columns).map { "\(quoted($0)):\($1[row] ?? "null")" }
            return "{\"time\":\(table.times[row]),\(members.joined(separator: ","))}"
        }
    }
}

@Test func everyFormOfOneTableGivesTheSameRecords() {
    forRandomSeeds(300) { seed, random in
        let table = RandomTable(&random)
        for form in Form.allCases {
            let text = form.text(table, &random)
            let read = try OtherText.table(Data(text.utf8), file: "\(form)")
            var content = try content(try #require(read, "seed \(seed), \(form): \(text)"))
            content["left out"] = nil
            #expect(content == table.content, "seed \(seed), \(form): \(text)")
        }
    }
}

/// What may come of any bytes: nothing, records of as many fields as names, or one sentence.
private func check(_ bytes: [UInt8], _ comment: String) {
    do {
        guard let table = try OtherText.table(Data(bytes), file: "bytes") else { return }
        _ = try content(table)
    } catch let error as SeriesError {
        #expect(
            error.description.hasPrefix("bytes") && error.description.hasSuffix(".") && !error.description.contains("\n"),
            "\(comment)")
    } catch {
        Issue.record("\(comment): \(error), \(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
}

@Test func everyCutOfADocumentIsReadOrOneSentence() {
    forRandomSeeds(2) { seed, random in
        let table = RandomTable(&random)
        for form in Form.allCases {
            let bytes = Array(form.text(table, &random).utf8)
            for end in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
                check(Array(bytes[..<end]), "seed \(seed), \(form), \(end)")
            }
        }
    }
}

@Test func changedDocumentsAndRandomBytesAreReadOrOneSentence() {
    let parts = [
        "[", "]", "{", "}", ",", ":", "\"", "\\", "\\u", "null", "1e9", "-", "\n", "\"a\":", "=", " ", "#", "NaN", "[[", "{\"",
        "\u{0}", "9", "é",
    ]
    forRandomSeeds(60) { seed, random in
        let table = RandomTable(&random)
        for form in Form.allCases {
            var bytes = Array(form.text(table, &random).utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: bytes.indices, using: &random)
                let end = min(bytes.count, place + random.choose([0, 0, 1, 1, 2, 20]))
                bytes.replaceSubrange(place..<end, with: Array(random.choose(parts).utf8))
            }
            check(bytes, "seed \(seed), \(form)")
        }
        let noise = (0..<Int.random(in: 0...200, using: &random)).map { _ in Array(random.choose(parts).utf8) }
        check(Array(random.choose(["", "[", "{", "{\"", "[[", "#datatype,", "m "]).utf8) + noise.joined(), "seed \(seed), noise")
        let bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
        check(Array(random.choose(["", "[", "{\"", "[["]).utf8) + bytes, "seed \(seed), bytes")
    }
}

@Test func manyColumnsInAnyOrderTakeTimeInProportion() throws {
    var random = SeededGenerator(seed: 21)
    let names = (0..<2_000).map { "column number \($0)" }
    let rows = (0..<40).map { row in
        "{" + names.shuffled(using: &random).map { "\"\($0)\":\(row)" }.joined(separator: ",") + "}"
    }
    let clock = ContinuousClock()
    let taken = try clock.measure {
        let read = try #require(try OtherText.table(Data("[\(rows.joined(separator: ","))]".utf8), file: "wide"))
        #expect(read.names.count == 2_000 && read.lines.count == 40)
    }
    #expect(taken < .seconds(20))
}

@Test func rowsWithHardlyAColumnInCommonAreRefused() {
    let rows = (0..<12_000).map { "{\"name\($0)\":1}" }
    #expect {
        try OtherText.table(Data("[\(rows.joined(separator: ","))]".utf8), file: "sparse")
    } throws: {
        "\($0)".contains("members in all, few in common")
    }
}
