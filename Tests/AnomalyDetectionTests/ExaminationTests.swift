import Foundation
import NeuralNetwork
import Synchronization
import Testing
import TimeSeries
import Work

@testable import AnomalyDetection

/// A model that needs no training: a row is expected to be as the row a period before.
private struct Repeating: WholeSeriesDetector {
    let kind = ModelKind.lstm
    let period: Int
    let channelNames: [String]
    let scaling: RobustScaling
    private(set) var referenceErrors: [Float] = [0]
    let summary: TrainingSummary
    let fingerprint = ""
    var windowLength: Int { 2 * period + 1 }

    init(_ series: Series, period: Int) throws {
        self.period = period
        channelNames = series.channels.map(\.name)
        scaling = RobustScaling(fitting: series, rows: series.rowCount)
        summary = TrainingSummary(
            trainingRows: series.rowCount, epochs: 1, bestEpoch: 1, losses: [0], validationLosses: [0], seconds: 1)
        referenceErrors = try errors(of: series).errors.sorted()
    }

    func errors(
        of series: Series, cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) -> RowErrors {
        let (values, channels) = (scaling.scaled(series), series.channels.count)
        let expected = values.indices.map { values[$0 < period * channels ? $0 + period * channels : $0 - period * channels] }
        let errors = (0..<series.rowCount).map { row in
            (row * channels..<(row + 1) * channels).map { abs(values[$0] - expected[$0]) }.max() ?? 0
        }
        return RowErrors(errors: errors, reconstruction: expected)
    }

    func explanation(of rows: Range<Int>, in series: Series, errors: RowErrors) throws(DetectionError) -> Explanation {
        Explanation(channelShares: [1], attended: [])
    }

    func contents() throws -> ModelFile { ModelFile(tensors: [:], metadata: [:]) }
}

/// Two channels that repeat every 40 rows, with some noise.
private func waves(_ rows: Int = 1600, noise: Double = 0.02) -> Series {
    var random = SeededGenerator(seed: 9)
    let values = (0..<rows).map { sin(2 * Double.pi * Double($0) / 40) + noise * random.normal() }
    let other = (0..<rows).map { 5 + cos(2 * Double.pi * Double($0) / 40) + noise * random.normal() }
    return Series(name: "waves", channels: [.init(name: "one", values: values), .init(name: "other", values: other)])
}

private func examination(_ series: Series, seed: UInt64 = 1, sizes: [Double]? = nil) throws -> Examination {
    try Examination(series, [Repeating(series, period: 40)], seed: seed, sizes: sizes)
}

private let alone = Ensemble(unchecked: PerModel([(ModelKind.lstm, Float(1))]))

private func findings(_ examination: Examination, level: Float) -> [ExaminationScores.Finding] {
    ExaminationScores(examination, .excess, smoothing: 1).findings(alone, level: level)
}

