/// Runs windows through a trained network, on one or more threads.
///
/// `@unchecked Sendable`: one owner calls it at a time, and its threads write to parts of their own.
public final class Reconstructor: @unchecked Sendable {
    private let parameters: Parameters
    private let networks: [any Network]
    private let windowSize: Int
    private let tokenCount: Int
    private let slice: Int
    private let output: FloatBuffer
    private let unusedGradients = FloatBuffer(count: 1)
    /// The most windows `reconstruct` takes at once.
    public let capacity: Int

    /// Prepares buffers for `capacity` windows at a time, by default what suits the threads.
    public init(_ parameters: Parameters, capacity: Int? = nil, threadCount: Int = 1) {
        let architecture = parameters.architecture
        slice = architecture.sliceSize
        self.parameters = parameters
        self.capacity = capacity ?? slice * max(1, threadCount)
        networks = (0..<max(1, threadCount)).map { [slice] _ in architecture.network(capacity: slice, isTrained: false) }
        windowSize = architecture.windowLength * architecture.channelCount
        tokenCount = architecture.tokenCount
        output = FloatBuffer(count: self.capacity * windowSize)
    }

    /// The network's answer to `windows`, `[count, time, channels]`, handed to `body` in the same shape
    /// while it is valid.
    /// - Parameter hiddenPatches: `[count, tokens]` of 0 or 1, or `nil`.
    public func reconstruct(_ windows: [Float], hiddenPatches: [UInt8]? = nil, body: (UnsafeBufferPointer<Float>) -> Void) {
        let count = windows.count / windowSize
        precondition(windows.count == count * windowSize && count <= capacity, "too many windows at once")
        forEachThread(networks.count) { [self] thread in
            for start in stride(from: thread * slice, to: count, by: networks.count * slice) {
                run(networks[thread], windows, hiddenPatches, start..<min(start + slice, count))
            }
        }
        body(UnsafeBufferPointer(start: output.base, count: windows.count))
    }

    private func run(_ network: any Network, _ windows: [Float], _ hiddenPatches: [UInt8]?, _ range: Range<Int>) {
        let size = range.count * windowSize
        windows.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            network.input.base.update(from: base + range.lowerBound * windowSize, count: size)
        }
        network.hiddenPatches = hiddenPatches.map {
            Array($0[(range.lowerBound * tokenCount)..<(range.upperBound * tokenCount)])
        }
        network.forward(Weights(values: parameters.values.base, gradients: unusedGradients.base), batch: range.count)
        (output.base + range.lowerBound * windowSize).update(from: network.output.base, count: size)
    }

    /// The mean attention `[tokens, tokens]` a Transformer paid while it reconstructed one window;
    /// `nil` for an LSTM.
    public func attention(_ window: [Float], hiddenPatches: [UInt8]? = nil) -> [Float]? {
        reconstruct(window, hiddenPatches: hiddenPatches) { _ in }
        return (networks[0] as? TransformerAutoencoder)?.meanAttention()
    }
}
