import TimeSeries
import Work

/// How well scores tell labelled rows from the others; every measure is between 0 and 1.
public struct Measures: Sendable, Equatable, Codable {
    /// Volume under the precision-recall surface (Paparrizos et al., 2022).
    public var vusPR: Double
    /// Volume under the ROC surface.
    public var vusROC: Double
    /// Average precision.
    public var aucPR: Double
    /// Area under the ROC curve.
    public var aucROC: Double
    /// Largest point-wise F1 over all thresholds.
    public var standardF1: Double

    /// The buffer that suits a series: the dominant period of its first channel,
    /// `FallbackPeriod.measures` where there is none.
    public static func buffer(for series: Series) -> Int {
        (series.channels.isEmpty ? nil : series.profile.period(ofChannel: 0)) ?? FallbackPeriod.measures
    }

    /// Measures `scores` (higher is odder; NaN counts as lowest) against `labels`.
    /// - Parameter buffer: the largest widening of labelled segments for VUS, in rows.
    /// - Throws: `DetectionError.oneClassOnly` when labels are all equal, `.cancelled`.
    public init(
        scores: [Float], labels: [Bool], buffer: Int, cancellation: Cancellation = Cancellation()
    ) throws(DetectionError) {
        try self.init(
            Ranking(scores, labels: labels), scores: scores, labels: labels, buffer: buffer, cancellation: cancellation)
    }

    /// The same of scores that are ranked already.
    public init(
        _ ranking: Ranking, scores: [Float], labels: [Bool], buffer: Int, cancellation: Cancellation = Cancellation()
    ) throws(DetectionError) {
        guard (1..<ranking.count).contains(ranking.positives) else { throw .oneClassOnly }
        aucPR = ranking.averagePrecision
        let (positives, negatives) = (Double(ranking.positives), Double(ranking.count - ranking.positives))
        var (area, bestF1, before) = (0.0, 0.0, (hits: 0.0, misses: 0.0))
        ranking.forEachThreshold { hits, misses in
            let (hits, misses) = (Double(hits), Double(misses))
            area += (misses - before.misses) * (hits + before.hits) / 2
            let (precision, recall) = (hits / (hits + misses), hits / positives)
            bestF1 = max(bestF1, 2 * precision * recall / (precision + recall + 1e-5))
            before = (hits, misses)
        }
        (aucROC, standardF1) = (area / negatives / positives, bestF1)
        (vusPR, vusROC) = try Surface(ranking, scores: scores, labels: labels).volumes(
            buffer: buffer, cancellation: cancellation)
    }
}

/// The surface of range-aware curves over buffer widths.
///
/// Only rows near labelled segments differ between widths, and each row changes a threshold's sums once,
/// so that the cost is O(widths · (thresholds + rows near segments)).
private struct Surface {
    let rowCount: Int
    let segments: [ClosedRange<Int>]
    let labels: [Bool]
    /// For each row, the first of the falling thresholds that it reaches.
    let firstThreshold: [Int]
    /// Rows predicted at each threshold.
    let predicted: [Double]
    /// Labelled rows predicted at each threshold.
    let predictedLabelled: [Double]
    let labelled: Double
    static let thresholdCount = 250

    init(_ ranking: Ranking, scores: [Float], labels: [Bool]) {
        rowCount = scores.count
        self.labels = labels
        let count = Self.thresholdCount
        let (last, most) = (Double(scores.count - 1), Double(count - 1))
        let thresholds = (0..<count).map { ranking.score(atRank: Int(last * Double($0) / most)) }
        let first = scores.map { score in
            score.isNaN ? count - 1 : min(count - 1, thresholds.partitioningIndex { $0 <= score })
        }
        firstThreshold = first
        var predicted = [Double](repeating: 0, count: count)
        var predictedLabelled = predicted
        for row in scores.indices {
            predicted[first[row]] += 1
            if labels[row] { predictedLabelled[first[row]] += 1 }
        }
        for index in 1..<count {
            predicted[index] += predicted[index - 1]
            predictedLabelled[index] += predictedLabelled[index - 1]
        }
        self.predicted = predicted
        self.predictedLabelled = predictedLabelled
        labelled = Double(labels.count { $0 })
        segments = labelledRanges(labels).map { ClosedRange($0) }
    }

    func volumes(buffer: Int, cancellation: Cancellation) throws(DetectionError) -> (pr: Double, roc: Double) {
        var (pr, roc) = (0.0, 0.0)
        var soft = [Double](repeating: 0, count: rowCount)
        for width in 0...buffer {
            if cancellation.isCancelled { throw .cancelled }
            let areas = areas(width: width, soft: &soft)
            pr += areas.pr
            roc += areas.roc
        }
        return (pr / Double(buffer + 1), roc / Double(buffer + 1))
    }

    private func areas(width: Int, soft: inout [Double]) -> (pr: Double, roc: Double) {
        let softSums = softSums(width: width, soft: &soft)
        let zones = zones(width: width)
        var reached = [Double](repeating: 0, count: Self.thresholdCount)
        for zone in zones { reached[zone.lazy.map { firstThreshold[$0] }.min() ?? 0] += 1 }
        var (pr, roc, zonesReached, softSum) = (0.0, 0.0, 0.0, 0.0)
        var (lastTPR, lastFPR) = (0.0, 0.0)
        for index in 0..<Self.thresholdCount {
            zonesReached += reached[index]
            softSum += softSums[index]
            let truePositives = predictedLabelled[index] + softSum
            let mass = (labelled + labelled + softSum) / 2
            let tpr = min(truePositives / mass, 1) * zonesReached / Double(zones.count)
            let fpr = (predicted[index] - truePositives) / (Double(rowCount) - mass)
            pr += (tpr - lastTPR) * truePositives / predicted[index]
            roc += (fpr - lastFPR) * (tpr + lastTPR) / 2
            (lastTPR, lastFPR) = (tpr, fpr)
        }
        roc += (1 - lastFPR) * (1 + lastTPR) / 2
        return (pr, roc)
    }

    /// Soft label mass outside the segments, by the first threshold that its row reaches.
    private func softSums(width: Int, soft: inout [Double]) -> [Double] {
        let reach = width / 2
        var touched: [Int] = []
        func add(_ row: Int, _ distance: Int) {
            guard row >= 0, row < rowCount, !labels[row] else { return }
            if soft[row] == 0 { touched.append(row) }
            soft[row] += (1 - Double(distance) / Double(width)).squareRoot()
        }
        if reach > 0 {
            for segment in segments {
                for distance in 1...reach {
                    add(segment.upperBound + distance, distance)
                    add(segment.lowerBound - distance, distance)
                }
            }
        }
        var sums = [Double](repeating: 0, count: Self.thresholdCount)
        for row in touched {
            sums[firstThreshold[row]] += min(1, soft[row])
            soft[row] = 0
        }
        return sums
    }

    /// Segments widened by half the width, joined where they touch.
    private func zones(width: Int) -> [ClosedRange<Int>] {
        var zones: [ClosedRange<Int>] = []
        for segment in segments {
            let zone = max(0, segment.lowerBound - width / 2)...min(rowCount - 1, segment.upperBound + width / 2)
            if let last = zones.last, zone.lowerBound <= last.upperBound + 1 {
                zones[zones.count - 1] = last.lowerBound...max(last.upperBound, zone.upperBound)
            } else {
                zones.append(zone)
            }
        }
        return zones
    }
}