@Suite struct ExaminationTests {
    /// Of whatever kind: size 0 changes nothing, and any other changes the rows that are said and no others, but for a cycle that takes
    /// another time, after which all comes earlier or later.
    @Test(arguments: InjectedKind.allCases) func anAnomalyChangesItsOwnRowsAlone(_ kind: InjectedKind) {
        let series = waves(400)
        let injector = Injector(period: 40, spreads: [1, 1])
        let values = series.channels.map(\.values)
        let place = InjectionPlace(kind: kind, row: 100, channel: 1, seed: 5)
        #expect(injector.inject(place, size: 0, into: values, count: 300) == values.map { Array($0.prefix(300)) })
        for size in kind.sizes {
            let changed = injector.inject(place, size: size, into: values, count: 300)
            let rows = 100..<(100 + kind.rows(size: size, period: 40))
            #expect(changed.allSatisfy { $0.count == 300 && !$0.contains(where: \.isNaN) })
            #expect(changed != values.map { Array($0.prefix(300)) }, "size \(size)")
            for (channel, own) in changed.enumerated() {
                #expect(own.prefix(100) == values[channel].prefix(100))
                if kind == .stretched || kind == .squeezed { continue }
                #expect(own[rows.upperBound...].elementsEqual(values[channel][rows.upperBound..<300]))
                if channel == 0, kind != .swapped { #expect(own == Array(values[0].prefix(300)), "one channel is odd") }
            }
        }
    }

    /// What is larger is found at least as often, but for one place in ten or two by chance.
    @Test func largerAnomaliesAreFoundAtLeastAsOften() throws {
        for finding in findings(try examination(waves()), level: 0.1) {
            for (smaller, larger) in zip(finding.shares, finding.shares.dropFirst()) {
                #expect(larger >= smaller - 0.2, "\(finding.kind): \(finding.shares)")
            }
            #expect(finding.sizes == finding.kind.sizes && finding.shares.count == finding.sizes.count)
        }
    }

    /// A model that expects what was a period ago sees whatever differs from that.
    @Test func plainAnomaliesAreFoundAndNothingIsAtAnInfiniteLevel() throws {
        let examination = try examination(waves())
        let found = findings(examination, level: 0.3)
        for kind in [InjectedKind.spike, .levelShift, .zero, .stuck, .missingCycle, .noise, .drift, .apart] {
            #expect(found.first { $0.kind == kind }?.smallest != nil, "\(kind)")
        }
        #expect(findings(examination, level: .infinity).allSatisfy { $0.share == 0 && $0.smallest == nil })
        let lower = findings(examination, level: 0.01)
        for (low, high) in zip(lower, found) { #expect(zip(low.shares, high.shares).allSatisfy { $0 >= $1 }) }
    }

    @Test func aChannelIsApartOnlyFromOthers() throws {
        let one = waves().with([waves().channels[0]])
        #expect(!(try examination(one)).kinds.contains(.apart))
        #expect(try examination(waves()).kinds == InjectedKind.allCases)
    }

    @Test func theSameSeedGivesTheSameTableAndAnotherOtherPlaces() throws {
        let (one, again, other) = (try examination(waves()), try examination(waves()), try examination(waves(), seed: 2))
        #expect(one.errors == again.errors && findings(one, level: 0.1) == findings(again, level: 0.1))
        #expect(one.errors != other.errors)
    }

    /// Nothing that is put in is found as often as rows as they are hold an event, in as many rows.
    @Test func whatHasNoSizeIsFoundAboutAsOftenAsFalseEvents() throws {
        let series = waves(4000, noise: 0.3)
        let detector = try Repeating(series, period: 40)
        let examination = try Examination(series, [detector], sizes: [0])
        let scores = Calibration(.excess, referenceErrors: detector.referenceErrors)(try detector.errors(of: series).errors)
        let held = examination.heldOut
        for quantile in [0.8, 0.95, 0.99] {
            let level = ThresholdRule.quantile(quantile).level(for: scores)
            let found = findings(examination, level: level).reduce(0) { $0 + $1.share } / Double(examination.kinds.count)
            let expected = examination.trials.reduce(0.0) { sum, trial in
                let starts = held.lowerBound..<(held.upperBound - trial.found.count)
                let hits = starts.count { row in
                    scores[row..<(row + trial.found.count)].contains { isFlagged($0, level: level) }
                }
                return sum + Double(hits) / Double(starts.count)
            }
            #expect(abs(found - expected / Double(examination.trials.count)) < 0.15, "at \(quantile): \(found)")
        }
    }

    /// Trained networks are asked about a part of the series, and say of it about what they say of the whole.
    @Test func aPartIsScoredAsInTheSeries() throws {
        let series = SampleKind.contextual.series(rows: 2000, seed: 4, isClean: true)
        let task = TrainingTask(series: series, trainingRows: 2000, seed: 1)
        for kind in [ModelKind.lstm, .transformer] {
            var plan = kind == .lstm ? LSTMRecipe().plan(for: task) : TransformerRecipe().plan(for: task)
            (plan.epochs, plan.windowsPerEpoch) = (4, 128)
            let detector = try Training(kind, plan, series: series, trainingRows: 2000).run().detector
            let whole = try detector.errors(of: series).errors
            let hosts = ExaminedRows(series, [detector], except: [])
            var random = SeededGenerator(seed: 1)
            let scorer = detector.makeScorer()
            for place in hosts.places(.levelShift, count: 6, &random) {
                let injection = hosts.injection(place, size: 0, number: 0)
                let (first, segment) = hosts.segment(injection, for: detector)
                let outcome = try #require(scorer([segment]).first)
                let errors = try outcome.get().errors
                let typical = whole[injection.found].reduce(0, +) / Float(injection.found.count)
                let own = errors[(injection.found.lowerBound - first)..<(injection.found.upperBound - first)]
                let differences = zip(own, whole[injection.found]).map { abs($0 - $1) }
                #expect(differences.reduce(0, +) / Float(differences.count) < 0.35 * typical, "\(kind)")
            }
        }
    }

    @Test func anExaminationIsStoppedAndTellsHowFarItIs() throws {
        let series = waves()
        let stopped = Cancellation()
        stopped.cancel()
        #expect(throws: DetectionError.cancelled) {
            try Examination(series, [Repeating(series, period: 40)], cancellation: stopped)
        }
        var shares: [Double] = []
        _ = try Examination(series, [Repeating(series, period: 40)]) { shares.append($0) }
        #expect(shares == shares.sorted() && shares.count > 3 && shares.allSatisfy { (0...1).contains($0) })
        #expect(throws: DetectionError.noScores) { try Examination(series, []) }
    }

    @Test func nothingIsPutWhereRowsAreOddAlready() throws {
        let series = waves()
        let hosts = ExaminedRows(series, [try Repeating(series, period: 40)], except: [1400..<1420])
        var random = SeededGenerator(seed: 3)
        for kind in InjectedKind.allCases {
            for place in hosts.places(kind, count: 10, &random) {
                #expect(!(1400..<1420).contains(place.row) && hosts.heldOut.contains(place.row), "\(kind)")
            }
        }
        // Where all are odd, they are put in all the same.
        let odd = ExaminedRows(series, [try Repeating(series, period: 40)], except: [0..<1600])
        #expect(odd.places(.dip, count: 10, &random).count == 10)
    }

    /// A gap is looked for beside what there is: what fades into each other has no level, and still something far above would be found.
    @Test(arguments: [1, 2, 3] as [UInt64]) func oneMoreEventIsFlaggedFromTheLevelOfOneMore(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let ordinary = (0..<3000).map { _ in Calibration.score(ofExcess: Float(abs(random.normal()))) }
        for peaks in [[], [Calibration.score(ofExcess: 30)]] as [[Float]] {
            var scores = ordinary
            for peak in peaks { scores[1500] = peak }
            let blocks = ExtentBlocks(scores)
            let level = ThresholdRule.gap.levelOfOneMore(beside: blocks, level: ThresholdRule.gap.level(for: blocks))
            func isFlaggedBeside(_ excess: Float) -> Bool {
                let score = Calibration.score(ofExcess: excess)
                return isFlagged(score, level: ThresholdRule.gap.level(for: scores + [0, 0, 0, 0, score]))
            }
            let excess = Calibration.excess(ofScore: level)
            #expect(level.isFinite && isFlaggedBeside(1.01 * excess) && !isFlaggedBeside(0.95 * excess), "\(peaks)")
        }
        let blocks = ExtentBlocks(ordinary)
        #expect(ThresholdRule.quantile(0.9).levelOfOneMore(beside: blocks, level: 0.25) == 0.25)
    }
}
