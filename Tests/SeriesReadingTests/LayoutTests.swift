import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

/// Lines of rows, each with its number from 0.
private func rows(_ count: Int, _ row: (Int) -> String) -> String { (0..<count).map { row($0) + "\n" }.joined() }

/// A number in so many characters, at the right.
private func right(_ value: some CustomStringConvertible, _ width: Int) -> String {
    let text = value.description
    return String(repeating: " ", count: max(0, width - text.count)) + text
}

private func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

private let cases: [ReadingCase] = [
    // Headers of another length than rows
    ReadingCase(
        name: "rows that end before the last columns",
        text: "unit,at,kind,pressure,scan,note,pen\n"
            + rows(6) { "Meter 7,2021-03-0\($0 + 1) 06:00,0,\([81, 93, 77, 85, 90, 79][$0]),," },
        channels: ["pressure"], time: ["at"], leftOut: ["unit", "kind", "scan", "note", "pen"],
        told: ["has 7 names and most rows have 6 fields"], step: "P1D"),
    ReadingCase(
        name: "a header of the first columns alone",
        text: ",stamp,north,south\n" + rows(5) { "0,2021-03-0\($0 + 1),\($0 * $0),\(9 - $0),3.5,\($0)7" },
        channels: ["north", "south", "column5", "column6"], time: ["stamp"], values: [0, 1, 4, 9, 16], leftOut: ["column1"],
        told: ["names the first 4 of 6 columns"], step: "P1D"),
    ReadingCase(
        name: "a header one short that begins over the times",
        text: "time,flow,head\n" + rows(4) { "2021-03-0\($0 + 1),\($0).5,\(7 - $0),\($0 * 3 % 5)" },
        channels: ["flow", "head", "column4"], time: ["time"], values: [0.5, 1.5, 2.5, 3.5], step: "P1D"),
    ReadingCase(
        name: "a header one short of rows with names", text: "\"a\" \"b\"\n\"1\" 4 2\n\"2\" 4 10\n\"10\" 7 4\n",
        channels: ["a", "b"],
        values: [4, 4, 7], leftOut: ["column1"]),
    ReadingCase(
        name: "the header of a table of one nameless column", text: ",0\n1911,269\n1912,321\n1913,585\n1914,871\n",
        channels: ["0"],
        time: ["column1"], format: "%Y", values: [269, 321, 585, 871], step: "P1Y"),

    // Titles, rules and units
    ReadingCase(
        name: "names over columns, in two lines, below a title of as many words",
        text: "### found by hand\nPlace  Day of  Mark    Depth\n code   date             (m)\n\n"
            + rows(8) { "QZW    7705\(padded($0 * 3 + 1))   \($0 % 3)       \(12 + $0 * $0 % 7).25\n" },
        channels: ["Mark", "Depth (m)"], time: ["Day of date"], format: "%y%m%d", times: ["1977-05-01", "1977-05-04"],
        values: [0, 1, 2, 0, 1, 2, 0, 1], leftOut: ["Place code"], told: ["stand over the columns"], step: "P3D"),
    ReadingCase(
        name: "two digits of a year that is to come",
        text: "date  cm\n" + rows(6) { "610\($0 + 1)17  \($0 * $0).5\n" }, channels: ["cm"], time: ["date"], format: "%y%m%d",
        times: ["1961-01-17", "1961-02-17"], step: "P1M"),
    ReadingCase(
        name: "units of some columns",
        text: "Hill station\n   yyyy  mm   high     low    rain\n              degC    degC      mm\n"
            + rows(9) {
                "   1987\(right($0 + 1, 4))\(right("\(14 + $0 % 4).5", 7))\(right("\(3 + $0 % 5).0", 8))\($0 < 2 ? "     ---" : right("\(60 + $0 * 7 % 11).1", 8))"
            },
        channels: ["high", "low", "rain"], time: ["yyyy", "mm"], times: ["1987-01-01"], told: ["Line 3", "--- 2"], step: "P1M"),
    ReadingCase(
        name: "rules and a title",
        text: "        YEARLY SUMS\n===================\nYear    Low    High\n-------------------\n"
            + rows(7) { "19\(40 + $0)\(right("\($0 * 3 % 7).5", 7))\(right("\(20 + $0 * 5 % 9).0", 8))" }
            + "-------------------\nNo sums were made in 1939, the station was closed.\n",
        channels: ["Low", "High"], time: ["Year"], format: "%Y", values: [0.5, 3.5, 6.5, 2.5, 5.5, 1.5, 4.5],
        told: ["Lines 1 to 2", "Line 4, drawn", "last 2 lines"], step: "P1Y"),
    ReadingCase(
        name: "what a device says of itself in as many fields",
        text: "sep=;\nVersion 2|Semicolon|Comma\n\n;No: 8;No: 9\n;8;9\n;Yield;Power\n;Counter;Mean\ndd.MM.yyyy;kWh;kW\n"
            + rows(9) { "0\($0 + 1).02.2019;\(100 + $0 * 17),125;\($0 * 7 % 5),500" },
        channels: ["Yield", "Power"], time: ["dd.MM.yyyy"], format: "%d.%m.%Y", times: ["2019-02-01", "2019-02-02"], step: "P1D"),
    ReadingCase(
        name: "a header that spells its times", text: "mm/dd/yyyy,level\n" + rows(9) { "0\($0 + 1)/05/2019,\($0 * $0)" },
        channels: ["level"], time: ["mm/dd/yyyy"], format: "%m/%d/%Y", times: ["2019-01-05", "2019-02-05"], step: "P1M"),
    ReadingCase(
        name: "the second of two lines of names names more",
        text: ",NOTES,,Sun,Clock\n,DOY,HR,Angle,Time\n"
            + rows(30) { "\($0 == 3 ? "Lat" : ""),\(1 + $0 / 24),\($0 % 24),\($0 * $0 % 97),\(1 + Double($0) / 24)" },
        channels: ["Angle"], time: ["DOY", "HR"], format: "%j %H", leftOut: ["column1", "Time"], told: ["name no year"],
        step: "PT1H"),

    // Headers elsewhere
    ReadingCase(
        name: "a header among remarks, before one that says nothing",
        text: "# made up\n# LEVEL   : in cm\n#\n# STN,YYYYMMDD,LEVEL, WIND\n#\n"
            + rows(6) { "  711,2018030\($0 + 1),  \(50 + $0 * 3 % 7),  \($0 == 2 ? "" : "\($0)1")" },
        channels: ["LEVEL", "WIND"], time: ["YYYYMMDD"], values: [50, 53, 56, 52, 55, 51], leftOut: ["STN"],
        told: ["WIND has 1 gap"],
        step: "P1D"),
    ReadingCase(
        name: "a header that stands again",
        text: rows(3) { part in
            "---load--- --disk-\n  a  b    rd   wr\n"
                + rows(5) { "\(right(part, 3))\(right($0, 3))\(right($0 * 7 % 4, 6))\(right($0 * $0, 5))" }
        }.replacing("\n\n", with: "\n"),
        channels: ["a", "b", "rd", "wr"], values: [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2], told: ["stand again at 2 places"]
    ),
    ReadingCase(
        name: "files put one behind the other, each with its header",
        text: rows(2) { part in "time,load\n" + (0..<3).map { "2020-03-0\(part + 5) 0\($0):00,\($0)" }.joined(separator: "\n") },
        channels: ["load"], time: ["time"], values: [0, 1, 2, 0, 1, 2], told: ["stand again at 1 place"]),
    ReadingCase(
        name: "a first row of codes above days of the year and clocks",
        text: "8801\t2017\t1500\t0\n" + rows(40) { "\(31 + $0 / 24)\t\($0 % 24 * 100)\t\($0 * $0 % 83)\t11" },
        channels: ["column3", "column4"], time: ["column1", "column2"], format: "%j %K",
        told: ["Line 1 is left out", "name no year"], step: "PT1H"),

    // Numbers
    ReadingCase(
        name: "marks behind numbers", text: "Year,rain,sun\n2001,80.5,7\n2002,81.5*,8#\n2003,79.5,9*\n",
        channels: ["rain", "sun"],
        time: ["Year"], values: [80.5, 81.5, 79.5], told: ["# behind 1, * behind 2"]),
    ReadingCase(
        name: "commas of three digits where semicolons divide fields", text: "d;v\n2020-01-01;1,125\n2020-01-02;20,500\n",
        channels: ["v"], time: ["d"], values: [1.125, 20.5], told: ["--decimal ."]),
]

