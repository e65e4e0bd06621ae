import AnomalyDetection
import Foundation
import NeuralNetwork
import TestSupport
import Testing
import TimeSeries
import Work

@testable import Workbench

/// Scores made up at random, with gaps, of the models there are.
private func analysis(seed: UInt64, models: Models) throws -> Analysis {
    var random = SeededGenerator(seed: seed)
    let rows = 60 + Int(random.uniform() * 900)
    let values = (0..<rows).map { _ in random.uniform() }
    let series = Series(name: "random", channels: [.init(name: "v", values: values)])
    var analysis = Analysis(series: series, models: models)
    let task = TrainingTask(series: series, trainingRows: rows, seed: seed)
    guard let template = Models.withRollingMedian[.rollingMedian] else { throw DetectionError.noScores }
    let detector = try template.train(task, Cancellation()) { _ in }.detector
    var scored: [ScoredModel] = []
    for kind in models.kinds {
        let errors = (0..<rows).map { _ -> Float in
            random.uniform() < 0.05 ? .nan : Float(pow(random.uniform(), 4) * 20)
        }
        scored.append(
            ScoredModel(
                detector: Renamed(kind: kind, inner: detector),
                errors: RowErrors(errors: errors, reconstruction: [Float](repeating: 0, count: rows))))
    }
    analysis.use(scored)
    return analysis
}

@Test func flagsAreExactlyTheUnionOfTheEvents() throws {
    for seed in 1...60 as ClosedRange<UInt64> {
        var analysis = try analysis(seed: seed, models: .standard)
        for flags in AnalysisSettings.Flags.allCases.flatMap({ Array(repeating: $0, count: 4) }).enumerated() {
            analysis.update {
                $0.settings.flags = flags.element
                $0.settings.threshold = [0.5, 0.9, 0.99, 1][flags.offset % 4]
                $0.settings.top = [1, 2, 5, 100][flags.offset % 4]
            }
            let result = try #require(analysis.result)
            var union = Set<Int>()
            for event in result.events { union.formUnion(event.rows) }
            let flagged = Set((0..<result.combined.count).filter(result.isFlagged))
            #expect(flagged == union, "seed \(seed)")
            #expect(
                (0..<result.combined.count).allSatisfy {
                    result.combined[$0] < result.level || flagged.contains($0) || !(result.combined[$0] > 0)
                },
                "seed \(seed)")
            for event in result.events {
                #expect(event.peak == event.rows.compactMap { result.combined[$0].isNaN ? nil : result.combined[$0] }.max())
                for (kind, scores) in result.scores {
                    let own = event.rows.map { scores[$0] }.filter { !$0.isNaN }.max()
                    #expect(event.modelPeaks[kind] == own || own == nil && event.modelPeaks[kind]?.isNaN == true)
                }
            }
            #expect(zip(result.events, result.events.dropFirst()).allSatisfy { $0.rows.upperBound < $1.rows.lowerBound })
        }
    }
}

/// However settings and verdicts came to be what they are, the result is the same: nothing that was kept is out of date.
@Test func theResultDependsOnTheSettingsAndVerdictsAlone() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
        for models in [Models.standard, .withRollingMedian] {
            var random = SeededGenerator(seed: seed)
            var moved = try analysis(seed: seed, models: models)
            for _ in 0..<12 {
                let table = AnalysisSettings.table(models)
                let setting = table[Int(random.uniform() * Double(table.count))]
                var settings = moved.settings
                guard (try? setting.move(to: random.uniform(), in: &settings)) != nil else { continue }
                let first = Int(random.uniform() * Double(moved.series.rowCount - 9))
                let verdict = ([nil] + Verdict.allCases)[Int(random.uniform() * 5)]
                let rows = first..<(first + 1 + Int(random.uniform() * 8))
                // At once, one after the other, or settled in a copy while something else is decided.
                switch Int(random.uniform() * 3) {
                case 0:
                    moved.update {
                        $0.settings = settings
                        $0.judgements.judge(rows, as: verdict)
                    }
                case 1:
                    moved.update { $0.settings = settings }
                    moved.update { $0.judgements.judge(rows, as: verdict) }
                default:
                    moved.decide { $0.judgements.judge(rows, as: verdict) }
                    var copy = moved
                    moved.decide { $0.settings = settings }
                    copy.settle()
                    moved.take(copy)
                    #expect(copy.isSettled && moved.isSettled == (moved.decisions == copy.decisions), "seed \(seed)")
                }
            }
            moved.settle()
            var fresh = try analysis(seed: seed, models: models)
            fresh.update { $0 = moved.decisions }
            // As text, since where all verdicts are of one kind their quality is not a number.
            #expect(fresh.learned.map { "\($0)" } == moved.learned.map { "\($0)" }, "seed \(seed)")
            fresh.use(fresh.scored.values)
            let (one, other) = (try #require(moved.result), try #require(fresh.result))
            #expect(one.level == other.level, "seed \(seed)")
            #expect(one.events.map { "\($0)" } == other.events.map { "\($0)" }, "seed \(seed)")
            #expect(zip(one.combined, other.combined).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "seed \(seed)")
        }
    }
}

