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
/// Gaps shorter than a period that is looked for are bridged. Pairs of values of which one lies in a longer one do not count, those
/// that are left the more; a lag with hardly any counts nothing.
/// The unit of the values does not matter.
func dominantPeriod(of values: [Double]) -> Int? {
    let sample = filled(Array(values.prefix(SeriesProfile.rows)), shorterThan: 6)
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
    guard let best = highestPeak(of: correlation, in: correlation.indices), (3...300).contains(best) else { return nil }
    return marks == nil ? best + 3 : shortestPeriod(best + 3, correlation)
}

/// The index of the largest local maximum among some indices of a correlation; the first of equals.
private func highestPeak(of correlation: [Double], in indices: Range<Int>) -> Int? {
    var best: Int?
    for index in indices.clamped(to: 1..<max(1, correlation.count - 1)) {
        let here = correlation[index]
        guard here > correlation[index - 1], here > correlation[index + 1] else { continue }
        if best.map({ correlation[$0] < here }) ?? true { best = index }
    }
    return best
}

/// The shortest lag of which `lag` is about a multiple and that has nearly as large a correlation. Where all is measured, each
/// multiple of a period has a smaller one, since it has fewer pairs; beside gaps chance decides.
/// - Parameter correlation: from lag 3 on.
private func shortestPeriod(_ lag: Int, _ correlation: [Double]) -> Int {
    for times in (2...max(2, lag / 6)).reversed() {
        let (part, slack) = (Int((Double(lag) / Double(times)).rounded()), 1 + lag / times / 16)
        guard let peak = highestPeak(of: correlation, in: (part - 3 - slack)..<(part - 2 + slack)), peak >= 3 else { continue }
        if correlation[peak] >= 0.8 * correlation[lag - 3] { return peak + 3 }
    }
    return lag
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
