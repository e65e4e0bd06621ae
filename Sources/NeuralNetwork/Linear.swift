/// An affine map of rows: `y = x · Wᵀ + b`.
///
/// - Input `[rows, inputSize]`, output `[rows, outputSize]`, weight `[outputSize, inputSize]`.
/// - Cost: 2 · rows · inputSize · outputSize operations forward, twice that backward.
public struct Linear {
    let weight: Parameter
    let bias: Parameter

    /// Adds the parameters to a layout: the weight drawn evenly by its input size, the bias 0.
    public init(_ name: String, inputSize: Int, outputSize: Int, layout: inout ParameterLayout) {
        weight = layout.add(matrix: name + ".weight", outputSize, inputSize, .uniform(inputCount: inputSize))
        bias = layout.add(vector: name + ".bias", outputSize, .zeros)
    }

    /// `x` is `[rows, inputSize]`, `y` `[rows, outputSize]`, or as many columns as there are `outputs` where some are enough.
    public func forward(_ weights: FloatBuffer, _ x: Matrix, outputs: Range<Int>? = nil, into y: Matrix) {
        let outputs = outputs ?? 0..<weight.rows
        setRows(of: y, to: weights[bias].columns(outputs))
        multiply(x, weights[weight].rows(outputs).transposed, addingTo: y)
    }

    /// Adds the parameters' gradients to `gradients`, and writes the input's to `dx` where it is wanted.
    /// `x` and `dx` are `[rows, inputSize]`, `dy` is `[rows, outputSize]`.
    public func backward(_ weights: FloatBuffer, gradients: FloatBuffer, x: Matrix, dy: Matrix, dx: Matrix?) {
        // forward: y = x · Wᵀ + b
        addColumnSums(of: dy, to: gradients[bias])
        multiply(dy.transposed, x, addingTo: gradients[weight])
        if let dx { multiply(dy, weights[weight], into: dx) }
    }
}
