import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

private func rows(_ count: Int, _ row: (Int) -> String) -> String { (0..<count).map { row($0) + "\n" }.joined() }

private func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }

/// Days and hours from 2021-05-01 on.
private func hour(_ index: Int) -> String { "2021-05-\(two(1 + index / 24)) \(two(index % 24)):00" }

/// Values that neither rise nor count.
private func level(_ index: Int) -> Double { Double(index * 37 % 29) / 4 + 3.1 }

private let kinds: [ReadingCase] = [
    ReadingCase(
        name: "infinity is a name", text: "year,gdp,inf\n" + rows(9) { "\(1990 + $0),\(level($0)),\($0 * 7 % 5).5" },
        channels: ["gdp", "inf"], time: ["year"], format: "%Y", times: ["1990-01-01"], step: "P1Y"),
    ReadingCase(
        name: "years beside names",
        text: "Hour,2022,2023,mean\n" + rows(9) { "\($0 * 3 % 7),\(level($0)),\($0 * 5 % 8),1.\($0)" },
        channels: ["Hour", "2022", "2023", "mean"]),
    ReadingCase(
        name: "a year is a name in the second line of a header, and the last line the sum of all",
        text: ",sun,sun,sun,eur,eur,eur\nkind,low,high,2023,low,high,2023\nMonth,,,,,,\n"
            + rows(12) { "\($0 + 1),\($0 * 5 % 7).5,\($0 + 20),\($0 * 3 % 5).25,\($0 * 7 % 4),\($0 + 40),\($0 * 9 % 8)" }
            + "2023,42,306,26,18,546,34\n",
        channels: ["sun low", "sun high", "sun 2023", "eur low", "eur high", "eur 2023"],
        values: (0..<12).map { Double($0 * 5 % 7) + 0.5 },
        leftOut: ["column1"], told: ["joined to it", "sums up the rows above and is left out: 2023"]),
    ReadingCase(
        name: "traces of rain are gaps",
        text: "time,temp,rain\n" + rows(6) { "\(hour($0)),\(level($0)),\($0 == 2 ? "T" : "\($0).2")" },
        channels: ["temp", "rain"], time: ["time"], told: ["1 mark of missing values is a gap: T 1"], step: "PT1H"),
    ReadingCase(
        name: "a word that stands twice far down",
        text: "time;a;b\n" + rows(400) { "\(hour($0));\($0 == 300 || $0 == 310 ? "Ausfall" : "\(level($0))");\($0 % 9)" },
        channels: ["a", "b"], time: ["time"], told: ["Ausfall 2", "Column a has 2 gaps"]),
    ReadingCase(
        name: "of two columns of times the one with more rows",
        text: "issued,seen,v,w\n"
            + rows(9) { $0 < 3 ? "2022-02-01 05:00,,\($0),1" : ",2022-02-0\($0) 06:00,\($0 * $0),\($0 * 3 % 4)" },
        channels: ["v", "w"], time: ["seen"], times: ["2022-02-03 06:00"], leftOut: ["issued"],
        told: ["3 rows without a time are left out"], step: "P1D"),
    ReadingCase(
        name: "a quarter right before the year",
        text: "Quarter,Rate\n" + rows(8) { "Q\($0 % 4 + 1)\(2005 + $0 / 4),\(level($0))" },
        channels: ["Rate"], time: ["Quarter"], format: "Q%q%Y", times: ["2005-01-01", "2005-04-01"], step: "P3M"),
    ReadingCase(
        name: "a quarter and two digits", text: "Quarter,Rate\n" + rows(8) { "Q\($0 % 4 + 1)-0\(5 + $0 / 4),\(level($0))" },
        channels: ["Rate"], time: ["Quarter"], format: "Q%q-%y", times: ["2005-01-01", "2005-04-01"], step: "P3M"),
    ReadingCase(
        name: "a number of rows, newest first",
        text: rows(20) { "\(70 - $0),\(level($0)),\(hour(20 - $0))" }, channels: ["column2"], time: ["column3"],
        leftOut: ["column1"], told: ["counts rows", "newest first"]),
    ReadingCase(
        name: "an id that falls, newest first", text: "id,v,time\n" + rows(9) { "\(700 - $0 * 2),\(level($0)),\(hour(20 - $0))" },
        channels: ["v"], time: ["time"], leftOut: ["id"], told: ["counts rows"]),
    ReadingCase(
        name: "a count that goes round", text: rows(50) { "\($0 % 12)\t\(level($0))" }, channels: ["column2"],
        leftOut: ["column1"],
        told: ["counts rows"]),
    ReadingCase(
        name: "a number for each name",
        text: "time,host,node,load\n"
            + rows(16) {
                "\(hour($0)),\(["ada", "bob", "cid", "dot"][$0 * $0 % 7 % 4]),\([311, 17, 205, 9][$0 * $0 % 7 % 4]),\(level($0))"
            },
        channels: ["load"], time: ["time"], leftOut: ["host", "node"], told: ["node, since it names something"]),
    ReadingCase(
        name: "a long number of a meter", text: "meter,time,kwh\n" + rows(9) { "40881234567,\(hour($0)),\(level($0))" },
        channels: ["kwh"], time: ["time"], leftOut: ["meter"], told: ["the same in all rows"]),
    ReadingCase(
        name: "a second time in seconds since 1970",
        text: "taken_at,stored,v\n"
            + rows(12) { "\(1_650_000_000 + 900 * $0),\(1_650_000_020 + 900 * $0 + $0 % 3),\(level($0))" },
        channels: ["v"], time: ["taken_at"], leftOut: ["stored"], told: ["what the time says"], step: "PT15M"),
    ReadingCase(
        name: "the quality of air, and of a value",
        text: "time,Air Quality,co2,co2_quality\n" + rows(9) { "\(hour($0)),\(20 + $0 % 4),\(level($0)),\($0 % 2)" },
        channels: ["Air Quality", "co2"], time: ["time"], leftOut: ["co2_quality"], told: ["mark of quality"]),
    ReadingCase(
        name: "a year of many days", text: "Year,gain\n" + rows(260) { "\(2007 + $0 / 250),\(level($0))" }, channels: ["gain"],
        leftOut: ["Year"], told: ["the year of many rows"]),
    ReadingCase(
        name: "months known by ones alone",
        text: "year,n,feb,mar,apr\n"
            + rows(24) { row in
                "\(2003 + row / 4),\(level(row))" + (1...3).map { ",\(row % 4 == $0 ? 1 : 0)" }.joined()
            },
        channels: ["n", "feb", "mar", "apr"], leftOut: ["year"], told: ["tells no time of a row (--time year"]),
    ReadingCase(
        name: "days since 1970, each the first of a month",
        text: "month,rate\n"
            + [12418, 12449, 12478, 12509, 12539, 12570, 12600].enumerated().map { "\($1).0,\(level($0))\n" }.joined(),
        channels: ["rate"], time: ["month"], format: "unix-days", times: ["2004-01-01", "2004-02-01"], told: ["from 1970"],
        step: "P1M"),
    ReadingCase(
        name: "a day of the year beside a month's name, far down",
        text: "mnth,day,hr,n\n" + rows(800) { "\($0 < 744 ? "Jan" : "Feb"),\(1 + $0 / 24),\($0 % 24),\(level($0))" },
        channels: ["n"],
        time: ["day", "hr"], format: "%j %H", times: ["1970-01-01T00:00", "1970-01-01T01:00"], leftOut: ["mnth"],
        told: ["no year"], step: "PT1H"),
    ReadingCase(
        name: "parts of a date in two scripts",
        text: "年/Year,月/Month,日/Day,mm\n" + rows(20) { "1931,7,\($0 + 1),\($0 == 3 ? "Trace" : "\(level($0))")" },
        channels: ["mm"],
        time: ["年/Year", "月/Month", "日/Day"], times: ["1931-07-01"], told: ["Trace 1"], step: "P1D"),
    ReadingCase(
        name: "a time, then lines of a name and a value",
        text: rows(5) { "17/03/2019 1\($0):30\nPing: \($0 + 9).25 ms\nDown load: \(20 + $0) Mbits/s\n" },
        channels: ["Ping", "Down load"], time: ["time"], times: ["2019-03-17T10:30"], values: [9.25, 10.25, 11.25, 12.25, 13.25],
        told: ["Names stand before values", "Ping ms, Down load Mbits/s"], step: "PT1H"),
    ReadingCase(
        name: "names and values behind a time in its line",
        text: rows(4) { "[2020-08-0\($0 + 1) 07:00:00] - in=\($0).5, out: \($0 * 3)\n" }, channels: ["in", "out"], time: ["time"],
        times: ["2020-08-01 07:00:00"], values: [0.5, 1.5, 2.5, 3.5], step: "P1D"),
    ReadingCase(
        name: "names that come again and again", text: rows(4) { "volt: \($0).25 V\namp: \($0 + 2) A" },
        channels: ["volt", "amp"],
        values: [0.25, 1.25, 2.25, 3.25], told: ["from one volt to the next"]),
    ReadingCase(
        name: "a code below large numbers", text: "time,left\n" + rows(12) { "\(hour($0)),\($0 % 3 == 0 ? 900 + $0 : -1)" },
        channels: ["left"], time: ["time"], told: ["-1 stands 8 times"]),
    ReadingCase(
        name: "seconds that are 0 throughout", text: "time,reps,seconds\n" + rows(9) { "\(hour($0)):00,\(level($0)),0" },
        channels: ["reps"], time: ["time"], leftOut: ["seconds"], told: ["seconds, since it is the same in all rows"]),
    ReadingCase(
        name: "a remark behind a row of blanks", text: rows(30) { "19\($0 + 60)  3\($0).5\($0 == 9 ? "   <- by eye" : "")" },
        channels: ["column2"], time: ["column1"], told: ["Remarks behind 1 row are left out"], step: "P1Y"),
]

