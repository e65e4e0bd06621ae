/// How precision falls as a lower threshold finds more of the labelled rows.
public struct PrecisionRecallCurve: Sendable, Equatable {
    /// Precision at recalls 1/100, 2/100 ... 1: that of the highest threshold which reaches the recall.
    public let precisions: [Double]
    /// Average precision, 0 to 1.
    public let averagePrecision: Double

    /// The curve of `scores` (higher is odder; NaN counts as lowest) against `labels`.
    /// - Throws: `DetectionError.oneClassOnly` when labels are all equal.
    public init(scores: [Float], labels: [Bool]) throws(DetectionError) {
        try self.init(Ranking(scores, labels: labels))
    }

    /// The same of scores that are ranked already.
    public init(_ ranking: Ranking) throws(DetectionError) {
        guard (1..<ranking.count).contains(ranking.positives) else { throw .oneClassOnly }
        averagePrecision = ranking.averagePrecision
        var precisions: [Double] = []
        ranking.forEachThreshold { hits, misses in
            while precisions.count < 100, Double(hits) >= Double(precisions.count + 1) / 100 * Double(ranking.positives) - 1e-9 {
                precisions.append(Double(hits) / Double(hits + misses))
            }
        }
        self.precisions = precisions
    }
}
