import CKernels
import Foundation

/// The sizes of a Transformer autoencoder: patches of rows are embedded, given sinusoidal positions,
/// passed through pre-norm encoder layers, squeezed through a bottleneck and mapped back to rows.
public struct TransformerArchitecture: Sendable, Equatable, Codable {
    /// Rows in a window; a multiple of `patchLength`.
    public var windowLength: Int
    /// Values in a row.
    public var channelCount: Int
    /// Rows in a patch.
    public var patchLength: Int
    /// Width of a token.
    public var width: Int
    /// Attention heads; divides `width`.
    public var headCount: Int
    /// Encoder layers.
    public var layerCount: Int
    /// Width of the feed-forward part.
    public var feedForwardSize: Int
    /// Width of the bottleneck.
    public var bottleneckSize: Int

    /// Makes an architecture; `windowLength` is a multiple of `patchLength`, `width` of `headCount`.
    public init(
        windowLength: Int, channelCount: Int, patchLength: Int, width: Int, headCount: Int, layerCount: Int,
        feedForwardSize: Int, bottleneckSize: Int
    ) {
        self.windowLength = windowLength
        self.channelCount = channelCount
        self.patchLength = patchLength
        self.width = width
        self.headCount = headCount
        self.layerCount = layerCount
        self.feedForwardSize = feedForwardSize
        self.bottleneckSize = bottleneckSize
    }

    /// Patches in a window.
    public var tokenCount: Int { windowLength / patchLength }
}

/// The Transformer autoencoder's forward and backward passes; see `TransformerArchitecture`.
final class TransformerAutoencoder: Network {
    struct Layers {
        var layout = ParameterLayout()
        let embedding: Linear
        /// The learned token that stands for a hidden patch, `[width]`.
        let maskToken: Int
        let encoder: [TransformerLayer]
        let squeeze: Linear
        let widen: Linear
        let head: Linear
    }

    static func layers(_ sizes: TransformerArchitecture) -> Layers {
        var layout = ParameterLayout()
        let patch = sizes.patchLength * sizes.channelCount
        let embedding = Linear("embedding", inputSize: patch, outputSize: sizes.width, layout: &layout)
        let maskToken = layout.add("mask_token", [sizes.width])
        let encoder = (0..<sizes.layerCount).map {
            TransformerLayer(
                "encoder.\($0)", width: sizes.width, headCount: sizes.headCount, feedForwardSize: sizes.feedForwardSize,
                layout: &layout)
        }
        let squeeze = Linear("squeeze", inputSize: sizes.width, outputSize: sizes.bottleneckSize, layout: &layout)
        let widen = Linear("widen", inputSize: sizes.bottleneckSize, outputSize: sizes.width, layout: &layout)
        let head = Linear("head", inputSize: sizes.width, outputSize: patch, layout: &layout)
        return Layers(
            layout: layout, embedding: embedding, maskToken: maskToken, encoder: encoder, squeeze: squeeze, widen: widen,
            head: head)
    }

    let input: FloatBuffer
    let output: FloatBuffer
    let outputGradient: FloatBuffer
    var hiddenPatches: [UInt8]?
    private let sizes: TransformerArchitecture
    private let layers: Layers
    private let positions: FloatBuffer
    private let embedded: FloatBuffer
    private let memories: [TransformerLayer.Memory]
    private let squeezed: FloatBuffer
    private let widened: FloatBuffer
    private let gradient: FloatBuffer
    private let squeezedGradient: FloatBuffer
    private let widenedGradient: FloatBuffer

