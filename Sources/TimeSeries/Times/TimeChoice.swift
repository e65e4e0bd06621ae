extension TimeNotation {
    /// Leaves of some notations those that read a text too, or all of them where none does.
    ///
    /// ```swift
    /// for text in column where !TimeNotation.settle(&candidates, text) { throw … }
    /// ```
    /// - Returns: whether any reads it.
    package static func settle(
        _ candidates: inout [TimeNotation], _ bytes: UnsafeBufferPointer<UInt8>, decimalComma: Bool = false
    ) -> Bool {
        if candidates.count == 1 { return candidates[0].instant(bytes, decimalComma: decimalComma) != nil }
        let left = candidates.filter { $0.instant(bytes, decimalComma: decimalComma) != nil }
        if !left.isEmpty { candidates = left }
        return !left.isEmpty
    }

    /// Which of several readings of the same rows makes their steps most even.
    ///
    /// What counts is how many steps are the commonest one, months of the calendar being even; where that is the same, which reading
    /// steps in one direction; then which takes the shorter time from its first row to its last. Rows at the time of the row above
    /// count nothing. From the first 20,000 rows.
    ///
    /// - Parameter readings: for each candidate the instants of all rows, in the file's order.
    /// - Returns: the place of the best among `readings`, the first of equals, and whether it is better by evenness or direction, not
    ///   only shorter; `nil` without readings.
    package static func mostEven(_ readings: [[Int64]]) -> (index: Int, isDecisive: Bool)? {
        let scores = readings.map { Evenness($0.prefix(SeriesProfile.rows)) }
        guard let best = scores.indices.max(by: { scores[$0] < scores[$1] || scores[$0] == scores[$1] && $0 > $1 }) else {
            return nil
        }
        let rivals = scores.indices.filter { $0 != best }
        return (best, rivals.allSatisfy { scores[best].isClearlyAbove(scores[$0]) })
    }
}

/// How even the steps between instants are.
private struct Evenness: Comparable {
    /// The share of steps that are the commonest one.
    private var share = 0.0
    /// The share of steps in the direction of most.
    private var direction = 0.0
    private var span: UInt64 = 0

    init(_ instants: ArraySlice<Int64>) {
        guard let (_, count, all) = TimeStep.commonest(of: instants) else { return }
        let rising = instants.adjacentPairs().count { $0 < $1 }
        share = Double(count) / Double(all)
        direction = Double(max(rising, all - rising)) / Double(all)
        if let least = instants.min(), let most = instants.max() { span = (most - least).magnitude }
    }

    static func < (one: Evenness, other: Evenness) -> Bool {
        (one.share, one.direction, other.span) < (other.share, other.direction, one.span)
    }

    func isClearlyAbove(_ other: Evenness) -> Bool {
        share > other.share + 0.05 || share >= other.share && direction > other.direction + 0.05
    }
}
