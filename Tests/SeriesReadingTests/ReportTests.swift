import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

/// Rows made of their numbers.
private func rows(_ range: Range<Int>, _ row: (Int) -> String) -> String { range.map { row($0) + "\n" }.joined() }

private func digits(_ number: Int, _ count: Int) -> String { String(String(number + 1_000_000).suffix(count)) }

private let reports: [ReadingCase] = [
    ReadingCase(
        name: "the half of a day behind the clock of a report",
        text: "12:00:01 AM   CPU   %user   %idle\n"
            + rows(1..<9) { "1\($0 < 5 ? 1 : 2):\(($0 - 1) % 4)0:01 \($0 < 5 ? "AM" : "PM")   all   \($0).25   9\($0).75" },
        channels: ["%user", "%idle"], time: ["column1", "column2"], times: ["11:00:01", "11:10:01"],
        values: (1..<9).map { Double($0) + 0.25 },
        leftOut: ["CPU"]),
    ReadingCase(
        name: "counted lines and a header that comes again",
        text: rows(1..<30) { [1, 2, 4, 9, 20].contains($0) ? "\($0);VOC;BAR" : "\($0);\($0 * 3 % 7);\($0 % 5)" },
        channels: ["VOC", "BAR"], values: (1..<30).filter { ![1, 2, 4, 9, 20].contains($0) }.map { Double($0 * 3 % 7) },
        leftOut: ["column1"], told: ["stand again"]),
    ReadingCase(
        name: "blocks of a report with dates above",
        text: rows(0..<4) { block in
            "Tue Mar  8 10:1\(block):02 CET 2022\nprocs --io-- ---cpu---\n r  b   si   so  us sy id\n"
                + rows(0..<5) { " \($0)  \($0 % 2)   \($0 * 3 % 7)   \(block + $0)  1\($0)  3 8\(7 - $0)" } + "\n"
        },
        channels: ["r", "b", "si", "so", "us", "sy", "id"], values: (0..<20).map { Double($0 % 5) },
        told: ["stand again at 3 places"]),
    ReadingCase(
        name: "a line drawn with signs above the header",
        text: "###,notes\nmade by,Tool 1.0\nunit,kyr\nlat,\n###,end\nAge [kyr],CO2 [ppm]\n"
            + rows(1..<20) { "\($0 * $0).5,28\($0 % 7).25" },
        channels: ["Age [kyr]", "CO2 [ppm]"], values: (1..<20).map { Double($0 * $0) + 0.5 }, told: ["stand above the table"]),
    ReadingCase(
        name: "rows with fewer fields above",
        text: rows(0..<3) { "2022/03/08 16:40:1\($0),0,12.\($0)" } + rows(0..<4) { "2022/03/08 16:50:1\($0),0,1,12.\($0),6" }
            + rows(10..<30) { "2022/03/08 17:\($0):00,0,1,\($0 % 3),12.\($0 * 7 % 9),6,\($0 * 5 % 7)" },
        channels: (2...7).map { "column\($0)" }, time: ["column1"], times: ["2022/03/08 17:10:00"], told: ["left out"]),
]