@Test(arguments: cases) func aLayoutThatPeopleHaveIsReadAsTheyMeanIt(_ wanted: ReadingCase) throws { try expect(wanted) }

@Test(arguments: [
    ("Mon, 22 Apr 2019 15:11:08 -0500\nSun, 21 Apr 2019 08:11:08 -0500\nSat, 20 Apr 2019 01:11:08 -0500\n", "holds times"),
    (
        "*A1\n" + rows(110) { "Note" + String(repeating: " of it", count: $0 % 4) }
            + rows(90) { "  1  \($0)   -2 0.3\n   -1 0.1  -1  -1 311 \($0).5" },
        "several layouts"
    ),
]) func whatHoldsNoTableIsRefusedInTheRightWords(_ text: String, _ words: String) {
    #expect { try SeriesReader.read(data: Data(text.utf8), name: "f.txt") } throws: { "\($0)".contains(words) }
}

@Test func listsOfNotesGiveWayToListsThatHoldTimes() {
    let notes = (0..<9).map { #"{"text":"n\#($0)","kind":"filter"}"# }.joined(separator: ",")
    let series = ["a", "b"].map { name in
        #"{"values":[{"value":[{"level":"4","at":"2020-02-14T00:00:00"},{"level":"3","at":"2020-02-15T00:00:00"}]}],"name":"\#(name)"}"#
    }
    let text = #"{"answer":{"query":{"note":[\#(notes)]},"series":[\#(series.joined(separator: ","))]}}"#
    #expect {
        try SeriesReader.read(data: Data(text.utf8), name: "f.json")
    } throws: {
        "\($0)".contains("several tables") && "\($0)".contains("answer.series[1].values[0].value") && !"\($0)".contains("note")
    }
}

