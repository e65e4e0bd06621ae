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
        let normedForAttention: FloatBuffer
        let middle: FloatBuffer
        let normedForFeedForward: FloatBuffer
        let expanded: FloatBuffer
        let activated: FloatBuffer
        let slope: FloatBuffer
        let output: FloatBuffer
        let widthGradient: FloatBuffer
        let expandedGradient: FloatBuffer

        init(_ layer: TransformerLayer, batch: Int, tokens: Int) {
            let rows = batch * tokens
            func wide() -> FloatBuffer { FloatBuffer(count: rows * layer.width) }
            func expandedSize() -> FloatBuffer { FloatBuffer(count: rows * layer.feedForwardSize) }
            attentionNorm = LayerNorm.Memory(rows: rows, size: layer.width)
            attention = SelfAttention.Memory(layer.attention, batch: batch, tokens: tokens)
            feedForwardNorm = LayerNorm.Memory(rows: rows, size: layer.width)
            (normedForAttention, middle, normedForFeedForward) = (wide(), wide(), wide())
            (expanded, activated, slope) = (expandedSize(), expandedSize(), expandedSize())
            (output, widthGradient) = (wide(), wide())
            expandedGradient = expandedSize()
        }
    }

    /// The result is `memory.output`.
    func forward(_ weights: Weights, _ x: Floats, memory: Memory, batch: Int, tokens: Int) {
        let rows = batch * tokens
        attentionNorm.forward(weights, x, into: memory.normedForAttention.base, memory: memory.attentionNorm, rows: rows)
        attention.forward(
            weights, memory.normedForAttention.base, into: memory.middle.base, memory: memory.attention, batch: batch,
            tokens: tokens)
        ok_add(memory.middle.base, x, rows * width)
        feedForwardNorm.forward(
            weights, memory.middle.base, into: memory.normedForFeedForward.base, memory: memory.feedForwardNorm, rows: rows)
        expand.forward(weights, memory.normedForFeedForward.base, into: memory.expanded.base, rows: rows)
        ok_gelu(memory.expanded.base, memory.activated.base, memory.slope.base, rows * feedForwardSize)
        contract.forward(weights, memory.activated.base, into: memory.output.base, rows: rows)
        ok_add(memory.output.base, memory.middle.base, rows * width)
    }

    /// Turns the output's gradient in `d` into the input's, in place.
    func backward(_ weights: Weights, gradient d: Floats, memory: Memory, batch: Int, tokens: Int) {
        let rows = batch * tokens
        contract.backward(weights, x: memory.activated.base, dy: d, dx: memory.expandedGradient.base, rows: rows)
        ok_multiply(memory.expandedGradient.base, memory.slope.base, rows * feedForwardSize)
        expand.backward(
            weights, x: memory.normedForFeedForward.base, dy: memory.expandedGradient.base, dx: memory.widthGradient.base,
            rows: rows)
        feedForwardNorm.backward(
            weights, dy: memory.widthGradient.base, addingTo: d, memory: memory.feedForwardNorm, rows: rows)
        attention.backward(
            weights, x: memory.normedForAttention.base, dy: d, dx: memory.widthGradient.base, memory: memory.attention,
            batch: batch, tokens: tokens)
        attentionNorm.backward(weights, dy: memory.widthGradient.base, addingTo: d, memory: memory.attentionNorm, rows: rows)
    }
}
