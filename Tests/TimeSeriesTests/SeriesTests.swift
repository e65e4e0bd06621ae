import Foundation
import TestSupport
import Testing

@testable import TimeSeries

@Test(arguments: SampleKind.allCases) func aCleanSeriesHoldsNoAnomaly(_ kind: SampleKind) throws {
    let clean = kind.series(rows: 1200, seed: 3, isClean: true)
    #expect(try #require(clean.labels).allSatisfy { !$0 })
    #expect(clean.channels != kind.series(rows: 1200, seed: 3).channels)
}

@Test func theKindsAreSteadyOrMovingOrHoldHolidays() {
    let all = SampleKind.steady + SampleKind.moving + SampleKind.holding
    #expect(Set(all) == Set(SampleKind.allCases) && all.count == SampleKind.allCases.count)
}

@Test func holidaysOfAWeeklyRhythmStandInItsCalendarAndAreNotLabelled() throws {
    let series = SampleKind.weekly.series(rows: 1680, seed: 5)
    let calendar = try #require(SampleKind.weekly.calendar(rows: 1680, seed: 5))
    let rule = try #require(try ExpectedRule.list(calendar, file: "weekly.ics").first)
    let rows = rule.rows(in: series)
    #expect(!rows.isEmpty && rows.allSatisfy { $0.count == 24 && $0.lowerBound % 168 < 120 }, "weekdays")
    let (values, labels) = (series.channels[0].values, try #require(series.labels))
    for day in rows {
        #expect(!labels[day].contains(true))
        #expect(values[day.lowerBound + 14] > 35, "busy as a Sunday")
    }
    #expect(SampleKind.weekly.calendar(rows: 1680, seed: 5, isClean: true) == nil)
}

@Test func gapsAreBridgedByStraightLines() {
    #expect(filled([.nan, 1, .nan, .nan, 4, .nan]) == [1, 1, 2, 3, 4, 4])
    #expect(filled([.nan, .nan]) == [0, 0])
}

@Test func scalingCentersSpreadsAndReturns() throws {
    let values = (0..<1000).map { Double($0 % 10) }
    let series = Series(name: "s", channels: [.init(name: "a", values: values), .init(name: "c", values: values.map { _ in 7 })])
    let scaling = RobustScaling(fitting: series, rows: 1000)
    let scaled = scaling.scaled(series)
    #expect(scaled.count == 2000)
    #expect(stride(from: 1, to: 2000, by: 2).allSatisfy { scaled[$0] == 0 })
    #expect(abs(scaling.unscaled(scaled[6], channel: 0) - 3) < 1e-5)
}

@Test func spikesAreLimited() {
    var values = (0..<100).map { sin(Double($0)) }
    values[50] = 1e9
    let series = Series(name: "s", channels: [.init(name: "a", values: values)])
    let scaled = RobustScaling(centers: [0], spreads: [1]).scaled(series)
    #expect(scaled[50] == RobustScaling.limit && scaled.allSatisfy { abs($0) <= RobustScaling.limit })
}

/// One wrong row does not decide the unit in which all others are measured; two together may be what the channel does.
@Test func spikesOfSingleRowsDoNotCountInTheSpread() {
    func spread(_ heights: [Int: Double]) -> Double {
        var values = (0..<1000).map { sin(Double($0)) }
        for (row, height) in heights { values[row] = height }
        return RobustScaling(fitting: Series(name: "s", channels: [.init(name: "a", values: values)]), rows: 1000).spreads[0]
    }
    for height in [1e3, 1e6, 1e9] {
        for spikes in [[500: height], [0: height, 50: height, 999: -height]] {
            #expect(abs(spread(spikes) - spread([:])) < 0.01, "\(spikes)")
        }
        #expect(spread([500: height, 501: height]) > 10)
    }
}

@Test(arguments: [24, 48, 100, 288]) func theDominantPeriodOfAWaveIsFound(_ period: Int) throws {
    let values = (0..<3000).map { sin(2 * Double.pi * Double($0) / Double(period)) }
    #expect(abs(try #require(dominantPeriod(of: values)) - period) <= 1)
}

@Test func noiseLinesAndShortSeriesHaveNoPeriod() {
    #expect(dominantPeriod(of: [Double](repeating: 3, count: 500)) == nil)
    #expect(dominantPeriod(of: (0..<500).map(Double.init)) == nil)
    #expect(dominantPeriod(of: [1, 2, 3]) == nil)
}

@Test func theIdentityTellsNumbersApart() {
    let a = Series(name: "a", channels: [.init(name: "v", values: [1, 2, .nan])])
    var b = a
    b.name = "b"
    #expect(a.identity == b.identity)
    b = b.changing { $0[1] = 2.0000001 }
    #expect(a.identity != b.identity)
    #expect(a.identity.text.count == 64)
}