/// What a setting leaves as it was is the very memory that it was before.
@Test(arguments: [
    ("lstm_weight", true, false), ("transformer_weight", true, false), ("threshold", true, true), ("top", true, true),
    ("flags", true, true), ("smoothing", false, false), ("calibration", false, false),
])
func aSettingRecomputesNoMoreThanItMust(_ name: String, _ keepsScores: Bool, _ keepsCombined: Bool) throws {
    func place(_ scores: [Float]?) -> UnsafePointer<Float>? { scores?.withUnsafeBufferPointer(\.baseAddress) }
    var analysis = try analysis(seed: 5, models: .standard)
    let setting = try #require(AnalysisSettings.table(.standard).first { $0.name == name })
    let before = try #require(analysis.result)
    try analysis.update { try setting.move(to: setting.share(in: $0.settings) > 0.5 ? 0.25 : 0.75, in: &$0.settings) }
    let after = try #require(analysis.result)
    #expect((place(before.scores[.lstm]) == place(after.scores[.lstm])) == keepsScores)
    #expect((place(before.combined) == place(after.combined)) == keepsCombined)
}

@Test func aStepIsTakenAgainOnlyWhereWhatItIsMadeOfHasChanged() {
    var (step, count) = (Made<Int, String>(), 0)
    for (input, expected) in [(1, 1), (1, 1), (2, 2), (2, 2), (1, 3)] {
        let made = step.made(of: input) { before in
            count += 1
            return (before ?? "") + "\(input)"
        }
        #expect(count == expected && made == step.output)
    }
    #expect(step.output == "121", "a step is given what it made before")
}

@Test func verdictsThatAreTakenBackLeaveNothing() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
        var analysis = try analysis(seed: seed, models: .standard)
        let untaught = try #require(analysis.result)
        let event = untaught.events.first?.rows ?? 20..<30
        for verdict in [Verdict.postponed, .seenBefore] {
            analysis.update { $0.judgements.judge(event, as: verdict) }
            #expect(analysis.result.map { "\($0)" } == "\(untaught)", "seed \(seed): \(verdict) teaches nothing")
        }
        for verdict in [Verdict.anomaly, .normal] {
            analysis.update { $0.judgements.judge(event, as: verdict) }
            #expect(analysis.events.contains { $0.rows.overlaps(event) }, "seed \(seed): what was judged stays in sight")
            #expect(analysis.nextToJudge.map { !analysis.events[$0].rows.overlaps(event) } != false, "seed \(seed)")
        }
        analysis.update { $0.judgements.judge(event, as: nil) }
        #expect(analysis.judgements.isEmpty && analysis.learned == nil)
        #expect(analysis.result.map { "\($0)" } == "\(untaught)", "seed \(seed)")
    }
}

