import Foundation
import Testing
import TimeSeries

@testable import AnomalyDetection

private func prepared(_ values: [Double], channels: Int = 1) -> PreparedSeries {
    let made = (0..<channels).map { channel in
        Series.Channel(name: "c\(channel)", values: stride(from: channel, to: values.count, by: channels).map { values[$0] })
    }
    let scaling = RobustScaling(
        centers: [Double](repeating: 0, count: channels), spreads: [Double](repeating: 1, count: channels))
    return PreparedSeries(Series(name: "s", channels: made), scaling: scaling, longGap: 3)
}

/// An offset that moves from window to window says nothing about shapes.
@Test func windowsWithoutTheirLevelsAreTheSameUnderAMovingOffset() {
    for seed in 1...30 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let (length, channels) = (4 + Int(random.uniform() * 40), 1 + Int(random.uniform() * 3))
        let values = (0..<(length * channels * 5)).map { _ in (random.uniform() * 1024).rounded() / 1024 }
        let offsets = (0..<(5 * channels)).map { _ in (random.uniform() * 4096).rounded() - 2048 }
        let moved = values.indices.map { values[$0] + offsets[$0 / (length * channels) * channels + $0 % channels] }
        let starts = (0..<5).map { $0 * length }
        let one = LevelFreeWindows(prepared(values, channels: channels), starts: starts, length: length)
        let other = LevelFreeWindows(prepared(moved, channels: channels), starts: starts, length: length)
        #expect(zip(one.values, other.values).allSatisfy { abs($0 - $1) < 1e-3 }, "seed \(seed)")
        #expect(zip(one.swings, other.swings).allSatisfy { abs($0 - $1) < 1e-3 }, "seed \(seed)")
        for index in one.levels.indices {
            #expect(abs(other.levels[index] - one.levels[index] - Float(offsets[index])) < 1e-3, "seed \(seed)")
        }
    }
}

@Test func windowsAreCutOffAfterTheirLevelIsTakenOff() {
    let windows = LevelFreeWindows(prepared([5000, 5001, 5002, 5003, 0, 0, 0, 4000]), starts: [0, 4], length: 4)
    #expect(windows.values[..<4] == [-1.5, -0.5, 0.5, 1.5])
    #expect(windows.values[4...] == [-RobustScaling.limit, -RobustScaling.limit, -RobustScaling.limit, RobustScaling.limit])
    #expect(windows.levels == [5001.5, 1000])
}

/// Where the unit of shapes is looked for, a spike of a single row shifts the level of its window no farther than it can be seen,
/// however high it is; what stays away for two rows counts as it is.
@Test func aSpikeOfASingleRowDoesNotDecideTheUnitOfShapes() {
    let limit = RobustScaling.limit
    for height in [limit + 1, 1000, 1e6] {
        for (values, mean) in [
            ([0, 0, height, 0, 0, -height, 0, 0], 0), ([height, 0, 0, 0, 0, 0, 0, 0], limit / 8),
            ([0, 0, height, height, 0, 0, 0, 0], height / 4), ([0, 0, 0, 0, 0, 0, 0, -height], -limit / 8),
        ] as [([Float], Float)] {
            let windows = LevelFreeWindows(prepared(values.map { Double($0) }), starts: [0], length: 8, boundsSpikes: true)
            #expect(abs(windows.levels[0] - mean) <= 1e-6 * abs(mean), "\(values): \(windows.levels)")
        }
    }
}

/// Windows of one row every `length` rows, with given levels and swings.
private func statistics(levels: [Float], swings: [Float], length: Int) -> WindowStatistics {
    var windows = WindowStatistics(channels: 1)
    windows.starts = levels.indices.map { $0 * length }
    (windows.levels, windows.swings) = (levels, swings)
    windows.residuals = levels.map { _ in 1 }
    windows.coverage = levels.map { _ in .whole }
    return windows
}

@Test func aLevelIsNewOnceAndKnownWhenItComesBack() {
    let training = statistics(levels: [0, 1, 0, 1, 0, 1], swings: [1, 1, 1, 1, 1, 1], length: 10)
    let novelty = WindowNovelty(fitting: training, trainingRows: [60], length: 10, stride: 10)
    let added = novelty.added(to: statistics(levels: [0.5, 9, 9, 1], swings: [1, 1, 1, 1], length: 10))
    #expect(added == [0.25, 64, 0, 0])
    #expect(novelty.added(to: training).allSatisfy { $0 == 0 }, "each level is taken by other training windows too")
}

