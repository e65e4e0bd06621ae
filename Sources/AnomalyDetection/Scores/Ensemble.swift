/// The weighted average of two calibrated scores.
public struct Ensemble: Sendable, Equatable {
    /// Weight of the LSTM, 0 to 1.
    public let lstmWeight: Float
    /// Weight of the Transformer, 0 to 1.
    public let transformerWeight: Float

    /// The weights to begin with, chosen by measurement over labelled series; `Benchmarks/README.md` has the table.
    public static let standard = Ensemble(unchecked: 0.2, 0.8)

    private init(unchecked lstmWeight: Float, _ transformerWeight: Float) {
        (self.lstmWeight, self.transformerWeight) = (lstmWeight, transformerWeight)
    }

    /// Makes an ensemble; only the ratio of the weights matters.
    /// - Throws: `DetectionError.badWeight` outside 0 to 1, `.bothWeightsZero`.
    public init(lstmWeight: Float, transformerWeight: Float) throws(DetectionError) {
        for weight in [lstmWeight, transformerWeight] where !(0...1).contains(weight) { throw .badWeight(weight) }
        guard lstmWeight > 0 || transformerWeight > 0 else { throw .bothWeightsZero }
        self.lstmWeight = lstmWeight
        self.transformerWeight = transformerWeight
    }

    /// The LSTM's weight when both sum to 1.
    public var lstmShare: Float { lstmWeight / (lstmWeight + transformerWeight) }

    /// `(w_L · s_L + w_T · s_T) / (w_L + w_T)` row by row; a row where one model has no score (NaN) uses
    /// the other. Both inputs have one score a row; so has the result.
    public func combine(lstm: [Float], transformer: [Float]) -> [Float] {
        precondition(lstm.count == transformer.count, "both models score the same rows")
        let (share, rest) = (lstmShare, 1 - lstmShare)
        return [Float](unsafeUninitializedCapacity: lstm.count) { combined, count in
            lstm.withUnsafeBufferPointer { lstm in
                transformer.withUnsafeBufferPointer { transformer in
                    for row in 0..<lstm.count {
                        let (a, b) = (lstm[row], transformer[row])
                        let (low, high) = (a < b ? a : b, a < b ? b : a)
                        let mean = share * a + rest * b
                        let bounded = mean < low ? low : mean > high ? high : mean
                        combined[row] = a.isNaN ? b : b.isNaN ? a : bounded
                    }
                }
            }
            count = lstm.count
        }
    }
}

/// The mean of `scores` over `width` rows around each row, over fewer at the ends; NaN is passed over
/// and stays NaN. Width 1 changes nothing.
public func movingAverage(of scores: [Float], width: Int) -> [Float] {
    guard width > 1, !scores.isEmpty else { return scores }
    let (before, after) = ((width - 1) / 2, width / 2)
    var sums = [Double](repeating: 0, count: scores.count + 1)
    var counts = [Int32](repeating: 0, count: scores.count + 1)
    for (index, score) in scores.enumerated() {
        sums[index + 1] = sums[index] + (score.isNaN ? 0 : Double(score))
        counts[index + 1] = counts[index] + (score.isNaN ? 0 : 1)
    }
    return scores.indices.map { index in
        if scores[index].isNaN { return .nan }
        let (low, high) = (max(0, index - before), min(scores.count, index + after + 1))
        return Float((sums[high] - sums[low]) / Double(counts[high] - counts[low]))
    }
}
