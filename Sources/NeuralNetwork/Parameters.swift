/// The trained numbers of one network.
///
/// `@unchecked Sendable`: `values` is written by the initialisers alone, before anybody else can hold it.
public struct Parameters: @unchecked Sendable {
    /// The network they belong to.
    public let architecture: Architecture
    /// Names and places of the tensors in `values`.
    let layout: ParameterLayout
    /// All tensors in layout order; never written to.
    let values: FloatBuffer

    /// Random initial values that depend on `seed` alone. Each layer says where its parameters begin.
    public init(_ architecture: Architecture, seed: UInt64) {
        self.architecture = architecture
        layout = architecture.sizes.layout
        values = FloatBuffer(count: layout.count)
        var random = Xorshift(seed: seed)
        for entry in layout.entries {
            let target = values.base + entry.offset
            switch entry.initialisation {
            case .parts(let numbers):
                let size = entry.count / numbers.count
                for (part, number) in numbers.enumerated() { (target + part * size).update(repeating: number, count: size) }
            case .uniform(let bound):
                for index in 0..<entry.count { target[index] = bound * random.next() }
            }
        }
    }

    /// Takes the values of named tensors; others are left aside. `file` is the name used in messages.
    /// - Throws: `ModelFileError.tensors` when a tensor is missing or has another shape, `.notFinite` when one holds
    ///   NaN or infinity.
    public init(_ architecture: Architecture, tensors: [String: Tensor], file: String) throws(ModelFileError) {
        self.architecture = architecture
        layout = architecture.sizes.layout
        values = FloatBuffer(count: layout.count)
        for entry in layout.entries {
            guard let tensor = tensors[entry.name], tensor.shape == entry.shape else {
                throw .tensors(file: file, name: entry.name, expected: entry.shape)
            }
            guard tensor.values.allSatisfy(\.isFinite) else { throw .notFinite(file: file, name: entry.name) }
            for (index, value) in tensor.values.enumerated() { values.base[entry.offset + index] = value }
        }
    }

    /// Takes a copy of `values`, which follow the layout of `other`.
    init(like other: Parameters, values: FloatBuffer) {
        precondition(values.count == other.values.count, "values follow the layout")
        architecture = other.architecture
        layout = other.layout
        self.values = FloatBuffer(copying: values)
    }

    /// The tensors by name.
    public var tensors: [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for entry in layout.entries {
            let values = UnsafeBufferPointer(start: values.base + entry.offset, count: entry.count)
            tensors[entry.name] = Tensor(shape: entry.shape, values: Array(values))
        }
        return tensors
    }

    /// Number of trained numbers.
    var count: Int { layout.count }
}

/// Numbers drawn evenly from -1..<1 (Marsaglia, 2003, with shifts 13, 7 and 17 over 64 bits).
struct Xorshift {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        for _ in 0..<8 { _ = next() }
    }

    mutating func next() -> Float {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Float(state >> 40) * 0x1p-23 - 1
    }
}

/// A dense array of numbers in row-major order.
public struct Tensor: Sendable, Equatable {
    /// Its dimensions.
    public var shape: [Int]
    /// Its values; their number is the product of the dimensions.
    public var values: [Float]

    /// Makes a tensor.
    public init(shape: [Int], values: [Float]) {
        precondition(shape.reduce(1, *) == values.count, "a tensor's values fill its shape")
        self.shape = shape
        self.values = values
    }
}
