import Foundation
import Synchronization
import Testing
import TimeSeries
import Work

@testable import AnomalyDetection

private func trained(_ kind: ModelKind, _ series: Series, rows: Int) throws -> TrainedModel {
    let task = TrainingTask(series: series, trainingRows: rows, seed: 1)
    var plan = kind == .lstm ? LSTMRecipe().plan(for: task) : TransformerRecipe().plan(for: task)
    (plan.epochs, plan.windowsPerEpoch) = (2, 128)
    return try Training(kind, plan, series: series, trainingRows: rows).run()
}

private func detector(_ kind: ModelKind, _ series: Series, rows: Int) throws -> NeuralDetector {
    try #require(try trained(kind, series, rows: rows).detector as? NeuralDetector)
}

/// Two channels with gaps within and, where the series is cut, at its end.
private func gapped(_ rows: Int) -> Series {
    let series = SampleKind.contextual.series(rows: rows, seed: 4)
    var other = series.channels[0].values.map { -2 * $0 }
    for row in [100..<110, 690..<720, 1000..<1004] as [Range<Int>] { for gap in row.clamped(to: 0..<rows) { other[gap] = .nan } }
    return series.with(series.channels + [Series.Channel(name: "other", values: other)])
}

private func isClose(_ one: Float, _ other: Float) -> Bool {
    one.isNaN && other.isNaN || abs(one - other) <= 1e-6 * max(1, abs(other))
}

private func areClose(_ one: RowErrors, _ other: RowErrors) -> Bool {
    one.errors.count == other.errors.count && one.reconstruction.count == other.reconstruction.count
        && zip(one.errors, other.errors).allSatisfy(isClose) && zip(one.reconstruction, other.reconstruction).allSatisfy(isClose)
}

/// Rows that come in any portions get the errors that all get together, whatever lies in gaps when a portion ends.
@Test(arguments: Models.standard.kinds) func aSeriesThatComesInPortionsIsScoredAsAWhole(_ kind: ModelKind) throws {
    for (series, name) in [(gapped(1400), "gaps"), (SampleKind.trend.series(rows: 1400, seed: 3), "trend")] {
        for trainingRows in [600, 1400] {
            let detector = try detector(kind, series, rows: trainingRows)
            let whole = try detector.errors(of: series)
            for seed in 1...4 as ClosedRange<UInt64> {
                var random = SeededGenerator(seed: seed)
                var scored = try ScoredModel(
                    scoring: series.prefix(detector.windowLength + Int(random.uniform() * 700)), with: detector)
                while scored.rows.count < series.rowCount {
                    let row = scored.rows.upperBound
                    let most = random.uniform() < 0.5 ? 12.0 : 200
                    let end = min(series.rowCount, row + 1 + Int(random.uniform() * most))
                    let part = series.prefix(end)
                    let changed = try scored.append(part.rows(row..<end))
                    #expect(changed.contains(end - 1) && changed.upperBound == end && changed.lowerBound <= row)
                    if random.uniform() < 0.1 {
                        #expect(areClose(scored.errors, try detector.errors(of: part)), "\(name), seed \(seed), \(end) rows")
                    }
                }
                #expect(areClose(scored.errors, whole), "\(name), seed \(seed), trained on \(trainingRows)")
            }
        }
    }
}

/// Training hands on what it says of the rows that it learnt: nothing else is scored when the rows behind them are.
@Test(arguments: Models.standard.kinds) func whatWasLearntIsNotScoredAgain(_ kind: ModelKind) throws {
    let series = gapped(1400)
    for rows in [600, 700, 1400] {
        let trained = try trained(kind, series, rows: rows)
        let scored = try trained.scoring(series)
        let whole = try trained.detector.errors(of: series)
        #expect(scored.errors.errors.map(\.bitPattern) == whole.errors.map(\.bitPattern), "\(rows) rows")
        #expect(scored.errors.reconstruction.map(\.bitPattern) == whole.reconstruction.map(\.bitPattern), "\(rows) rows")
        #expect(trained.learnt?.rows == 0..<rows)
    }
}