@Test func bucketsOfElasticsearchKeepValuesThatLieDeep() throws {
    let buckets = (0..<4).map { day in
        #"{"key_as_string":"d","key":\#(1_716_768_000_000 + day * 86_400_000),"doc_count":\#(day),"run":{"value":{"good":\#(day * 2),"#
            + #""bad":{"soft":1}}},"late":{"doc_count":3,"worst":{"value":\#(9 - day)}},"host":{"buckets":[{"key":"x","doc_count":7,"#
            + #""cpu":{"value":0.5}}]},"last":{"top":[{"m":1}]}}"#
    }
    let text =
        #"{"took":1,"_shards":{"total":3},"hits":{"hits":[]},"aggregations":{"days":{"buckets":[\#(buckets.joined(separator: ","))]}}}"#
    var options = SeriesReader.Options()
    options.tellsApartOnly = true
    let reading = try SeriesReader.open(data: Data(text.utf8), name: "f.json", options: options)
    let names = reading.understanding.columns.map(\.name)
    for name in ["doc_count", "run.good", "run.bad.soft", "late.doc_count", "late.worst", "host.doc_count", "host.cpu"] {
        #expect(names.contains(name), "\(name) in \(names)")
    }
    #expect(reading.understanding.notices.contains { $0.contains("last.top") })
}

@Test func aHeaderOfTwoLinesIsKnownAgainWhenItsFileIsReplaced() throws {
    let text = "Place  Day of  Depth\n code   date   (m)\n" + rows(6) { "QZW    770\($0 + 1)11  \(12 + $0).25" }
    let (reading, tail) = try CSVTail.beginning(Data(text.utf8), file: "f.dat", options: .init())
    #expect(reading.understanding.channels == ["Depth (m)"])
    var again = tail
    again.restart()
    let growth = try again.append(Data(text.utf8))
    #expect(growth.problems == [.knownRows(file: "f.dat", count: 6)])
    #expect(throws: SeriesError.self) {
        var other = tail
        other.restart()
        _ = try other.append(Data(text.replacing("Depth", with: "Width").utf8))
    }
}
