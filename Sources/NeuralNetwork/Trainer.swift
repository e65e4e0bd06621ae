import CKernels
import Foundation

/// Windows for one training step, with what the network sees and what it should answer.
public struct Batch: Sendable {
    /// What the network sees, `[count, time, channels]`.
    public var inputs: [Float]
    /// What it should reconstruct, `[count, time, channels]`.
    public var targets: [Float]
    /// How much each value counts, `[count, time, channels]`; 0 for gaps.
    public var importance: [Float]
    /// Patches replaced by the mask token, `[count, tokens]` of 0 or 1; `nil` hides nothing.
    public var hiddenPatches: [UInt8]?

    /// Makes a batch.
    public init(inputs: [Float], targets: [Float], importance: [Float], hiddenPatches: [UInt8]? = nil) {
        self.inputs = inputs
        self.targets = targets
        self.importance = importance
        self.hiddenPatches = hiddenPatches
    }
}

/// Fits parameters by Adam (Kingma and Ba, 2015) to the weighted mean squared error.
///
/// A batch is cut into slices that go to the threads in a fixed pattern, and gradients are added in
/// thread order, so that results are the same from run to run at a given thread count. Each
/// thread owns its network and gradient block.
///
/// `@unchecked Sendable`: one owner calls `step` at a time, and the threads of a step share only what
/// they read.
public final class Trainer: @unchecked Sendable {
    /// What is being trained; changed by every step.
    public let parameters: Parameters
    private let threadCount: Int
    private let windowSize: Int
    private let tokenCount: Int
    private let sliceSize: Int
    private let networks: [any Network]
    private let gradients: [FloatBuffer]
    private let firstMoment: FloatBuffer
    private let secondMoment: FloatBuffer
    private var stepCount = 0

    /// Prepares to train on `threadCount` threads.
    public init(_ parameters: Parameters, threadCount: Int) {
        let architecture = parameters.architecture
        self.parameters = parameters
        self.threadCount = max(1, threadCount)
        windowSize = architecture.windowLength * architecture.channelCount
        tokenCount = architecture.tokenCount
        sliceSize = architecture.sliceSize
        networks = (0..<self.threadCount).map { _ in architecture.network(capacity: architecture.sliceSize, isTrained: true) }
        gradients = (0..<self.threadCount).map { _ in FloatBuffer(count: parameters.count) }
        firstMoment = FloatBuffer(count: parameters.count)
        secondMoment = FloatBuffer(count: parameters.count)
    }

    /// One update from `batch`: forward, backward, clipping of the gradient's norm, Adam.
    /// - Returns: the batch's loss before the update.
    public func step(_ batch: Batch, learningRate: Float, clipNorm: Float = .infinity) -> Float {
        let loss = accumulate(batch, backward: true)
        let total = gradients[0].base
        for other in gradients.dropFirst() { ok_add(total, other.base, parameters.count) }
        let norm = Float(ok_sum_of_squares(total, parameters.count).squareRoot())
        stepCount += 1
        let (beta1, beta2): (Float, Float) = (0.9, 0.999)
        ok_adam(
            parameters.values.base, total, firstMoment.base, secondMoment.base, parameters.count, learningRate, beta1, beta2,
            1e-8, 1 - pow(beta1, Float(stepCount)), 1 - pow(beta2, Float(stepCount)), norm > clipNorm ? clipNorm / norm : 1)
        return loss
    }

    /// The batch's loss; nothing is changed.
    public func loss(_ batch: Batch) -> Float { accumulate(batch, backward: false) }

    /// The batch's loss and its gradient in layout order, without an update.
    func gradient(_ batch: Batch) -> (loss: Float, gradient: [Float]) {
        let loss = accumulate(batch, backward: true)
        for other in gradients.dropFirst() { ok_add(gradients[0].base, other.base, parameters.count) }
        return (loss, gradients[0].array)
    }

    private func accumulate(_ batch: Batch, backward: Bool) -> Float {
        let count = batch.inputs.count / windowSize
        precondition(batch.inputs.count == count * windowSize && batch.targets.count == batch.inputs.count)
        precondition(batch.importance.count == batch.inputs.count)
        let importance = batch.importance.reduce(0, +)
        guard importance > 0 else {
            for gradient in gradients { gradient.base.update(repeating: 0, count: gradient.count) }
            return 0
        }
        let losses = FloatBuffer(count: threadCount)
        forEachThread(threadCount) { [self] thread in
            losses.base[thread] = work(thread, batch, count: count, importance: importance, backward: backward)
        }
        return losses.array.reduce(0, +)
    }

    /// One thread's share: every `threadCount`-th slice of the batch.
    private func work(_ thread: Int, _ batch: Batch, count: Int, importance: Float, backward: Bool) -> Float {
        let network = networks[thread]
        let weights = Weights(values: parameters.values.base, gradients: gradients[thread].base)
        if backward { weights.gradients.update(repeating: 0, count: parameters.count) }
        let slice = min(sliceSize, (count + threadCount - 1) / threadCount)
        var loss: Float = 0
        for start in stride(from: thread * slice, to: count, by: threadCount * slice) {
            let windows = min(slice, count - start)
            load(batch, start: start, windows: windows, into: network)
            network.forward(weights, batch: windows)
            loss += compare(batch, start: start, windows: windows, network: network, importance: importance)
            if backward { network.backward(weights, batch: windows) }
        }
        return loss
    }

    private func load(_ batch: Batch, start: Int, windows: Int, into network: any Network) {
        batch.inputs.withUnsafeBufferPointer { inputs in
            guard let base = inputs.baseAddress else { return }
            network.input.base.update(from: base + start * windowSize, count: windows * windowSize)
        }
        network.hiddenPatches = batch.hiddenPatches.map { Array($0[(start * tokenCount)..<((start + windows) * tokenCount)]) }
    }

    /// The slice's part of the loss, its gradient left in `outputGradient`.
    private func compare(_ batch: Batch, start: Int, windows: Int, network: any Network, importance: Float) -> Float {
        let (output, gradient) = (network.output.base, network.outputGradient.base)
        let scale = 1 / importance
        var loss: Float = 0
        batch.targets.withUnsafeBufferPointer { targets in
            batch.importance.withUnsafeBufferPointer { importances in
                for index in 0..<(windows * windowSize) {
                    let place = start * windowSize + index
                    let difference = output[index] - targets[place]
                    let weighted = importances[place] * scale * difference
                    loss += weighted * difference
                    gradient[index] = 2 * weighted
                }
            }
        }
        return loss
    }
}
