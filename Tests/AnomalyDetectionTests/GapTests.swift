import Foundation
import Testing
import TimeSeries

@testable import AnomalyDetection

/// Answers each window by half of it, which tells windows apart.
private final class Halving: Reconstructor {
    let windowLength: Int
    let (capacity, groupSize) = (1 << 20, 4)

    init(windowLength: Int) { self.windowLength = windowLength }

    func reconstruct(_ windows: [Float], measured: [Float]?, from place: Int, rows: Range<Int>) -> [Float] {
        windows.map { $0 / 2 }
    }
}

private func windowing(_ random: inout SeededGenerator) -> Windowing {
    let stride = 2 + Int(random.uniform() * 10)
    let length = 4 * stride + Int(random.uniform() * 4)
    return Windowing(
        length: length, stride: stride, margin: random.uniform() < 0.5 ? 0 : (length - stride) / 3, shortSmoothing: 3,
        longSmoothing: 16, hidesGaps: random.uniform() < 0.5)
}

/// A rhythm with noise, and gaps of any length at any place: in all channels together, and some in one alone.
private func gapped(
    _ rows: Int, channels: Int = 1, gaps: Int, longest: Int, _ random: inout SeededGenerator
) -> (series: Series, isEmptied: [Bool]) {
    var values = (0..<channels).map { channel in
        (0..<rows).map { Double(($0 + 3 * channel) % 17) + random.uniform() }
    }
    var isEmptied = [Bool](repeating: false, count: rows)
    for _ in 0..<gaps {
        let start = Int(random.uniform() * Double(rows + longest)) - longest
        let gap = (start..<(start + 1 + Int(random.uniform() * Double(longest)))).clamped(to: 0..<rows)
        let alone = channels > 1 && random.uniform() < 0.3 ? Int(random.uniform() * Double(channels)) : nil
        for row in gap {
            for channel in alone.map({ [$0] }) ?? Array(0..<channels) { values[channel][row] = .nan }
            if alone == nil { isEmptied[row] = true }
        }
    }
    let made = values.enumerated().map { Series.Channel(name: "c\($0)", values: $1) }
    return (Series(name: "s", channels: made), isEmptied)
}

private func unit(_ channels: Int) -> RobustScaling {
    RobustScaling(centers: [Double](repeating: 0, count: channels), spreads: [Double](repeating: 1, count: channels))
}

private func answered(_ series: Series, _ windowing: Windowing) throws -> WindowAnswers {
    var answers = [WindowAnswers(windowing, scaling: unit(series.channels.count))]
    answers[0].append(series)
    try Halving(windowLength: windowing.length).answer(&answers)
    return answers[0]
}

private func isClose(_ one: Float, _ other: Float) -> Bool {
    one.isNaN && other.isNaN || abs(one - other) <= 1e-5 * max(1, abs(other))
}

/// What lies on a parabola is bridged as it was, whatever is missing of it, as long as there are three values and gaps are short.
@Test func aParabolaIsBridgedExactly() {
    for seed in 1...200 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let (top, width) = (random.uniform() * 60, 1 + random.uniform() * 40)
        let whole = (0..<60).map { (Double($0) - top) * (Double($0) - top) / width }
        var known = [0]
        while let last = known.last, last < 59 { known.append(min(59, last + 1 + Int(random.uniform() * 6))) }
        let values = whole.enumerated().map { known.contains($0) ? $1 : .nan }
        let series = Series(name: "s", channels: [Series.Channel(name: "v", values: values)])
        let bridged = PreparedSeries(series, scaling: unit(1), longGap: 6).values
        let inner = known[1]...known[known.count - 2]
        #expect(inner.allSatisfy { isClose(bridged[$0], Float(whole[$0])) }, "seed \(seed)")
    }
}

/// What rises all the time rises on in its gaps, short or long, without going beyond the values beside them.
@Test func aGapInWhatRisesStaysBetweenItsEnds() {
    for seed in 1...200 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        var (value, values) = (0.0, [Double]())
        for _ in 0..<80 {
            value += random.uniform() < 0.2 ? 50 * random.uniform() : random.uniform()
            values.append(random.uniform() < 0.4 ? .nan : value)
        }
        let series = Series(name: "s", channels: [Series.Channel(name: "v", values: values)])
        let bridged = PreparedSeries(series, scaling: unit(1), longGap: 4).values.map(Double.init)
        for row in values.indices where values[row].isNaN {
            guard let before = values[..<row].last(where: { !$0.isNaN }), let after = values[row...].first(where: { !$0.isNaN })
            else { continue }
            #expect((before - 1e-3...after + 1e-3).contains(bridged[row]), "seed \(seed), row \(row)")
        }
    }
}

