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
/// beyond lag 3 (the rule of the TSB-AD benchmark), for values that are constant to 12 digits, and for 10 rows or fewer.
/// Pairs of values of which one lies in a gap do not count, those that are left the more; a lag with hardly any counts nothing.
/// The unit of the values does not matter.
func dominantPeriod(of values: [Double]) -> Int? {
    let sample = Array(values.prefix(SeriesProfile.rows))
    let measured = sample.count { !$0.isNaN }
    guard measured > 10 else { return nil }
    let largest = sample.reduce(0) { $1.isNaN ? $0 : max($0, abs($1)) }
    guard largest > 0, largest.isFinite else { return nil }
    let mean = sample.reduce(0) { $1.isNaN ? $0 : $0 + $1 / largest } / Double(measured)
    let centered = sample.map { $0.isNaN ? 0 : $0 / largest - mean }
    let power = product(of: centered, lag: 0)
    guard power > 1e-24 * Double(measured) else { return nil }
    let longest = min(400, sample.count - 1)
    let marks = measured < sample.count ? sample.map { $0.isNaN ? 0.0 : 1 } : nil
    let correlation = (3...longest).map { lag -> Double in
        let sum = product(of: centered, lag: lag) / power
        guard let marks else { return sum }
        // As many pairs as there would be were all rows measured that often.
        let (pairs, share) = (product(of: marks, lag: lag), Double(measured) / Double(sample.count))
        return pairs < 10 ? 0 : sum * share * Double(sample.count - lag) / pairs
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

/// The sum of the products of values `lag` rows apart.
private func product(of values: [Double], lag: Int) -> Double {
    values.withUnsafeBufferPointer { values in
        let count = values.count - lag
        // Eight sums side by side, since each addition waits for the one before.
        var sums = SIMD8<Double>()
        var row = 0
        while row + 8 <= count {
            var (one, other) = (SIMD8<Double>(), SIMD8<Double>())
            for lane in 0..<8 { (one[lane], other[lane]) = (values[row + lane], values[row + lag + lane]) }
            sums += one * other
            row += 8
        }
        var sum = sums.sum()
        while row < count {
            sum += values[row] * values[row + lag]
            row += 1
        }
        return sum
    }
}
