import Foundation
import TestSupport
import Testing

@testable import TimeSeries

/// Values of an everyday size, with gaps.
private func values(_ count: Int, gaps: Double = 0.1, _ random: inout SeededGenerator) -> [Double] {
    (0..<count).map { _ in random.happens(gaps) ? .nan : 20 + 5 * random.normal() }
}

@Test func scaledValuesReturnAndStayWithinTheirLimit() {
    forRandomSeeds(200) { seed, random in
        let rows = Int.random(in: 1...300, using: &random)
        let size = pow(10, Double(Int.random(in: -6...6, using: &random)))
        let channels = (0..<Int.random(in: 1...3, using: &random)).map { index in
            Series.Channel(name: "c\(index)", values: values(rows, &random).map { $0 * size * (random.happens(0.02) ? 50 : 1) })
        }
        let series = Series(name: "s", channels: channels)
        let scaling = RobustScaling(fitting: series, rows: Int.random(in: 1...rows, using: &random))
        let scaled = scaling.scaled(series)
        #expect(scaled.count == rows * channels.count, "seed \(seed)")
        #expect(scaled.allSatisfy { abs($0) <= RobustScaling.limit }, "seed \(seed)")
        for (index, channel) in channels.enumerated() {
            for (row, value) in filled(channel.values).enumerated() {
                let here = scaled[row * channels.count + index]
                let returned = scaling.unscaled(here, channel: index)
                let tolerance = 1e-5 * scaling.spreads[index] + 1e-12 * abs(value)
                if abs(here) < RobustScaling.limit {
                    #expect(abs(returned - value) <= tolerance, "seed \(seed)")
                } else {
                    #expect(
                        (value - scaling.centers[index]) / Double(here) >= scaling.spreads[index] * (1 - 1e-6), "seed \(seed)")
                }
            }
        }
    }
}

@Test func scalingDoesNotSeeUnitsOrOffsets() {
    forRandomSeeds(200) { seed, random in
        let rows = Int.random(in: 20...300, using: &random)
        let (factor, offset) = (pow(10, 4 * random.uniform() - 2), 1000 * (random.uniform() - 0.5))
        let original = values(rows, &random)
        let series = Series(name: "s", channels: [.init(name: "v", values: original)])
        let other = Series(name: "s", channels: [.init(name: "v", values: original.map { factor * $0 + offset })])
        let pairs = zip(
            RobustScaling(fitting: series, rows: rows).scaled(series), RobustScaling(fitting: other, rows: rows).scaled(other))
        #expect(pairs.allSatisfy { abs($0 - $1) < 1e-4 }, "seed \(seed)")
    }
}

@Test func aSpreadIsAtLeastHalfTheStandardDeviationOfWhatIsNotCutOff() {
    forRandomSeeds(200) { seed, random in
        let share = random.uniform()
        let values = (0..<Int.random(in: 2...200, using: &random)).map { _ in random.happens(share) ? 3 : 3 + random.normal() }
        let scaling = RobustScaling(
            fitting: Series(name: "s", channels: [.init(name: "v", values: values)]), rows: values.count)
        let near = values.filter { abs($0 - scaling.centers[0]) <= Double(RobustScaling.limit) * scaling.spreads[0] }
        let mean = near.reduce(0, +) / Double(near.count)
        let deviation = (near.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(near.count)).squareRoot()
        #expect(scaling.spreads[0] >= 0.5 * deviation * (1 - 1e-12), "seed \(seed)")
        let range = scaling.scaled(Series(name: "s", channels: [.init(name: "v", values: values)]))
        #expect(range.contains { $0 != 0 } == values.contains { $0 != scaling.centers[0] }, "seed \(seed)")
    }
}

@Test func bridgedGapsStayBetweenTheirNeighboursAndMeasuredValuesStay() {
    forRandomSeeds(500) { seed, random in
        let gaps = random.uniform()
        let original = values(Int.random(in: 0...80, using: &random), gaps: gaps, &random)
        let bridged = filled(original)
        #expect(bridged.count == original.count, "seed \(seed)")
        for (index, value) in original.enumerated() {
            guard value.isNaN else {
                #expect(bridged[index] == value, "seed \(seed)")
                continue
            }
            let neighbours = [original[..<index].last { !$0.isNaN }, original[index...].first { !$0.isNaN }].compactMap { $0 }
            let range = (neighbours.min() ?? 0) - 1e-9...(neighbours.max() ?? 0) + 1e-9
            #expect(range.contains(bridged[index]), "seed \(seed)")
        }
    }
}

@Test func quantilesRiseFromTheSmallestToTheLargestThroughEveryValue() {
    forRandomSeeds(300) { seed, random in
        let sorted = values(Int.random(in: 1...60, using: &random), gaps: 0, &random).sorted()
        let steps = stride(from: 0, through: 1, by: 0.01).map { quantile(ofSorted: sorted, $0) }
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 <= $1 + 1e-12 }, "seed \(seed)")
        #expect(quantile(ofSorted: sorted, -1) == sorted.first && quantile(ofSorted: sorted, 2) == sorted.last, "seed \(seed)")
        for (index, value) in sorted.enumerated() where sorted.count > 1 {
            let share = Double(index) / Double(sorted.count - 1)
            #expect(abs(quantile(ofSorted: sorted, share) - value) < 1e-9, "seed \(seed)")
        }
    }
}

