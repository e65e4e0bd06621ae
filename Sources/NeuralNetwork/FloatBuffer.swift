/// A pointer to dense rows of single-precision numbers.
typealias Floats = UnsafeMutablePointer<Float>

/// A block of zero-initialised floats on a cache-line boundary that lives as long as its owner.
///
/// `@unchecked Sendable`: the memory is reached by one thread at a time, or only read while shared,
/// which the trainer's and scorer's fork and join guarantee.
public final class FloatBuffer: @unchecked Sendable {
    /// Number of floats.
    public let count: Int
    let base: Floats

    /// Allocates `count` zeros.
    public init(count: Int) {
        self.count = count
        let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
        base = raw.bindMemory(to: Float.self, capacity: max(count, 1))
        base.update(repeating: 0, count: count)
    }

    deinit { base.deallocate() }

    /// The numbers as an array.
    public var array: [Float] {
        get { Array(UnsafeBufferPointer(start: base, count: count)) }
        set {
            precondition(newValue.count == count, "a buffer keeps its length")
            newValue.withUnsafeBufferPointer { base.update(from: $0.baseAddress.unsafelyUnwrapped, count: count) }
        }
    }
}
