import Foundation
import Testing
import TimeSeries
import Work

@testable import AnomalyDetection

/// Waves of one period with levels and lengths of their own, gaps among them.
private func waves(_ count: Int, rows: Int) -> [Series] {
    (0..<count).map { index in
        var random = SeededGenerator(seed: UInt64(index + 1))
        let values = (0..<(rows + 37 * index)).map { row -> Double in
            if row % 97 == 5 + index { return .nan }
            return Double(index % 3) * 4 + sin(Double(row) * 2 * .pi / 24) + 0.1 * random.uniform()
        }
        return Series(name: "wave \(index)", channels: [Series.Channel(name: "v", values: values)])
    }
}

/// The largest difference; infinite where the one has a gap or an end that the other has not.
private func farthest(_ one: [Float], _ other: [Float]) -> Float {
    guard one.count == other.count else { return .infinity }
    return zip(one, other).reduce(0) {
        $1.0.isNaN && $1.1.isNaN ? $0 : $1.0.isNaN || $1.1.isNaN ? .infinity : max($0, abs($1.0 - $1.1))
    }
}

@Test(arguments: Models.standard.all.map(\.kind.name)) func seriesScoredTogetherHaveTheScoresOfEachAlone(_ name: String) throws {
    let model = try #require(Models.standard.all.first { $0.kind.name == name })
    let all = waves(7, rows: 260)
    let detector = try model.train(TrainingTask(all: all, seed: 1), Cancellation()) { _ in }.detector
    let scorer = detector.makeScorer()
    let short = all[0].prefix(detector.windowLength - 1)
    for batch in [all, [all[3]], [short] + all.reversed()] {
        let answers = scorer(batch)
        #expect(answers.count == batch.count)
        for (series, answer) in zip(batch, answers) where series.rowCount >= detector.windowLength {
            let (alone, together) = (try detector.errors(of: series), try answer.get())
            // Bit for bit with AVX-512; other matrix kernels round by the place that a window has among others.
            #expect(farthest(alone.errors, together.errors) < 1e-5, "\(series.name)")
            #expect(farthest(alone.reconstruction, together.reconstruction) < 1e-5, "\(series.name)")
        }
    }
    #expect(throws: DetectionError.self) { try scorer([short])[0].get() }
}

@Test func aPairOfManySeriesIsKeptWholeAndJudgesEachAsItDidBefore() throws {
    let all = waves(5, rows: 200)
    let model = Models.standard.all[0]
    let detector = try model.train(TrainingTask(all: all, seed: 1), Cancellation()) { _ in }.detector
    #expect(detector.summary.trainingRows == all.reduce(0) { $0 + $1.rowCount })
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Models.standard.save(detector, to: file)
    let loaded = try Models.standard.load(model.kind, from: file)
    for series in all {
        let (before, after) = (try detector.errors(of: series), try loaded.errors(of: series))
        #expect(before.errors.map(\.bitPattern) == after.errors.map(\.bitPattern))
    }
}

@Test func seriesShorterThanAWindowAreLeftOutOfTheTraining() throws {
    let all = waves(3, rows: 240) + [waves(1, rows: 50)[0].prefix(5)]
    let detector = try Models.standard.all[0].train(TrainingTask(all: all, seed: 1), Cancellation()) { _ in }.detector
    #expect(detector.summary.trainingRows == all.dropLast().reduce(0) { $0 + $1.rowCount })
}
