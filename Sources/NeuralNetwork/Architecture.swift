/// One of the two networks with its sizes.
public enum Architecture: Sendable, Equatable, Codable {
    case lstm(LSTMArchitecture)
    case transformer(TransformerArchitecture)

    /// Rows in a window.
    public var windowLength: Int {
        switch self {
        case .lstm(let sizes): sizes.windowLength
        case .transformer(let sizes): sizes.windowLength
        }
    }

    /// Values in a row.
    public var channelCount: Int {
        switch self {
        case .lstm(let sizes): sizes.channelCount
        case .transformer(let sizes): sizes.channelCount
        }
    }

    /// Rows that are hidden from the network together: a Transformer's patch; 0 where nothing can be.
    public var patchLength: Int {
        switch self {
        case .lstm: 0
        case .transformer(let sizes): sizes.patchLength
        }
    }

    /// Patches in a window; 0 where nothing can be hidden.
    public var tokenCount: Int { patchLength > 0 ? windowLength / patchLength : 0 }

    /// Floating-point operations of the matrix products of one training step, forward and backward.
    public func trainingFlops(windows: Int) -> Int {
        switch self {
        case .lstm(let sizes):
            let (time, hidden, channels) = (sizes.windowLength, sizes.hiddenSize, sizes.channelCount)
            let latent = sizes.latentSize ?? hidden
            let recurrent = 2 * 8 * time * hidden * hidden
            let inputs = 8 * time * hidden * channels + 8 * hidden * latent
            let maps = 2 * time * hidden * channels + (sizes.latentSize == nil ? 0 : 2 * hidden * latent)
            return 3 * windows * (recurrent + inputs + maps)
        case .transformer(let sizes):
            let (tokens, width) = (sizes.tokenCount, sizes.width)
            let layer = 8 * width * width + 4 * tokens * width + 4 * width * sizes.feedForwardSize
            let patch = sizes.patchLength * sizes.channelCount
            let maps = 4 * patch * width + 4 * width * sizes.bottleneckSize
            return 3 * windows * tokens * (sizes.layerCount * layer + maps)
        }
    }

    /// Whether every size is positive, within what memory allows, and divides what it must: what a file
    /// from outside has to show before a network is built from it.
    public var isSound: Bool {
        let bound = 1...65_536
        switch self {
        case .lstm(let sizes):
            return bound.contains(sizes.windowLength) && bound.contains(sizes.channelCount)
                && (1...4096).contains(sizes.hiddenSize) && (1...4096).contains(sizes.latentSize ?? 1)
        case .transformer(let sizes):
            return bound.contains(sizes.windowLength) && bound.contains(sizes.channelCount)
                && bound.contains(sizes.patchLength) && sizes.windowLength % sizes.patchLength == 0
                && (2...4096).contains(sizes.width) && (1...64).contains(sizes.headCount)
                && sizes.width % sizes.headCount == 0 && (1...64).contains(sizes.layerCount)
                && (1...16_384).contains(sizes.feedForwardSize) && (1...4096).contains(sizes.bottleneckSize)
        }
    }

    /// The parameters such a network has.
    public var layout: ParameterLayout {
        switch self {
        case .lstm(let sizes): LSTMAutoencoder.layers(sizes).layout
        case .transformer(let sizes): TransformerAutoencoder.layers(sizes).layout
        }
    }

    /// - Parameter isTrained: whether `backward` will be called; without it less memory is needed.
    func network(capacity: Int, isTrained: Bool) -> any Network {
        switch self {
        case .lstm(let sizes): LSTMAutoencoder(sizes, capacity: capacity, isTrained: isTrained)
        case .transformer(let sizes): TransformerAutoencoder(sizes, capacity: capacity, isTrained: isTrained)
        }
    }

    /// Windows worked on at once, so that one slice's activations stay in the processor's cache.
    var sliceSize: Int {
        switch self {
        case .lstm: 16
        case .transformer(let sizes): max(1, min(32, 512 / max(1, sizes.tokenCount)))
        }
    }
}

/// One working copy of a network: its buffers, for at most `capacity` windows at a time.
protocol Network: AnyObject {
    /// `[capacity, time, channels]`, filled by the caller before `forward`.
    var input: FloatBuffer { get }
    /// `[capacity, time, channels]`, filled by `forward`.
    var output: FloatBuffer { get }
    /// `[capacity, time, channels]`, filled by the caller before `backward`.
    var outputGradient: FloatBuffer { get }
    /// Patches hidden from the network, `[capacity, tokens]` of 0 or 1, or `nil` when nothing is hidden.
    var hiddenPatches: [UInt8]? { get set }

    func forward(_ weights: Weights, batch: Int)
    func backward(_ weights: Weights, batch: Int)
}
