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
}

extension TransformerArchitecture: MaskableArchitecture, ExportableArchitecture {
    public static var name: String { "transformer" }

    public func trainingFlops(windows: Int) -> Int {
        let layer = 8 * width * width + 4 * tokenCount * width + 4 * width * feedForwardSize
        let maps = 4 * patchLength * channelCount * width + 4 * width * bottleneckSize
        return 3 * windows * tokenCount * (layerCount * layer + maps)
    }

    public var isSound: Bool {
        let bound = 1...65_536
        return bound.contains(windowLength) && bound.contains(channelCount)
            && bound.contains(patchLength) && windowLength % patchLength == 0
            && (2...4096).contains(width) && (1...64).contains(headCount)
            && width % headCount == 0 && (1...64).contains(layerCount)
            && (1...16_384).contains(feedForwardSize) && (1...4096).contains(bottleneckSize)
            && layerCount * headCount * tokenCount * tokenCount <= 1 << 24
            && layerCount * tokenCount * (width + feedForwardSize) <= 1 << 23 && windowLength * channelCount <= 1 << 24
    }

    public var layout: ParameterLayout { TransformerAutoencoder.Layers(self).layout }
    public var sliceSize: Int { max(1, min(32, 512 / max(1, tokenCount))) }

    public func network(capacity: Int, isTrained: Bool) -> any Network {
        TransformerAutoencoder(self, capacity: capacity, isTrained: isTrained)
    }
}

/// The Transformer autoencoder's forward and backward passes; see `TransformerArchitecture`.
final class TransformerAutoencoder: MaskableNetwork {
    struct Layers {
        let embedding: Linear
        /// The learned token that stands for a hidden patch, `[width]`.
        let maskToken: Parameter
        let encoder: [TransformerLayer]
        let squeeze: Linear
        let widen: Linear
        let head: Linear
        let layout: ParameterLayout

        init(_ sizes: TransformerArchitecture) {
            let (width, patch) = (sizes.width, sizes.patchLength * sizes.channelCount)
            var layout = ParameterLayout()
            embedding = Linear("embedding", inputSize: patch, outputSize: width, layout: &layout)
            maskToken = layout.add(vector: "mask_token", width, .uniform(inputCount: width))
            encoder = (0..<sizes.layerCount).map {
                TransformerLayer(
                    "encoder.\($0)", width: width, headCount: sizes.headCount, feedForwardSize: sizes.feedForwardSize,
                    layout: &layout)
            }
            squeeze = Linear("squeeze", inputSize: width, outputSize: sizes.bottleneckSize, layout: &layout)
            widen = Linear("widen", inputSize: sizes.bottleneckSize, outputSize: width, layout: &layout)
            head = Linear("head", inputSize: width, outputSize: patch, layout: &layout)
            self.layout = layout
        }
    }

    let input: FloatBuffer
    let output: FloatBuffer
    let outputGradient: FloatBuffer
    var hiddenPatches: [UInt8]?
    private let sizes: TransformerArchitecture
    private let layers: Layers
    /// `[tokens, width]`.
    private let positions: FloatBuffer
    /// `[batch, tokens, width]`.
    private let embedded: FloatBuffer
    private let memories: [TransformerLayer.Memory]
    /// What the first layer sees of a patch that is hidden from all windows, `[tokens, width]`, and its work on that; for scoring
    /// alone.
    private let masked: FloatBuffer
    private let maskedMemory: TransformerLayer.Memory?
    /// `[batch, tokens, bottleneckSize]`.
    private let squeezed: FloatBuffer, squeezedGradient: FloatBuffer
    /// `[batch, tokens, width]`.
    private let widened: FloatBuffer, widenedGradient: FloatBuffer
    /// The answers for wanted patches where not all are, `[batch, wanted, patch]`.
    private let wantedOutput: FloatBuffer
    /// Of the encoder's output and, walking back, of its input, `[batch, tokens, width]`.
    private let gradient: FloatBuffer