/// Short gaps count as they are bridged, long ones do not.
@Test func longGapsHaveNoPartInLevelsAndSwings() {
    for seed in 1...50 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let (series, _) = gapped(60, gaps: 6, longest: 8, &random)
        let prepared = PreparedSeries(series, scaling: unit(1), longGap: Windowing.longGap(length: 20))
        let windows = LevelFreeWindows(prepared, starts: [0, 20, 40], length: 20)
        for (index, start) in [0, 20, 40].enumerated() {
            let (values, bridged) = (series.channels[0].values, prepared.values.map(Double.init))
            let measured = (start..<(start + 20)).filter { row in
                let before = values[..<row].reversed().prefix(while: \.isNaN).count
                let gap = before + values[row...].prefix(while: \.isNaN).count
                return !values[row].isNaN || gap < Windowing.longGap(length: 20)
            }.map { bridged[$0] }
            guard !measured.isEmpty else { continue }
            let level = measured.reduce(0, +) / Double(measured.count)
            let variance = measured.reduce(0) { $0 + ($1 - level) * ($1 - level) } / Double(measured.count)
            #expect(abs(Double(windows.levels[index]) - level) < 1e-4, "seed \(seed)")
            #expect(abs(Double(windows.swings[index]) - variance.squareRoot()) < 1e-4, "seed \(seed)")
        }
    }
}

/// Every stretch that is as long as a window has one at its beginning and one at its end, and windows keep their order.
@Test func aStretchBetweenLongGapsIsCoveredAsASeriesIs() throws {
    for seed in 1...100 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let windowing = windowing(&random)
        let rows = windowing.length * (3 + Int(random.uniform() * 12))
        let (series, isEmptied) = gapped(rows, gaps: 1 + Int(random.uniform() * 5), longest: 3 * windowing.length, &random)
        let windows = try answered(series, windowing).windows
        #expect(zip(windows.starts, windows.starts.dropFirst()).allSatisfy(<=), "seed \(seed)")
        #expect(windows.starts.allSatisfy { $0 >= 0 && $0 + windowing.length <= rows }, "seed \(seed)")
        var gaps = LongGaps(shortest: windowing.longGap)
        gaps.append(series, behind: 0)
        let begins = [0] + gaps.all.map(\.upperBound), ends = gaps.all.map(\.lowerBound) + [rows]
        for (begin, end) in zip(begins, ends) where end - begin >= windowing.length {
            #expect(windows.starts.contains(begin) && windows.starts.contains(end - windowing.length), "seed \(seed)")
        }
        #expect(gaps.all.allSatisfy { $0.allSatisfy { isEmptied[$0] } }, "seed \(seed)")
    }
}

/// What was not measured has no error; what was has one where half a window around it was measured.
@Test func onlyWhatWasMeasuredIsScored() throws {
    for seed in 1...60 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let windowing = windowing(&random)
        let (series, _) = gapped(
            windowing.length * 12, channels: 2, gaps: Int(random.uniform() * 8), longest: 2 * windowing.length, &random)
        let network = Halving(windowLength: windowing.length)
        let measure = ErrorMeasure.fitting([try answered(series, windowing)], scaling: unit(2), noise: 0.05).measure
        var measurement = measure.begin()
        let errors = try measurement.take(series, network).values
        for channel in 0..<2 {
            let values = series.channels[channel].values
            for row in values.indices {
                let error = errors[row * 4 + channel]
                if values[row].isNaN {
                    #expect(error.isNaN, "seed \(seed), row \(row)")
                    continue
                }
                let around = (row - windowing.length)..<(row + windowing.length)
                let isWhole = around.clamped(to: values.indices).allSatisfy { !values[$0].isNaN }
                if isWhole { #expect(error.isFinite, "seed \(seed), row \(row)") }
            }
        }
    }
}

