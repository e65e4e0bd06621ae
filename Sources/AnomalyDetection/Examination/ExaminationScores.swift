import TimeSeries

/// What an examination's anomalies score by one calibration and averaging, from which follows for any weights and level which are
/// found. Cost of making: the errors once; of asking: the scores once, which are some hundred for each anomaly.
public struct ExaminationScores: Sendable {
    private let examination: Examination
    private let scores: PerModel<[Float]>

    /// How many of a kind would be found, by sizes.
    public struct Finding: Sendable, Equatable {
        /// The kind.
        public let kind: InjectedKind
        /// The sizes that were tried, rising, and the share of each that would be found, 0 to 1.
        public let sizes: [Double], shares: [Double]

        /// The smallest size that would be found nine times in ten; `nil` where none would.
        public var smallest: Double? { shares.firstIndex { $0 >= Examination.wanted }.map { sizes[$0] } }
        /// The share of all sizes that would be found, 0 to 1.
        public var share: Double { shares.reduce(0, +) / Double(max(1, shares.count)) }
    }

    /// Calibrates the errors of an examination and averages the scores over `smoothing` rows, 1 to 101.
    public init(_ examination: Examination, _ method: Calibration.Method, smoothing: Int) {
        self.examination = examination
        var scores = PerModel<[Float]>()
        for (kind, errors) in examination.errors {
            let calibrated = Calibration(method, referenceErrors: examination.referenceErrors[kind] ?? [0])(errors)
            scores[kind] =
                smoothing == 1
                ? calibrated
                : examination.trials.flatMap { movingAverage(of: Array(calibrated[$0.rows]), width: smoothing) }
        }
        self.scores = scores
    }

    /// What would be found where the models are weighed so and rows are flagged from `level` on; nothing at an infinite level.
    public func findings(_ ensemble: Ensemble, level: Float) -> [Finding] {
        let combined = ensemble.combine(scores)
        var (found, tried) = ([InjectedKind: [Int]](), [InjectedKind: [Int]]())
        for trial in examination.trials {
            let isFound = combined[trial.found].contains { isFlagged($0, level: level) }
            let sizes = examination.sizes(of: trial.kind).count
            found[trial.kind, default: [Int](repeating: 0, count: sizes)][trial.size] += isFound ? 1 : 0
            tried[trial.kind, default: [Int](repeating: 0, count: sizes)][trial.size] += 1
        }
        return examination.kinds.map { kind in
            let (found, tried) = (found[kind] ?? [], tried[kind] ?? [])
            let shares: [Double] = zip(found, tried).map { Double($0) / Double(max(1, $1)) }
            return Finding(kind: kind, sizes: examination.sizes(of: kind), shares: shares)
        }
    }
}

extension ThresholdRule {
    /// The score from which one more event would be flagged, beside those whose scores are given. Of a gap that is another one than
    /// the level, since what comes beside the others may lie apart from them where they fade into each other: it is looked for by
    /// halving between an excess of a half and of 10,000, to a hundredth. Infinite where nothing would be. Cost: the peaks once.
    /// - Parameter level: the score from which rows are flagged among those that are given.
    public func levelOfOneMore(beside scores: ExtentBlocks<Float>, level: Float) -> Float {
        guard self == .gap else { return level }
        // A gap is one between peaks; those within half a hundredth of a higher one make none.
        let ordinary = Calibration.score(ofExcess: 1)
        let peaks = EventRule().runs(of: scores, level: ordinary).map { rows in
            scores.values[rows].reduce(0) { Float.maximum($0, $1) }
        }
        var (alone, last) = ([Float](), Float.infinity)
        // So far apart that each is an event of its own.
        let apart = [Float](repeating: 0, count: EventRule().mergeGap + 1)
        for peak in peaks.sorted(by: >) where last - peak > 0.005 * last || last == .infinity {
            alone += [peak] + apart
            last = peak
        }
        var more = ExtentBlocks(alone + [0])
        func isFlaggedBeside(_ score: Float) -> Bool {
            more.replace(from: alone.count, with: [score])
            return isFlagged(score, level: self.level(for: more))
        }
        var (low, high): (Float, Float) = (0.5, 1e4)
        guard isFlaggedBeside(Calibration.score(ofExcess: high)) else { return .infinity }
        while high > 1.01 * low {
            let middle = (low * high).squareRoot()
            if isFlaggedBeside(Calibration.score(ofExcess: middle)) { high = middle } else { low = middle }
        }
        return Calibration.score(ofExcess: high)
    }
}