@Test func whatMovesByItselfCountsLittleAndAWindowIsNotKnownByItself() {
    let climbing = (0..<20).map { Float($0) * 3 }
    let training = statistics(levels: climbing, swings: climbing.map { _ in 1 }, length: 10)
    let novelty = WindowNovelty(fitting: training, trainingRows: [200], length: 10, stride: 10)
    #expect(novelty.added(to: training).allSatisfy { abs($0 - 0.9) < 1e-5 }, "9, the square of a step, times 1 / (1 + 9)")
    let other = statistics(levels: climbing.map { $0 + 1 }, swings: climbing.map { _ in 1 }, length: 10)
    #expect(novelty.added(to: other).allSatisfy { abs($0 - 0.1) < 1e-5 }, "levels between those of training")
}

@Test func aSeriesAmongManyIsNotKnownByItselfButByTheOthers() {
    let levels: [Float] = [0, 0, 0, 0, 0, 0, 5, 0, 0, 1]
    let lastLevels = Array(levels[5...])
    let last = statistics(levels: lastLevels, swings: lastLevels.map { _ in 1 }, length: 10)
    var training = statistics(levels: Array(levels[..<5]), swings: lastLevels.map { _ in 1 }, length: 10)
    training.append(last)
    let novelty = WindowNovelty(fitting: training, trainingRows: [50, 50], length: 10, stride: 10)
    let second = novelty.added(to: last)
    #expect(second[1] > 5 && second[4] > 0 && second[0] == 0, "5 and 1 are taken once, by the windows themselves")
    let other = novelty.added(to: statistics(levels: [5, 1], swings: [1, 1], length: 10))
    #expect(other == [0, 0], "what another series took is known")
}

@Test func aSwingIsNewByItsDistanceFromTheTypicalOne() {
    let training = statistics(levels: [0, 0, 0, 0, 0], swings: [2, 2, 2, 2, 2], length: 8)
    let novelty = WindowNovelty(fitting: training, trainingRows: [40], length: 8, stride: 8)
    #expect(novelty.added(to: statistics(levels: [0, 0, 0], swings: [2, 0, 5], length: 8)) == [0, 4, 9])
}

@Test func theOddestChannelDecidesInUnitsOfItsOwnTail() {
    let quiet = (0..<1000).map { Float($0 % 100) / 100 }
    let tails = ChannelTails(fitting: quiet.flatMap { [$0, $0 * 50, 0, 0] }, channels: 2, noise: 0)
    let rows = [[0.5, 25], [2, 25], [0.5, 100], [.nan, 100], [.nan, .nan]] as [[Float]]
    let errors = tails.largest(rows.flatMap { $0 + [0, 0] })
    #expect(abs(errors[0] - 1) < 0.05, "the typical error is about as large as the tail")
    let excesses = errors.map { $0 - errors[0] }
    #expect(abs(excesses[1] - excesses[2]) < 1e-4 && excesses[1] > 2.9, "an odd row counts alike in either unit")
    #expect(excesses[3] == excesses[2] && excesses[4].isNaN)
    #expect(tails.isSound(channels: 2) && !tails.isSound(channels: 1))
}

@Test func aSingleOddRowCountsHalfUnlessSuchRowsAreOrdinary() {
    let quiet = (0..<1000).map { Float($0 % 100) / 100 }
    func excess(ofRow error: Float, learning training: [Float]) -> Float {
        let tails = ChannelTails(fitting: training.flatMap { [0.5, $0] }, channels: 1, noise: 0.1)
        let errors = tails.largest([0.5, 0, 0.5, error])
        return errors[1] - errors[0]
    }
    #expect(abs(excess(ofRow: 6.5, learning: quiet) - 0.5 * 6 / 0.59) < 0.2, "half of what it is beyond the median, in tails")
    #expect(excess(ofRow: 0.1, learning: quiet) == 0)
    #expect(excess(ofRow: 6.5, learning: quiet.dropLast() + [50]) == 0, "where a training row lay as far, that is ordinary")
}