@Test(arguments: kinds) func aFileOfAnUnseenKindIsReadAsPeopleMeanIt(_ wanted: ReadingCase) throws { try expect(wanted) }

@Test(arguments: [
    (
        "units differ and there is no time",
        "Sensor;Value;Unit\n" + rows(15) { ["air;\(20 + $0);°C\n", "wet;\(50 - $0);%", "gas;\(700 + $0);ppm"][$0 * 5 % 3] },
        "Sensor", 3
    ),
    (
        "units differ and times do not repeat",
        "time,quantity,value,unit\n" + rows(18) { "\(hour($0)),\($0 % 2 == 0 ? "heat,\(level($0)),K" : "mass,\(level($0)),kg")" },
        "quantity", 2
    ),
    (
        "times in no order, and sizes that differ",
        "land;day;n\n"
            + rows(24) {
                "\(["Peru", "Chad", "Oman"][$0 % 3]);2019-03-\(two(1 + $0 * 17 % 24));\([5, 900, 70000][$0 % 3] + $0 % 4)"
            },
        "land", 3
    ),
    (
        "times in order by one column alone",
        "pump,time,v\n" + rows(24) { "\($0 % 2 == 0 ? "east" : "west"),\(hour($0 % 2 == 0 ? $0 : 60 + $0)),\(level($0))" },
        "pump", 2
    ),
    (
        "some were measured once",
        "what,value,time\n" + rows(6) { "weight,\(80 + $0 % 2).5,2018-06-0\($0 + 1) 08:00" }
            + "pulse,61,2018-06-06 08:00\nupper,121,2018-06-06 08:00\nlower,15,2018-06-06 08:00\n", "what", 4
    ),
    (
        "quarters of several states",
        "State,Quarter,Rate\n" + rows(12) { "\($0 < 6 ? "Iowa" : "Ohio"),Q\($0 % 4 + 1)201\($0 % 6 / 4),\(level($0))" },
        "State", 2
    ),
]) func rowsOfSeveralThingsAreToldApart(_ what: String, _ text: String, _ column: String, _ count: Int) throws {
    var options = SeriesReader.Options()
    options.tellsApartOnly = true
    let found = try SeriesReader.open(data: Data(text.utf8), name: "f.csv", options: options).understanding
    #expect(found.key?.columns == [column] && found.key?.count == count, "\(what): \(found.notices)")
}

