import CKernels

/// Multi-head scaled dot-product self-attention (Vaswani et al., 2017) over the tokens of each window.
///
/// - Input and output `[batch, tokens, width]`; queries, keys and values are one product to
///   `[batch, tokens, 3 · width]`.
/// - Cost: 8 · batch · tokens · width² + 4 · batch · tokens² · width operations forward, twice that backward.
struct SelfAttention {
    let width: Int
    let headCount: Int
    let projection: Linear
    let output: Linear

    init(_ name: String, width: Int, headCount: Int, layout: inout ParameterLayout) {
        precondition(width % headCount == 0, "the width must be a multiple of the number of heads")
        self.width = width
        self.headCount = headCount
        projection = Linear(name + ".projection", inputSize: width, outputSize: 3 * width, layout: &layout)
        output = Linear(name + ".output", inputSize: width, outputSize: width, layout: &layout)
    }

    private var headSize: Int { width / headCount }
    private var scale: Float { 1 / Float(headSize).squareRoot() }

    /// What forward keeps for backward.
    final class Memory {
        let projected: FloatBuffer
        let attention: FloatBuffer
        let mixed: FloatBuffer
        let projectedGradient: FloatBuffer
        let mixedGradient: FloatBuffer
        let attentionGradient: FloatBuffer

        init(_ layer: SelfAttention, batch: Int, tokens: Int) {
            let rows = batch * tokens
            projected = FloatBuffer(count: rows * 3 * layer.width)
            attention = FloatBuffer(count: rows * layer.headCount * tokens)
            mixed = FloatBuffer(count: rows * layer.width)
            projectedGradient = FloatBuffer(count: rows * 3 * layer.width)
            mixedGradient = FloatBuffer(count: rows * layer.width)
            attentionGradient = FloatBuffer(count: tokens * tokens)
        }
    }

    func forward(_ weights: Weights, _ x: Floats, into y: Floats, memory: Memory, batch: Int, tokens: Int) {
        projection.forward(weights, x, into: memory.projected.base, rows: batch * tokens)
        for window in 0..<batch {
            for head in 0..<headCount {
                let queries = memory.projected.base + window * tokens * 3 * width + head * headSize
                let map = memory.attention.base + (window * headCount + head) * tokens * tokens
                multiply(
                    .none, .transposed, rows: tokens, columns: tokens, inner: headSize, queries, stride: 3 * width,
                    queries + width, stride: 3 * width, beta: 0, map, stride: tokens)
                ok_softmax(map, scale, tokens, tokens)
                multiply(
                    .none, .none, rows: tokens, columns: headSize, inner: tokens, map, stride: tokens, queries + 2 * width,
                    stride: 3 * width, beta: 0, memory.mixed.base + window * tokens * width + head * headSize, stride: width)
            }
        }
        output.forward(weights, memory.mixed.base, into: y, rows: batch * tokens)
    }

    func backward(_ weights: Weights, x: Floats, dy: Floats, dx: Floats, memory: Memory, batch: Int, tokens: Int) {
        output.backward(weights, x: memory.mixed.base, dy: dy, dx: memory.mixedGradient.base, rows: batch * tokens)
        for window in 0..<batch {
            for head in 0..<headCount { backwardHead(window: window, head: head, memory: memory, tokens: tokens) }
        }
        projection.backward(weights, x: x, dy: memory.projectedGradient.base, dx: dx, rows: batch * tokens)
    }

    private func backwardHead(window: Int, head: Int, memory: Memory, tokens: Int) {
        let start = window * tokens * 3 * width + head * headSize
        let queries = memory.projected.base + start
        let dQueries = memory.projectedGradient.base + start
        let map = memory.attention.base + (window * headCount + head) * tokens * tokens
        let dMixed = memory.mixedGradient.base + window * tokens * width + head * headSize
        let dMap = memory.attentionGradient.base
        multiply(
            .none, .transposed, rows: tokens, columns: tokens, inner: headSize, dMixed, stride: width, queries + 2 * width,
            stride: 3 * width, beta: 0, dMap, stride: tokens)
        multiply(
            .transposed, .none, rows: tokens, columns: headSize, inner: tokens, map, stride: tokens, dMixed, stride: width,
            beta: 0, dQueries + 2 * width, stride: 3 * width)
        ok_softmax_backward(map, dMap, scale, tokens, tokens)
        multiply(
            .none, .none, rows: tokens, columns: headSize, inner: tokens, dMap, stride: tokens, queries + width,
            stride: 3 * width, beta: 0, dQueries, stride: 3 * width)
        multiply(
            .transposed, .none, rows: tokens, columns: headSize, inner: tokens, dMap, stride: tokens, queries,
            stride: 3 * width, beta: 0, dQueries + width, stride: 3 * width)
    }
}