    init(_ sizes: TransformerArchitecture, capacity: Int, isTrained: Bool) {
        precondition(sizes.windowLength % sizes.patchLength == 0, "a window must hold whole patches")
        self.sizes = sizes
        let layers = Layers(sizes)
        self.layers = layers
        let tokens = sizes.tokenCount
        let rows = capacity * tokens
        let values = capacity * sizes.windowLength * sizes.channelCount
        (input, output, outputGradient) = (FloatBuffer(count: values), FloatBuffer(count: values), FloatBuffer(count: values))
        positions = Self.sinusoids(tokens: tokens, width: sizes.width)
        embedded = FloatBuffer(count: rows * sizes.width)
        memories = layers.encoder.map {
            TransformerLayer.Memory($0, batch: capacity, tokens: tokens, isTrained: isTrained)
        }
        masked = FloatBuffer(count: isTrained ? 0 : tokens * sizes.width)
        maskedMemory = isTrained ? nil : TransformerLayer.Memory(layers.encoder[0], batch: 1, tokens: tokens, isTrained: false)
        squeezed = FloatBuffer(count: rows * sizes.bottleneckSize)
        squeezedGradient = FloatBuffer(count: isTrained ? rows * sizes.bottleneckSize : 0)
        widened = FloatBuffer(count: rows * sizes.width)
        widenedGradient = FloatBuffer(count: isTrained ? rows * sizes.width : 0)
        wantedOutput = FloatBuffer(count: isTrained ? 0 : values)
        gradient = FloatBuffer(count: isTrained ? rows * sizes.width : 0)
    }