/// Says 0 to everything, and counts the windows that it is asked about.
private final class Counting: Reconstructor {
    let windowLength: Int
    let (capacity, groupSize) = (1 << 20, 4)
    private(set) var count = 0

    init(windowLength: Int) { self.windowLength = windowLength }

    func reconstruct(_ windows: [Float], measured: [Float]?, from place: Int, rows: Range<Int>) -> [Float] {
        count += windows.count / windowLength
        return [Float](repeating: 0, count: windows.count)
    }
}

private let windowing = Windowing(length: 40, stride: 10, margin: 5, shortSmoothing: 3, longSmoothing: 16)

private func random(_ rows: Int, gaps: Range<Int> = 0..<0) -> Series {
    var random = SeededGenerator(seed: 1)
    let values = (0..<rows).map { gaps.contains($0) ? Double.nan : random.uniform() }
    return Series(name: "s", channels: [.init(name: "v", values: values)])
}

private func measure(_ training: Series, _ network: Counting) throws -> ErrorMeasure {
    let scaling = RobustScaling(centers: [0], spreads: [1])
    var answers = [WindowAnswers(windowing, scaling: scaling)]
    answers[0].append(training)
    try network.answer(&answers)
    return ErrorMeasure.fitting(answers, scaling: scaling, noise: 0.05).measure
}

extension AnomalyDetection.Measurement {
    /// Takes rows and what a network says of them, and forgets what is needed no more.
    mutating func take(
        _ rows: Series, _ network: some Reconstructor, horizon: Int? = nil
    ) throws -> (rows: Range<Int>, values: [Float]) {
        append(rows)
        var all = [answers]
        try network.answer(&all)
        answers = all[0]
        let errors = errors()
        forget(horizon: horizon)
        return errors
    }
}

/// What a row costs does not grow with the rows before it, and what is kept neither.
@Test func rowsCostInProportionToThemAndAWindowsReach() throws {
    let network = Counting(windowLength: 40)
    let series = random(20_000)
    var measurement = try measure(series.prefix(400), network).begin()
    var row = 0
    for portion in [400, 1, 1, 9, 30, 1, 5000, 1, 7, 10, 100, 1] {
        let before = network.count
        let rows = try measurement.take(series.rows(row..<(row + portion)), network).rows
        row += portion
        #expect(network.count - before <= portion / windowing.stride + 2, "\(portion) rows behind \(row - portion)")
        #expect(rows.upperBound == row && rows.count <= portion + windowing.length + 8)
        #expect(measurement.answers.prepared.rows.count <= 2 * windowing.reach)
    }
}

/// Of a channel that is never measured, and of one that falls silent for long, all is known that may still change; a horizon bounds it.
@Test func aGapAtTheEndIsHeldOpenAndAHorizonBoundsIt() throws {
    let network = Counting(windowLength: 40)
    let series = random(6000, gaps: 1000..<5000)
    let measure = try measure(series.prefix(400), network)
    func errors(_ ends: [Int], horizon: Int?) throws -> (asked: [Int], kept: [Int], errors: [Float]) {
        var (measurement, row, asked, kept) = (measure.begin(), 0, [Int](), [Int]())
        var all: [Float] = []
        for end in ends {
            let before = network.count
            let (rows, values) = try measurement.take(series.rows(row..<end), network, horizon: horizon)
            all = all[..<(2 * rows.lowerBound)] + values
            asked.append(network.count - before)
            kept.append(measurement.answers.prepared.rows.count)
            row = end
        }
        return (asked, kept, all)
    }
    let ends = [900, 1500, 4000, 4010, 4020, 5010, 5020, 6000]
    let whole = try errors([6000], horizon: nil).errors
    let free = try errors(ends, horizon: nil)
    #expect(zip(free.errors, whole).allSatisfy(isClose) && free.errors.count == 2 * 6000)
    #expect(
        free.asked[2] <= 3 && free.asked[3] == 0 && free.asked[4] == 0 && (1...12).contains(free.asked[5])
            && free.asked[6] <= 12, "nothing is asked about in a gap, and when it ends, what lies at its ends is")
    let bounded = try errors(ends, horizon: 500)
    #expect(bounded.kept.allSatisfy { $0 <= max(500, 2 * windowing.reach) + windowing.reach })
    #expect(bounded.asked[5] <= 12)
    #expect(zip(bounded.errors[..<1800], whole).allSatisfy(isClose) && bounded.errors.count == 2 * 6000)
    #expect(bounded.errors[10_000...].allSatisfy(\.isFinite) && bounded.errors[2000..<10_000].allSatisfy(\.isNaN))
}

