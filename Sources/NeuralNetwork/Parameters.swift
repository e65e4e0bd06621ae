import Foundation

/// The trained numbers of one network.
public final class Parameters: Sendable {
    /// The network they belong to.
    public let architecture: Architecture
    /// Names and places of the tensors in `values`.
    public let layout: ParameterLayout
    /// All tensors in layout order.
    public let values: FloatBuffer

    /// Random initial values that depend on `seed` alone: uniform within `±1/√fan-in`, as PyTorch draws
    /// them; norms start as the identity and forget gates open (bias 1).
    public init(_ architecture: Architecture, seed: UInt64) {
        self.architecture = architecture
        layout = architecture.layout
        values = FloatBuffer(count: layout.count)
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func uniform() -> Float {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Float(state >> 40) * 0x1p-23 - 1
        }
        for _ in 0..<8 { _ = uniform() }
        for entry in layout.entries {
            let target = values.base + entry.offset
            if entry.name.hasSuffix("gain") {
                target.update(repeating: 1, count: entry.count)
            } else if entry.name.contains("norm") || entry.name.hasSuffix("bias") {
                if entry.name == "encoder.bias" || entry.name == "decoder.bias" {
                    let hidden = entry.count / 4
                    (target + hidden).update(repeating: 1, count: hidden)
                }
            } else {
                let fanIn = entry.shape.count > 1 ? entry.shape[1] : entry.shape[0]
                let bound = 1 / Float(fanIn).squareRoot()
                for index in 0..<entry.count { target[index] = bound * uniform() }
            }
        }
    }

    /// Takes the values of named tensors.
    /// - Throws: `ModelFileError.tensors` when a tensor is missing or has another shape.
    public init(_ architecture: Architecture, tensors: [String: Tensor]) throws(ModelFileError) {
        self.architecture = architecture
        layout = architecture.layout
        values = FloatBuffer(count: layout.count)
        for entry in layout.entries {
            guard let tensor = tensors[entry.name], tensor.shape == entry.shape else {
                throw .tensors(name: entry.name, expected: entry.shape)
            }
            guard tensor.values.allSatisfy(\.isFinite) else { throw .notFinite(name: entry.name) }
            for (index, value) in tensor.values.enumerated() { values.base[entry.offset + index] = value }
        }
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
    public var count: Int { layout.count }
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
