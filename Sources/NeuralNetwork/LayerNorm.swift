import CKernels

/// Normalises every row to mean 0 and variance 1, then applies a learned gain and bias
/// (Ba, Kiros and Hinton, 2016). Input and output `[rows, size]`; epsilon 1e-5 as in PyTorch.
struct LayerNorm {
    let size: Int
    let gain: Parameter
    let bias: Parameter

    init(_ name: String, size: Int, layout: inout ParameterLayout) {
        self.size = size
        gain = layout.add(vector: name + ".gain", size, .ones)
        bias = layout.add(vector: name + ".bias", size, .zeros)
    }

    /// What forward keeps for backward; for scoring alone, nothing.
    final class Memory {
        let isTrained: Bool
        /// The rows before gain and bias, `[rows, size]`.
        let normalised: FloatBuffer
        /// `1 / √(variance + epsilon)` of each row, `[rows]`.
        let inverseDeviation: FloatBuffer

        init(rows: Int, size: Int, isTrained: Bool) {
            self.isTrained = isTrained
            normalised = FloatBuffer(count: isTrained ? rows * size : 0)
            inverseDeviation = FloatBuffer(count: isTrained ? rows : 0)
        }
    }

    /// `x` and `y` are `[rows, size]`.
    func forward(_ weights: FloatBuffer, _ x: Matrix, into y: Matrix, memory: Memory) {
        precondition(x.isDense(y.rows, size) && y.isDense(x.rows, size), "a norm keeps its input's shape")
        let normalised = memory.isTrained ? memory.normalised.matrix(rows: x.rows, columns: size) : nil
        let inverseDeviation = memory.isTrained ? memory.inverseDeviation.matrix(rows: x.rows, columns: 1) : nil
        ok_layer_norm(
            x.base, weights[gain].base, weights[bias].base, y.base, normalised?.base, inverseDeviation?.base, x.rows, size, 1e-5)
    }

    /// Adds the parameters' gradients to `gradients`, and the input's to `dx`; `dy` and `dx` are `[rows, size]`.
    func backward(_ weights: FloatBuffer, gradients: FloatBuffer, dy: Matrix, addingTo dx: Matrix, memory: Memory) {
        // forward: y = gain · (x - mean) · inverseDeviation + bias
        precondition(dy.isDense(dx.rows, size) && dx.isDense(dy.rows, size), "a gradient has its value's shape")
        let normalised = memory.normalised.matrix(rows: dy.rows, columns: size)
        let inverseDeviation = memory.inverseDeviation.matrix(rows: dy.rows, columns: 1)
        ok_layer_norm_backward(
            dy.base, weights[gain].base, normalised.base, inverseDeviation.base, dx.base, gradients[gain].base,
            gradients[bias].base, dy.rows, size)
    }
}
