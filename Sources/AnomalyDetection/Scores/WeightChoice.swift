/// Weights of the models and how well they tell what is odd from what is not.
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

    /// Ratios between which is chosen, evenly over all that weigh `kinds` against each other: a hundred steps between two
    /// models, fewer between more, so that they stay a few hundred.
    static func grid(_ kinds: [ModelKind]) -> [Ensemble] {
        let steps = [1: 1, 2: 100, 3: 20][kinds.count] ?? 8
        func parts(_ total: Int, among count: Int) -> [[Int]] {
            guard count > 1 else { return [[total]] }
            return (0...total).flatMap { first in parts(total - first, among: count - 1).map { [first] + $0 } }
        }
        return parts(steps, among: kinds.count).map { shares in
            Ensemble(unchecked: PerModel(zip(kinds, shares.map { Float($0) / Float(steps) })))
        }
    }

    /// The ratio with the best average precision on labelled rows; of equals the one nearest to `present`. Between two models,
    /// every tenth is tried, and then every fiftieth and every hundredth beside the best of these.
    /// - Throws: `DetectionError.oneClassOnly` when labels are all equal, `.cancelled`.
    public static func best(
        _ scores: PerModel<[Float]>, labels: [Bool], present: Ensemble, cancellation: Cancellation = Cancellation()
    ) throws(DetectionError) -> WeightChoice {
        func quality(_ ensemble: Ensemble) throws(DetectionError) -> Double {
            if cancellation.isCancelled { throw .cancelled }
            let ranking = Ranking(ensemble.combine(scores), labels: labels)
            guard (1..<ranking.count).contains(ranking.positives) else { throw .oneClassOnly }
            return ranking.averagePrecision
        }
        let kinds = scores.kinds
        let all = grid(kinds)
        guard kinds.count == 2 else { return try best(kinds, present, among: all, quality: quality).best }
        let tenths = all.enumerated().filter { $0.offset % 10 == 0 }.map(\.element)
        var choice = try best(kinds, present, among: tenths, quality: quality).best
        for step in [2, 1] {
            let share = choice.ensemble.share(of: kinds[0])
            let near = all.enumerated().filter { index, ensemble in
                let distance = abs(ensemble.share(of: kinds[0]) - share)
                return index % step == 0 && distance > 0.005 && distance < Float(step) * 0.045
            }
            let next = try best(kinds, choice.ensemble, among: near.map(\.element), quality: quality).best
            if next.quality > choice.quality { choice = next }
        }
        return choice
    }

    /// The choice of the largest quality among `present` and others; of equals the one nearest to `present`.
    fileprivate static func best<Failure: Error>(
        _ kinds: [ModelKind], _ present: Ensemble, among others: [Ensemble], quality: (Ensemble) throws(Failure) -> Double
    ) throws(Failure) -> (present: WeightChoice, best: WeightChoice) {
        let now = WeightChoice(ensemble: present, quality: try quality(present))
        var best = now
        func distance(_ ensemble: Ensemble) -> Float {
            kinds.reduce(0) { max($0, abs(ensemble.share(of: $1) - present.share(of: $1))) }
        }
        for ensemble in others.sorted(by: { distance($0) < distance($1) }) {
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

    /// Tries the ratios of a grid. An event's score is its highest combined score; quality is the share of pairs of a confirmed
    /// and a rejected event in which the confirmed one scores higher (equal scores count half). Of ratios that
    /// rank alike, the one nearest to `present` is taken.
    /// - Returns: `nil` without at least one confirmed and one rejected event that have scores.
    public init?(_ scores: PerModel<[Float]>, confirmed: [Range<Int>], rejected: [Range<Int>], present: Ensemble) {
        let rowCount = scores.values.first?.count ?? 0
        func peaks(_ events: [Range<Int>], _ ensemble: Ensemble) -> [Float] {
            events.compactMap { rows in
                let rows = rows.clamped(to: 0..<rowCount)
                return ensemble.combine(scores.mapValues { Array($0[rows]) }).filter { !$0.isNaN }.max()
            }
        }
        guard !peaks(confirmed, present).isEmpty, !peaks(rejected, present).isEmpty else { return nil }
        (self.present, best) = WeightChoice.best(
            scores.kinds, present, among: WeightChoice.grid(scores.kinds)
        ) { ensemble in
            let (high, low) = (peaks(confirmed, ensemble), peaks(rejected, ensemble))
            let won = high.reduce(0.0) { sum, above in sum + low.reduce(0) { $0 + (above > $1 ? 1 : above == $1 ? 0.5 : 0) } }
            return won / Double(high.count * low.count)
        }
        (self.confirmed, self.rejected) = (confirmed.count, rejected.count)
    }
}
