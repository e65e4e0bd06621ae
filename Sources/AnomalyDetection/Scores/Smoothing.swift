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
