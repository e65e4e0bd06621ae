/// Point-wise measures over all distinct thresholds.
struct Points {
    /// Labelled and unlabelled rows at or above each distinct threshold, falling.
    private(set) var counts: [(hits: Double, misses: Double)] = []
    let positives: Double
    let negatives: Double

    /// - Parameter order: rows by falling score.
    init<Score: Comparable>(scores: [Score], labels: [Bool], order: [Int]) {
        positives = Double(labels.count { $0 })
        negatives = Double(labels.count) - positives
        var (hits, misses) = (0.0, 0.0)
        var index = 0
        while index < order.count {
            let score = scores[order[index]]
            while index < order.count, scores[order[index]] == score {
                if labels[order[index]] { hits += 1 } else { misses += 1 }
                index += 1
            }
            counts.append((hits, misses))
        }
    }

    /// Sum over thresholds of the step in recall times the precision.
    var averagePrecision: Double {
        var (sum, before) = (0.0, 0.0)
        for (hits, misses) in counts {
            sum += (hits - before) / positives * hits / (hits + misses)
            before = hits
        }
        return sum
    }

    /// Equal scores count half.
    var areaUnderROC: Double {
        var (sum, before) = (0.0, (hits: 0.0, misses: 0.0))
        for point in counts {
            sum += (point.misses - before.misses) / negatives * (point.hits + before.hits) / 2 / positives
            before = point
        }
        return sum
    }

    /// The largest F1 over all thresholds.
    var bestF1: Double {
        counts.reduce(0) { best, point in
            let (precision, recall) = (point.hits / (point.hits + point.misses), point.hits / positives)
            return max(best, 2 * precision * recall / (precision + recall + 1e-5))
        }
    }
}

/// How precision falls as a lower threshold finds more of the labelled rows.
public struct PrecisionRecallCurve: Sendable, Equatable {
    /// Precision at recalls 1/100, 2/100 ... 1: that of the highest threshold which reaches the recall.
    public let precisions: [Double]
    /// Average precision, 0 to 1.
    public let averagePrecision: Double

    /// The curve of `scores` (higher is odder; NaN counts as lowest) against `labels`.
    /// - Throws: `DetectionError.oneClassOnly` when labels are all equal.
    public init(scores: [Float], labels: [Bool]) throws(DetectionError) {
        precondition(scores.count == labels.count, "one label a score")
        guard labels.contains(true), labels.contains(false) else { throw .oneClassOnly }
        let scores = scores.map { $0.isNaN ? -.infinity : $0 }
        let points = Points(scores: scores, labels: labels, order: scores.indices.sorted { scores[$0] > scores[$1] })
        averagePrecision = points.averagePrecision
        var index = 0
        precisions = (1...100).map { step in
            let wanted = Double(step) / 100 * points.positives - 1e-9
            while index + 1 < points.counts.count, points.counts[index].hits < wanted { index += 1 }
            return points.counts[index].hits / (points.counts[index].hits + points.counts[index].misses)
        }
    }
}
