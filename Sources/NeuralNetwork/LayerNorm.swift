import CKernels

/// Normalises every row to mean 0 and variance 1, then applies a learned gain and bias
/// (Ba, Kiros and Hinton, 2016). Input and output `[rows, size]`; epsilon 1e-5 as in PyTorch.
struct LayerNorm {
    let size: Int
    let gain: Int
    let bias: Int

    init(_ name: String, size: Int, layout: inout ParameterLayout) {
        self.size = size
        gain = layout.add(name + ".gain", [size])
        bias = layout.add(name + ".bias", [size])
    }

    /// What forward keeps for backward.
    final class Memory {
        let normalised: FloatBuffer
        let inverseDeviation: FloatBuffer

        init(rows: Int, size: Int) {
            normalised = FloatBuffer(count: rows * size)
            inverseDeviation = FloatBuffer(count: rows)
        }
    }

    func forward(_ weights: Weights, _ x: Floats, into y: Floats, memory: Memory, rows: Int) {
        ok_layer_norm(
            x, weights.values + gain, weights.values + bias, y, memory.normalised.base, memory.inverseDeviation.base, rows,
            size, 1e-5)
    }

    /// Adds the input's gradient to `dx`.
    func backward(_ weights: Weights, dy: Floats, addingTo dx: Floats, memory: Memory, rows: Int) {
        ok_layer_norm_backward(
            dy, weights.values + gain, memory.normalised.base, memory.inverseDeviation.base, dx, weights.gradients + gain,
            weights.gradients + bias, rows, size)
    }
}
