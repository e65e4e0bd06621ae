import CKernels

/// One pre-norm encoder layer: `x + attention(norm(x))`, then `x + feedForward(norm(x))` with GELU
/// (Xiong et al., 2020, for the order of the norms). Input and output `[batch, tokens, width]`.
struct TransformerLayer {
    let width: Int
    let feedForwardSize: Int
    let attentionNorm: LayerNorm
    let attention: SelfAttention
    let feedForwardNorm: LayerNorm
    let expand: Linear
    let contract: Linear

    init(_ name: String, width: Int, headCount: Int, feedForwardSize: Int, layout: inout ParameterLayout) {
        self.width = width
        self.feedForwardSize = feedForwardSize
        attentionNorm = LayerNorm(name + ".attention_norm", size: width, layout: &layout)
        attention = SelfAttention(name + ".attention", width: width, headCount: headCount, layout: &layout)
        feedForwardNorm = LayerNorm(name + ".feed_forward_norm", size: width, layout: &layout)
        expand = Linear(name + ".expand", inputSize: width, outputSize: feedForwardSize, layout: &layout)
        contract = Linear(name + ".contract", inputSize: feedForwardSize, outputSize: width, layout: &layout)
    }

    /// What forward keeps for backward, and room for gradients.
    final class Memory {
        let attentionNorm: LayerNorm.Memory
        let attention: SelfAttention.Memory
        let feedForwardNorm: LayerNorm.Memory
        /// What attention reads, the sum after it and what the feed-forward part reads, `[batch, tokens, width]`.
        let normedForAttention: FloatBuffer, middle: FloatBuffer, normedForFeedForward: FloatBuffer
        /// Before GELU, after it, and its slope, `[batch, tokens, feedForwardSize]`.
        let expanded: FloatBuffer, activated: FloatBuffer, slope: FloatBuffer
        /// `[batch, tokens, width]`.
        let output: FloatBuffer
        let widthGradient: FloatBuffer
        let expandedGradient: FloatBuffer
        private let isTrained: Bool

        init(_ layer: TransformerLayer, batch: Int, tokens: Int, isTrained: Bool) {
            let rows = batch * tokens
            func wide() -> FloatBuffer { FloatBuffer(count: rows * layer.width) }
            func expandedSize() -> FloatBuffer { FloatBuffer(count: rows * layer.feedForwardSize) }
            let none = FloatBuffer(count: 0)
            self.isTrained = isTrained
            attentionNorm = LayerNorm.Memory(rows: rows, size: layer.width, isTrained: isTrained)
            attention = SelfAttention.Memory(layer.attention, batch: batch, tokens: tokens, isTrained: isTrained)
            feedForwardNorm = LayerNorm.Memory(rows: rows, size: layer.width, isTrained: isTrained)
            (normedForAttention, middle, normedForFeedForward) = (wide(), wide(), wide())
            (expanded, activated, slope) = (expandedSize(), expandedSize(), isTrained ? expandedSize() : none)
            output = wide()
            widthGradient = isTrained ? wide() : none
            expandedGradient = isTrained ? expandedSize() : none
        }

        /// GELU's slope where backward will ask for it.
        func slope(rows: Int, columns: Int) -> Matrix? { isTrained ? slope.matrix(rows: rows, columns: columns) : nil }
    }

    /// What the layer's attention works with: queries, keys and values of `norm(x)`, `[batch · tokens, 3 · width]`.
    /// - Parameters:
    ///   - x: `[batch · tokens, width]`.
    ///   - wanted: tokens whose answer is wanted, or `nil` for all; others get no query.
    func project(_ weights: FloatBuffer, _ x: Matrix, wanted: [Int]? = nil, memory: Memory) -> Matrix {
        let normed = memory.normedForAttention.matrix(rows: x.rows, columns: width)
        attentionNorm.forward(weights, x, into: normed, memory: memory.attentionNorm)
        return attention.project(weights, normed, wanted: wanted, memory: memory.attention)
    }

    /// The layer's answer for the wanted tokens of `x`, `[batch, tokens, width]`, of which `projected` was made.
    /// - Parameter keepsMaps: whether memory keeps how strongly tokens look at each other.
    /// - Returns: `memory.output`, `[batch · wanted, width]`.
    func forward(
        _ weights: FloatBuffer, _ x: TokenRows, projected: TokenRows, keepsMaps: Bool, memory: Memory
    ) -> Matrix {
        let rows = x.rows
        func wide(_ buffer: FloatBuffer) -> Matrix { buffer.matrix(rows: rows, columns: width) }
        let (middle, output) = (wide(memory.middle), wide(memory.output))
        // middle = x + attention(norm(x))
        x.add(bias: weights[attention.output.bias], into: middle)
        attention.forward(weights, projected, keepsMaps: keepsMaps, addingTo: middle, memory: memory.attention)
        // output = middle + contract(gelu(expand(norm(middle))))
        let forFeedForward = wide(memory.normedForFeedForward)
        let expanded = memory.expanded.matrix(rows: rows, columns: feedForwardSize)
        let activated = memory.activated.matrix(rows: rows, columns: feedForwardSize)
        feedForwardNorm.forward(weights, middle, into: forFeedForward, memory: memory.feedForwardNorm)
        expand.forward(weights, forFeedForward, into: expanded)
        let slope = memory.slope(rows: rows, columns: feedForwardSize)
        ok_gelu(expanded.base, activated.base, slope?.base, rows * feedForwardSize)
        TokenRows(own: middle, tokens: rows).add(bias: weights[contract.bias], into: output)
        multiply(activated, weights[contract.weight].transposed, addingTo: output)
        return output
    }

    /// Adds the parameters' gradients to `gradients` and turns the output's gradient in `d`,
    /// `[batch · tokens, width]`, into the input's, in place.
    func backward(_ weights: FloatBuffer, gradients: FloatBuffer, gradient d: Matrix, memory: Memory) {
        func wide(_ buffer: FloatBuffer) -> Matrix { buffer.matrix(rows: d.rows, columns: width) }
        func expanded(_ buffer: FloatBuffer) -> Matrix { buffer.matrix(rows: d.rows, columns: feedForwardSize) }
        let (dWide, dExpanded) = (wide(memory.widthGradient), expanded(memory.expandedGradient))
        // forward: output = middle + contract(gelu(expand(norm(middle))))
        contract.backward(weights, gradients: gradients, x: expanded(memory.activated), dy: d, dx: dExpanded)
        scale(dExpanded, by: expanded(memory.slope))
        expand.backward(weights, gradients: gradients, x: wide(memory.normedForFeedForward), dy: dExpanded, dx: dWide)
        feedForwardNorm.backward(weights, gradients: gradients, dy: dWide, addingTo: d, memory: memory.feedForwardNorm)
        // forward: middle = x + attention(norm(x))
        attention.backward(
            weights, gradients: gradients, x: wide(memory.normedForAttention), dy: d, dx: dWide, memory: memory.attention)
        attentionNorm.backward(weights, gradients: gradients, dy: dWide, addingTo: d, memory: memory.attentionNorm)
    }
}
