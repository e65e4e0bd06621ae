import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

private func rows(_ count: Int, _ row: (Int) -> String) -> String { (0..<count).map { row($0) + "\n" }.joined() }

private func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }

/// Values that neither rise nor count.
private func level(_ index: Int) -> Double { Double(index * 41 % 31) / 4 + 2.7 }

/// Hours from the evening of 29 March 2023 on, midnight as a date alone.
private func hour(_ index: Int, _ day: (Int) -> String) -> String {
    let hour = index + 18
    return day(29 + hour / 24) + (hour % 24 == 0 ? "" : " \(two(hour % 24)):00")
}

private let latencies = [1720, 1960, 2035, 1745, 1990, 2110, 1835, 1905, 2020, 1755, 1870, 1945]

private let kinds: [ReadingCase] = [
    ReadingCase(
        name: "measured numbers are no years for a name of time",
        text: "host,answer_time,load\n" + rows(12) { "h\($0),\(latencies[$0]),\(level($0))" }, channels: ["answer_time", "load"],
        leftOut: ["host"]),
    ReadingCase(
        name: "a unit behind a name of time makes no years", text: "size,runTimeMs\n" + rows(9) { "\(level($0)),\(1610 + $0)" },
        channels: ["size", "runTimeMs"]),
    ReadingCase(
        name: "years with holes are years by their name", text: "Jahr,v\n" + rows(9) { "\(1950 + $0 * $0),\(level($0))" },
        channels: ["v"], time: ["Jahr"], format: "%Y"),
    ReadingCase(
        name: "years below time", text: "time,v\n" + rows(9) { "\(1990 + $0),\(level($0))" }, channels: ["v"], time: ["time"],
        format: "%Y", step: "P1Y"),
    ReadingCase(
        name: "midnight is a date alone",
        text: "Zeit;kW\n" + rows(40) { "\(hour($0) { "\($0).03.2023" });\(60 + $0 * 7 % 9),25" },
        channels: ["kW"], time: ["Zeit"], format: "%d.%m.%Y[ %H:%M]", times: ["2023-03-29T18:00"],
        told: ["a date alone are read as midnight"], step: "PT1H"),
    ReadingCase(
        name: "midnight is a date alone, month first and without a header",
        text: rows(30) { "\(hour($0) { "3/\($0)/2023" }),\(level($0))" }, channels: ["column2"], time: ["column1"],
        format: "%m/%d/%Y[ %H:%M]", told: ["a date alone are read as midnight"], step: "PT1H"),
    ReadingCase(
        name: "a header of numbers behind a name",
        text: "probe,1,2,3,4,5\n"
            + rows(7) { i in
                "p\(i)," + (1...5).map { "\(level(i * 5 + $0))" }.joined(separator: ",")
            }, channels: ["1", "2", "3", "4", "5"], values: (0..<7).map { level($0 * 5 + 1) }, leftOut: ["probe"]),
    ReadingCase(
        name: "months as numbers across a row a year",
        text: "Year," + (1...12).map { "\($0)" }.joined(separator: ",") + "\n"
            + rows(8) { i in "\(1990 + i)," + (1...12).map { "\(level(i * 12 + $0))" }.joined(separator: ",") },
        channels: (1...12).map { "\($0)" }, time: ["Year"], told: ["are its months"]),
    ReadingCase(
        name: "what people say of quality", text: "hours,quality\n" + rows(25) { "\(level($0)),\($0 * 3 % 5 + 1)" },
        channels: ["hours", "quality"], told: ["quality holds ratings"]),
    ReadingCase(
        name: "marks of quality are mostly one", text: "flow,quality\n" + rows(25) { "\(level($0)),\($0 % 12 == 5 ? 3 : 1)" },
        channels: ["flow"], leftOut: ["quality"], told: ["a mark of quality"]),
    ReadingCase(
        name: "a number of rows of which some are missing",
        text: "case,a,b\n" + rows(30) { "\($0 + 1 + $0 / 4),\(level($0)),\($0 * 5 % 7)" }, channels: ["a", "b"],
        leftOut: ["case"], told: ["case, since it names rows"]),
    ReadingCase(
        name: "one counter twice", text: "id order,guest,sum\n" + rows(12) { "\($0 + 1),\($0 + 1),\(level($0))" },
        channels: ["sum"], leftOut: ["id order", "guest"], told: ["since it counts rows"]),
    ReadingCase(
        name: "numbers with zeros in front that count", text: "district,rate\n" + rows(30) { "\(two($0 + 1)),\(level($0))" },
        channels: ["rate"], leftOut: ["district"], told: ["names something"]),
    ReadingCase(
        name: "sizes count no rows", text: "N,load\n100,2.5\n200,3.75\n500,1.5\n1000,3.25\n2000,6.5\n", channels: ["N", "load"]),
    ReadingCase(
        name: "parts of a time with zeros in front",
        text: "Date,rain,Month,Day\n"
            + rows(12) { "20230\(4 + $0 / 6)0\(1 + $0 % 6)0900,\(level($0)),0\(4 + $0 / 6),0\(1 + $0 % 6)" },
        channels: ["rain"], time: ["Date"], leftOut: ["Month", "Day"], told: ["Month, Day, since it follows from the time"]),
    ReadingCase(
        name: "tabs in quotes are no part of a name", text: "\"\train\",date\n" + rows(6) { "\(level($0)),2023-05-0\($0 + 1)" },
        channels: ["rain"], time: ["date"]),
]