/// Rows that are emptied change nothing two windows away, whatever their number and place.
@Test func emptiedRowsChangeNoErrorTwoWindowsAway() throws {
    for seed in 1...60 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let windowing = windowing(&random)
        let rows = windowing.length * 14
        let count = 1 + Int(random.uniform() * 4)
        var same = random
        let (whole, _) = gapped(rows, gaps: 0, longest: 1, &same)
        let (series, isEmptied) = gapped(rows, gaps: count, longest: 3 * windowing.length, &random)
        let errors = try [whole, series].map { series in
            let answers = try answered(series, windowing)
            return answers.errors(from: 0, novelty: [Float](repeating: 0, count: answers.windows.levels.count))[0]
        }
        var distance = rows
        var far = [Bool](repeating: true, count: rows)
        for order in [Array(0..<rows), (0..<rows).reversed()] {
            distance = rows
            for row in order {
                distance = isEmptied[row] ? 0 : distance + 1
                if distance < 2 * windowing.length { far[row] = false }
            }
        }
        for row in 0..<rows where far[row] { #expect(isClose(errors[0][row], errors[1][row]), "seed \(seed), row \(row)") }
    }
}

/// Rows that come in any portions are scored as all together, wherever a portion ends: before, in and behind gaps.
@Test func gapsMayComeInAnyPortions() throws {
    for seed in 1...80 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let windowing = windowing(&random)
        let rows = windowing.length * (4 + Int(random.uniform() * 8))
        let (series, _) = gapped(
            rows, channels: 1 + Int(random.uniform() * 2), gaps: Int(random.uniform() * 7), longest: 2 * windowing.length, &random
        )
        let network = Halving(windowLength: windowing.length)
        let scaling = unit(series.channels.count)
        var learnt = [WindowAnswers(windowing, scaling: scaling)]
        learnt[0].append(series.prefix(2 * windowing.length))
        try network.answer(&learnt)
        var near: [WindowAnswers]?
        if random.uniform() < 0.5 {
            let length = max(4, Int(random.uniform() * Double(windowing.length)))
            var own = WindowAnswers(
                Windowing(length: length, stride: max(1, length / 4), margin: 0, shortSmoothing: 3, longSmoothing: 16),
                scaling: scaling)
            own.append(series.prefix(2 * windowing.length))
            own.judgeLevels()
            near = [own]
        }
        let measure = ErrorMeasure.fitting(learnt, near: near, scaling: scaling, noise: 0.05).measure
        func errors(_ ends: [Int]) throws -> [Float] {
            var (measurement, row, all) = (measure.begin(), 0, [Float]())
            for end in ends {
                let (rows, values) = try measurement.take(series.rows(row..<end), network)
                all = all[..<(2 * rows.lowerBound * series.channels.count)] + values
                row = end
            }
            return all
        }
        var ends = [windowing.length + Int(random.uniform() * Double(windowing.length))]
        while let last = ends.last, last < rows {
            ends.append(min(rows, last + 1 + Int(random.uniform() * (random.uniform() < 0.7 ? 4 : 60))))
        }
        let (whole, portions) = (try errors([rows]), try errors(ends))
        let other = zip(whole, portions).enumerated().first { !isClose($1.0, $1.1) }
        #expect(whole.count == portions.count && other == nil, "seed \(seed), place \(other?.offset ?? -1)")
    }
}

/// Emptying rows adds no event and hides none, trained with the gaps or before them: gaps of any length at any place, two windows
/// away from what is odd.
@Test(arguments: [1, 2] as [UInt64]) func emptiedRowsAddNoEventAndHideNone(_ seed: UInt64) throws {
    let series = SampleKind.contextual.series(rows: 1500, seed: seed)
    let labelled = labelledRanges(series.labels ?? [])
    var plan = LSTMRecipe().plan(for: TrainingTask(series: series, trainingRows: 1500, seed: seed))
    (plan.epochs, plan.windowsPerEpoch) = (12, 512)
    func learnt(_ series: Series) throws -> NeuralDetector {
        try #require(try Training(.lstm, plan, series: series, trainingRows: 1500).run().detector as? NeuralDetector)
    }
    func events(_ detector: NeuralDetector, _ series: Series) throws -> [Range<Int>] {
        let errors = try detector.errors(of: series).errors
        #expect(errors.indices.allSatisfy { !series.channels[0].values[$0].isNaN || errors[$0].isNaN })
        let scores = Calibration(.excess, referenceErrors: detector.referenceErrors)(errors)
        let blocks = ExtentBlocks(scores)
        return EventRule().runs(of: blocks, levels: ThresholdRule.gap.levels(for: blocks))
    }
    let detector = try learnt(series)
    let whole = try events(detector, series)
    let far = labelled.map { ($0.lowerBound - 2 * plan.windowLength)..<($0.upperBound + 2 * plan.windowLength) }
    var random = SeededGenerator(seed: seed)
    for turn in 1...5 {
        var values = series.channels[0].values
        for _ in 0..<4 {
            let start = Int(random.uniform() * 1500) - 20
            let gap = (start..<(start + 1 + Int(random.uniform() * 150))).clamped(to: 0..<1500)
            for row in gap where !far.contains(where: { $0.contains(row) }) { values[row] = .nan }
        }
        let gapped = series.with([.init(name: "value", values: values)])
        for detector in turn == 1 ? [detector, try learnt(gapped)] : [detector] {
            let found = try events(detector, gapped)
            func isKnown(_ rows: Range<Int>) -> Bool {
                let near = (rows.lowerBound - 48)..<(rows.upperBound + 48)
                return whole.contains { $0.overlaps(near) } || labelled.contains { $0.overlaps(near) }
            }
            #expect(found.allSatisfy(isKnown), "seed \(seed), turn \(turn): \(found) beside \(whole)")
            for rows in labelled where whole.contains(where: { $0.overlaps(rows) }) {
                #expect(found.contains { $0.overlaps(rows) }, "seed \(seed), turn \(turn)")
            }
        }
    }
}

