/// What training and scoring have to know of a network's sizes, and the network itself. A further network is a type
/// with this conformance, in a file of its own, and a case of `Architecture`.
protocol NetworkArchitecture: Sendable {
    /// Rows in a window.
    var windowLength: Int { get }
    /// Values in a row.
    var channelCount: Int { get }
    /// Rows that are hidden from the network together; 0 where nothing can be.
    var patchLength: Int { get }
    /// Floating-point operations of the matrix products of one training step, forward and backward.
    func trainingFlops(windows: Int) -> Int
    /// Whether every size is positive, within what memory allows, and divides what it must. What one slice of windows takes in
    /// scoring stays below about 500 MB unless there are very many channels, far above what recipes plan.
    var isSound: Bool { get }
    /// The parameters such a network has.
    var layout: ParameterLayout { get }
    /// The network for other tools, from its parameters by name.
    func graph(_ tensors: [String: Tensor]) -> ONNXGraph
    /// Windows worked on at once, so that one slice's activations stay in the processor's cache.
    var sliceSize: Int { get }
    /// A working copy for at most `capacity` windows at a time.
    /// - Parameter isTrained: whether `backward` will be called; without it less memory is needed.
    func network(capacity: Int, isTrained: Bool) -> any Network
}

/// One of the networks with its sizes. Coded as `{"lstm":{"_0":{...}}}`, as model files hold it.
public enum Architecture: Sendable, Equatable, Codable {
    case lstm(LSTMArchitecture)
    case transformer(TransformerArchitecture)

    /// The sizes, whichever network they are for: nothing else in this module tells the cases apart.
    var sizes: any NetworkArchitecture {
        switch self {
        case .lstm(let sizes): sizes
        case .transformer(let sizes): sizes
        }
    }

    /// Rows in a window.
    public var windowLength: Int { sizes.windowLength }

    /// Values in a row.
    public var channelCount: Int { sizes.channelCount }

    /// Rows that are hidden from the network together: a Transformer's patch; 0 where nothing can be.
    public var patchLength: Int { sizes.patchLength }

    /// Patches in a window; 0 where nothing can be hidden.
    public var tokenCount: Int { patchLength > 0 ? windowLength / patchLength : 0 }

    /// Windows worked on at once.
    public var sliceSize: Int { sizes.sliceSize }

    /// Floating-point operations of the matrix products of one training step, forward and backward.
    public func trainingFlops(windows: Int) -> Int { sizes.trainingFlops(windows: windows) }

    /// Whether every size is positive, within what memory allows, and divides what it must: what a file from outside has to show
    /// before a network is built from it. What one slice of windows takes in scoring stays below about 500 MB then, unless there
    /// are very many channels; that is far above what recipes plan.
    public var isSound: Bool { sizes.isSound }
}

/// One working copy of a network: its buffers, for at most `capacity` windows at a time.
protocol Network: AnyObject {
    /// `[capacity, time, channels]`, filled by the caller before `forward`.
    var input: FloatBuffer { get }
    /// `[capacity, time, channels]`, filled by `forward`.
    var output: FloatBuffer { get }
    /// `[capacity, time, channels]`, filled by the caller before `backward`.
    var outputGradient: FloatBuffer { get }
    /// Patches hidden from the network, `[batch, tokens]` of 0 or 1, or `nil` when nothing is hidden.
    var hiddenPatches: [UInt8]? { get set }

    /// Reconstructs the first `batch` windows of `input`; `weights` are all parameters, in layout order.
    func forward(_ weights: FloatBuffer, batch: Int)
    /// Reconstructs them in several passes, in each of which some patches are hidden from all windows: fills each pass's wanted
    /// patches of `output` and leaves the others as they are. For networks with patches, which are not trained.
    func answer(_ weights: FloatBuffer, batch: Int, passes: [MaskedPass])
    /// Adds the gradient of every parameter to `gradients`, in layout order, after a `forward` with the same
    /// `weights` and `batch`.
    func backward(_ weights: FloatBuffer, gradients: FloatBuffer, batch: Int)
    /// How strongly each patch looked at each other in the last `forward`, for window 0: `[tokens, tokens]`, rows
    /// summing to 1; `nil` where patches do not look at each other.
    func meanAttention() -> [Float]?
}

extension Network {
    func answer(_ weights: FloatBuffer, batch: Int, passes: [MaskedPass]) { forward(weights, batch: batch) }
}
