import CKernels

/// Multi-head scaled dot-product self-attention (Vaswani et al., 2017) over the tokens of each window.
///
/// - Input and output `[batch, tokens, width]`; queries, keys and values are one product to `[batch, tokens, 3 · width]`, so that
///   those of a hidden token, which are the same in every window, can be had once.
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

    /// What forward keeps for backward, and room for gradients.
    final class Memory {
        let tokens: Int
        /// Queries, keys and values, `[batch, tokens, 3 · width]`.
        let projected: FloatBuffer
        /// What wanted tokens are asked with, and their queries, where not all are wanted, `[batch, wanted, width]`.
        let wantedInput: FloatBuffer, wantedQueries: FloatBuffer
        /// How strongly each token looks at each other, `[batch, headCount, tokens, tokens]`.
        let attention: FloatBuffer
        /// The values as the heads mixed them, `[batch, tokens, width]`.
        let mixed: FloatBuffer
        /// For the kernel's work on 16 tokens.
        let scratch: FloatBuffer
        let projectedGradient: FloatBuffer
        let mixedGradient: FloatBuffer
        /// Of one head, `[tokens, tokens]`.
        let attentionGradient: FloatBuffer

        init(_ layer: SelfAttention, batch: Int, tokens: Int, isTrained: Bool) {
            self.tokens = tokens
            let rows = batch * tokens
            projected = FloatBuffer(count: rows * 3 * layer.width)
            wantedInput = FloatBuffer(count: isTrained ? 0 : rows * layer.width)
            wantedQueries = FloatBuffer(count: isTrained ? 0 : rows * layer.width)
            attention = FloatBuffer(count: rows * layer.headCount * tokens)
            mixed = FloatBuffer(count: rows * layer.width)
            scratch = FloatBuffer(count: 16 * (tokens + 2 * layer.headSize))
            projectedGradient = FloatBuffer(count: isTrained ? rows * 3 * layer.width : 0)
            mixedGradient = FloatBuffer(count: isTrained ? rows * layer.width : 0)
            attentionGradient = FloatBuffer(count: isTrained ? tokens * tokens : 0)
        }
    }

    /// One head's part of one window's queries, keys and values: each `[tokens, headSize]` of a
    /// `[batch · tokens, 3 · width]`.
    private func parts(
        of projected: Matrix, window: Int, head: Int, tokens: Int
    ) -> (queries: Matrix, keys: Matrix, values: Matrix) {
        let rows = projected.block(window, rows: tokens)
        func part(_ index: Int) -> Matrix { share(of: rows.columns((index * width)..<((index + 1) * width)), head: head) }
        return (part(0), part(1), part(2))
    }

    /// One head's `[tokens, headSize]` of one window's `[tokens, width]`.
    private func share(of rows: Matrix, head: Int) -> Matrix { rows.columns((head * headSize)..<((head + 1) * headSize)) }

    /// Queries, keys and values of `x`, `[batch · tokens, width]`.
    /// - Parameter wanted: tokens whose answer is wanted, or `nil` for all; others get no query.
    /// - Returns: `memory.projected`, `[batch · tokens, 3 · width]`.
    func project(_ weights: FloatBuffer, _ x: Matrix, wanted: [Int]? = nil, memory: Memory) -> Matrix {
        let projected = memory.projected.matrix(rows: x.rows, columns: 3 * width)
        guard let wanted else {
            projection.forward(weights, x, into: projected)
            return projected
        }
        let rows = x.rows / memory.tokens * wanted.count
        let asking = memory.wantedInput.matrix(rows: rows, columns: width)
        let queries = memory.wantedQueries.matrix(rows: rows, columns: width)
        gather(wanted, ofEach: memory.tokens, of: x, into: asking)
        projection.forward(weights, asking, outputs: 0..<width, into: queries)
        scatter(queries, to: wanted, ofEach: memory.tokens, of: projected.columns(0..<width))
        projection.forward(weights, x, outputs: width..<(3 * width), into: projected.columns(width..<(3 * width)))
        return projected
    }

    /// Adds to `y`, `[batch · wanted, width]`, what the wanted tokens of `projected`, `[batch, tokens, 3 · width]`, find, but
    /// for the output's bias.
    /// - Parameter keepsMaps: whether `memory.attention` is filled, `[batch, headCount, wanted, tokens]`.
    func forward(_ weights: FloatBuffer, _ projected: TokenRows, keepsMaps: Bool, addingTo y: Matrix, memory: Memory) {
        let maps = memory.attention.matrix(rows: y.rows * headCount, columns: memory.tokens)
        let mixed = memory.mixed.matrix(rows: y.rows, columns: width)
        precondition(projected.rows == y.rows && projected.columns == 3 * width, "a query, key and value for each token")
        projected.withRows { ok_attention(&$0, headCount, scale, mixed.base, keepsMaps ? maps.base : nil, memory.scratch.base) }
        multiply(mixed, weights[output.weight].transposed, addingTo: y)
    }

    /// Adds the parameters' gradients to `gradients` and writes the input's to `dx`; `x`, `dy` and `dx` are
    /// `[batch · tokens, width]`.
    func backward(_ weights: FloatBuffer, gradients: FloatBuffer, x: Matrix, dy: Matrix, dx: Matrix, memory: Memory) {
        let projectedGradient = memory.projectedGradient.matrix(rows: x.rows, columns: 3 * width)
        let mixed = memory.mixed.matrix(rows: x.rows, columns: width)
        let mixedGradient = memory.mixedGradient.matrix(rows: x.rows, columns: width)
        // forward: y = output(mixed)
        output.backward(weights, gradients: gradients, x: mixed, dy: dy, dx: mixedGradient)
        for window in 0..<(x.rows / memory.tokens) {
            for head in 0..<headCount { backwardHead(window: window, head: head, rows: x.rows, memory: memory) }
        }
        // forward: projected = projection(x)
        projection.backward(weights, gradients: gradients, x: x, dy: projectedGradient, dx: dx)
    }

    /// From the gradient of `mixed` to those of queries, keys and values, for one head of one window.
    private func backwardHead(window: Int, head: Int, rows: Int, memory: Memory) {
        let tokens = memory.tokens
        let projected = memory.projected.matrix(rows: rows, columns: 3 * width)
        let projectedGradient = memory.projectedGradient.matrix(rows: rows, columns: 3 * width)
        let mixedGradient = memory.mixedGradient.matrix(rows: rows, columns: width).block(window, rows: tokens)
        let maps = memory.attention.matrix(rows: rows * headCount, columns: tokens)
        // queries, keys, values, dMixed: [tokens, headSize]; map, dMap: [tokens, tokens]
        let (queries, keys, values) = parts(of: projected, window: window, head: head, tokens: tokens)
        let (dQueries, dKeys, dValues) = parts(of: projectedGradient, window: window, head: head, tokens: tokens)
        let dMixed = share(of: mixedGradient, head: head)
        let map = maps.block(window * headCount + head, rows: tokens)
        let dMap = memory.attentionGradient.matrix(rows: tokens, columns: tokens)
        // forward: mixed = map · values
        multiply(dMixed, values.transposed, into: dMap)
        multiply(map.transposed, dMixed, into: dValues)
        // forward: map = softmax(scale · queries · keysᵀ)
        ok_softmax_backward(map.base, dMap.base, scale, tokens, tokens)
        multiply(dMap, keys, into: dQueries)
        multiply(dMap.transposed, queries, into: dKeys)
    }
}
