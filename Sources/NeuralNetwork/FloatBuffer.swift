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

/// Names, shapes and places of a network's parameters in one flat block.
public struct ParameterLayout: Sendable, Equatable {
    /// One named tensor.
    public struct Entry: Sendable, Equatable {
        /// The tensor's name, as model files call it.
        public let name: String
        /// Its dimensions, row-major.
        public let shape: [Int]
        /// Its first element in the block.
        public let offset: Int
        /// Number of elements.
        public var count: Int { shape.reduce(1, *) }
    }

    /// The tensors in block order.
    public private(set) var entries: [Entry] = []
    /// Number of floats in the block.
    public private(set) var count = 0

    /// An empty layout.
    public init() {}

    mutating func add(_ name: String, _ shape: [Int]) -> Int {
        let entry = Entry(name: name, shape: shape, offset: count)
        entries.append(entry)
        count += entry.count
        return entry.offset
    }
}

/// Where a layer finds its weights and leaves their gradients.
struct Weights {
    let values: Floats
    let gradients: Floats
}
