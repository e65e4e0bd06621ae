import TimeSeries

/// Simple detectors that need no training, to hold the networks against.
public enum Yardstick: String, CaseIterable, Sendable {
    /// Distance from the median of the surrounding rows, in units of the median absolute deviation.
    case rollingMedian = "rolling-median"
    /// Distance of the windows around a row to the most similar window elsewhere (the matrix profile; Yeh et
    /// al., 2016).
    case nearestWindow = "nearest-window"

    /// A score for every row of a channel, higher where it is odder; gaps are bridged.
    /// - Parameter period: rows in the surroundings or windows.
    public func scores(of values: [Double], period: Int) -> [Float] {
        let values = filled(values)
        guard values.count > 2 * period, period > 1 else { return [Float](repeating: 0, count: values.count) }
        return switch self {
        case .rollingMedian: Self.medianDeviation(values, width: period)
        case .nearestWindow: Self.windowDistance(values, length: max(4, period))
        }
    }

    private static func medianDeviation(_ values: [Double], width: Int) -> [Float] {
        let deviations = values.indices.map { row -> Double in
            let around = values[max(0, row - width)..<min(values.count, row + width + 1)].sorted()
            return abs(values[row] - quantile(ofSorted: around, 0.5))
        }
        let sorted = deviations.sorted()
        // A series that mostly stands still has a typical deviation of 0; 12 digits below the largest nothing is told apart.
        let spread = max(quantile(ofSorted: sorted, 0.5), 1e-12 * (sorted.last ?? 0))
        return deviations.map { spread > 0 ? Float($0 / spread) : 0 }
    }

    /// Z-normalised distances by running products along the diagonals (Zhu et al., 2016): time grows with
    /// the square of the rows.
    private static func windowDistance(_ values: [Double], length: Int) -> [Float] {
        let count = values.count - length + 1
        let largest = values.reduce(0) { max($0, abs($1)) }
        var (means, inverses) = ([Double](), [Double]())
        for start in 0..<count {
            let window = values[start..<(start + length)]
            let mean = window.reduce(0, +) / Double(length)
            let variance = window.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length)
            means.append(mean)
            inverses.append(variance > 1e-24 * largest * largest ? 1 / variance.squareRoot() : 0)
        }
        var best = [Double](repeating: -1, count: count)
        for gap in length..<max(length, count) {
            var product = (0..<length).reduce(0) { $0 + values[$1] * values[gap + $1] }
            for start in 0..<(count - gap) {
                if start > 0 {
                    product +=
                        values[start + length - 1] * values[start + gap + length - 1] - values[start - 1]
                        * values[start + gap - 1]
                }
                let covariance = product / Double(length) - means[start] * means[start + gap]
                let flat = inverses[start] == 0 || inverses[start + gap] == 0
                let correlation =
                    flat
                    ? (inverses[start] == inverses[start + gap] ? 1 : 0) : covariance * inverses[start] * inverses[start + gap]
                if correlation > best[start] { best[start] = correlation }
                if correlation > best[start + gap] { best[start + gap] = correlation }
            }
        }
        let distances = best.map { Float((2 * Double(length) * max(0, 1 - $0)).squareRoot()) }
        return values.indices.map { row in
            let covering = max(0, row - length + 1)...min(row, count - 1)
            return distances[covering].reduce(0, +) / Float(covering.count)
        }
    }
}