/// An anomaly raises what is like it; others that were flagged beside it are not to fall below the gap for that.
@Test func verdictsMayLowerTheLevelOfAGapAndDoNotRaiseIt() throws {
    var (lower, wouldBeHigher) = (0, 0)
    for seed in 1...60 as ClosedRange<UInt64> {
        var analysis = try analysis(seed: seed, models: .standard)
        let untaught = try #require(analysis.result)
        for (index, event) in untaught.events.prefix(4).enumerated() {
            analysis.update { $0.judgements.judge(event.rows, as: index == 0 ? .anomaly : .normal) }
            let taught = try #require(analysis.result)
            #expect(taught.level <= untaught.level, "seed \(seed)")
            if taught.level < untaught.level { lower += 1 }
            if ThresholdRule.gap.level(for: taught.combined) > untaught.level { wouldBeHigher += 1 }
        }
    }
    #expect(lower > 0 && wouldBeHigher > 0, "some seeds have a level that falls, and some one that would rise")
}

@Test func whatIsJudgedNormalIsNotFlaggedAnyMore() throws {
    var judged = 0
    for seed in 1...40 as ClosedRange<UInt64> {
        for flags in [AnalysisSettings.Flags.gap, .quantile] {
            var analysis = try analysis(seed: seed, models: .standard)
            analysis.update { $0.settings.flags = flags }
            for event in try #require(analysis.result).events.prefix(4) {
                analysis.update { $0.judgements.judge(event.rows, as: .normal) }
                let flagged = try #require(analysis.result).events
                #expect(!flagged.contains { event.rows.contains($0.peakRow) }, "seed \(seed)")
                #expect(analysis.events.contains { $0.rows.overlaps(event.rows) }, "seed \(seed): it stays in sight")
                judged += 1
            }
        }
    }
    #expect(judged > 40)
}

@Test func weightsThatWereSetByHandStay() throws {
    var analysis = try analysis(seed: 3, models: .standard)
    analysis.update { $0.settings.flags = .top }
    let event = try #require(analysis.result?.events.first { !$0.modelPeaks.values.contains(where: \.isNaN) })
    analysis.update { $0.judgements.judge(event.rows, as: .normal) }
    #expect(analysis.learned != nil && analysis.ensemble == analysis.learned?.learned.ensemble)
    try analysis.update { $0.settings.ensemble = try $0.settings.ensemble.setting(0.25, of: .lstm) }
    #expect(analysis.learned == nil && analysis.ensemble == analysis.settings.ensemble)
}

/// A unit or an origin says nothing about what is odd. Powers of two and whole multiples keep the arithmetic exact.
@Test func scoresStayTheSameWhenTheSeriesIsScaledAndShifted() throws {
    for seed in 1...3 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let scale = pow(2, Double(Int(random.uniform() * 12)) - 6)
        let shift = scale * (random.uniform() * 64 - 32).rounded()
        let values = (0..<401).map { row in
            ((sin(Double(row) / 4) * 3 + random.uniform()) * 1024).rounded() / 1024
        }
        func errors(_ values: [Double]) throws -> [[Float]] {
            let series = Series(name: "s", channels: [.init(name: "v", values: values)])
            let task = TrainingTask(series: series, trainingRows: 401, seed: seed)
            var (lstm, transformer) = (LSTMRecipe(), TransformerRecipe())
            (lstm.epochs, transformer.epochs) = (2, 2)
            let models = Models([
                Model(.lstm, weight: 0.5, recipe: lstm), Model(.transformer, weight: 0.5, recipe: transformer),
            ])
            return try models.all.map { try $0.train(task, Cancellation()) { _ in }.detector.errors(of: series).errors }
        }
        #expect(try errors(values) == errors(values.map { $0 * scale + shift }), "seed \(seed), \(scale)x + \(shift)")
    }
}

/// A detector under another name.
private struct Renamed: Detector {
    let kind: ModelKind
    let inner: any Detector
    var channelNames: [String] { inner.channelNames }
    var windowLength: Int { inner.windowLength }
    var scaling: RobustScaling { inner.scaling }
    var referenceErrors: [Float] { inner.referenceErrors }
    var summary: TrainingSummary { inner.summary }
    var fingerprint: String { inner.fingerprint }

    func beginScoring() -> any RowScoring { inner.beginScoring() }

    func explanation(
        of rows: Range<Int>, in series: Series, errors: RowErrors
    ) throws(DetectionError) -> Explanation {
        try inner.explanation(of: rows, in: series, errors: errors)
    }

    func contents() throws -> ModelFile { try inner.contents() }
}
