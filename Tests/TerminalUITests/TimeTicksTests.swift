import TestSupport
import Testing
import TimeSeries

@testable import TerminalUI

private let second: Int64 = 1_000_000
private let day = 86_400 * second
/// 2014-10-30 06:20 UTC.
private let start: Int64 = 1_414_650_000 * second

private func labels(_ span: Int64, columns: Int = 100, from first: Int64 = start, zoneMinutes: Int = 0) -> [String] {
    TimeTicks(from: first, to: first + span, columns: columns, zoneMinutes: zoneMinutes).ticks.map(\.label)
}

@Test func labelsOfTimesSuitTheSpanFromYearsToMicroseconds() {
    #expect(
        labels(40 * 365 * day).prefix(3) == ["2016", "2018", "2020"] || labels(40 * 365 * day).prefix(2) == ["2015", "2020"])
    #expect(labels(215 * day).prefix(4) == ["Nov", "Dec", "2015", "Feb"])
    #expect(labels(6 * day) == ["Fri 31", "Sat 1", "Sun 2", "Mon 3", "Tue 4", "Wed 5"])
    #expect(labels(86_400 * second, columns: 60).contains("12:00") && labels(day, columns: 60).contains("Fri 31"))
    #expect(labels(60 * day).prefix(2) == ["Nov 3", "Nov 10"] || labels(60 * day).prefix(2) == ["Nov 3", "Nov 17"])
    #expect(labels(4 * day, from: -3 * day, zoneMinutes: 0).first == "Mon 29", "1970 began on a Thursday")
    #expect(labels(60 * 60 * second, columns: 60).allSatisfy { $0.count == 5 && $0.hasPrefix("0") })
    #expect(labels(5 * second, columns: 80) == ["06:20:00", "06:20:01", "06:20:02", "06:20:03", "06:20:04", "06:20:05"])
    #expect(labels(20_000, columns: 60) == ["20:00.000", "20:00.005", "20:00.010", "20:00.015", "20:00.020"])
    #expect(labels(20, columns: 60).first == "20:00.000000")
}

@Test func whatLabelsLeaveOutIsTold() {
    #expect(TimeTicks(from: start, to: start + 6 * day, columns: 100).context == "Oct 2014")
    #expect(TimeTicks(from: start, to: start + 60 * day, columns: 100).context == "2014")
    #expect(TimeTicks(from: start, to: start + day / 4, columns: 100).context == "2014-10-30")
    #expect(TimeTicks(from: start, to: start + 3 * second, columns: 100).context == "2014-10-30 06:20")
    #expect(TimeTicks(from: start, to: start + 9000 * day, columns: 100).context == "")
}

@Test func timesAreRoundOnTheClockOfTheFile() {
    let ticks = TimeTicks(from: start, to: start + 3 * day, columns: 40, zoneMinutes: 330).ticks
    #expect(!ticks.isEmpty)
    for tick in ticks { #expect((tick.microseconds + 330 * 60 * second) % (day / 2) == 0) }
}

@Test func ticksRiseWithinTheSpanAndFitTheColumns() {
    forRandomSeeds(400) { seed, random in
        let first = Int64.random(in: -4_000_000_000...4_000_000_000, using: &random) * second
        let span =
            Int64(exactly: (Double.random(in: 0...17, using: &random) * 2.3).rounded()).map { Int64(1) << min(54, $0) } ?? 1
        let columns = Int.random(in: 20...300, using: &random)
        let ticks = TimeTicks(from: first, to: first + span, columns: columns).ticks
        let times = ticks.map(\.microseconds)
        #expect(times == times.sorted() && Set(times).count == times.count, "seed \(seed)")
        #expect(times.allSatisfy { $0 >= first && $0 <= first + span }, "seed \(seed)")
        #expect(ticks.reduce(0) { $0 + $1.label.count } <= columns, "seed \(seed)")
    }
}

@Test func levelsLieWithinTheValuesAndFollowThePlaceWhereTheSeriesStands() {
    forRandomSeeds(200) { seed, random in
        let rows = Int.random(in: 1...3000, using: &random)
        let level = (0..<rows).map { $0 < rows / 2 ? 10.0 : 20 }
        let noisy = level.map { $0 + Double.random(in: -1...1, using: &random) }
        let count = Int.random(in: 1...200, using: &random)
        let width = Int.random(in: 1...50, using: &random)
        let drawn = levels(of: noisy, rows: 0..<rows, count: count, width: width)
        #expect(drawn.count == count && drawn.allSatisfy { (9...21).contains($0) }, "seed \(seed)")
        if count > 4, rows > 400 { #expect(drawn[0] < 11.1 && drawn[count - 1] > 18.9, "seed \(seed)") }
    }
    let gaps = [Double](repeating: .nan, count: 4)
    #expect(levels(of: gaps, rows: 0..<4, count: 2, width: 1).count { $0.isNaN } == 2)
}