@Test(arguments: kinds) func aFileThatPeopleHaveIsReadAsTheyMeanIt(_ wanted: ReadingCase) throws { try expect(wanted) }

/// Rows of three sensors that send by turns, of which `doubled` rows stand twice.
private func byTurns(doubled: Set<Int>) -> String {
    "sensor,at,temp\n"
        + rows(48) { index in
            let minutes = index / 3 * 30 + [0, 8, 16][index % 3]
            let row =
                "\(["ax", "by", "cz"][index % 3]),2023-04-0\(1 + minutes / 1440) \(two(minutes / 60 % 24)):\(two(minutes % 60)),\(10 * (index % 3) + index * 7 % 5)"
            return doubled.contains(index) ? row + "\n" + row : row
        }
}

@Test(arguments: [[], [4, 11, 20, 33]] as [Set<Int>])
func sensorsByTurnsAreToldApartThoughRowsStandTwice(doubled: Set<Int>) throws {
    var options = SeriesReader.Options()
    options.tellsApartOnly = true
    let found = try SeriesReader.open(data: Data(byTurns(doubled: doubled).utf8), name: "f.csv", options: options)
    #expect(found.understanding.key?.columns == ["sensor"])
    #expect(found.understanding.key?.count == 3)
    #expect(found.understanding.notices.contains { $0.contains("4 rows stand there twice") } == !doubled.isEmpty)
}

@Test func seriesOfFewRowsAreSeries() throws {
    let days = [
        ("run", [1, 2, 3, 5, 6, 8, 9]), ("read", [1, 3, 4, 6, 7, 9, 10]), ("walk", [2, 3, 4, 5, 7, 8]), ("rest", [3, 9]),
        ("call", [6, 11]),
    ]
    let text =
        "date,habit,times\n"
        + days.map { name, days in days.map { "2023-06-\(two($0)),\(name),\($0 * 3 % 4)\n" }.joined() }.joined()
    var options = SeriesReader.Options()
    options.tellsApartOnly = true
    let found = try SeriesReader.open(data: Data(text.utf8), name: "f.csv", options: options)
    #expect(found.understanding.key?.columns == ["habit"])
    #expect(found.understanding.key?.count == 5)
}

@Test func monthsAsNumbersAcrossAreRefused() throws {
    let text =
        "Meter;Before;" + (1...12).map { "\($0);" }.joined() + "\n"
        + rows(4) { row in "\(2001 + row);\(30 + row);" + (1...12).map { "\($0 * 3 + row);" }.joined() }
    #expect { try SeriesReader.read(data: Data(text.utf8), name: "f.csv") } throws: {
        "\($0)".contains("months, 1 to 12, in its header") && "\($0)".contains("--header-line 1")
    }
}

@Test func aTimeThatIsTheSameInAllRowsLeavesNothingToWatch() throws {
    let text = rows(8) { "2023-05-04 10:00:0\($0),1683194395.0" }
    #expect(
        throws: SeriesError.nothingLeft(file: "f.csv", columns: ["column2"], reason: "it is the same in all rows")
    ) { try SeriesReader.read(data: Data(text.utf8), name: "f.csv") }
}

@Test func aPatternWhoseClockMayBeMissingReadsBoth() throws {
    let notation = try TimeNotation(name: "%d.%m.%Y[ %H:%M]")
    #expect(notation.name == "%d.%m.%Y[ %H:%M]")
    #expect(notation.readsDatesAlone)
    #expect(notation.instant(Array("02.01.1970".utf8)) == 86_400_000_000)
    #expect(notation.instant(Array("02.01.1970 01:30".utf8)) == 91_800_000_000)
    #expect(notation.instant(Array("02.01.1970 01".utf8)) == nil)
    // Brackets around a whole time stand for themselves.
    #expect(try TimeNotation(name: "[%d.%m.%Y %H:%M]").instant(Array("[02.01.1970 01:30]".utf8)) == 91_800_000_000)
}

@Test func datesAloneBesideMidnightWithAClockAreRefused() throws {
    let text =
        "time;v\n" + rows(48) { "0\($0 / 24 + 1).03.2021 \(two($0 % 24)):00;\(level($0))" }
        + "01.03.2021;120\n02.03.2021;130\n"
    #expect { try SeriesReader.read(data: Data(text.utf8), name: "f.csv") } throws: { "\($0)".contains("two ways") }
}
