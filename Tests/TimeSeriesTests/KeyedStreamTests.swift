import Foundation
import Testing

@testable import TimeSeries

/// The keys of a text in order, each with its series or the reason why there is none.
private func keys(
    _ text: String, key: String = "key", columns: [String] = []
) throws -> [(key: String, series: Result<Series, any Error>)] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(text.utf8).write(to: file)
    var stream = try KeyedStream(path: file.path, key: key, options: SeriesReader.Options(columns: columns))
    var found: [(key: String, series: Result<Series, any Error>)] = []
    while let rows = try stream.next() { found.append((rows.key, Result { try stream.form.series(rows) })) }
    return found
}

private func problem(_ result: Result<Series, any Error>) -> String {
    if case .failure(let error) = result { "\(error)" } else { "" }
}

@Test func aKeysSeriesIsThatOfAFileOfItsOwn() throws {
    var generator = SystemRandomNumberGenerator()
    let (delimiter, key) = ([",", ";"].randomElement(using: &generator) ?? ",", "a \"b\"; c,")
    var (text, own): (String, [String: String]) = ("time\(delimiter)key\(delimiter)value\n", [:])
    let header = "time\(delimiter)value\n"
    for (index, name) in ["one", key, "zwölf", "4"].enumerated() {
        for row in 0..<(30 * (index + 1)) {
            let value = row % 7 == 3 ? "" : "\(Double(row * index) / 8)"
            let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
            text += "2024-01-01T00:\(row % 60 < 10 ? "0" : "")\(row % 60)\(delimiter)\(quoted)\(delimiter)\(value)\r\n"
            own[name, default: header] += "2024-01-01T00:\(row % 60 < 10 ? "0" : "")\(row % 60)\(delimiter)\(value)\n"
        }
    }
    let found = try keys(text)
    #expect(found.map(\.key) == ["one", key, "zwölf", "4"])
    for (name, result) in found {
        let series = try result.get()
        let alone = try SeriesReader.read(data: Data((own[name] ?? "").utf8), name: series.name)
        #expect(series.time == alone.time && series.hasSameValues(as: alone) && series.fileOrder == alone.fileOrder, "\(name)")
    }
}

@Test func aStreamLongerThanWhatIsReadAtOnceLosesNoRow() throws {
    let rows = 40_000
    var text = "key,value\n"
    for key in 0..<4 { for row in 0..<rows { text += "k\(key),\(row)\n" } }
    let found = try keys(String(text.dropLast()))
    #expect(found.map(\.key) == ["k0", "k1", "k2", "k3"])
    for (_, series) in found { #expect(try series.get().channels[0].values == (0..<rows).map(Double.init)) }
}

@Test func aBadRowIsAnErrorOfItsKeyAloneAndNamesTheLineOfTheStream() throws {
    let found = try keys("key,value\na,1\na,2\nb,1\nb,x\nb,y\nc,1,2\nd,1\na,3\n")
    #expect(found.map(\.key) == ["a", "b", "c", "d", "a"])
    #expect(try found[0].series.get().rowCount == 2 && found[3].series.get().rowCount == 1)
    #expect(problem(found[1].series).contains("key b, row 2 (line 5), column \"value\": \"x\" is not a number"))
    #expect(problem(found[2].series).contains("key c, row 1 (line 7): has 3 fields"))
    #expect(problem(found[4].series).contains("key a, line 9: rows of this key were read before"))
}

@Test func whatBelongsToNoKeySpoilsTheKeysBesideIt() throws {
    let found = try keys("value,key\n1,a\n2\n1,b\n2,b\n1,c\n2\n3,c\n1,d\n1,\n")
    #expect(found.map(\.key) == ["a", "b", "c", "d", ""])
    #expect([0, 1, 2].allSatisfy { problem(found[$0].series).contains("has no key") })
    #expect(problem(found[0].series).contains("line 3") && problem(found[2].series).contains("line 7"))
    #expect(try found[3].series.get().rowCount == 1)
    #expect(problem(found[4].series).contains("line 10: has no key"))
    #expect { try keys("key,v\na,1\n", key: "name") } throws: { "\($0)".contains("has no column \"name\" (it has: key, v)") }
}

@Test func jsonLinesHoldWhatDelimitedTextHolds() throws {
    let lines = [
        #"{"time":"2024-01-01T00:00:00Z","host":"a, \"b\" \u00e9","load":1.5,"is_anomaly":false}"#,
        #"{"host":"a, \"b\" \u00e9", "time":"2024-01-01T00:01:00Z","load":null,"is_anomaly":true}"#, "",
        #"{"time":"2024-01-01T00:02:00Z","host":"c","load":-2e3}"#,
    ].joined(separator: "\n")
    let found = try keys(lines, key: "host")
    #expect(found.map(\.key) == ["a, \"b\" é", "c"])
    let series = try found[0].series.get()
    #expect(series.channels[0].values[0] == 1.5 && series.channels[0].values[1].isNaN)
    #expect(series.labels == [false, true] && series.timeText(row: 1) == "2024-01-01T00:01:00Z")
    #expect(try found[1].series.get().channels[0].values == [-2000])
    let whole = try SeriesReader.read(data: Data(lines.utf8), name: "lines")
    #expect(whole.channels.map(\.name) == ["load"] && whole.rowCount == 3 && whole.labels == [false, true, false])
}

@Test(arguments: [
    (#"{"v":1,"w":[1]}"#, "a list or an object"), (#"{"v":1"#, "no end"), (#"{"v":1,"v":2}"#, "twice"),
    (#"{"v":yes}"#, "no number"), (#"{"v":1} 2"#, "behind the object"), (#"{"v":1,"u":2}"#, "the first lines lack"),
    (#"{"v":"\q"}"#, "escape"), ("[1]", "no { where one belongs"),
]) func aLineThatIsNoPlainObjectIsNamed(_ line: String, _ reason: String) throws {
    // Names are taken from the first 200 lines.
    let good = String(repeating: "{\"v\":1,\"w\":2}\n", count: 250)
    do {
        _ = try SeriesReader.read(data: Data((good + line + "\n").utf8), name: "lines")
        Issue.record("read")
    } catch {
        #expect("\(error)".contains("lines, line 251: is not a JSON object") && "\(error)".contains(reason), "\(error)")
    }
}
