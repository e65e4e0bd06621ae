import TestSupport
import Testing
import TimeSeries

@testable import AnomalyDetection

/// Scores of which a share reaches the ordinary reach of errors, some near each other, some without a value.
private func scores(_ count: Int, _ random: inout SeededGenerator) -> [Float] {
    let share = [0.001, 0.02, 0.3][Int(random.uniform() * 3)]
    return (0..<count).map { _ in
        let kind = random.uniform()
        if kind < 0.02 { return .nan }
        return Calibration.score(ofExcess: Float(kind < 0.02 + share ? 1 + 9 * random.uniform() : random.uniform()))
    }
}

@Test func thePeaksOfRunsGoOnWhereScoresComeOrChange() {
    for seed in 1...60 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        var blocks = ExtentBlocks(scores(Int(random.uniform() * 2000), &random))
        var peaks = RunPeaks(of: blocks)
        for _ in 0..<30 {
            let count = blocks.values.count
            let first = count - min(count, Int(random.uniform() * (random.uniform() < 0.1 ? 600 : 12)))
            blocks.replace(from: first, with: scores(count - first + Int(random.uniform() * 40), &random))
            peaks.replace(from: first, in: blocks)
            #expect(peaks == RunPeaks(of: blocks), "seed \(seed)")
            #expect(GapRule().levels(for: blocks, peaks: peaks) == GapRule().levels(for: blocks), "seed \(seed)")
        }
    }
}
