import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

/// A file with a row at each of some minutes, whose values are the minutes.
private func file(_ minutes: some Sequence<Int>, seconds: (Int) -> Int = { _ in 0 }) -> Data {
    let rows = minutes.map { minute in
        let (day, hour) = (1 + minute / 1440, minute / 60 % 24)
        return String(format: "2024-03-%02d %02d:%02d:%02d,%d", day, hour, minute % 60, seconds(minute), minute)
    }
    return Data((["time,v"] + rows).joined(separator: "\n").utf8) + Data("\n".utf8)
}

private func read(_ data: Data, _ change: (inout SeriesReader.Options) -> Void = { _ in }) throws -> Reading {
    var options = SeriesReader.Options()
    change(&options)
    return try SeriesReader.open(data: data, name: "s.csv", options: options)
}

@Test func rowsThatAFileLacksAreGapsAndAreTold() throws {
    let reading = try read(file((0..<100).filter { !(40..<47).contains($0) }))
    #expect(reading.understanding.rowCount == 93 && reading.series.rowCount == 100)
    #expect(reading.series.channels[0].values[39] == 39 && reading.series.channels[0].values[40].isNaN)
    #expect(reading.series.notices.contains { $0.contains("7 steps of 1min have no row") && $0.contains("--every rows") })
    #expect(reading.understanding.gaps.isEmpty, "no value of the file is missing")
    let asTheyAre = try read(file((0..<100).filter { !(40..<47).contains($0) })) { $0.every = .rows }
    #expect(asTheyAre.series.rowCount == 93 && asTheyAre.series.fileOrder == nil)
}

@Test func unevenRowsAreLaidOnStepsAndToldSo() throws {
    let uneven = file((0..<200).map { $0 * 6 }, seconds: { $0 * 37 % 60 })
    let reading = try read(uneven)
    #expect(reading.series.source?.places.count == 200)
    #expect(reading.series.notices.contains { $0.contains("uneven") && $0.contains("5min, mean") && $0.contains("--every") })
    #expect(reading.understanding.rowCount == 200)
}

/// An hour that stands twice on a day on which no clock is set is no zigzag between its two turns.
@Test func rowsOfOneTimeAreOne() throws {
    let reading = try read(file(Array(0..<180) + Array(120..<300)))
    #expect(reading.series.rowCount == 300 && reading.understanding.rowCount == 360)
    #expect(reading.series.channels[0].values == (0..<300).map(Double.init))
    #expect(reading.series.source?.places.count == 360 && reading.series.fileRowCount == 360)
    #expect(reading.series.notices.contains { $0.contains("60 rows repeat the time of the row above: they are one, by mean") })
    let apart = try read(file(Array(0..<180) + Array(120..<300))) { $0.every = .rows }
    #expect(apart.series.rowCount == 360 && apart.series.notices.contains { $0.contains("all are kept") })
    let gapped = try read(file((0..<180).filter { $0 != 30 } + Array(120..<300)))
    #expect(gapped.series.rowCount == 300 && gapped.series.channels[0].values[30].isNaN)
    #expect(gapped.series.fileRows(in: 0..<300).map(\.row) == (gapped.series.source?.places ?? []))
    #expect(gapped.series.source?.places[30] == 31)
}

@Test func aLateRowMakesNoUnevenOnesAndStepsAreOfLengthsThatClocksHave() throws {
    let late = try read(file((0..<40).map { $0 * 2 }, seconds: { $0 == 40 ? 40 : 0 }))
    #expect(late.series.rowCount == 40 && late.series.source == nil && late.series.notices.isEmpty)
    var random = SeededGenerator(seed: 1)
    let about = file((0..<60).map { $0 * 57 + Int.random(in: -15...15, using: &random) })
    #expect(try read(about).series.notices.contains { $0.contains("of 1h, mean") })
}

@Test func pausesThatAreTakenForShorterOnesAreTold() throws {
    let reading = try read(file(Array(0..<30) + Array(2000..<2030)))
    let told = "1970 steps of 1min have no row and are gaps; longer pauses are taken as"
    #expect(reading.series.notices.contains { $0.contains(told) })
    #expect(reading.series.rowCount <= 180)
    let steps = try #require(reading.understanding.steps)
    #expect(steps.empty + steps.cut == 1970 && steps.count == reading.series.rowCount)
}

