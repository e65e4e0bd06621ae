import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

private func rows(_ count: Int, _ row: (Int) -> String) -> String { (0..<count).map { row($0) + "\n" }.joined() }

private func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }

/// Days and hours from 2022-06-01 on.
private func hour(_ index: Int) -> String { "2022-06-\(two(1 + index / 24)) \(two(index % 24)):00" }

/// Values that neither rise nor count.
private func level(_ index: Int) -> Double { Double(index * 31 % 23) / 4 + 2.6 }

/// Twelve values of a year, those of months side by side of like size.
private func months(_ year: Int) -> String {
    (0..<12).map { "\(Double((year * 7 + $0 * 5) % 11) / 2 + 4)" }.joined(separator: " ")
}

private let kinds: [ReadingCase] = [
    ReadingCase(
        name: "epochs below no name, beside others with names",
        text: ",load,temp\n" + rows(9) { "\(1_654_000_200 + 600 * $0),\(level($0)),\($0 * 3 % 4)" },
        channels: ["load", "temp"], time: ["column1"], format: "unix", step: "PT10M"),
    ReadingCase(
        name: "bytes as many as epochs",
        text: "data_free,rows\n" + rows(9) { "\(1_400_000_000 + 8192 * ($0 * 5 % 9)),\(level($0))" },
        channels: ["data_free", "rows"]),
    ReadingCase(
        name: "a day and a month before a clock", text: "at,v\n" + rows(8) { "24-02 1\($0):30:05,\(level($0))" },
        channels: ["v"], time: ["at"], format: "%d-%m %H:%M:%S", times: ["1970-02-24T10:30:05", "1970-02-24T11:30:05"],
        told: ["no year"], step: "PT1H"),
    ReadingCase(
        name: "a day and a month behind a weekday",
        text: "Tag;mm\n" + rows(7) { "\(["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"][$0]) \(two($0 + 11)).05.;\(level($0))" },
        channels: ["mm"], time: ["Tag"], times: ["1970-05-11", "1970-05-12"], told: ["no year"], step: "P1D"),
    ReadingCase(
        name: "two numbers are no date without a clock", text: "score,v\n" + rows(8) { "1\($0)-0\($0 + 1),\(level($0))" },
        channels: ["v"], leftOut: ["score"]),
    ReadingCase(
        name: "the first row lacks the seconds",
        text: "01-Jun-2022 10:00,3.5\n" + rows(9) { "01-Jun-2022 10:0\($0 + 1):10,\(level($0))" },
        channels: ["column2"], time: ["column1"], times: ["2022-06-01T10:01:10"], told: ["Line 1 is left out"], step: "PT1M"),
    ReadingCase(
        name: "the parts of a date beside epochs, without names",
        text: rows(30) { "2022 \(152 + $0 / 24) \($0 % 24) 0 0 \(1_654_041_600 + 3600 * $0) \(level($0))" },
        channels: ["column7"], time: ["column6"], leftOut: ["column1", "column2", "column3", "column4", "column5"], step: "PT1H"),
    ReadingCase(
        name: "tabs and blanks divide", text: rows(9) { "\(1990 + $0)\t \(level($0))   \($0 * 3 % 7).25   \($0 * 5 % 8).5" },
        channels: ["column2", "column3", "column4"], time: ["column1"], format: "%Y", step: "P1Y"),
    ReadingCase(
        name: "years and months without names", text: rows(6) { "\(1990 + $0) \(months($0))" }, channels: ["value"],
        time: ["year"], format: "%Y-%m", times: ["1990-01-01", "1990-02-01"], step: "P1M"),
    ReadingCase(
        name: "years and months above a foot",
        text: rows(20) { "\(1990 + $0) \(months($0))" } + "-99.9\nIndex of the lake\nby the keeper of the lock\n",
        channels: ["value"], time: ["year"], format: "%Y-%m", step: "P1M"),
    ReadingCase(
        name: "twelve columns of sizes of their own are no months",
        text: rows(6) { row in "\(1990 + row) " + (0..<12).map { "\(level(row + $0) + Double($0 * 50))" }.joined(separator: " ")
        },
        channels: (2...13).map { "column\($0)" }, time: ["column1"], step: "P1Y"),
    ReadingCase(
        name: "small letters apart behind some numbers",
        text: "time,share\n" + rows(12) { "\(hour($0)),\(level($0))\($0 == 4 ? " b" : $0 == 7 ? " bu" : "")" },
        channels: ["share"], time: ["time"], values: (0..<12).map(level), told: ["b 1, bu 1"], step: "PT1H"),
    ReadingCase(
        name: "a tab at the end of lines", text: "time,v\n" + rows(9) { "\(hour($0)),\(level($0))\t" }, channels: ["v"],
        time: ["time"], values: (0..<9).map(level), step: "PT1H"),
    ReadingCase(
        name: "a day of the year, whatever it is called",
        text: "time,dn,v\n" + rows(70) { "\(hour($0)),\(152 + $0 / 24),\(level($0))" },
        channels: ["v"], time: ["time"], leftOut: ["dn"], step: "PT1H"),
    ReadingCase(
        name: "a percent sign belongs to the first name", text: "%user,%idle\n" + rows(9) { "\(level($0)),\($0 * 5 % 7).5" },
        channels: ["%user", "%idle"]),
    ReadingCase(
        name: "the third of three fields is in few rows",
        text: "time,flow,rain\n" + rows(12) { "\(hour($0)),\(level($0))\($0 % 4 == 1 ? ",\($0)" : "")" },
        channels: ["flow", "rain"], time: ["time"], values: (0..<12).map(level), told: ["Column rain has 9 gaps"], step: "PT1H"),
    ReadingCase(
        name: "a port is a name",
        text: "time,dst_port,bytes\n" + rows(12) { "\(hour($0)),\([443, 80, 8080][$0 * $0 % 5 % 3]),\(level($0))" },
        channels: ["bytes"], time: ["time"], leftOut: ["dst_port"], step: "PT1H"),
]