    /// Sines and cosines of geometrically falling frequency (Vaswani et al., 2017), `[tokens, width]`.
    static func sinusoids(tokens: Int, width: Int) -> FloatBuffer {
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

    /// `[batch · tokens, columns]` of a buffer.
    private func tokens(_ buffer: FloatBuffer, _ batch: Int, columns: Int) -> Matrix {
        buffer.matrix(rows: batch * sizes.tokenCount, columns: columns)
    }

    /// A window's values already lie as patches: `[batch, time, channels]` is `[batch, tokens, patch]`.
    private func patches(_ buffer: FloatBuffer, _ batch: Int) -> Matrix {
        tokens(buffer, batch, columns: sizes.patchLength * sizes.channelCount)
    }

    func forward(_ weights: FloatBuffer, batch: Int) {
        var x = embed(weights, batch: batch, hidden: hiddenPatches)
        for (layer, memory) in zip(layers.encoder, memories) {
            let projected = layer.project(weights, x, memory: memory)
            x = layer.forward(weights, rows(x), projected: rows(projected), keepsMaps: true, memory: memory)
        }
        decode(weights, x, into: patches(output, batch))
    }

    func answer(_ weights: FloatBuffer, batch: Int, passes: [MaskedPass]) {
        // Up to the first layer's attention a patch that is not hidden is the same in all passes, and one that is hidden the same
        // in all windows.
        let embedded = embed(weights, batch: batch, hidden: hiddenPatches)
        let masked = masked.matrix(rows: sizes.tokenCount, columns: sizes.width)
        setRows(of: masked, to: weights[layers.maskToken])
        add(positions.matrix(rows: masked.rows, columns: masked.columns), to: masked)
        guard let maskedMemory else { preconditionFailure("a network that is trained answers by forward") }
        let isOnlyLayer = layers.encoder.count == 1
        let projected = layers.encoder[0].project(weights, embedded, memory: memories[0])
        let maskedProjected = layers.encoder[0].project(weights, masked, memory: maskedMemory)
        for pass in passes where !pass.wanted.isEmpty {
            func rows(_ own: Matrix, _ masked: Matrix) -> TokenRows {
                TokenRows(
                    own: own, tokens: sizes.tokenCount, masked: (masked, pass.hidden), wanted: isOnlyLayer ? pass.wanted : nil)
            }
            var x = layers.encoder[0].forward(
                weights, rows(embedded, masked), projected: rows(projected, maskedProjected), keepsMaps: false,
                memory: memories[0])
            for (index, layer) in layers.encoder.enumerated().dropFirst() {
                // All tokens look at all others before the last layer, which answers those alone that are wanted.
                let wanted = index == layers.encoder.count - 1 ? pass.wanted : nil
                let projected = layer.project(weights, x, wanted: wanted, memory: memories[index])
                x = layer.forward(
                    weights, self.rows(x, wanted: wanted), projected: self.rows(projected, wanted: wanted), keepsMaps: false,
                    memory: memories[index])
            }
            let answers = patches(output, batch)
            let wanted = wantedOutput.matrix(rows: x.rows, columns: answers.columns)
            decode(weights, x, into: wanted)
            scatter(wanted, to: pass.wanted, ofEach: sizes.tokenCount, of: answers)
        }
    }

    private func rows(_ x: Matrix, wanted: [Int]? = nil) -> TokenRows {
        TokenRows(own: x, tokens: sizes.tokenCount, wanted: wanted)
    }

    /// The patches of `input` as tokens with their positions, `[batch · tokens, width]`.
    private func embed(_ weights: FloatBuffer, batch: Int, hidden: [UInt8]?) -> Matrix {
        let embedded = tokens(embedded, batch, columns: sizes.width)
        layers.embedding.forward(weights, patches(input, batch), into: embedded)
        forEachToken(hidden, of: embedded) { copy(weights[layers.maskToken], to: $0) }
        let positions = positions.matrix(rows: sizes.tokenCount, columns: sizes.width)
        for window in 0..<batch { add(positions, to: embedded.block(window, rows: sizes.tokenCount)) }
        return embedded
    }

    /// From the encoder's output, `[rows, width]`, to patches, `[rows, patch]`.
    private func decode(_ weights: FloatBuffer, _ x: Matrix, into answers: Matrix) {
        let squeezed = squeezed.matrix(rows: x.rows, columns: sizes.bottleneckSize)
        let widened = widened.matrix(rows: x.rows, columns: sizes.width)
        layers.squeeze.forward(weights, x, into: squeezed)
        layers.widen.forward(weights, squeezed, into: widened)
        layers.head.forward(weights, widened, into: answers)
    }

    func backward(_ weights: FloatBuffer, gradients: FloatBuffer, batch: Int) {
        let width = sizes.width
        let squeezed = tokens(squeezed, batch, columns: sizes.bottleneckSize)
        let dSqueezed = tokens(squeezedGradient, batch, columns: sizes.bottleneckSize)
        let widened = tokens(widened, batch, columns: width)
        let dWidened = tokens(widenedGradient, batch, columns: width)
        let encoded = tokens(memories.last?.output ?? embedded, batch, columns: width)
        let d = tokens(gradient, batch, columns: width)
        // forward: output = head(widen(squeeze(encoded)))
        layers.head.backward(weights, gradients: gradients, x: widened, dy: patches(outputGradient, batch), dx: dWidened)
        layers.widen.backward(weights, gradients: gradients, x: squeezed, dy: dWidened, dx: dSqueezed)
        layers.squeeze.backward(weights, gradients: gradients, x: encoded, dy: dSqueezed, dx: d)
        // forward: encoded = encoder(embedded + positions)
        for (layer, memory) in zip(layers.encoder, memories).reversed() {
            layer.backward(weights, gradients: gradients, gradient: d, memory: memory)
        }
        // forward: embedded = maskToken where a patch is hidden, embedding(patch) elsewhere
        forEachToken(hiddenPatches, of: d) {
            add($0, to: gradients[layers.maskToken])
            clear($0)
        }
        layers.embedding.backward(weights, gradients: gradients, x: patches(input, batch), dy: d, dx: nil)
    }

    /// The rows, `[1, columns]`, of tokens that are hidden.
    private func forEachToken(_ hidden: [UInt8]?, of matrix: Matrix, _ body: (Matrix) -> Void) {
        guard let hidden else { return }
        for row in 0..<matrix.rows where hidden[row] != 0 { body(matrix.block(row, rows: 1)) }
    }

    /// The mean over layers and heads.
    func meanAttention() -> [Float]? {
        let tokens = sizes.tokenCount
        var mean = [Float](repeating: 0, count: tokens * tokens)
        let share = 1 / Float(sizes.headCount * memories.count)
        for memory in memories {
            let maps = memory.attention.attention.matrix(rows: sizes.headCount * tokens, columns: tokens)
            for head in 0..<sizes.headCount {
                let map = maps.block(head, rows: tokens).base
                for index in mean.indices { mean[index] += share * map[index] }
            }
        }
        return mean
    }
}
