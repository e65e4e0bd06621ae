/// Where single-precision numbers begin in memory.
public typealias Floats = UnsafeMutablePointer<Float>

/// A block of zero-initialised floats on a cache-line boundary that lives as long as its owner.
public final class FloatBuffer {
    /// Number of floats.
    public let count: Int
    /// The first of them.
    public let base: Floats

    /// Allocates `count` zeros.
    public init(count: Int) {
        self.count = count
        let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
        base = raw.bindMemory(to: Float.self, capacity: max(count, 1))
        base.update(repeating: 0, count: count)
    }

    /// Allocates a copy of another block.
    convenience init(copying other: FloatBuffer) {
        self.init(count: other.count)
        base.update(from: other.base, count: count)
    }

    deinit { base.deallocate() }

    /// The numbers as an array.
    public var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// Overwrites the numbers from `place` on with `values`, for which there is room.
    public func load(_ values: ArraySlice<Float>, at place: Int = 0) {
        precondition(place >= 0 && place + values.count <= count, "what is loaded fits its buffer")
        values.withUnsafeBufferPointer { source in
            if let first = source.baseAddress { (base + place).update(from: first, count: source.count) }
        }
    }
}
