/// What stands in for the dominant period, in rows, where a series has none.
///
/// The two differ since they serve different ends: one is ours to choose, the other is not.
public enum FallbackPeriod {
    /// For the windows of the models and what is counted in periods beside them: long enough to see a shape,
    /// short enough to learn in seconds.
    public static let model = 64
    /// For the buffer of the measures: the rule of the published evaluation (TSB-AD), which has to be kept for figures
    /// to be comparable.
    public static let measures = 125
}

/// The dominant period of `values` in rows: the lag of the largest local maximum of the
/// autocorrelation between lags 3 and 400, over at most the first 20,000 rows.
///
/// `nil` where the autocorrelation has no local maximum, or the largest lies nearer than 3 or farther than 300 rows
/// beyond lag 3 (the rule of the TSB-AD benchmark), and for constant values and 10 rows or fewer. Gaps count as filled.
public func dominantPeriod(of values: [Double]) -> Int? {
    let sample = filled(Array(values.prefix(20_000)))
    guard sample.count > 10 else { return nil }
    let mean = sample.reduce(0, +) / Double(sample.count)
    let centered = sample.map { Float($0 - mean) }
    let power = centered.reduce(0) { $0 + $1 * $1 }
    guard power > 0 else { return nil }
    let longest = min(400, sample.count - 1)
    let correlation = (3...longest).map { lag -> Float in
        var sum: Float = 0
        for index in 0..<(centered.count - lag) { sum += centered[index] * centered[index + lag] }
        return sum / power
    }
    var best: Int?
    for index in correlation.indices.dropFirst().dropLast() {
        let here = correlation[index]
        guard here > correlation[index - 1], here > correlation[index + 1] else { continue }
        if best.map({ correlation[$0] < here }) ?? true { best = index }
    }
    guard let best, best >= 3, best <= 300 else { return nil }
    return best + 3
}