    init(_ sizes: TransformerArchitecture, capacity: Int, isTrained: Bool) {
        precondition(sizes.windowLength % sizes.patchLength == 0, "a window must hold whole patches")
        self.sizes = sizes
        let layers = Self.layers(sizes)
        self.layers = layers
        let tokens = sizes.tokenCount
        let rows = capacity * tokens
        let values = capacity * sizes.windowLength * sizes.channelCount
        (input, output, outputGradient) = (FloatBuffer(count: values), FloatBuffer(count: values), FloatBuffer(count: values))
        positions = Self.sinusoids(tokens: tokens, width: sizes.width)
        embedded = FloatBuffer(count: rows * sizes.width)
        memories = layers.encoder.map { TransformerLayer.Memory($0, batch: capacity, tokens: tokens) }
        squeezed = FloatBuffer(count: rows * sizes.bottleneckSize)
        squeezedGradient = FloatBuffer(count: rows * sizes.bottleneckSize)
        widened = FloatBuffer(count: rows * sizes.width)
        widenedGradient = FloatBuffer(count: rows * sizes.width)
        gradient = FloatBuffer(count: rows * sizes.width)
    }

    /// Sines and cosines of geometrically falling frequency (Vaswani et al., 2017), `[tokens, width]`.
    private static func sinusoids(tokens: Int, width: Int) -> FloatBuffer {
        let table = FloatBuffer(count: tokens * width)
        for token in 0..<tokens {
            for pair in stride(from: 0, to: width, by: 2) {
                let angle = Double(token) * exp(Double(pair) * -log(10_000) / Double(width))
                table.base[token * width + pair] = Float(sin(angle))
                if pair + 1 < width { table.base[token * width + pair + 1] = Float(cos(angle)) }
            }
        }
        return table
    }

    /// A window's values already lie as patches: `[batch, time, channels]` is `[batch, tokens, patch]`.
    func forward(_ weights: Weights, batch: Int) {
        let tokens = sizes.tokenCount
        let (rows, width) = (batch * tokens, sizes.width)
        layers.embedding.forward(weights, input.base, into: embedded.base, rows: rows)
        if let hiddenPatches {
            for row in 0..<rows where hiddenPatches[row] != 0 {
                (embedded.base + row * width).update(from: weights.values + layers.maskToken, count: width)
            }
        }
        for window in 0..<batch { ok_add(embedded.base + window * tokens * width, positions.base, tokens * width) }
        var x = embedded.base
        for (layer, memory) in zip(layers.encoder, memories) {
            layer.forward(weights, x, memory: memory, batch: batch, tokens: tokens)
            x = memory.output.base
        }
        layers.squeeze.forward(weights, x, into: squeezed.base, rows: rows)
        layers.widen.forward(weights, squeezed.base, into: widened.base, rows: rows)
        layers.head.forward(weights, widened.base, into: output.base, rows: rows)
    }

    func backward(_ weights: Weights, batch: Int) {
        let tokens = sizes.tokenCount
        let (rows, width) = (batch * tokens, sizes.width)
        layers.head.backward(weights, x: widened.base, dy: outputGradient.base, dx: widenedGradient.base, rows: rows)
        layers.widen.backward(weights, x: squeezed.base, dy: widenedGradient.base, dx: squeezedGradient.base, rows: rows)
        let last = memories.last?.output.base ?? embedded.base
        layers.squeeze.backward(weights, x: last, dy: squeezedGradient.base, dx: gradient.base, rows: rows)
        for (layer, memory) in zip(layers.encoder, memories).reversed() {
            layer.backward(weights, gradient: gradient.base, memory: memory, batch: batch, tokens: tokens)
        }
        if let hiddenPatches {
            for row in 0..<rows where hiddenPatches[row] != 0 {
                ok_add(weights.gradients + layers.maskToken, gradient.base + row * width, width)
                (gradient.base + row * width).update(repeating: 0, count: width)
            }
        }
        layers.embedding.backward(weights, x: input.base, dy: gradient.base, dx: nil, rows: rows)
    }

    /// How strongly each patch looked at each other in the last `forward`, for window 0: the mean over
    /// layers and heads, `[tokens, tokens]`, rows summing to 1.
    func meanAttention() -> [Float] {
        let tokens = sizes.tokenCount
        var mean = [Float](repeating: 0, count: tokens * tokens)
        let share = 1 / Float(sizes.headCount * memories.count)
        for memory in memories {
            for head in 0..<sizes.headCount {
                let map = memory.attention.attention.base + head * tokens * tokens
                for index in mean.indices { mean[index] += share * map[index] }
            }
        }
        return mean
    }
}
