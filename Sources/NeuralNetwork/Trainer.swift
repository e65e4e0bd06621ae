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
    /// Patches hidden from a network that has some, `[count, tokens]` of 0 or 1; `nil` hides nothing.
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
public final class Trainer {
    private let initial: Parameters
    /// What is being trained, in layout order; changed by every step.
    let values: FloatBuffer
    private let threadCount: Int
    private let windowSize: Int
    private let tokenCount: Int?
    private let sliceSize: Int
    private let networks: [any Network]
    private let gradients: [FloatBuffer]
    private let firstMoment: FloatBuffer
    private let secondMoment: FloatBuffer
    private var stepCount = 0

    /// Prepares to train on `threadCount` threads, beginning at `parameters`, which stay as they are.
    public init(_ parameters: Parameters, threadCount: Int) {
        let architecture = parameters.architecture
        let sizes = architecture.sizes
        let threadCount = max(1, threadCount)
        initial = parameters
        values = FloatBuffer(copying: parameters.values)
        self.threadCount = threadCount
        windowSize = architecture.windowLength * architecture.channelCount
        tokenCount = architecture.maskable?.tokenCount
        sliceSize = sizes.sliceSize
        networks = (0..<threadCount).map { _ in sizes.network(capacity: sizes.sliceSize, isTrained: true) }
        gradients = (0..<threadCount).map { _ in FloatBuffer(count: parameters.count) }
        firstMoment = FloatBuffer(count: parameters.count)
        secondMoment = FloatBuffer(count: parameters.count)
    }

    /// The parameters as they are after the steps so far.
    public var parameters: Parameters { Parameters(like: initial, values: values) }

    /// One update from `batch`: forward, backward, clipping of the gradient's norm, Adam.
    /// - Returns: the batch's loss before the update.
    public func step(_ batch: Batch, learningRate: Float, clipNorm: Float = .infinity) -> Float {
        let loss = accumulate(batch, backward: true)
        let total = sumOfGradients()
        let norm = Float(ok_sum_of_squares(total.base, total.count).squareRoot())
        stepCount += 1
        let (beta1, beta2): (Float, Float) = (0.9, 0.999)
        ok_adam(
            values.base, total.base, firstMoment.base, secondMoment.base, values.count, learningRate, beta1, beta2,
            1e-8, 1 - pow(beta1, Float(stepCount)), 1 - pow(beta2, Float(stepCount)), norm > clipNorm ? clipNorm / norm : 1)
        return loss
    }

    /// The batch's loss; nothing is changed.
    public func loss(_ batch: Batch) -> Float { accumulate(batch, backward: false) }

    /// The batch's loss and its gradient in layout order, without an update.
    func gradient(_ batch: Batch) -> (loss: Float, gradient: [Float]) {
        let loss = accumulate(batch, backward: true)
        return (loss, sumOfGradients().array)
    }

    /// Adds the threads' gradients into the first thread's.
    private func sumOfGradients() -> FloatBuffer {
        for other in gradients.dropFirst() { ok_add(gradients[0].base, other.base, other.count) }
        return gradients[0]
    }

    private func accumulate(_ batch: Batch, backward: Bool) -> Float {
        let count = batch.inputs.count / windowSize
        precondition(batch.inputs.count == count * windowSize, "a batch holds whole windows")
        precondition(
            batch.targets.count == batch.inputs.count && batch.importance.count == batch.inputs.count,
            "every input has a target and an importance")
        let importance = batch.importance.reduce(0, +)
        guard importance > 0 else {
            for gradient in gradients { gradient.base.update(repeating: 0, count: gradient.count) }
            return 0
        }
        let losses = FloatBuffer(count: threadCount)
        forEachThread(threadCount) { thread in
            losses.base[thread] = work(thread, batch, count: count, importance: importance, backward: backward)
        }
        return losses.array.reduce(0, +)
    }

    /// One thread's share: every `threadCount`-th slice of the batch.
    private func work(_ thread: Int, _ batch: Batch, count: Int, importance: Float, backward: Bool) -> Float {
        let network = networks[thread]
        let gradients = gradients[thread]
        if backward { gradients.base.update(repeating: 0, count: gradients.count) }
        let slice = min(sliceSize, (count + threadCount - 1) / threadCount)
        var loss: Float = 0
        for start in stride(from: thread * slice, to: count, by: threadCount * slice) {
            let windows = min(slice, count - start)
            load(batch, start: start, windows: windows, into: network)
            network.forward(values, batch: windows)
            loss += compare(batch, start: start, windows: windows, network: network, importance: importance)
            if backward { network.backward(values, gradients: gradients, batch: windows) }
        }
        return loss
    }

    private func load(_ batch: Batch, start: Int, windows: Int, into network: any Network) {
        network.input.load(batch.inputs[(start * windowSize)..<((start + windows) * windowSize)])
        guard let tokenCount, let network = network as? any MaskableNetwork else { return }
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