@Test func sizesThatDifferInOrderOfTimeAreToldAndReadAsOneSeries() throws {
    let text = "time,who,v\n" + rows(20) { "\(hour($0)),\(["a1", "b2"][$0 % 2]),\(($0 % 2) * 500 + $0 % 3)" }
    let found = try SeriesReader.open(data: Data(text.utf8), name: "f.csv")
    #expect(found.series.rowCount == 20)
    #expect(found.understanding.notices.contains { $0.contains("--key who") })
    // States that last are none of several things.
    let states = "time,state,v\n" + rows(20) { "\(hour($0)),\($0 < 10 ? "on" : "off"),\($0 < 10 ? 500 + $0 : $0 % 3)" }
    let one = try SeriesReader.open(data: Data(states.utf8), name: "f.csv")
    #expect(!one.understanding.notices.contains { $0.contains("--key") })
}

@Test func timesInTwoWaysAreRefusedWithBoth() throws {
    let text =
        "date,period,kwh\n" + rows(5) { "2020-0\($0 + 1),month,\(level($0))" } + rows(7) { "2021-04-0\($0 + 1),day,\(level($0))" }
    #expect { try SeriesReader.read(data: Data(text.utf8), name: "f.csv") } throws: { error in
        ["two ways", "2021-04-01 in 7", "2020-01 in 5", "period tells apart"].allSatisfy { "\(error)".contains($0) }
    }
}

@Test func reportsOfSectionsAreRefused() throws {
    let rule = String(repeating: "-", count: 40) + "\n"
    let text =
        "# Report\n\n\(rule)Length\n\(rule)" + rows(5) { "Mean \($0) (mm) ; \(level($0))" } + "\n\(rule)Weight\n\(rule)"
        + rows(4) { "Part \($0) (g) ; \($0 * 9).250" }
    #expect { try SeriesReader.read(data: Data(text.utf8), name: "f.csv") } throws: { "\($0)".contains("report of sections") }
}

@Test func aWordThatStandsOnceIsRefusedWithItsRow() throws {
    let text = "time,a,b\n" + rows(9) { "\(hour($0)),\($0 == 4 ? "oops" : "\($0)"),\(level($0))" }
    #expect(throws: SeriesError.badNumber(file: "f.csv", row: 5, line: 6, column: "a", text: "oops")) {
        try SeriesReader.read(data: Data(text.utf8), name: "f.csv")
    }
}
