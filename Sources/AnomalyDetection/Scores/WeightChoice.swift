import Work

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

    /// Ratios between which is chosen, evenly over all that weigh `kinds` against each other: as many steps as leave them a few
    /// hundred, a hundred at the most.
    static func grid(_ kinds: [ModelKind]) -> [Ensemble] { grid(kinds, steps: steps(among: kinds.count)).map(\.ensemble) }

    /// How many ratios there are at the most.
    private static let most = 500

    /// The steps from nothing to all of one of `count` models.
    private static func steps(among count: Int) -> Int {
        // So many ratios are there of one step: count; each further one multiplies them by (count - 1 + steps) / steps.
        var (steps, ratios) = (0, 1)
        while steps < 100, ratios * (count + steps) / (steps + 1) <= most {
            ratios = ratios * (count + steps) / (steps + 1)
            steps += 1
        }
        return max(1, steps)
    }

    /// All ratios, each with the steps that every model has.
    private static func grid(_ kinds: [ModelKind], steps: Int) -> [(parts: [Int], ensemble: Ensemble)] {
        func parts(_ total: Int, among count: Int) -> [[Int]] {
            guard count > 1 else { return [[total]] }
            return (0...total).flatMap { first in parts(total - first, among: count - 1).map { [first] + $0 } }
        }
        return parts(steps, among: kinds.count).map { parts in
            (parts, Ensemble(unchecked: PerModel(zip(kinds, parts.map { Float($0) / Float(steps) }))))
        }
    }

    /// The ratio with the best average precision on labelled rows; of equals the one nearest to `present`. Every tenth step is
    /// tried, and then every second and every one beside the best of these.
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
        let steps = steps(among: kinds.count)
        let all = grid(kinds, steps: steps)
        /// Those whose shares are whole multiples of so many steps.
        func every(_ stride: Int) -> [Ensemble] {
            all.filter { $0.parts.allSatisfy { $0 % stride == 0 } }.map(\.ensemble)
        }
        let strides = [max(1, steps / 10), 2, 1].filter { steps % $0 == 0 }
        var choice = try best(kinds, present, among: every(strides[0]), quality: quality)
        for stride in strides.dropFirst() where stride < strides[0] {
            let chosen = choice.ensemble
            let near = every(stride).filter { ensemble in
                let distance = Float(steps) * distance(ensemble, chosen, kinds)
                return distance > 0.5 && distance < 4.5 * Float(stride)
            }
            let next = try best(kinds, chosen, among: near, quality: quality)
            if next.quality > choice.quality { choice = next }
        }
        return choice
    }

    /// The largest difference of a model's shares.
    private static func distance(_ one: Ensemble, _ other: Ensemble, _ kinds: [ModelKind]) -> Float {
        kinds.reduce(0) { max($0, abs(one.share(of: $1) - other.share(of: $1))) }
    }

    /// The choice of the largest quality among `present` and others; of equals the one nearest to `present`.
    private static func best<Failure: Error>(
        _ kinds: [ModelKind], _ present: Ensemble, among others: [Ensemble], quality: (Ensemble) throws(Failure) -> Double
    ) throws(Failure) -> WeightChoice {
        var best = WeightChoice(ensemble: present, quality: try quality(present))
        for ensemble in others.sorted(by: { distance($0, present, kinds) < distance($1, present, kinds) }) {
            let choice = WeightChoice(ensemble: ensemble, quality: try quality(ensemble))
            if choice.quality > best.quality { best = choice }
        }
        return best
    }
}

/// Weights learnt from an analyst's verdicts.
public struct LearnedWeights: Sendable, Equatable {
    /// The weights to begin with and those learnt, with the share of pairs that each ranks right: of an anomaly and something
    /// normal the anomaly should score higher (equal scores count half). NaN without one of each.
    public let start: WeightChoice, learned: WeightChoice

    /// What the squared distance from the weights to begin with costs beside the summed losses of the lessons. Of 1, 3, 10
    /// and 100, the last three did about equally well on labelled series, and the first worse.
    private static let pull = 10.0

    /// The weights that lose least by the hinge at `level` (Das, Wong, Dietterich, Fern and Emmott, "Incorporating Expert
    /// Feedback into Active Anomaly Discovery", ICDM 2016), among the ratios of a grid. An event's score is the weighted sum of
    /// its highest score of each model. An anomaly loses what its score lacks to the level, something normal what it has above.
    /// To the mean loss is added `pull / lessons` times the squared distance of the shares from those to begin with, so that
    /// these fade with the number of lessons.
    /// - Returns: `nil` where no lesson has scores, or no score reaches `level` because it is infinite.
    public init?(_ scores: PerModel<[Float]>, lessons: [Lesson], level: Float, start: Ensemble) {
        let peaks = lessons.compactMap { lesson -> (isAnomaly: Bool, scores: [Float])? in
            let peaks = scores.values.map { own in
                lesson.rows.clamped(to: own.indices).reduce(Float.nan) { Float.maximum($0, own[$1]) }
            }
            return peaks.contains(where: \.isNaN) ? nil : (lesson.isAnomaly, peaks)
        }
        guard !peaks.isEmpty, level.isFinite else { return nil }
        let kinds = scores.kinds
        func score(_ peaks: [Float], _ ensemble: Ensemble) -> Double {
            zip(kinds, peaks).reduce(0) { $0 + Double(ensemble.share(of: $1.0) * $1.1) }
        }
        func loss(_ ensemble: Ensemble) -> Double {
            let lost = peaks.reduce(0.0) { sum, peak in
                let above = score(peak.scores, ensemble) - Double(level)
                return sum + max(0, peak.isAnomaly ? -above : above)
            }
            let distance = kinds.reduce(0.0) { sum, kind in
                let difference = Double(ensemble.share(of: kind) - start.share(of: kind))
                return sum + difference * difference
            }
            return (lost + Self.pull * distance) / Double(peaks.count)
        }
        func choice(_ ensemble: Ensemble) -> WeightChoice {
            let (high, low) = (peaks.filter(\.isAnomaly), peaks.filter { !$0.isAnomaly })
            let won = high.reduce(0.0) { sum, peak in
                let above = score(peak.scores, ensemble)
                return sum
                    + low.reduce(0) {
                        let below = score($1.scores, ensemble)
                        return $0 + (above > below ? 1 : above == below ? 0.5 : 0)
                    }
            }
            return WeightChoice(ensemble: ensemble, quality: won / Double(high.count * low.count))
        }
        var best = (ensemble: start, loss: loss(start))
        for ensemble in WeightChoice.grid(kinds) {
            let own = loss(ensemble)
            if own < best.loss { best = (ensemble, own) }
        }
        (self.start, learned) = (choice(start), choice(best.ensemble))
    }
}
