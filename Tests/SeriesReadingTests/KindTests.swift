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
]

@Test(arguments: kinds) func aFileOfARarerKindIsReadAsPeopleMeanIt(_ wanted: ReadingCase) throws { try expect(wanted) }
