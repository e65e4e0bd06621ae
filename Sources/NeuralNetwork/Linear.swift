import CKernels

/// An affine map of rows: `y = x · Wᵀ + b`.
///
/// - Input `[rows, inputSize]`, output `[rows, outputSize]`, weight `[outputSize, inputSize]`.
/// - Cost: 2 · rows · inputSize · outputSize operations forward, twice that backward.
struct Linear {
    let inputSize: Int
    let outputSize: Int
    let weight: Int
    let bias: Int

    init(_ name: String, inputSize: Int, outputSize: Int, layout: inout ParameterLayout) {
        self.inputSize = inputSize
        self.outputSize = outputSize
        weight = layout.add(name + ".weight", [outputSize, inputSize])
        bias = layout.add(name + ".bias", [outputSize])
    }

    func forward(_ weights: Weights, _ x: Floats, into y: Floats, rows: Int) {
        ok_fill_rows(y, weights.values + bias, rows, outputSize)
        multiply(
            .none, .transposed, rows: rows, columns: outputSize, inner: inputSize, x, stride: inputSize,
            weights.values + weight, stride: inputSize, beta: 1, y, stride: outputSize)
    }

    /// Accumulates the weights' gradients, and writes the input's to `dx` where it is wanted.
    func backward(_ weights: Weights, x: Floats, dy: Floats, dx: Floats?, rows: Int) {
        ok_add_column_sums(dy, weights.gradients + bias, rows, outputSize)
        multiply(
            .transposed, .none, rows: outputSize, columns: inputSize, inner: rows, dy, stride: outputSize, x,
            stride: inputSize, beta: 1, weights.gradients + weight, stride: inputSize)
        guard let dx else { return }
        multiply(
            .none, .none, rows: rows, columns: inputSize, inner: outputSize, dy, stride: outputSize,
            weights.values + weight, stride: inputSize, beta: 0, dx, stride: inputSize)
    }
}
