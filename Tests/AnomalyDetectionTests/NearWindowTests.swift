import Foundation
import Testing
import TimeSeries

@testable import AnomalyDetection

/// Leaves a tenth of every difference from a window's level.
private final class Faithful: Reconstructor {
    let windowLength: Int
    let (capacity, groupSize) = (64, 4)

    init(windowLength: Int) { self.windowLength = windowLength }

    func reconstruct(_ windows: [Float], measured: [Float]?, from place: Int, rows: Range<Int>) -> [Float] {
        windows.map { 0.9 * $0 }
    }
}

/// The errors of a series of one channel by a network that is right within a tenth, whose windows have 160 rows, with levels and swings of
/// windows that have `near`.
private func errors(of values: [Double], near: Int) throws -> [Float] {
    let series = Series(name: "s", channels: [.init(name: "v", values: values)])
    let scaling = RobustScaling(centers: [0], spreads: [1])
    func answers(_ length: Int, margin: Int) -> WindowAnswers {
        let windowing = Windowing(
            length: length, stride: length / 4, margin: margin, shortSmoothing: 16, longSmoothing: 64)
        var answers = WindowAnswers(windowing, scaling: scaling)
        answers.append(series)
        return answers
    }
    var all = [answers(160, margin: 40)]
    try Faithful(windowLength: 160).answer(&all)
    var nearWindows = answers(near, margin: 0)
    nearWindows.judgeLevels()
    return ErrorMeasure.fitting(all, near: near == 160 ? nil : [nearWindows], scaling: scaling, noise: 0.05).errors
}

private func noise(_ rows: Int, seed: UInt64) -> [Double] {
    var random = SeededGenerator(seed: seed)
    return (0..<rows).map { _ in random.uniform() - 0.5 }
}

@Test(arguments: 1...5 as ClosedRange<UInt64>) func aSingleOddRowIsPinnedToItsRow(_ seed: UInt64) throws {
    var values = noise(2000, seed: seed)
    for row in stride(from: 100, to: 2000, by: 400) { values[row] += 8 }
    let errors = try errors(of: values, near: 160)
    let order = errors.indices.sorted { errors[$0] > errors[$1] }
    #expect(
        order[..<15].allSatisfy { abs($0 % 400 - 100) <= 1 }, "the rows and the two beside each, whatever longer averages say")
}

/// A dip that leaves no trace in the level of a long window is seen by that of a near one.
@Test(arguments: 1...5 as ClosedRange<UInt64>) func aShortShapeIsSeenBesideALevelThatWandersFar(_ seed: UInt64) throws {
    var values = noise(4000, seed: seed)
    for row in values.indices { values[row] = 0.2 * values[row] + 2 * sin(Double(row) / 60) }
    for row in 2990..<3006 { values[row] -= 1.2 }
    func rank(near: Int) throws -> Int {
        let errors = try errors(of: values, near: near)
        let highest = errors[2990..<3006].reduce(0, max)
        return errors.indices.count { !(2980..<3016).contains($0) && errors[$0] >= highest }
    }
    #expect(try rank(near: 32) == 0)
    #expect(try rank(near: 160) > 0)
}
