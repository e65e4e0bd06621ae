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