private let clocks: [ReadingCase] = [
    ReadingCase(
        name: "hour 25",
        text: "Fecha;Hora;AE_kWh\n"
            + rows(25..<28) { day in
                (1...(day == 26 ? 25 : 24)).map { "\(day)/10/2025;\($0);0,\(day)" }.joined(separator: "\n")
            },
        channels: ["AE_kWh"], time: ["Fecha", "Hora"], format: "%d/%m/%Y %H", times: ["2025-10-25T01:00"],
        told: ["Hour 25, which stands in 1 row", "1 row repeat"], step: "PT1H"),
    ReadingCase(
        name: "quarters as numbers", text: "period,Level\n" + rows(0..<28) { "\(2001 + $0 / 4)-\($0 % 4 + 1),\($0 * 7 % 11).5" },
        channels: ["Level"], time: ["period"], format: "%Y-%q", times: ["2001-01-01", "2001-04-01", "2001-07-01"],
        told: ["never above 4 and is read as a quarter (--time-format '%Y-%m'"], step: "P3M"),
    ReadingCase(
        name: "seasons", text: "Year-Season,Level\n2001-1,5\n2001-2,6\n2001-3,8\n2001-4,7\n2002-1,6\n",
        channels: ["Level"], time: ["Year-Season"], format: "%Y-%q", times: ["2001-01-01", "2001-04-01"], step: "P3M"),
    ReadingCase(
        name: "months in a few rows", text: "period,Level\n2001-1,5\n2001-2,6\n2001-3,8\n2001-4,7\n",
        channels: ["Level"], time: ["period"], format: "%Y-%m", times: ["2001-01-01", "2001-02-01"], step: "P1M"),
    ReadingCase(
        name: "months of each year up to the fourth",
        text: "period,Level\n" + rows(0..<28) { "\(2001 + $0 / 4)-0\($0 % 4 + 1),\($0 * 7 % 11).5" },
        channels: ["Level"], time: ["period"], format: "%Y-%m", times: ["2001-01-01", "2001-02-01"]),
    ReadingCase(
        name: "decimal months in a column t",
        text: "t,flow\n" + rows(0..<40) { "\(String(format: "%.4f", 1901 + Double($0) / 12)),\($0 % 7).5" },
        channels: ["flow"], time: ["t"], format: "decimal-month", times: ["1901-01-01", "1901-02-01"], step: "P1M"),
    ReadingCase(
        name: "a month called twice, and decimal years beside it",
        text: "YEAR,MON/MMM,Dec year,MEAN\n"
            + rows(0..<40) { "\(1901 + $0 / 12),\($0 % 12 + 1),\(String(format: "%.2f", 1901 + Double($0) / 12)),2\($0 % 7).5" },
        channels: ["MEAN"], time: ["YEAR", "MON/MMM"], format: "%Y %m", times: ["1901-01-01", "1901-02-01"],
        leftOut: ["Dec year"],
        step: "P1M"),
    ReadingCase(
        name: "parts of a clock of another zone",
        text: "site,year,month,day,hour,temp,time_hour\n"
            + rows(0..<60) {
                "A,2021,2,\(20 + $0 / 24),\($0 % 24),\($0 % 7).5,2021-02-\(20 + ($0 + 5) / 24)T\(digits(($0 + 5) % 24, 2)):00:00Z"
            },
        channels: ["temp"], time: ["time_hour"], times: ["2021-02-20T05:00:00Z"],
        leftOut: ["site", "year", "month", "day", "hour"],
        told: ["year, month, day, hour, since it follows from the time"], step: "PT1H"),
    ReadingCase(
        name: "a count in front of a day of the year and a clock",
        text: rows(0..<50) { "\(digits($0 + 1, 3)) 307 \(digits(900 + $0 / 6 * 100 + $0 % 6 * 10, 4)) 37.\($0 * $0 % 89)" },
        channels: ["column4"], time: ["column2", "column3"], format: "%j %K", times: ["1970-11-03T09:00", "1970-11-03T09:10"],
        leftOut: ["column1"]),
    ReadingCase(
        name: "brackets around times", text: rows(10..<40) { "[2022-03-08 10:00:\($0)],\($0 % 7).5,\($0 % 3)" },
        channels: ["column2", "column3"], time: ["column1"], format: "[%Y-%m-%d %H:%M:%S]", times: ["2022-03-08T10:00:10"],
        step: "PT1S"),
    ReadingCase(
        name: "brackets around times of a log", text: rows(10..<40) { "[18-03-2022 10:00:\($0)] - room \($0 % 7).5C" },
        channels: ["column5"], time: ["column1", "column2"], format: "[%d-%m-%Y %H:%M:%S]", times: ["2022-03-18T10:00:10"],
        leftOut: ["column3", "column4"], step: "PT1S"),
    ReadingCase(
        name: "dates as a browser writes them",
        text: rows(10..<40) { "Tue Mar 08 2022 00:\($0):00 GMT+0100 (Central European Standard Time),7\($0 % 9)" },
        channels: ["column2"], time: ["column1"], times: ["2022-03-08T00:10+01:00"], step: "PT1M"),
    ReadingCase(
        name: "hours, minutes and seconds in six digits",
        text: "id\t Tdate\t Ttime\t px\n" + rows(10..<40) { "X\t 20220308\t   0930\($0)\t  3221.\($0 % 7)" },
        channels: ["px"], time: ["Tdate", "Ttime"], format: "%Y%m%d %H%M%S", times: ["2022-03-08T09:30:10"], leftOut: ["id"],
        step: "PT1S"),
]

