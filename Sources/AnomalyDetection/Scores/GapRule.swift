import Foundation

/// Flags what stands apart from the ordinary: runs of rows whose peaks lie above a gap.
///
/// Compared are the peaks of runs of rows with an excess (`Calibration.Method.excess`) of 1, the ordinary reach of errors, or
/// more. Something stands apart where the highest of them reaches an excess of `apart`, or what chance lets a score reach once in
/// 30,000 rows (`ChanceHighs`). Those that reach a third of it are looked at from below: the first gap of at least 15 % parts the
/// odd ones from the rest. Where there is none, peaks fade into each other and nothing is flagged.
///
/// Of the rest the same is asked again, so that what is far odder than all else does not hide it: it has to reach both `apart` and
/// what chance reaches, and the gap has to be the wider one. Events reach as far as the score stays above the geometric mean of
/// the level and the highest peak that is not flagged, and below the level no farther than a third of their own peak.
public struct GapRule: Sendable, Equatable {
    /// How many times the lower peak the higher one is, at least, beside a gap.
    public var narrowest: Float
    /// The same where something is flagged already; infinite looks no further.
    public var further: Float
    /// The share of the highest peak below which no gap is looked for.
    public var share: Float
    /// The excess that stands apart whatever chance reaches; 0 lets anything.
    public var apart: Float
    /// The lowest excess that is looked at: the ordinary reach of errors.
    private static let ordinary: Float = 1
    /// The same as a score.
    static let ordinaryScore = Calibration.score(ofExcess: ordinary)
    /// The rows in which chance may flag one event. The quantiles of a few thousand rows are themselves uncertain, so that one in
    /// ten thousand is then about what is flagged (`FlagRuleTests`).
    private static let rowsPerFalseEvent = 30_000.0

    /// The defaults were chosen by the F1 of events over labelled series; `Benchmarks/README.md` has the table.
    public init(narrowest: Float = 1.15, further: Float = 1.75, share: Float = 1.0 / 3, apart: Float = 2) {
        (self.narrowest, self.further, self.share, self.apart) = (narrowest, further, share, apart)
    }

    /// The geometric mean of the two peaks beside the gap, as a score, and how far events reach; infinite where nothing is odd.
    public func levels(for scores: ExtentBlocks<Float>) -> FlagLevels {
        levels(for: scores) { EventRule().peaks(of: scores, level: Self.ordinaryScore, atLeast: Self.ordinaryScore) }
    }

    /// The same, where the peaks of the scores are known. Cost: the peaks and the blocks of scores.
    public func levels(for scores: ExtentBlocks<Float>, peaks: RunPeaks) -> FlagLevels {
        levels(for: scores) { peaks.falling }
    }

    /// - Parameter peaks: says the peaks, falling.
    private func levels(for scores: ExtentBlocks<Float>, peaks: () -> [Float]) -> FlagLevels {
        let highest = Calibration.excess(ofScore: scores.highs.reduce(0) { Float.maximum($0, $1) })
        let chance = ChanceHighs(of: scores)?.excess(onceIn: Self.rowsPerFalseEvent) ?? .infinity
        guard highest >= max(Self.ordinary, min(apart, chance)) else { return FlagLevels(.infinity) }
        let falling = peaks().map { Calibration.excess(ofScore: $0) }
        guard var level = gap(in: falling[...], of: narrowest) else { return FlagLevels(.infinity) }
        var rest = falling.drop { $0 >= level }
        while let highest = rest.first, highest >= max(apart, chance), let lower = gap(in: rest, of: further) {
            level = lower
            rest = rest.drop { $0 >= level }
        }
        let reach = (level * max(Self.ordinary, rest.first ?? 0)).squareRoot()
        return FlagLevels(Calibration.score(ofExcess: level), reach: Calibration.score(ofExcess: reach), share: share)
    }

    /// The excess in the middle of the lowest gap above a share of the highest peak.
    private func gap(in falling: ArraySlice<Float>, of narrowest: Float) -> Float? {
        let lowest = max(Self.ordinary, share * (falling.first ?? 0))
        let reaching = falling.prefix { $0 > lowest } + [lowest]
        return zip(reaching, reaching.dropFirst()).reversed().first { $0 >= narrowest * $1 }.map { ($0 * $1).squareRoot() }
    }
}

/// What the highest scores of blocks of rows reach by chance.
///
/// Highest values of many tend to the distribution of Gumbel ("Statistics of Extremes", 1958), `exp(-exp(-(x - m) / s))`, whose two
/// parameters follow from two quantiles. A sixth and a half are taken: where up to a third of the blocks hold something odd, both
/// are still ordinary ones.
struct ChanceHighs {
    /// The excess of the two quantiles.
    private let low: Float, middle: Float
    private static let probabilities = (low: 1.0 / 6, middle: 0.5)

    /// `nil` without scores.
    init?(of scores: ExtentBlocks<Float>) {
        // Blocks that hold gaps alone are infinite and negative.
        guard let order = OrderStatistics(scores.highs.filter { $0 >= 0 }) else { return nil }
        low = Calibration.excess(ofScore: order.quantile(Self.probabilities.low))
        middle = Calibration.excess(ofScore: order.quantile(Self.probabilities.middle))
    }

    /// The excess that is expected to be reached once in so many rows, many times a block.
    func excess(onceIn rows: Double) -> Float {
        func reduced(_ probability: Double) -> Double { -log(-log(probability)) }
        let (low, middle) = (reduced(Self.probabilities.low), reduced(Self.probabilities.middle))
        let wanted = reduced(1 - Double(ExtentBlocks<Float>.length) / rows)
        return self.middle + Float((wanted - middle) / (middle - low)) * (self.middle - self.low)
    }
}
