/// What a parameter holds before training.
public enum Initialisation: Sendable, Equatable {
    /// Equal parts of the tensor, one after the other, each full of one number.
    case parts([Float])
    /// Drawn evenly from `-bound...bound`.
    case uniform(bound: Float)

    /// Zeros.
    public static let zeros = parts([0])
    /// Ones.
    public static let ones = parts([1])

    /// Drawn evenly from `±1/√inputCount`, for weights that sum over `inputCount` values.
    public static func uniform(inputCount: Int) -> Initialisation { .uniform(bound: 1 / Float(inputCount).squareRoot()) }
}

/// Where a layer finds one of its parameters in a block of values or of gradients.
public struct Parameter: Sendable {
    /// Its first element in the block.
    public let offset: Int
    /// Its rows; 1 for a vector.
    public let rows: Int
    /// Its columns.
    public let columns: Int
}

/// Names, shapes, places and beginnings of a network's parameters, which lie in one flat block in the order in
/// which layers add them.
public struct ParameterLayout: Sendable, Equatable {
    /// One named tensor.
    struct Entry: Sendable, Equatable {
        /// The tensor's name, as model files call it.
        let name: String
        /// Its dimensions, row-major.
        let shape: [Int]
        /// Its first element in the block.
        let offset: Int
        /// What it holds before training.
        let initialisation: Initialisation
        /// Number of elements.
        var count: Int { shape.reduce(1, *) }
    }

    /// The tensors in block order.
    private(set) var entries: [Entry] = []
    /// Number of floats in the block.
    private(set) var count = 0

    /// No parameters yet.
    public init() {}

    /// Adds a vector of `size` numbers.
    public mutating func add(vector name: String, _ size: Int, _ initialisation: Initialisation) -> Parameter {
        Parameter(offset: add(name, [size], initialisation), rows: 1, columns: size)
    }

    /// Adds a matrix `[rows, columns]`.
    public mutating func add(matrix name: String, _ rows: Int, _ columns: Int, _ initialisation: Initialisation) -> Parameter {
        Parameter(offset: add(name, [rows, columns], initialisation), rows: rows, columns: columns)
    }

    private mutating func add(_ name: String, _ shape: [Int], _ initialisation: Initialisation) -> Int {
        let entry = Entry(name: name, shape: shape, offset: count, initialisation: initialisation)
        entries.append(entry)
        count += entry.count
        return entry.offset
    }
}