private let names: [ReadingCase] = [
    ReadingCase(
        name: "addresses are no numbers",
        text: "Value,Timestamp,Host\n" + rows(10..<40) { "21\($0 % 7),2022-03-07 10:\($0):00,10.20.30.4\($0 % 2)" },
        channels: ["Value"], time: ["Timestamp"], leftOut: ["Host"], step: "PT1M"),
    ReadingCase(
        name: "names that could be months",
        text: ",M1,M2,M3\n" + rows(0..<12) { "\(1990 + $0 / 4)-Q\($0 % 4 + 1),\($0).5,\($0 % 5),\($0 % 3).1" },
        channels: ["M1", "M2", "M3"], time: ["column1"], times: ["1990-01-01", "1990-04-01"], step: "P3M"),
]

@Test(arguments: reports) func aReportIsReadAsATable(_ wanted: ReadingCase) throws { try expect(wanted) }

@Test(arguments: clocks) func aTimeOfARarerKindIsRead(_ wanted: ReadingCase) throws { try expect(wanted) }

@Test(arguments: [
    (
        "Linux 5.10 (mill)  03/07/22  _x86_64_\n\n"
            + rows(0..<5) { block in
                "08:3\(block):05    CPU   %user   %system   %idle\n"
                    + rows(0..<3) {
                        "08:3\(block + 1):05    \($0 == 0 ? "all" : "\($0 - 1)")   \($0 + 1).2\(block)   0.\($0 * block % 7)   9\(block).5"
                    }
            },
        "CPU", 3, "--only CPU=all"
    ),
    (
        "STATE,YR,CAP\n" + rows(0..<30) { "\(["NORTH", "SOUTH", "WEST"][$0 / 10]),\(1970 + $0 % 10),\($0 * 7 % 31).5" }, "STATE",
        3,
        "--only STATE=NORTH"
    ),
    (
        "year,fcode,sales\n" + rows(0..<180) { "\(1987 + $0 % 3),\(410_000 + $0 / 3 * 7),\($0 * 7919 % 997)0" }, "fcode", 60,
        "--only fcode=410000"
    ),
    (
        "when,series,value\n"
            + rows(0..<20) {
                "2022-03-\(digits($0 % 10 + 1, 2)),\(["Weekly prices of gasoline in the ", "Daily prices of diesel in the "][$0 / 10])"
                    + "northern and in the southern half of the country (Dollars per Gallon),\($0).5"
            }, "series", 2, "--only series=TEXT"
    ),
]) func seriesAreToldApart(_ text: String, by key: String, _ count: Int, _ example: String) throws {
    var options = SeriesReader.Options()
    options.tellsApartOnly = true
    let found = try SeriesReader.open(data: Data(text.utf8), name: "f.csv", options: options).understanding
    #expect(found.key?.columns == [key] && found.key?.count == count && found.time != nil)
    #expect(found.notices.contains { $0.contains(example) }, "\(found.notices)")
}

@Test(arguments: names) func aNameOfARarerKindIsUnderstood(_ wanted: ReadingCase) throws { try expect(wanted) }

@Test func linesOfANumberAndItsNameAreRefused() {
    let block =
        "      5120 K total memory\n      3105 K used memory\n         0 K used swap\n      8001 non-nice user cpu ticks\n     22000 interrupts\n"
    #expect { try SeriesReader.read(data: Data((block + block + block).utf8), name: "f.txt") } throws: {
        "\($0)".contains("lines of one number and its name each")
    }
}

@Test func idNamesNothingWhereColumnsMakeAHundred() throws {
    let text = "us,sy,id\n" + rows(0..<20) { "\($0 % 7),\($0 % 3),\(100 - $0 % 7 - $0 % 3)" }
    #expect(try SeriesReader.open(data: Data(text.utf8), name: "f.csv").understanding.channels == ["us", "sy", "id"])
    let named = "id,price\n" + rows(0..<20) { "\(76_433_563_205_408 + ($0 * 7919) % 1009),\($0 % 7).5" }
    #expect(try SeriesReader.open(data: Data(named.utf8), name: "f.csv").understanding.channels == ["price"])
}
