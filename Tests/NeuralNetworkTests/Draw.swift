@testable import NeuralNetwork

/// Random sizes, numbers and networks that follow from a seed alone (SplitMix64).
struct Draw: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func size(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// Numbers from -1 to 1.
    mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &self) } }

    /// Either network; hidden sizes on both sides of the 16 that the LSTM step takes at once.
    mutating func architecture() -> Architecture {
        if Bool.random(using: &self) {
            return .lstm(
                LSTMArchitecture(
                    windowLength: size(1...9), channelCount: size(1...4), hiddenSize: size(1...36),
                    latentSize: Bool.random(using: &self) ? size(1...6) : nil))
        }
        let (patch, heads) = (size(1...4), size(1...4))
        return .transformer(
            TransformerArchitecture(
                windowLength: patch * size(1...20), channelCount: size(1...3), patchLength: patch, width: heads * size(2...5),
                headCount: heads, layerCount: size(1...2), feedForwardSize: size(1...20), bottleneckSize: size(1...6)))
    }

    /// Windows with gaps and, where the network can do without them, hidden patches.
    mutating func batch(_ architecture: Architecture, count: Int) -> Batch {
        let values = count * architecture.windowLength * architecture.channelCount
        var importance = floats(values).map { $0 > -0.6 ? Float(1) : 0 }
        importance[0] = 1
        let tokens = count * (architecture.maskable?.tokenCount ?? 0)
        return Batch(
            inputs: floats(values), targets: floats(values), importance: importance,
            hiddenPatches: tokens == 0 ? nil : floats(tokens).map { $0 > 0.3 ? 1 : 0 })
    }

    /// A matrix of random numbers somewhere inside a larger one, and the buffer it lies in.
    mutating func matrix(rows: Int, columns: Int) -> (matrix: Matrix, buffer: FloatBuffer) {
        let (above, below, left, right) = (size(0...2), size(0...2), size(0...5), size(0...5))
        let whole = (rows: above + rows + below, columns: left + columns + right)
        let buffer = FloatBuffer(count: whole.rows * whole.columns + size(0...3))
        buffer.load(floats(buffer.count)[...])
        let part = buffer.matrix(rows: whole.rows, columns: whole.columns).rows(above..<(above + rows))
        return (part.columns(left..<(left + columns)), buffer)
    }
}

/// Both networks, as files name them.
let networks = Networks([LSTMArchitecture.self, TransformerArchitecture.self])
