import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

/// Rows of `time,text` made of numbers.
private func rows(_ count: Int, _ row: (Int) -> String) -> String { (0..<count).map { row($0) + "\n" }.joined() }

private let kinds: [ReadingCase] = [
    ReadingCase(
        name: "an interval with a bar",
        text: "# Observation period;TOA;GHI\n"
            + rows(4) { "2022-05-01T0\($0):00:00.0/2022-05-01T0\($0 + 1):00:00.0;\(100 + $0).5;\(60 + $0).25" },
        channels: ["TOA", "GHI"], time: ["Observation period"], format: "%Y-%m-%dT%H:%M:%S.%f/%*",
        times: ["2022-05-01T00:00", "2022-05-01T01:00"], values: [100.5, 101.5, 102.5, 103.5], told: ["beginning is taken"],
        step: "PT1H"),
    ReadingCase(
        name: "an interval with a dash, and a zone behind it",
        text: "MTU,Load\n" + rows(3) { "31.01.2024 0\($0):00 - 31.01.2024 0\($0 + 1):00 (CET),\(40 + $0)" },
        channels: ["Load"], time: ["MTU"], format: "%d.%m.%Y %H:%M - %*", times: ["2024-01-31T00:00"], told: ["beginning"]),
    ReadingCase(
        name: "an interval whose end is a clock",
        text: "t,a,b\n" + rows(3) { "10/\($0 + 29)/2024 10:00 - 10:30,\(40 + $0),7.\($0)" },
        channels: ["a", "b"], time: ["t"], format: "%m/%d/%Y %H:%M - %*", times: ["2024-10-29T10:00"], told: ["beginning"]),
    ReadingCase(
        name: "months across, some to come, and a mean",
        text: "YEAR " + months.joined(separator: " ") + " MEAN\n"
            + (1990..<1993).map { year in
                "\(year) " + (1...12).map { "\(year - 1990).\($0 + 10)" }.joined(separator: " ") + " 5\n"
            }
            .joined() + "1993 7.5 8.5 -99.9\n",
        channels: ["value"], time: ["YEAR"], format: "%Y-%m", times: ["1990-01-01", "1990-02-01"],
        values: (0..<36).map { Double("\($0 / 12).\($0 % 12 + 11)") } + [7.5, 8.5, -99.9],
        told: ["left out: MEAN (--column JAN", "--missing -99.9"], step: "P1M"),
    ReadingCase(
        name: "marks of quality behind values without names",
        text: rows(30) { row in
            "2016 5 1 0 \(row) " + (1...4).map { "\($0 * row * row % 17).\($0) \(row == $0 * 7 ? 1 : 0)" }.joined(separator: " ")
        },
        channels: ["column6", "column8", "column10", "column12"], time: (1...5).map { "column\($0)" },
        leftOut: ["column7", "column9", "column11", "column13"], told: ["mark of quality (--column"]),
    ReadingCase(
        name: "lists of codes, some of one or two",
        text: "time;v;codes\n" + rows(4) { "2020-01-0\($0 + 1);1,\($0);\($0 % 2 == 0 ? "2,5,8" : "1,3")" },
        channels: ["v"], time: ["time"], values: [1, 1.1, 1.2, 1.3], leftOut: ["codes"], told: ["Text is left out: codes"]),
    ReadingCase(
        name: "marks of quality in too few rows",
        text: rows(5) { row in "2016 5 1 0 \(row) " + (1...3).map { "\($0 * row).\($0) 0" }.joined(separator: " ") },
        channels: (6...11).map { "column\($0)" }, time: (1...5).map { "column\($0)" }, told: ["--ignore column7"]),
    ReadingCase(
        name: "dates across",
        text: "Depot,\((1...14).map { "\($0)/\(($0 * 2) % 28 + 1)/2018" }.prefix(12).joined(separator: ","))\n"
            + "North,\((1...12).map { "\($0).5" }.joined(separator: ","))\nSouth,\((1...12).map { "\($0 * 7)" }.joined(separator: ","))\n",
        channels: ["North", "South"], time: ["time"], times: ["2018-01-03", "2018-02-05"],
        values: (1...12).map { Double($0) + 0.5 }, told: ["each of its 2 rows, named in Depot, is a channel"]),
    ReadingCase(
        name: "years across",
        text: ";" + (2001...2015).map { "\($0)" }.joined(separator: ";") + "\nGDP;"
            + (1...15).map { "\($0),5" }.joined(separator: ";") + "\n",
        channels: ["GDP"], time: ["time"], format: "%Y", times: ["2001-01-01"], values: (1...15).map { Double($0) + 0.5 },
        told: ["turned round"], step: "P1Y"),
]

private let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

@Test func monthsAcrossStayAsTheyAreWhereOneIsNamedOrItIsNotCertain() throws {
    let text =
        "YEAR,\(months.joined(separator: ","))\n"
        + rows(4) { year in "\(1990 + year)" + (1...12).map { ",\(year + $0)" }.joined() }
    var options = SeriesReader.Options(columns: ["JAN"])
    let one = try SeriesReader.open(data: Data(text.utf8), name: "f.csv", options: options)
    #expect(one.series.channels.map(\.name) == ["JAN"] && one.series.rowCount == 4)
    #expect(one.understanding.time?.columns == ["YEAR"])
    options.columns = ["value"]
    #expect(try SeriesReader.read(data: Data(text.utf8), name: "f.csv", options: options).rowCount == 48)
    let repeated = try SeriesReader.open(data: Data(text.replacing("1991", with: "1990").utf8), name: "f.csv")
    #expect(repeated.understanding.channels.count == 12)
}

@Test func aBadNumberInATurnedTableIsToldWithItsLine() throws {
    let text =
        "# a\nYEAR,\(months.joined(separator: ","))\n"
        + rows(4) { year in "\(1990 + year)" + (1...12).map { year == 2 && $0 == 5 ? ",x y" : ",\(year + $0)" }.joined() }
    #expect { try SeriesReader.read(data: Data(text.utf8), name: "f.csv") } throws: { "\($0)".contains("line 5") }
}

@Test(arguments: kinds) func aFileOfARarerKindIsReadAsPeopleMeanIt(_ wanted: ReadingCase) throws { try expect(wanted) }
