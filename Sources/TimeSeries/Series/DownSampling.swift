/// The smallest and largest value of a stretch of rows; both NaN where the stretch holds only gaps.
public struct Extent: Sendable, Equatable {
    /// Smallest value.
    public var low: Double
    /// Largest value.
    public var high: Double

    /// Makes an extent.
    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }
}

/// `rows` of `values` in `count` equal stretches, each reduced to its extent, so that no spike is lost
/// at any zoom. Fewer rows than stretches repeat rows; NaN values are passed over.
public func extents<Value: BinaryFloatingPoint>(of values: [Value], rows: Range<Int>, count: Int) -> [Extent] {
    guard count > 0, !rows.isEmpty else { return [] }
    return (0..<count).map { column in
        let start = rows.lowerBound + column * rows.count / count
        let end = max(start + 1, rows.lowerBound + (column + 1) * rows.count / count)
        var (low, high) = (Value.infinity, -Value.infinity)
        for index in start..<min(end, values.count) {
            let value = values[index]
            if value < low { low = value }
            if value > high { high = value }
        }
        return low <= high ? Extent(low: Double(low), high: Double(high)) : Extent(low: .nan, high: .nan)
    }
}
