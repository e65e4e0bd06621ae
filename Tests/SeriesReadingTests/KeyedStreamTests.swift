import Foundation
import TestSupport
import Testing
import TimeSeries

@testable import SeriesReading

/// The keys of a text in order, each with its series or the reason why there is none.
private func keys(
    _ text: String, key: String = "key", columns: [String] = [], isStream: Bool = true
) throws -> [(key: String, series: Result<Series, any Error>)] {
    try keys(of: Data(text.utf8), key: key, columns: columns, isStream: isStream)
}

private func keys(
    of data: Data, key: String = "key", columns: [String] = [], isStream: Bool = true
) throws -> [(key: String, series: Result<Series, any Error>)] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try data.write(to: file)
    let options = SeriesReader.Options(columns: columns)
    var stream =
        try isStream
        ? KeyedStream(ByteStream(path: file.path), key: key, options) : KeyedStream(path: file.path, key: key, options: options)
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
        #expect(series.time == alone.time && series.identity == alone.identity && series.fileOrder == alone.fileOrder, "\(name)")
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

@Test func rowsOfAFileAreSortedByKeyWhereTheyDoNotLieTogether() throws {
    var random = SystemRandomNumberGenerator()
    let names = ["one", "two", "zwölf", "4"]
    var (text, own): (String, [String: [Double]]) = ("key,note,value\n", [:])
    for row in 0..<5000 {
        let name = names[Int.random(in: 0..<names.count, using: &random)]
        text += row % 50 == 7 ? "\(name),\"a\nb\",\(row)\n" : "\(name),,\(row)\n"
        own[name, default: []].append(Double(row))
    }
    let found = try keys(text, isStream: false)
    #expect(Set(found.map(\.key)) == Set(names) && found.count == names.count)
    for (name, series) in found { #expect(try series.get().channels[0].values == own[name]) }
    let bad = try keys("key,value\na,1\nb,2\na,3\n\nb,x\nc,5\na,4\n", isStream: false)
    #expect(bad.map(\.key) == ["a", "b", "c"])
    #expect(try bad[0].series.get().channels[0].values == [1, 3, 4])
    #expect(problem(bad[1].series).contains("key b, row 2 (line 6), column \"value\": \"x\" is not a number"))
}

@Test func whatIsTooLargeToSortIsRefused() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("key,value\na,1\nb,2\na,3\n".utf8).write(to: file)
    var stream = try KeyedStream(path: file.path, key: "key")
    #expect { try KeyedGathering(&stream, file: "f.csv", mostBytes: 8) } throws: { "\($0)".contains("not sorted in memory") }
}

@Test func whatBelongsToNoKeySpoilsTheKeysBesideIt() throws {
    let found = try keys("value,key\n1,a\n2\n1,b\n2,b\n1,c\n2\n3,c\n1,d\n1,\n")
    #expect(found.map(\.key) == ["a", "b", "c", "d"])
    #expect([0, 1, 2].allSatisfy { problem(found[$0].series).contains("has no key") })
    #expect(problem(found[0].series).contains("line 3") && problem(found[2].series).contains("line 7"))
    #expect(problem(found[3].series).contains("line 10: has no key"))
    #expect { try keys("key,v\na,1\n", key: "name") } throws: { "\($0)".contains("has no column \"name\" (it has: key, v)") }
}

