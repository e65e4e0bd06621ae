import Foundation

/// Runs windows through a trained network on one thread.
public final class Reconstructor {
    private let parameters: Parameters
    private let network: any Network
    private let windowSize: Int
    private let unusedGradients = FloatBuffer(count: 1)
    /// The most windows `reconstruct` takes at once.
    public let capacity: Int

    /// Prepares buffers for `capacity` windows at a time.
    public init(_ parameters: Parameters, capacity: Int? = nil) {
        let capacity = capacity ?? parameters.architecture.sliceSize
        self.parameters = parameters
        self.capacity = capacity
        network = parameters.architecture.network(capacity: capacity)
        windowSize = parameters.architecture.windowLength * parameters.architecture.channelCount
    }

    /// The network's answer to `windows`, `[count, time, channels]`, handed to `body` in the same shape
    /// while it is valid.
    /// - Parameter hiddenPatches: `[count, tokens]` of 0 or 1, or `nil`.
    public func reconstruct(_ windows: [Float], hiddenPatches: [UInt8]? = nil, body: (UnsafeBufferPointer<Float>) -> Void) {
        let count = windows.count / windowSize
        precondition(windows.count == count * windowSize && count <= capacity, "too many windows at once")
        windows.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            network.input.base.update(from: base, count: windows.count)
        }
        network.hiddenPatches = hiddenPatches
        withNumericThread {
            network.forward(Weights(values: parameters.values.base, gradients: unusedGradients.base), batch: count)
        }
        body(UnsafeBufferPointer(start: network.output.base, count: windows.count))
    }

    /// The mean attention `[tokens, tokens]` a Transformer paid while it reconstructed one window;
    /// `nil` for an LSTM.
    public func attention(_ window: [Float], hiddenPatches: [UInt8]? = nil) -> [Float]? {
        reconstruct(window, hiddenPatches: hiddenPatches) { _ in }
        return (network as? TransformerAutoencoder)?.meanAttention()
    }
}