@Test func thePeriodOfAWaveIsFoundWhateverItsLengthPhaseAndUnit() {
    forRandomSeeds(40) { seed, random in
        let period = Int.random(in: 8...280, using: &random)
        let (phase, factor) = (7 * random.uniform(), pow(10, 6 * random.uniform() - 3))
        let wave = (0..<(30 * period)).map { factor * (100 + sin(phase + 2 * Double.pi * Double($0) / Double(period))) }
        let found = try #require(dominantPeriod(of: wave))
        #expect(abs(found - period) <= 1 + period / 100, "seed \(seed)")
    }
}

@Test func aPrefixIsTheSameRows() {
    forRandomSeeds(200) { seed, random in
        let series = random.series()
        let count = Int.random(in: 0...80, using: &random)
        let shorter = series.prefix(count)
        let rows = min(count, series.rowCount)
        #expect(shorter.rowCount == rows, "seed \(seed)")
        #expect(Content(series.prefix(80)) == Content(series), "seed \(seed)")
        #expect((0..<rows).allSatisfy { shorter.timeText(row: $0) == series.timeText(row: $0) }, "seed \(seed)")
        #expect(shorter.labels == series.labels.map { Array($0.prefix(count)) }, "seed \(seed)")
        #expect(Content(series.prefix(90).prefix(count)) == Content(shorter), "seed \(seed)")
    }
}

@Test func theIdentityChangesWithAnyOneNumberAndWithNothingElse() {
    forRandomSeeds(300) { seed, random in
        let series = random.series()
        var same = series
        same.name = "other"
        same.labels = nil
        same.time = .rowNumbers
        #expect(same.identity == series.identity && series.identity.text.count == 64, "seed \(seed)")
        let channel = Int.random(in: series.channels.indices, using: &random)
        let row = Int.random(in: 0..<series.rowCount, using: &random)
        let value = series.channels[channel].values[row]
        let other = series.changing(channel: channel) { $0[row] = value.isNaN ? 0 : value == 0 ? 1 : value.nextUp }
        #expect(other.identity != series.identity, "seed \(seed)")
    }
}

@Test func theIdentityIsTheSameHoweverTheRowsCame() {
    forRandomSeeds(200) { seed, random in
        let series = random.series()
        let count = Int.random(in: 1...series.rowCount, using: &random)
        var grown = series.prefix(count)
        #expect(grown.identity == series.identity(ofFirst: count), "seed \(seed)")
        while grown.rowCount < series.rowCount {
            grown.append(series.rows(grown.rowCount..<Int.random(in: (grown.rowCount + 1)...series.rowCount, using: &random)))
        }
        #expect(grown.identity == series.identity, "seed \(seed)")
    }
}

@Test(arguments: [1e-300, 1e-14, 1e-3, 1e18, 1e300]) func periodAndScalingDoNotSeeTheUnit(_ unit: Double) throws {
    forRandomSeeds(20) { seed, random in
        let period = Int.random(in: 8...120, using: &random)
        let values = (0..<900).map { 3 + sin(2 * Double.pi * Double($0) / Double(period)) + 0.1 * random.normal() }
        let series = Series(name: "s", channels: [.init(name: "v", values: values)])
        let other = series.changing { values in values = values.map { $0 * unit } }
        #expect(other.profile.period == series.profile.period, "seed \(seed)")
        let mine = RobustScaling(fitting: series, rows: 900).scaled(series)
        let others = RobustScaling(fitting: other, rows: 900).scaled(other)
        #expect(zip(mine, others).allSatisfy { abs($0 - $1) < 1e-4 }, "seed \(seed)")
    }
}

@Test func theProfileOfALongSeriesStaysWhileItGrows() {
    var random = SeededGenerator(seed: 5)
    func rows(_ count: Int, period: Double) -> Series {
        Series(
            name: "s",
            channels: [
                .init(name: "v", values: (0..<count).map { sin(2 * Double.pi * Double($0) / period) + 0.1 * random.normal() })
            ])
    }
    var series = rows(300, period: 24)
    #expect(series.profile.period == 24)
    series.append(rows(19_700, period: 50))
    #expect(series.profile.period == 50, "a short series is looked at again")
    series.append(rows(60_000, period: 24))
    #expect(series.profile.period == 50, "what is behind 20,000 rows is not looked at")
}

@Test func rowsThatAreForgottenLeaveIdentityPositionsAndTimesAsTheyWere() {
    forRandomSeeds(200) { seed, random in
        let series = random.series()
        let count = Int.random(in: 0...series.rowCount, using: &random)
        var kept = series
        kept.forget(first: count)
        #expect(kept.rowCount == series.rowCount - count && kept.identity == series.identity, "seed \(seed)")
        for row in 0..<kept.rowCount {
            #expect(kept.rowNumber(row) == series.rowNumber(row + count), "seed \(seed)")
            #expect(kept.timeText(row: row) == series.timeText(row: row + count), "seed \(seed)")
        }
        var (grown, whole) = (kept, series)
        guard kept.rowCount > 0 else { return }
        let rows = series.rows((series.rowCount - 1)..<series.rowCount)
        grown.append(rows)
        whole.append(rows)
        #expect(grown.identity == whole.identity, "seed \(seed)")
        #expect(grown.rowNumber(grown.rowCount - 1) == whole.rowNumber(whole.rowCount - 1), "seed \(seed)")
    }
}