@Test(arguments: kinds) func aFileOfALeftOutKindIsReadAsPeopleMeanIt(_ wanted: ReadingCase) throws { try expect(wanted) }

@Test func rowsOfOneTimeAreOfSeveralThings() throws {
    let names = ["peso", "rand", "euro", "won", "real"]
    let text = "coin,rate,time\n" + rows(5) { "\(names[$0]),\(level($0)),2022-06-01 12:00" }
    var options = SeriesReader.Options()
    options.tellsApartOnly = true
    let found = try SeriesReader.open(data: Data(text.utf8), name: "f.csv", options: options).understanding
    #expect(found.key?.columns == ["coin"] && found.key?.count == 5)
}

@Test func rowsOfNumbersAboveATableWithoutNamesAreNotLeftOut() {
    let text = rows(9) { "\($0 * 7 % 5),\($0),\($0 * 3 % 4)" } + rows(4) { "\(hour($0)),\(level($0)),\($0 % 3),9" }
    #expect { try SeriesReader.read(data: Data(text.utf8), name: "f.csv") } throws: { error in
        if case SeriesError.severalLayouts = error { true } else { false }
    }
}

@Test func threeRowsTellNothingOfSteps() throws {
    let text = "time,v\n2022-06-01 10:00:00,5\n2022-06-01 10:00:40,7\n2022-06-01 10:02:00,6\n"
    let found = try SeriesReader.open(data: Data(text.utf8), name: "f.csv").understanding
    #expect(!found.notices.contains { $0.contains("no row") }, "\(found.notices)")
}

@Test func theStepOfUnevenRowsIsThatOnWhichTheyAreLaid() throws {
    let text =
        "time,v\n"
        + rows(200) { row in
            let minute = row * 6
            return
                "2022-06-0\(1 + minute / 1440) \(two(minute / 60 % 24)):\(two(minute % 60)):\(two(row * 37 % 60)),\(level(row))"
        }
    let found = try SeriesReader.open(data: Data(text.utf8), name: "f.csv").understanding
    #expect(found.steps?.every == "5min" && found.time?.step == "PT5M")
}
