/// Weights of the two models and how well they tell what is odd from what is not.
public struct WeightChoice: Sendable, Equatable {
    /// The weights.
    public let ensemble: Ensemble
    /// What they reach, 0 to 1; larger is better.
    public let quality: Double

    /// Pairs weights with what they reach.
    public init(ensemble: Ensemble, quality: Double) {
        self.ensemble = ensemble
        self.quality = quality
    }

    /// The 101 ratios from the Transformer alone to the LSTM alone.
    static let grid: [Ensemble] = (0...100).compactMap {
        try? Ensemble(lstmWeight: Float($0) / 100, transformerWeight: Float(100 - $0) / 100)
    }

    /// The ratio with the best average precision on labelled rows; of equals the one nearest to `present`.
    /// - Throws: `DetectionError.oneClassOnly` when labels are all equal.
    public static func best(
        lstm: [Float], transformer: [Float], labels: [Bool], present: Ensemble
    ) throws(DetectionError) -> WeightChoice {
        try best(present) { ensemble throws(DetectionError) in
            let scores = ensemble.combine(lstm: lstm, transformer: transformer)
            return try PrecisionRecallCurve(scores: scores, labels: labels).averagePrecision
        }.best
    }

    /// The choice of the largest quality among `present` and the grid; of equals the one nearest to `present`.
    fileprivate static func best<Failure: Error>(
        _ present: Ensemble, quality: (Ensemble) throws(Failure) -> Double
    ) throws(Failure) -> (present: WeightChoice, best: WeightChoice) {
        let now = WeightChoice(ensemble: present, quality: try quality(present))
        var best = now
        for ensemble in grid.sorted(by: { abs($0.lstmShare - present.lstmShare) < abs($1.lstmShare - present.lstmShare) }) {
            let choice = WeightChoice(ensemble: ensemble, quality: try quality(ensemble))
            if choice.quality > best.quality { best = choice }
        }
        return (now, best)
    }
}

/// Weights learnt from an analyst's verdicts.
public struct LearnedWeights: Sendable, Equatable {
    /// The present weights and the share of pairs they rank right.
    public let present: WeightChoice
    /// The weights that rank the verdicts best.
    public let best: WeightChoice
    /// Confirmed and rejected events.
    public let confirmed: Int, rejected: Int

    /// Tries 101 ratios. An event's score is its highest combined score; quality is the share of pairs of a confirmed
    /// and a rejected event in which the confirmed one scores higher (equal scores count half). Of ratios that
    /// rank alike, the one nearest to `present` is taken.
    /// - Returns: `nil` without at least one confirmed and one rejected event that have scores.
    public init?(lstm: [Float], transformer: [Float], confirmed: [Range<Int>], rejected: [Range<Int>], present: Ensemble) {
        func scores(_ events: [Range<Int>], _ ensemble: Ensemble) -> [Float] {
            events.compactMap { rows in
                let rows = rows.clamped(to: lstm.indices)
                return ensemble.combine(lstm: Array(lstm[rows]), transformer: Array(transformer[rows])).filter { !$0.isNaN }.max()
            }
        }
        guard !scores(confirmed, present).isEmpty, !scores(rejected, present).isEmpty else { return nil }
        (self.present, best) = WeightChoice.best(present) { ensemble in
            let (high, low) = (scores(confirmed, ensemble), scores(rejected, ensemble))
            let won = high.reduce(0.0) { sum, above in sum + low.reduce(0) { $0 + (above > $1 ? 1 : above == $1 ? 0.5 : 0) } }
            return won / Double(high.count * low.count)
        }
        (self.confirmed, self.rejected) = (confirmed.count, rejected.count)
    }
}
