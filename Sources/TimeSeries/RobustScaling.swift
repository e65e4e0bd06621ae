/// A shift and a scale per channel: `scaled = (value - center) / spread`. Fitted, the center is the median and the
/// spread the interquartile range over 1.349, which for a normal sample is the standard deviation.
public struct RobustScaling: Sendable, Equatable, Codable {
    /// One center a channel, in the channel's unit.
    public var centers: [Double]
    /// One positive spread a channel, in the channel's unit.
    public var spreads: [Double]

    /// Makes a scaling from known centers and spreads.
    public init(centers: [Double], spreads: [Double]) {
        self.centers = centers
        self.spreads = spreads
    }

    /// Fits the scaling to the first `rows` rows of `series`, gaps left out. The spread is at least half the standard
    /// deviation, so that the rare values of a channel that mostly stands still are not blown up; spikes of single rows do not
    /// count in that (`spread`). A channel that is constant there (to 12 digits) has spread 1, one with gaps alone center 0 and
    /// spread 1.
    public init(fitting series: Series, rows: Int) {
        var centers: [Double] = []
        var spreads: [Double] = []
        for channel in series.channels {
            let inOrder = channel.values.prefix(rows).filter { !$0.isNaN }
            let present = inOrder.sorted()
            guard !present.isEmpty else {
                centers.append(0)
                spreads.append(1)
                continue
            }
            let center = quantile(ofSorted: present, 0.5)
            centers.append(center)
            let mean = present.reduce(0, +) / Double(present.count)
            let spread = Self.spread(of: inOrder, sorted: present, center)
            spreads.append(spread > 1e-12 * abs(mean) ? spread : 1)
        }
        self.init(centers: centers, spreads: spreads)
    }

    /// The interquartile range over 1.349, and at least half the standard deviation of all values but lone spikes: rows that lie farther
    /// than `limit` spreads from the center while both neighbours do not. Such a row cannot be told from a wrong one, and one a
    /// hundred times as far off as others would hide them. A channel that mostly stands still may consist of them: there all count.
    private static func spread(of inOrder: [Double], sorted: [Double], _ center: Double) -> Double {
        let range = (quantile(ofSorted: sorted, 0.75) - quantile(ofSorted: sorted, 0.25)) / 1.349
        var spread = max(range, 0.5 * meanAndDeviation(ofSorted: sorted).deviation)
        guard range > 0 else { return spread }
        // A spike may have hidden one that is not as high.
        while true {
            let reach = Double(limit) * spread
            func isFar(_ row: Int) -> Bool { inOrder.indices.contains(row) && abs(inOrder[row] - center) > reach }
            let counted = inOrder.indices.filter { !isFar($0) || isFar($0 - 1) || isFar($0 + 1) }.map { inOrder[$0] }
            guard counted.count < inOrder.count else { return spread }
            let without = max(range, 0.5 * meanAndDeviation(ofSorted: counted.sorted()).deviation)
            guard without < spread else { return spread }
            spread = without
        }
    }

    /// Scaled values reach from `-limit` to `limit`, so that one spike cannot drown the rest.
    public static let limit: Float = 12

    /// All values scaled, row by row: `[rowCount, channels]`, each within `±limit`. Gaps are bridged as by `filled`.
    public func scaled(_ series: Series, limit: Float = Self.limit) -> [Float] {
        precondition(series.channels.count == centers.count, "the scaling was fitted to other channels")
        let count = centers.count
        var rows = [Float](repeating: 0, count: series.rowCount * count)
        for (index, channel) in series.channels.enumerated() {
            let (center, scale) = (centers[index], 1 / spreads[index])
            var position = index
            for value in filled(channel.values) {
                rows[position] = min(max(Float((value - center) * scale), -limit), limit)
                position += count
            }
        }
        return rows
    }

    /// The value in the channel's unit that a scaled value stands for: the inverse of `scaled` within its limit.
    public func unscaled(_ value: Float, channel: Int) -> Double {
        Double(value) * spreads[channel] + centers[channel]
    }
}
