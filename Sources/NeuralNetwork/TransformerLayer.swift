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
        /// The input of wanted tokens where not all are, `[batch, wanted, width]`.
        let wantedInput: FloatBuffer
        let widthGradient: FloatBuffer
        let expandedGradient: FloatBuffer

        init(_ layer: TransformerLayer, batch: Int, tokens: Int, isTrained: Bool) {
            let rows = batch * tokens
            func wide() -> FloatBuffer { FloatBuffer(count: rows * layer.width) }
            func expandedSize() -> FloatBuffer { FloatBuffer(count: rows * layer.feedForwardSize) }
            attentionNorm = LayerNorm.Memory(rows: rows, size: layer.width)
            attention = SelfAttention.Memory(layer.attention, batch: batch, tokens: tokens, isTrained: isTrained)
            feedForwardNorm = LayerNorm.Memory(rows: rows, size: layer.width)
            (normedForAttention, middle, normedForFeedForward) = (wide(), wide(), wide())
            (expanded, activated, slope) = (expandedSize(), expandedSize(), expandedSize())
            output = wide()
            wantedInput = isTrained ? FloatBuffer(count: 0) : wide()
            widthGradient = isTrained ? wide() : FloatBuffer(count: 0)
            expandedGradient = isTrained ? expandedSize() : FloatBuffer(count: 0)
        }
    }

    /// `x` is `[batch · tokens, width]`.
    /// - Parameter wanted: tokens of every window that are answered, or `nil` for all.
    /// - Returns: `memory.output`, `[batch · wanted, width]`.
    func forward(_ weights: FloatBuffer, _ x: Matrix, wanted: [Int]? = nil, memory: Memory) -> Matrix {
        let tokens = memory.attention.tokens
        let rows = wanted.map { x.rows / tokens * $0.count } ?? x.rows
        func wide(_ buffer: FloatBuffer) -> Matrix { buffer.matrix(rows: rows, columns: width) }
        func expanded(_ buffer: FloatBuffer) -> Matrix { buffer.matrix(rows: rows, columns: feedForwardSize) }
        let (middle, output) = (wide(memory.middle), wide(memory.output))
        // middle = x + attention(norm(x))
        let forAttention = memory.normedForAttention.matrix(rows: x.rows, columns: width)
        attentionNorm.forward(weights, x, into: forAttention, memory: memory.attentionNorm)
        attention.forward(weights, forAttention, wanted: wanted, into: middle, memory: memory.attention)
        if let wanted {
            gather(wanted, ofEach: tokens, of: x, into: wide(memory.wantedInput))
            add(wide(memory.wantedInput), to: middle)
        } else {
            add(x, to: middle)
        }
        // output = middle + contract(gelu(expand(norm(middle))))
        let forFeedForward = wide(memory.normedForFeedForward)
        let (activated, slope) = (expanded(memory.activated), expanded(memory.slope))
        feedForwardNorm.forward(weights, middle, into: forFeedForward, memory: memory.feedForwardNorm)
        expand.forward(weights, forFeedForward, into: expanded(memory.expanded))
        ok_gelu(expanded(memory.expanded).base, activated.base, slope.base, rows * feedForwardSize)
        contract.forward(weights, activated, into: output)
        add(middle, to: output)
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
