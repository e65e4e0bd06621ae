import Foundation
import Testing

@testable import SeriesReading

/// A document and what it is read as.
struct ReadDocument: CustomTestStringConvertible {
    let text: String
    let names: [String]
    let records: String

    init(_ text: String, _ names: [String], _ records: String) { (self.text, self.names, self.records) = (text, names, records) }

    var testDescription: String { String(text.prefix(60)) }
}

@Test(arguments: [
    ReadDocument(
        "[\n  {\"date\": \"2012-02-01\", \"level\": 4.2},\n  {\"date\": \"2012-02-02\", \"level\": 4.5}\n]", ["date", "level"],
        "2012-02-01,4.2\n2012-02-02,4.5\n"),
    ReadDocument(#"[{"a":1},{"b":2,"a":null},{"c":"x, \"y\""}]"#, ["a", "b", "c"], "1,,\n,2,\n,,\"x, \"\"y\"\"\"\n"),
    ReadDocument(
        #"[{"dt":1,"main":{"temp":2,"in":{"x":3}},"w":[{"id":7}],"v":[1,2]},{"main":{"temp":4}}]"#,
        ["dt", "main.temp", "main.in.x", "w.id", "v.1", "v.2"], "1,2,3,7,1,2\n,4,,,,\n"),
    ReadDocument(#"[{"a":null},{"a":1}]"#, ["a"], "\"\"\n1\n"),
    ReadDocument("{\"a\":{\"b\":1},\"t\":\"x\\ny\"}\n{\"a\":{\"b\":2}}\n", ["a.b", "t"], "1,x\u{240A}y\n2,\n"),
    ReadDocument("[1.5, null, -2e3]", ["value"], "1.5\n\"\"\n-2e3\n"),
]) func objectsAreRowsAndWhatLiesInThemIsFlattened(_ reading: ReadDocument) throws {
    let table = try answerTable(reading.text)
    #expect(table.names == reading.names && records(table) == reading.records)
}

@Test(arguments: [
    ReadDocument(
        #"{"time": ["2023-01-01", "2023-01-02"], "temp": [20.1, null]}"#, ["time", "temp"], "2023-01-01,20.1\n2023-01-02,\n"),
    ReadDocument(#"{"columns":["t","v"],"index":[0,1],"data":[[1,2],[3,4]]}"#, ["t", "v"], "1,2\n3,4\n"),
    ReadDocument(
        #"{"columns":["v"],"index":["2023-01-01","2023-01-02"],"data":[[2],[4]]}"#, ["time", "v"], "2023-01-01,2\n2023-01-02,4\n"),
    ReadDocument(#"{"t":{"0":5,"1":6},"temp":{"0":1,"1":2}}"#, ["t", "temp"], "5,1\n6,2\n"),
    ReadDocument(#"{"temp":{"2023-01-01":1,"2023-01-02":2}}"#, ["time", "temp"], "2023-01-01,1\n2023-01-02,2\n"),
    ReadDocument(#"{"2023-01-01":{"a":1},"2023-01-02":{"a":2,"b":3}}"#, ["time", "a", "b"], "2023-01-01,1,\n2023-01-02,2,3\n"),
    ReadDocument(#"{"rates":{"2023-01-01":1.5,"2023-01-02":2}}"#, ["time", "rates"], "2023-01-01,1.5\n2023-01-02,2\n"),
    ReadDocument(#"{"2023-01-01":1.5,"2023-01-02":2}"#, ["time", "value"], "2023-01-01,1.5\n2023-01-02,2\n"),
    ReadDocument(
        #"{"latitude":52.5,"units":{"time":"iso"},"hourly":{"time":["2023-01-01T00:00","2023-01-01T01:00"],"t_2m":[1,2]}}"#,
        ["time", "t_2m"], "2023-01-01T00:00,1\n2023-01-01T01:00,2\n"),
    ReadDocument(
        #"{"meta":{"s":"X"},"timestamp":[1500000000,1500003600],"q":{"quote":[{"open":[1,2],"close":[3,4]}]},"n":[1]}"#,
        ["timestamp", "q.quote.open", "q.quote.close"], "1500000000,1,3\n1500003600,2,4\n"),
]) func columnsMayStandBesideEachOther(_ reading: ReadDocument) throws {
    let table = try answerTable(reading.text)
    #expect(table.names == reading.names && records(table) == reading.records)
}

@Test(arguments: [
    ReadDocument(
        "[[1500000000000, 4.10, 4.15],\n [1500003600000, 4.12, null]]", ["column1", "column2", "column3"],
        "1500000000000,4.10,4.15\n1500003600000,4.12,\n"),
    ReadDocument(#"[["time","v"],["2023-01-01",1]]"#, ["time", "v"], "2023-01-01,1\n"),
    ReadDocument("[1,2]\n[3,4]\n", ["column1", "column2"], "1,2\n3,4\n"),
    ReadDocument(
        #"{"fields":[{"name":"ts","type":"time"},{"name":"v"}],"data":[["2023-01-01",1],["2023-01-02",2]],"total":2}"#,
        ["ts", "v"], "2023-01-01,1\n2023-01-02,2\n"),
    ReadDocument(
        #"{"prices":[[1500000000000,1],[1500003600000,2]],"caps":[[1500000000000,3],[1500007200000,4]]}"#,
        ["time", "prices", "caps"], "1500000000000,1,3\n1500003600000,2,\n1500007200000,,4\n"),
    ReadDocument("[[1],[2,3]]", ["column1", "column2"], "1,\n2,3\n"),
]) func listsAreRows(_ reading: ReadDocument) throws {
    let table = try answerTable(reading.text)
    #expect(table.names == reading.names && records(table) == reading.records)
}

@Test func theOneTableOfADocumentIsFoundAndNamed() throws {
    let nested =
        #"{"status":"ok","inputs":{"a":[1,2]},"outputs":{"hourly":[{"time":"20130101:0055","G":0},{"time":"20130101:0155","G":1}]}}"#
    let read = try answerTable(nested)
    #expect(read.names == ["time", "G"] && read.notices == ["Rows are those of outputs.hourly; left out: inputs with 2 rows."])
    let hours = (0..<24).map { "\"2023-01-01T\($0 < 10 ? "0" : "")\($0):00\"" }.joined(separator: ",")
    let forecast = """
        {"hourly":{"time":[\(hours)],"t":[\((0..<24).map(String.init).joined(separator: ","))]},
         "daily":{"time":["2023-01-01","2023-01-02"],"m":[1,2]}}
        """
    #expect(try answerTable(forecast).notices == ["Rows are those of hourly; left out: daily with 2 rows."])
    let two = refusal(#"{"a":[{"time":"2023-01-01","v":1},{"time":"2023-01-02","v":1}],"b c":[{"time":"2023-01-01","v":1}]}"#)
    #expect(
        two
            == "answer: is JSON that holds several tables (a with 2 rows, b c with 1 row); keep one, for example with jq '.a', and open that."
    )
    let stations = refusal(
        "["
            + (0..<3).map {
                "{\"name\":\"s\($0)\",\"data\":[\((0..<20).map { "{\"t\":\"2023-01-\($0 + 10)\",\"v\":1}" }.joined(separator: ","))]}"
            }
            .joined(separator: ",") + "]")
    #expect(stations.contains("several tables ([0].data with 20 rows, [1].data with 20 rows, [2].data with 20 rows)"))
    #expect(stations.contains("jq '.[0].data'"))
    let deep = refusal(#"{"memory":{"total":5,"sizes":[{"size":1,"n":2},{"size":2,"n":3},{"size":3,"n":3}]},"up":1}"#)
    #expect(deep.contains("whose only table, memory.sizes, has no times") && deep.contains("jq '.memory.sizes'"))
    #expect(try answerTable(#"[{"t":1,"tags":["a","b"]},{"t":2,"tags":[]}]"#).notices == ["Lists are left out: tags."])
}

@Test func aRecordKnowsItsLine() throws {
    let list = try answerTable("[\n  {\n    \"a\": 1\n  },\n  {\"a\": 2},\n\n {\"a\":\"x\\ny\"}\n]")
    #expect(list.lines == [2, 5, 7] && records(list) == "1\n2\nx\u{240A}y\n")
    #expect(try answerTable("{\"time\": [\n1,\n2\n], \"v\": [\n3,\n4]}").lines == [2, 3])
    #expect(try answerTable("# comment\nm v=1 1677974400\n\nm v=2 1677974460\n").lines == [2, 4])
    let lines = try answerTable("{\"a\":\"x\\ny\",\"v\":1}\n\n{\"a\":\"\\r\",\"v\":2}\n")
    #expect(lines.lines.isEmpty && records(lines) == "x\u{240A}y,1\n\n\u{240D},2\n" && lines.format == "JSON lines")
}

@Test(arguments: [
    ("{\"a\": [1, 2", "line 1, column 12: the JSON is broken (it ends in the midst of a list)"),
    ("[{\"a\": 1},\n {\"a\" 2}]", "line 2, column 7: the JSON is broken (a colon belongs there)"),
    ("[{\"ä\": 1} {\"a\": 2}]", "line 1, column 11: the JSON is broken (a comma or ] belongs there)"),
    ("[[1, 2], [1, x]]", "line 1, column 14: the JSON is broken (a value belongs there)"),
    ("[[1, 2], [1, tr", "the JSON is broken (it ends in the midst of a list)"),
    ("[{\"a\": 1.}]", "column 8: the JSON is broken (no number is written so)"),
    ("[{\"a\": \"x\n\"}]", "column 8: the JSON is broken (a text begins there that does not end on its line)"),
    ("[{\"a\": \"\\q\"}]", "an escape that is none"), ("[{\"a\":1,\"a\":2}]", "a member that comes twice"),
    ("[{\"a\":1}]]", "column 10: the JSON is broken (a value belongs there)"),
    ("[{\"a\":1},{\"b\":2},3]", "JSON list of no rows"),
    ("[{\"a\":1}" + String(repeating: ",{\"a\":1}", count: 80) + ",7]", "an object belongs there"),
    (String(repeating: "[", count: 100_000), "lists and objects lie more than 64 deep"),
    (String(repeating: "{\"a\":", count: 100_000), "lists and objects lie more than 64 deep"),
    ("[]", "holds no rows"), ("[{}]", "holds no rows"), ("{\"a\":1,\n\"b\":{\"c\":2}}", "is a JSON object of no rows"),
    (#"{"weather":[{"id":1}],"main":{"t":2}}"#, "is a JSON object of no rows"),
    (#"{"type":"FeatureCollection","features":[{"type":"Feature"}]}"#, "is a GeoJSON document, which holds places"),
    (#"{"cells":[],"nbformat":4}"#, "a Jupyter notebook"), (#"{"error":"unauthorized"}"#, "tells of an error (unauthorized)"),
    (#"{"error":{"code":401,"message":"no token"}}"#, "tells of an error (no token)"),
    (#"{"time":[1,2,3],"v":[1,2]}"#, "lists of several lengths (time has 3 values, v has 2)"),
    (#"{"data":[[1,2],[3,4,5]],"columns":["a","b"]}"#, "a list of 3 values where 2 have names"),
    ("{\"v\":1}\n{\"v\":[2]}\n", "line 2: is not a JSON object of numbers and texts (its member \"v\" holds a list"),
    ("{\"v\":1}\n{\"main\":{\"t\":2}}\n", "names of its own, as \"main.value\""),
]) func whatHoldsNoTableIsOneSentence(_ text: String, _ sentence: String) {
    let said = refusal(text)
    #expect(said.contains(sentence) && said.hasPrefix("answer") && said.hasSuffix(".") && !said.contains("\n"), "\(said)")
}

@Test func otherTextIsLeftToDelimitedText() throws {
    for text in [
        "time,value\n1,2\n", "[section]\na=1\n", "[1] time,[2] v\n1,2\n", "{6F9619FF-8B86},1\n", "a b=c d\n", "v\n1\n", "",
        "\"x\"\n",
    ] {
        #expect(try OtherText.table(Data(text.utf8), file: "answer") == nil, "\(text)")
    }
}

@Test func oneObjectOnALineMayBeTheFirstOfMany() throws {
    let one = try answerTable("{\"time\":\"2023-01-01\",\"v\":1}\n")
    #expect(one.format == "JSON lines" && one.names == ["time", "v"] && records(one) == "2023-01-01,1\n")
    let pretty = try answerTable("{\n \"v\": 1\n}\n{\n \"v\": 2\n}\n")
    #expect(pretty.names == ["v"] && records(pretty) == "1\n2\n" && pretty.lines == [1, 4])
}

@Test func numbersOfLabelsThatAnAnswerTellsApartAreKeys() throws {
    let quantiles = ["0", "0.25", "0.5", "0.75", "1"].enumerated().map { place, quantile in
        // The last of them begins later.
        let values = (place == 4 ? 20..<60 : 0..<60).map { "[\(1_764_473_675 + $0),\"\(Double($0 % 7 + place) / 1000)\"]" }
        return "{\"metric\":{\"__name__\":\"wait\",\"quantile\":\"\(quantile)\"},\"values\":[\(values.joined(separator: ","))]}"
    }
    let answer = "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[\(quantiles.joined(separator: ","))]}}"
    var options = SeriesReader.Options()
    options.tellsApartOnly = true
    let read = try SeriesReader.open(data: Data(answer.utf8), name: "answer.json", options: options).understanding
    #expect(read.key?.name == "quantile" && read.key?.count == 5 && read.channels == ["wait"] && read.leftOut.isEmpty)
}
