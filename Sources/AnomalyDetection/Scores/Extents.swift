import CScores

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
public func extents<Value: PlottedValue>(of values: [Value], rows: Range<Int>, count: Int) -> [Extent] {
    guard count > 0, !rows.isEmpty else { return [] }
    return values.withUnsafeBufferPointer { values in
        (0..<count).map { column in
            let stretch = stretch(column, of: count, in: rows)
            let (low, high) = Value.extent(of: values, stretch.lowerBound..<min(stretch.upperBound, values.count))
            return Extent(low: low, high: high, orGap: ())
        }
    }
}

/// The extents of every 64 values, from which those of any stretch are had without going through its rows: the same as
/// `extents(of:rows:count:)` gives. Cost: one pass to make, about a thirtieth of the memory of the values.
public struct ExtentBlocks<Value: PlottedValue>: Sendable, Equatable {
    /// What they are the extents of.
    public private(set) var values: [Value]
    /// The highest value of each block, in order; infinite and negative where it holds only gaps.
    public private(set) var highs: [Value]
    private var lows: [Value]
    /// Rows in a block: the fewest over which errors are averaged (`Recipe`), so that the highest of neighbours differ.
    static var length: Int { 64 }

    /// Goes through all values once.
    public init(_ values: [Value]) {
        self.values = values
        let count = (values.count + Self.length - 1) / Self.length
        var lows = [Value](repeating: 0, count: count), highs = lows
        values.withUnsafeBufferPointer { Value.extents(of: $0, block: Self.length, lows: &lows, highs: &highs) }
        (self.lows, self.highs) = (lows, highs)
    }

    /// Puts values in place of those from `first` on, as many or more. Cost: the new values and those of one block.
    public mutating func replace(from first: Int, with new: [Value]) {
        precondition(first + new.count >= values.count, "values are replaced to the end, and none goes")
        values.removeLast(values.count - first)
        values += new
        let block = first / Self.length
        let count = (values.count + Self.length - 1) / Self.length
        var lows = [Value](repeating: 0, count: count - block), highs = lows
        values.withUnsafeBufferPointer {
            let rest = UnsafeBufferPointer(rebasing: $0[(block * Self.length)...])
            Value.extents(of: rest, block: Self.length, lows: &lows, highs: &highs)
        }
        self.lows.removeLast(self.lows.count - block)
        self.highs.removeLast(self.highs.count - block)
        self.lows += lows
        self.highs += highs
    }

    /// The block that holds a row; behind the last row as many as there are.
    func block(ofRow row: Int) -> Int { min(row / Self.length, highs.count) }

    /// The rows of a block.
    public func rows(ofBlock block: Int) -> Range<Int> {
        block * Self.length..<min((block + 1) * Self.length, values.count)
    }

    /// `rows` in `count` equal stretches, each reduced to its extent.
    public func extents(rows: Range<Int>, count: Int) -> [Extent] {
        guard count > 0, !rows.isEmpty else { return [] }
        return values.withUnsafeBufferPointer { values in
            (0..<count).map { column in
                let stretch = stretch(column, of: count, in: rows)
                let end = min(stretch.upperBound, values.count)
                let (first, last) = ((stretch.lowerBound + Self.length - 1) / Self.length, end / Self.length)
                guard first < last else {
                    let (low, high) = Value.extent(of: values, stretch.lowerBound..<end)
                    return Extent(low: low, high: high, orGap: ())
                }
                let parts = [
                    Value.extent(of: values, stretch.lowerBound..<(first * Self.length)),
                    Value.extent(of: values, (last * Self.length)..<end),
                ]
                let low = lows.withUnsafeBufferPointer { Value.extent(of: $0, first..<last).low }
                let high = highs.withUnsafeBufferPointer { Value.extent(of: $0, first..<last).high }
                return Extent(
                    low: min(low, parts[0].low, parts[1].low), high: max(high, parts[0].high, parts[1].high), orGap: ())
            }
        }
    }
}

/// A number of which plots are made, in single or double precision.
public protocol PlottedValue: BinaryFloatingPoint, Sendable {
    /// Writes the lowest and the highest value of every block of values; the lowest is infinite and the highest its negative
    /// where there are none.
    static func extents(
        of values: UnsafeBufferPointer<Self>, block: Int, lows: UnsafeMutablePointer<Self>, highs: UnsafeMutablePointer<Self>)
}

extension PlottedValue {
    /// The lowest and the highest of some values.
    fileprivate static func extent(of values: UnsafeBufferPointer<Self>, _ rows: Range<Int>) -> (low: Self, high: Self) {
        var (low, high) = (Self.infinity, -Self.infinity)
        extents(of: UnsafeBufferPointer(rebasing: values[rows]), block: rows.count, lows: &low, highs: &high)
        return (low, high)
    }
}

extension Double: PlottedValue {
    public static func extents(
        of values: UnsafeBufferPointer<Double>, block: Int, lows: UnsafeMutablePointer<Double>,
        highs: UnsafeMutablePointer<Double>
    ) { ok_double_extents(values.baseAddress, values.count, block, lows, highs) }
}

extension Float: PlottedValue {
    public static func extents(
        of values: UnsafeBufferPointer<Float>, block: Int, lows: UnsafeMutablePointer<Float>, highs: UnsafeMutablePointer<Float>
    ) { ok_float_extents(values.baseAddress, values.count, block, lows, highs) }
}

extension Extent {
    /// From the lowest to the highest value, or a gap where the lowest is above the highest since there was none.
    fileprivate init<Value: BinaryFloatingPoint>(low: Value, high: Value, orGap: Void) {
        self = low <= high ? Extent(low: Double(low), high: Double(high)) : Extent(low: .nan, high: .nan)
    }
}

/// The rows of one of `count` equal stretches; at least one.
private func stretch(_ column: Int, of count: Int, in rows: Range<Int>) -> Range<Int> {
    let start = rows.lowerBound + column * rows.count / count
    return start..<max(start + 1, rows.lowerBound + (column + 1) * rows.count / count)
}