/// What comes with the first lines, and what comes later, is a matter of how the stream arrives.
@Test func theFirstLinesAloneTellHowAStreamIsRead() throws {
    let found = try keys("key,v\n" + String(repeating: "a,1\n", count: 201) + "b,\u{0}\nc,2\n")
    #expect(found.map(\.key) == ["a", "b", "c"])
    #expect(problem(found[1].series).contains("key b, row 1 (line 203), column \"v\""))
    #expect(try found[2].series.get().channels[0].values == [2])
    // Line 201 ends within quotes.
    let records = String(repeating: "a,1,\"x\ny\"\n", count: 150)
    let quoted = try keys("key,v,note\na,1,\n" + records + "b,2,\n")
    #expect(quoted.map(\.key) == ["a", "b"])
    #expect(try quoted[0].series.get().rowCount == 151)
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
    (#"{"v":1,"w":[1]}"#, "its member \"w\" holds a list"), (#"{"v":1"#, "no end"), (#"{"v":1,"v":2}"#, "twice"),
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

/// What is read at once, 256 KB, ends within quotes.
@Test func textOfManyLinesIsReadHoweverTheStreamIsCut() throws {
    let note = String(repeating: "a line\n", count: 400)
    let rows = (0..<300).map { "\($0 < 150 ? "a" : "b"),\($0),\"\(note)\"\n" }
    let found = try keys("key,value,note\n" + rows.joined())
    #expect(found.map(\.key) == ["a", "b"])
    #expect(try found.map { try $0.series.get().rowCount } == [150, 150])
}

@Test func aQuoteThatNeverEndsIsNamedByTheLineOfTheStream() throws {
    var text = "key,value\n"
    for row in 0..<30_000 { text += "k\(row / 10_000),\(row)\n" }
    let found = try keys(text + "k3,\"5\nk3,6\n")
    #expect(problem(try #require(found.last).series).contains("line 30002: a quoted field that opens here never ends"))
    #expect(try found[1].series.get().rowCount == 10_000)
}

@Test func blankLinesAreLines() throws {
    #expect(problem(try keys("key,value\na,1\n\n\na,x\n")[0].series).contains("row 2 (line 5)"))
    #expect { try series("v,w\n1,2\n\n\n\nx,3\n") } throws: { "\($0)".contains("row 2 (line 6)") }
    #expect(problem(try keys("key,value\ra,1\ra,x\r")[0].series).contains("row 2 (line 3)"))
}

@Test func keysAreOneWhereTheirBytesAre() throws {
    let found = try keys("key,value\n\u{E9},1\ne\u{301},2\n")
    #expect(try found.map { try $0.series.get().rowCount } == [1, 1])
    let latin = try keys(of: Data("key,value\nK".utf8) + [0xF6] + Data("ln,1\nb,2\n".utf8))
    #expect(problem(latin[0].series).contains("line 2: the key is not written in UTF-8"))
    #expect(try latin[1].series.get().rowCount == 1)
}

@Test func aStreamMayBeCompressedInSeveralMembers() throws {
    func compressed(_ text: String) throws -> Data {
        let gzip = Process()
        let (input, output) = (Pipe(), Pipe())
        gzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
        (gzip.standardInput, gzip.standardOutput) = (input, output)
        try gzip.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        return output.fileHandleForReading.readDataToEndOfFile()
    }
    let rows = (0..<50_000).map { "k\($0 / 25_000),\($0)\n" }
    let parts = try [compressed("key,value\n" + rows[..<25_000].joined()), compressed(rows[25_000...].joined())]
    let found = try keys(of: parts[0] + parts[1])
    #expect(try found.map { try $0.series.get().rowCount } == [25_000, 25_000])
    #expect { try keys(of: parts[0] + parts[1].dropLast(9)) } throws: { "\($0)".contains("gzip data is damaged or cut short") }
}

@Test func whatHasNoLineEndsIsToldEarly() throws {
    #expect { try keys(of: Data(count: 40 << 20)) } throws: { "\($0)".contains("binary data") }
    let row = Data(repeating: UInt8(ascii: ","), count: 20 << 20)
    #expect { try keys(of: row) } throws: { "\($0)".contains("line 1: a row is longer than") }
    let rows = Data(String(repeating: "a,1\n", count: 300).utf8)
    #expect { try keys(of: Data("key,value\n".utf8) + rows + row) } throws: { "\($0)".contains("line 302: a row is longer than") }
    #expect { try keys(of: Data("SQLite format 3\0".utf8) + Data(count: 100)) } throws: { "\($0)".contains("an SQLite database") }
}

@Test func jsonLinesMayBeginWithAByteOrderMarkAndTextInBracesIsNone() throws {
    let found = try keys("\u{FEFF}{\"key\":\"a\",\"v\":1}\n{\"key\":\"a\",\"v\":2}\n")
    #expect(try found[0].series.get().channels[0].values == [1, 2])
    #expect(try series("\u{FEFF}{\"v\":1}\n{\"v\":2}\n").channels[0].values == [1, 2])
    #expect(try series("{6F9619FF-8B86},1,2\n{6F9619FF-8B87},3,4\n").rowCount == 2)
}

@Test func whatColumnsHoldIsNotDecidedByTheFirstKey() throws {
    let rows = (0..<60).map { "2024-01-01T00:00:\($0 < 10 ? "0" : "")\($0)Z,\($0)\n" }
    let text = "key,time,value\n0,,x\n" + rows.map { "a,\($0)" }.joined() + rows.map { "b,\($0)" }.joined()
    let found = try keys(text, columns: ["value"])
    #expect(problem(found[0].series).contains("key 0"))
    for (_, result) in found.dropFirst() { #expect(try result.get().profile.step == 1_000_000) }
}

@Test func anObjectThatIsWrongIsOneOfItsKey() throws {
    func rows(_ key: String, _ more: String = "") -> String {
        (0..<150).map { "{\"key\":\"\(key)\",\"v\":\($0)\(more)}\n" }.joined()
    }
    let found = try keys(rows("a") + rows("a\\\"") + rows("b", ",\"site\":\"x\"") + rows("c"))
    #expect(found.map(\.key) == ["a", "a\"", "b", "c"])
    #expect(problem(found[2].series).contains("line 301: is not a JSON object of numbers and texts (a member \"site\""))
    #expect(try [0, 1, 3].map { try found[$0].series.get().rowCount } == [150, 150, 150])
    let half = try keys("{\"key\":\"a\",\"v\":1}\n{\"key\":\"\\ud800\",\"v\":1}\n{\"key\":\"c\",\"v\":1}\n")
    #expect(problem(half[0].series).contains("half of a pair of escapes"))
}

@Test func aQuoteThatClosesInALaterRowIsAnErrorOfItsRowAlone() throws {
    let found = try keys("key,note,value\na,\"x,1\na,y,2\nb,z,3\nb,\"y,4\nc,w,5\nd,v,6\n")
    #expect(found.map(\.key) == ["a", "b", "c", "d"])
    #expect(problem(found[0].series).contains("line 2: a quoted field that opens here ends within another field"))
    #expect(problem(found[1].series).contains("line 5: a quoted field that opens here never ends"))
    // The row may be of the key behind it as well.
    #expect(problem(found[2].series) == problem(found[1].series))
    #expect(try found[3].series.get().rowCount == 1)
}

@Test func theRestOfALongLineIsNoKey() throws {
    let long = String(repeating: "x", count: 3 << 20)
    let found = try keys("key,value\na,1\nb,1\nb,\(long)\nb,2\nc,1\n")
    #expect(found.map(\.key) == ["a", "b", "c"])
    #expect(problem(found[1].series).contains("line 4: a field is longer than") && problem(found[1].series).count < 200)
    #expect(try found[2].series.get().rowCount == 1)
}
