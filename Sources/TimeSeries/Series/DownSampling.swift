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

    /// Whether the stretch held only gaps.
    public var isGap: Bool { low.isNaN }
}

/// `rows` of `values` in `count` equal stretches, each reduced to its extent, so that no spike is lost
/// at any zoom. Fewer rows than stretches repeat rows; NaN values are passed over.
public func extents(of values: [Double], rows: Range<Int>, count: Int) -> [Extent] {
    extents(of: values, rows: rows, count: count, lanes: SIMD8<Double>.self)
}

/// The same of single-precision values.
public func extents(of values: [Float], rows: Range<Int>, count: Int) -> [Extent] {
    extents(of: values, rows: rows, count: count, lanes: SIMD16<Float>.self)
}

/// Vectors go through a stretch as far as they fit, single values through its rest. A comparison with NaN is false, so
/// gaps never become a lowest or highest value.
private func extents<Lanes: SIMD & BitwiseCopyable>(
    of values: [Lanes.Scalar], rows: Range<Int>, count: Int, lanes: Lanes.Type
) -> [Extent] where Lanes.Scalar: BinaryFloatingPoint {
    guard count > 0, !rows.isEmpty else { return [] }
    return values.withUnsafeBytes { bytes in
        (0..<count).map { column in
            let stretch = stretch(column, of: count, in: rows)
            let end = min(stretch.upperBound, values.count)
            var row = stretch.lowerBound
            var (lows, highs) = (Lanes(repeating: .infinity), Lanes(repeating: -.infinity))
            while row + Lanes.scalarCount <= end {
                let next = bytes.loadUnaligned(fromByteOffset: row * MemoryLayout<Lanes.Scalar>.stride, as: Lanes.self)
                lows.replace(with: next, where: next .< lows)
                highs.replace(with: next, where: next .> highs)
                row += Lanes.scalarCount
            }
            var (low, high) = (lows.min(), highs.max())
            while row < end {
                let value = values[row]
                if value < low { low = value }
                if value > high { high = value }
                row += 1
            }
            return low <= high ? Extent(low: Double(low), high: Double(high)) : Extent(low: .nan, high: .nan)
        }
    }
}

/// The rows of one of `count` equal stretches; at least one.
private func stretch(_ column: Int, of count: Int, in rows: Range<Int>) -> Range<Int> {
    let start = rows.lowerBound + column * rows.count / count
    return start..<max(start + 1, rows.lowerBound + (column + 1) * rows.count / count)
}

/// The median of each of `count` equal stretches of `rows`, each widened on both sides to at least `width` rows, so that
/// it tells the level rather than the place within a period. NaN where a stretch itself holds no value.
///
/// Of more than 127 values in a stretch as many are taken, evenly spread: their median lies within five hundredths of the
/// middle rank in two cases of three, which is less than a dot of the plots, and its cost does not grow with the rows.
public func levels(of values: [Double], rows: Range<Int>, count: Int, width: Int) -> [Double] {
    guard count > 0, !rows.isEmpty else { return [] }
    let most = 127
    var taken: [Double] = []
    taken.reserveCapacity(most)
    return (0..<count).map { column in
        let stretch = stretch(column, of: count, in: rows)
        let missing = max(0, width - stretch.count)
        let wide = max(0, stretch.lowerBound - missing / 2)..<min(values.count, stretch.upperBound + missing - missing / 2)
        guard !wide.isEmpty else { return .nan }
        taken.removeAll(keepingCapacity: true)
        let picks = min(wide.count, most)
        for pick in 0..<picks {
            let value = values[wide.lowerBound + (2 * pick + 1) * wide.count / (2 * picks)]
            if !value.isNaN { taken.append(value) }
        }
        guard !taken.isEmpty else { return .nan }
        taken.sort()
        return taken[taken.count / 2]
    }
}