@Test func thePeriodIsThatOfWhatWasMeasured() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let period = 8 + Int(random.uniform() * 200)
        var values = (0..<(40 * period)).map { sin(2 * Double.pi * Double($0) / Double(period)) + 0.1 * random.normal() }
        for _ in 0..<4 {
            let start = Int(random.uniform() * Double(values.count))
            for row in start..<min(values.count, start + 4 * period) { values[row] = .nan }
        }
        for row in values.indices where random.uniform() < 0.2 { values[row] = .nan }
        let found = try #require(Series(name: "s", channels: [.init(name: "v", values: values)]).profile.period, "seed \(seed)")
        #expect(abs(found - period) <= 1 + period / 50, "seed \(seed): \(found), not \(period)")
    }
}

/// A model that never saw a gap says nothing, and does not fail, where none of its windows is free of one.
@Test func aSeriesOfGapsAloneIsScoredAsUnknown() throws {
    let series = SampleKind.contextual.series(rows: 1000, seed: 1)
    var plan = LSTMRecipe().plan(for: TrainingTask(series: series, trainingRows: 1000, seed: 1))
    (plan.epochs, plan.windowsPerEpoch) = (1, 64)
    let task = try Training(.lstm, plan, series: series, trainingRows: 1000)
    let detector = try #require(try task.run().detector as? NeuralDetector)
    let values = series.channels[0].values.enumerated().map { $0 % 20 < 10 ? $1 : .nan }
    let gapped = series.with([.init(name: "value", values: values)])
    #expect(try detector.errors(of: gapped).errors.allSatisfy(\.isNaN))
    let learnt = try Training(.lstm, plan, series: gapped, trainingRows: 1000).run()
    let errors = try learnt.detector.errors(of: gapped).errors
    #expect(errors.indices.allSatisfy { errors[$0].isNaN == values[$0].isNaN }, "one that learnt such windows knows them")
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("gaps-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Models.standard.save(learnt.detector, to: file)
    let kept = try Models.standard.load(.lstm, from: file)
    #expect(try kept.errors(of: gapped).errors.map(\.bitPattern) == errors.map(\.bitPattern), "kept as it was")
}

/// What is known of training rows with gaps comes back from a file.
@Test func aModelThatLearntBesideGapsIsKeptWhole() throws {
    let whole = SampleKind.contextual.series(rows: 1000, seed: 2)
    let values = whole.channels[0].values.enumerated().map { (0..<70).contains($0) || (400..<501).contains($0) ? .nan : $1 }
    let series = whole.with([.init(name: "value", values: values)])
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("gaps-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    for model in Models.standard.all {
        let task = TrainingTask(series: series, trainingRows: 1000, seed: 1)
        var plan = model.kind == .lstm ? LSTMRecipe().plan(for: task) : TransformerRecipe().plan(for: task)
        (plan.epochs, plan.windowsPerEpoch) = (1, 64)
        let trained = try Training(model.kind, plan, series: series, trainingRows: 1000).run()
        try Models.standard.save(trained.detector, to: file)
        let kept = try Models.standard.load(model.kind, from: file)
        let errors = try #require(trained.learnt).errors.errors
        #expect(try kept.errors(of: series).errors.map(\.bitPattern) == errors.map(\.bitPattern))
    }
}
