import Foundation

/// What training and scoring have to know of a network's sizes, and the network itself.
///
/// A further network is a type with this conformance and a recipe that plans it, registered with a model; the program is not
/// touched. One from which stretches of a window can be hidden conforms to `MaskableArchitecture`, one that other tools can run
/// to `ExportableArchitecture`.
public protocol NetworkArchitecture: Sendable, Equatable, Codable {
    /// The network's name in model files.
    static var name: String { get }
    /// Rows in a window.
    var windowLength: Int { get }
    /// Values in a row.
    var channelCount: Int { get }
    /// Floating-point operations of the matrix products of one training step, forward and backward.
    func trainingFlops(windows: Int) -> Int
    /// Whether every size is positive, within what memory allows, and divides what it must: what a file from outside has to show
    /// before a network is built from it. What one slice of windows takes in scoring stays below about 500 MB unless there
    /// are very many channels, far above what recipes plan.
    var isSound: Bool { get }
    /// The parameters such a network has.
    var layout: ParameterLayout { get }
    /// Windows worked on at once, so that one slice's activations stay in the processor's cache.
    var sliceSize: Int { get }
    /// A working copy for at most `capacity` windows at a time.
    /// - Parameter isTrained: whether `backward` will be called; without it less memory is needed.
    func network(capacity: Int, isTrained: Bool) -> any Network
}

/// A network that sees a window as patches of rows, some of which can be hidden from it; its networks are `MaskableNetwork`.
public protocol MaskableArchitecture: NetworkArchitecture {
    /// Rows in a patch, which are hidden together; divides `windowLength`.
    var patchLength: Int { get }
}

extension MaskableArchitecture {
    /// Patches in a window.
    public var tokenCount: Int { windowLength / patchLength }
}

/// A network that has a form for other tools.
public protocol ExportableArchitecture: NetworkArchitecture {
    /// The network for other tools, from its parameters by name.
    func graph(_ tensors: [String: Tensor]) -> ONNXGraph
}

/// One working copy of a network: its buffers, for at most `capacity` windows at a time.
public protocol Network: AnyObject {
    /// `[capacity, time, channels]`, filled by the caller before `forward`.
    var input: FloatBuffer { get }
    /// `[capacity, time, channels]`, filled by `forward`.
    var output: FloatBuffer { get }
    /// `[capacity, time, channels]`, filled by the caller before `backward`.
    var outputGradient: FloatBuffer { get }

    /// Reconstructs the first `batch` windows of `input`; `weights` are all parameters, in layout order.
    func forward(_ weights: FloatBuffer, batch: Int)
    /// Adds the gradient of every parameter to `gradients`, in layout order, after a `forward` with the same
    /// `weights` and `batch`.
    func backward(_ weights: FloatBuffer, gradients: FloatBuffer, batch: Int)
}

/// A network from which patches can be hidden.
public protocol MaskableNetwork: Network {
    /// Patches hidden from the network in `forward`, and in every pass of `answer`, `[batch, tokens]` of 0 or 1, or `nil` when
    /// nothing is hidden.
    var hiddenPatches: [UInt8]? { get set }

    /// Reconstructs windows in several passes, in each of which some patches are hidden from all windows: fills each pass's wanted
    /// patches of `output` and leaves the others as they are. For networks that are not trained.
    func answer(_ weights: FloatBuffer, batch: Int, passes: [MaskedPass])
    /// How strongly each patch looked at each other in the last `forward`, for window 0: `[tokens, tokens]`, rows
    /// summing to 1; `nil` where patches do not look at each other.
    func meanAttention() -> [Float]?
}

/// A network with its sizes, whichever it is. In files `{"lstm":{"_0":{...}}}`: the sizes under the network's name.
public struct Architecture: Sendable, Equatable {
    /// The sizes.
    public let sizes: any NetworkArchitecture

    /// Of a network with these sizes.
    public init(_ sizes: any NetworkArchitecture) { self.sizes = sizes }

    /// The LSTM autoencoder.
    public static func lstm(_ sizes: LSTMArchitecture) -> Architecture { Architecture(sizes) }
    /// The Transformer autoencoder.
    public static func transformer(_ sizes: TransformerArchitecture) -> Architecture { Architecture(sizes) }

    /// The sizes where patches can be hidden from the network.
    public var maskable: (any MaskableArchitecture)? { sizes as? any MaskableArchitecture }

    /// Rows in a window.
    public var windowLength: Int { sizes.windowLength }

    /// Values in a row.
    public var channelCount: Int { sizes.channelCount }

    /// Windows worked on at once.
    public var sliceSize: Int { sizes.sliceSize }

    /// Floating-point operations of the matrix products of one training step, forward and backward.
    public func trainingFlops(windows: Int) -> Int { sizes.trainingFlops(windows: windows) }

    /// Whether a network can be built from the sizes.
    public var isSound: Bool { sizes.isSound }

    public static func == (one: Architecture, other: Architecture) -> Bool {
        func isEqual<Sizes: NetworkArchitecture>(_ sizes: Sizes) -> Bool { one.sizes as? Sizes == sizes }
        return isEqual(other.sizes)
    }
}

/// The networks that files may hold, by their names.
public struct Networks: Sendable {
    private let types: [any NetworkArchitecture.Type]

    /// Networks, each name once.
    public init(_ types: [any NetworkArchitecture.Type]) { self.types = types }

    /// The network of a name, or `nil` where it is none of these.
    public subscript(name: String) -> (any NetworkArchitecture.Type)? { types.first { $0.name == name } }
}

extension Architecture: Encodable, DecodableWithConfiguration {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
        static let sizes = Key(stringValue: "_0")
    }

    /// Reads the sizes of one of some networks.
    /// - Throws: `DecodingError.dataCorrupted` where it is none of them.
    public init(from decoder: any Decoder, configuration networks: Networks) throws {
        let container = try decoder.container(keyedBy: Key.self)
        guard container.allKeys.count == 1, let name = container.allKeys.first, let type = networks[name.stringValue] else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "it holds no network that is known"))
        }
        sizes = try container.nestedContainer(keyedBy: Key.self, forKey: name).decode(type, forKey: .sizes)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        var sizes = container.nestedContainer(keyedBy: Key.self, forKey: Key(stringValue: type(of: self.sizes).name))
        try sizes.encode(self.sizes, forKey: .sizes)
    }
}