/// A horizon that is set while rows come bounds what is kept from then on, though a channel is silent.
@Test(arguments: Models.standard.kinds) func aHorizonCanBeSetWhileRowsCome(_ kind: ModelKind) throws {
    let series = SampleKind.contextual.series(rows: 900, seed: 4)
    let detector = try detector(kind, series, rows: 600)
    var scoring = try #require(detector.beginScoring() as? WindowScoring)
    var rows: [Int] = []
    func append(_ series: Series) throws {
        _ = try scoring.append(series, cancellation: Cancellation()) { _ in }
        rows.append(scoring.measurement.answers.prepared.rows.count)
    }
    let silent = series.with([.init(name: series.channels[0].name, values: [Double](repeating: .nan, count: 900))])
    try append(series)
    for _ in 0..<4 { try append(silent) }
    #expect(rows[4] > 3600, "a gap at the end is held open")
    scoring.horizon = 500
    try append(silent)
    let reach = detector.plan.windowing.reach
    #expect(rows[5] <= max(500, 2 * reach) + reach && scoring.rowCount == 5400)
}

@Test func aWalkBackForgetsTheLevelsThatWereTakenSince() throws {
    let network = Counting(windowLength: 40)
    let novelty = try measure(random(400), network).novelty
    var random = SeededGenerator(seed: 2)
    var windows = WindowStatistics(channels: 1)
    windows.starts = (0..<60).map { $0 * 10 }
    windows.levels = windows.starts.map { _ in Float(random.uniform() * 3) }
    windows.swings = windows.levels
    windows.residuals = windows.levels
    windows.coverage = windows.levels.map { _ in .whole }
    var straight = NoveltyWalk(novelty)
    let expected = straight.added(to: windows)
    for turn in [0, 1, 5, 17, 59] {
        var walk = NoveltyWalk(novelty)
        var other = windows
        for index in turn..<60 { other.levels[index] += 7 }
        _ = walk.added(to: other)
        walk.rewind(to: turn, behind: max(0, turn - 1) * 10)
        #expect(walk.added(to: windows) == Array(expected[turn...]), "back to \(turn)")
    }
}

@Test(arguments: Models.standard.kinds) func rowsOfOtherChannelsAreRefusedAndTheSessionGoesOn(_ kind: ModelKind) throws {
    let series = SampleKind.contextual.series(rows: 900, seed: 4)
    let detector = try detector(kind, series, rows: 600)
    var session = ScoringSession(detector)
    #expect(throws: DetectionError.self) { try session.append(gapped(1400)) }
    #expect(throws: DetectionError.self) { try session.append(series.prefix(3)) }
    #expect(session.rowCount == 0)
    let first = try session.append(series.prefix(800))
    #expect(throws: DetectionError.self) { try session.append(gapped(1400)) }
    let rest = try session.append(series.rows(800..<900))
    var errors = first.errors
    errors.replace(from: rest.rows.lowerBound, with: rest.errors)
    #expect(areClose(errors, try detector.errors(of: series)))
}
