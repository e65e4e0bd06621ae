/// Runs windows through a trained network, on one or more threads.
public final class NetworkRunner {
    private let parameters: Parameters
    private let networks: [any Network]
    private let windowSize: Int
    /// Windows that are worked on together, whose places among each other may decide how answers are rounded.
    public let slice: Int
    private let output: FloatBuffer
    /// The most windows `reconstruct` takes at once.
    public let capacity: Int

    /// Prepares buffers for `capacity` windows at a time, by default what suits the threads.
    /// - Parameter slice: windows that are worked on together; by default what keeps the processor's cache busy.
    public init(_ parameters: Parameters, capacity: Int? = nil, threadCount: Int = 1, slice: Int? = nil) {
        let architecture = parameters.architecture
        let slice = slice ?? architecture.sizes.sliceSize
        self.slice = slice
        self.parameters = parameters
        self.capacity = capacity ?? slice * max(1, threadCount)
        networks = (0..<max(1, threadCount)).map { _ in architecture.sizes.network(capacity: slice, isTrained: false) }
        windowSize = architecture.windowLength * architecture.channelCount
        output = FloatBuffer(count: self.capacity * windowSize)
    }

    /// The network's answer to `windows`, `[count, time, channels]`, handed to `body` in the same shape
    /// while it is valid.
    /// - Parameters:
    ///   - place: the place of the first window in its slice.
    ///   - hiddenPatches: `[count, tokens]` of 0 or 1, or `nil`.
    public func reconstruct(
        _ windows: [Float], from place: Int = 0, hiddenPatches: [UInt8]? = nil, body: (UnsafeBufferPointer<Float>) -> Void
    ) {
        reconstruct(windows, from: place, body: body) { network, range, place in
            if let maskable = network as? any MaskableNetwork {
                maskable.hiddenPatches = hiddenPatches.map { self.hiddenPatches($0, of: range, from: place) }
            }
            network.forward(parameters.values, batch: slice)
        }
    }

    /// The network's answers to `windows`, `[count, time, channels]`, each patch from the pass that wants it, handed to `body` in
    /// the same shape while they are valid; patches that no pass wants have no meaning.
    /// - Parameters:
    ///   - place: the place of the first window in its slice.
    ///   - hiddenPatches: those that all passes hide, `[count, tokens]` of 0 or 1, or `nil`.
    public func reconstruct(
        _ windows: [Float], from place: Int = 0, passes: [MaskedPass], hiddenPatches: [UInt8]? = nil,
        body: (UnsafeBufferPointer<Float>) -> Void
    ) {
        reconstruct(windows, from: place, body: body) { network, range, place in
            guard let network = network as? any MaskableNetwork else {
                preconditionFailure("patches are hidden from networks that have some")
            }
            network.hiddenPatches = hiddenPatches.map { self.hiddenPatches($0, of: range, from: place) }
            network.answer(parameters.values, batch: slice, passes: passes)
        }
    }

    /// The marks of a whole slice, `[slice, tokens]`, in which the windows of `range` begin at `place`.
    private func hiddenPatches(_ all: [UInt8], of range: Range<Int>, from place: Int) -> [UInt8] {
        let tokens = parameters.architecture.maskable?.tokenCount ?? 0
        return [UInt8](repeating: 0, count: place * tokens) + all[(range.lowerBound * tokens)..<(range.upperBound * tokens)]
            + [UInt8](repeating: 0, count: (slice - place - range.count) * tokens)
    }

    /// Has every slice of windows answered by `run`: a whole slice, whatever is in the place of others, since the matrix back end
    /// rounds products of few rows otherwise than those of many, and a window's answer should not depend on how many are asked
    /// about with it. `run` takes the windows of a slice and the place of the first of them in it.
    private func reconstruct(
        _ windows: [Float], from place: Int, body: (UnsafeBufferPointer<Float>) -> Void,
        run: (any Network, Range<Int>, Int) -> Void
    ) {
        let count = windows.count / windowSize
        precondition(
            windows.count == count * windowSize && place >= 0 && place + count <= capacity, "whole windows, and no more than fit")
        let answers = output.matrix(rows: count, columns: windowSize)
        forEachThread(networks.count) { thread in
            let network = networks[thread]
            for start in stride(from: thread * slice, to: place + count, by: networks.count * slice) {
                let range = max(start - place, 0)..<max(0, min(start + slice - place, count))
                guard !range.isEmpty else { continue }
                let own = range.lowerBound + place - start
                network.input.load(
                    windows[(range.lowerBound * windowSize)..<(range.upperBound * windowSize)], at: own * windowSize)
                run(network, range, own)
                let output = network.output.matrix(rows: slice, columns: windowSize)
                copy(output.rows(own..<(own + range.count)), to: answers.rows(range))
            }
        }
        body(UnsafeBufferPointer(start: output.base, count: windows.count))
    }

    /// The mean attention `[tokens, tokens]` that a network paid while it reconstructed one window; `nil` for one that has no
    /// patches, or whose patches do not look at each other.
    public func attention(_ window: [Float], hiddenPatches: [UInt8]? = nil) -> [Float]? {
        reconstruct(window, hiddenPatches: hiddenPatches) { _ in }
        return (networks[0] as? any MaskableNetwork)?.meanAttention()
    }
}