@Test func ofFewRowsItIsToldThatTheyStayAsTheyAre() throws {
    func isTold(_ text: String, of minutes: [Int]) throws -> Bool {
        try read(file(minutes)).series.notices.contains { $0.contains(text) }
    }
    #expect(try isTold("5 steps of 1min have no row; fewer than", of: [0, 1, 2, 3, 9, 10]))
    #expect(try read(file([0, 1, 2, 3, 4, 5])).series.notices.isEmpty)
    #expect(try isTold("Times are uneven; fewer than 20", of: [0, 7, 11, 30, 31, 47, 59]))
}

@Test(arguments: [
    (Array(0..<180) + Array(120..<300), nil, #"{"every":"1min","aggregate":"mean","count":300,"empty":0,"merged":60,"cut":0}"#),
    (
        (0..<100).filter { !(40..<47).contains($0) }, nil,
        #"{"every":"1min","aggregate":"mean","count":100,"empty":7,"merged":0,"cut":0}"#
    ),
    (Array(0..<120) + Array(240..<300), "1h", #"{"every":"1h","aggregate":"mean","count":5,"empty":2,"merged":177,"cut":0}"#),
    (Array(0..<100), "rows", "null"),
]) func howRowsWereLaidOnStepsIsToldInJSON(_ minutes: [Int], every: String?, told: String) throws {
    let reading = try read(file(minutes)) { options in options.every = every.flatMap { .init($0) } }
    #expect(reading.understanding.json.contains(#""steps":\#(told),"#), "\(reading.understanding.json)")
    let steps = reading.understanding.steps
    #expect(steps.map { $0.count - $0.empty + $0.merged } ?? minutes.count == minutes.count)
}

@Test func rowsThatComeFasterThanTheirClockStayApart() throws {
    let reading = try read(file((0..<300).map { $0 / 3 }))
    #expect(reading.series.rowCount == 300 && reading.series.source == nil)
    #expect(reading.series.notices.contains { $0.contains("200 rows repeat the time of the row above; all are kept") })
}

@Test func aStepThatIsWantedIsHad() throws {
    let reading = try read(file(0..<300)) {
        $0.every = .init("1h")
        _ = $0.take(aggregate: "v=max")
    }
    #expect(reading.series.channels[0].values == [59, 119, 179, 239, 299])
    #expect(reading.series.notices.contains { $0.contains("300 rows are laid on 5 steps of 1h: mean, v by max") })
}

@Test func aStepThatCannotBeHadIsRefused() throws {
    #expect(throws: SeriesError.stepsWithoutTimes(file: "s.csv")) {
        try read(Data("v\n1\n2\n".utf8)) { $0.every = .init("1h") }
    }
    #expect(throws: SeriesError.noSuchColumn(file: "s.csv", column: "w", known: ["v"])) {
        try read(file(0..<100)) { _ = $0.take(aggregate: "w=sum") }
    }
    var options = SeriesReader.Options()
    options.every = .init("1h")
    #expect(throws: SeriesError.stepsNotFollowed(file: "s.csv")) {
        try CSVTail.beginning(file(0..<100), file: "s.csv", options: options)
    }
    for text in ["median", "v="] {
        let isTaken = options.take(aggregate: text)
        #expect(!isTaken && options.aggregateTexts.isEmpty)
    }
}

@Test func rowsThatComeLaterAreCompletedToo() throws {
    let minutes = (0..<200).filter { $0 % 23 != 5 && !(120..<131).contains($0) }
    let whole = try read(file(minutes)).series
    for cut in [30, 90, 109, 150] {
        let beginning = file(minutes[..<cut])
        var (reading, tail) = try CSVTail.beginning(beginning, file: "s.csv", options: .init())
        var series = reading.series
        for row in file(minutes[cut...]).split(separator: 0x0A).dropFirst() {
            if let rows = try tail.append(row + [0x0A]).rows { series.append(rows) }
        }
        #expect(series.time == whole.time && series.identity == whole.identity && series.fileOrder == whole.fileOrder)
    }
}

@Test func stepsAreKeptWithTheOtherOptions() throws {
    var options = SeriesReader.Options()
    options.every = .init("15min")
    for text in ["sum", "flow=max", "a=b=last"] {
        let isTaken = options.take(aggregate: text)
        #expect(isTaken)
    }
    let kept = try JSONDecoder().decode(SeriesReader.Options.self, from: JSONEncoder().encode(options))
    #expect(kept == options && kept.aggregateTexts == ["sum", "a=b=last", "flow=max"])
}
