import AnomalyDetection
import NeuralNetwork

#if canImport(Glibc)
    import Glibc
#endif

/// The sizes of the test's own network, a convolutional autoencoder: a convolution over stretches of rows, a bottleneck over
/// the whole window, and a transposed convolution back to rows.
public struct ConvolutionalArchitecture: ExportableArchitecture {
    public static let name = "convolutional"
    /// Rows in a window; a multiple of `kernelLength`.
    public var windowLength: Int
    /// Values in a row.
    public var channelCount: Int
    /// Rows in a stretch.
    public var kernelLength: Int
    /// Features of a stretch, and width of the bottleneck.
    public var featureCount: Int, codeSize: Int

    public init(windowLength: Int, channelCount: Int, kernelLength: Int, featureCount: Int, codeSize: Int) {
        self.windowLength = windowLength
        self.channelCount = channelCount
        self.kernelLength = kernelLength
        self.featureCount = featureCount
        self.codeSize = codeSize
    }

    /// Stretches in a window, and values in a stretch.
    var stretches: Int { windowLength / kernelLength }
    var stretchSize: Int { kernelLength * channelCount }

    public func trainingFlops(windows: Int) -> Int { 12 * windows * stretches * featureCount * (stretchSize + codeSize) }

    public var isSound: Bool {
        [windowLength, channelCount, kernelLength, featureCount, codeSize].allSatisfy((1...4096).contains)
            && windowLength % kernelLength == 0 && windowLength * max(channelCount, featureCount) <= 1 << 20
    }

    public var layout: ParameterLayout { ConvolutionalAutoencoder.Layers(self).layout }
    public var sliceSize: Int { 16 }

    public func network(capacity: Int, isTrained: Bool) -> any Network { ConvolutionalAutoencoder(self, capacity: capacity) }

    public func graph(_ tensors: [String: Tensor]) -> ONNXGraph {
        var graph = ONNXGraph(name: Self.name, tensors: tensors)
        let windows = graph.input("windows", windowShape)
        let rows = graph.apply("Reshape", windows, graph.constant([-1, stretches, stretchSize]))
        let features = graph.apply("Tanh", graph.linear(rows, "convolution"))
        let flat = graph.apply("Reshape", features, graph.constant([-1, stretches * featureCount]))
        let widened = graph.apply("Tanh", graph.linear(graph.linear(flat, "squeeze"), "widen"))
        let back = graph.apply("Reshape", widened, graph.constant([-1, stretches, featureCount]))
        let result = graph.apply(
            "Reshape", graph.linear(back, "transposed"), graph.constant([-1, windowLength, channelCount]))
        graph.output(result, "reconstruction", windowShape)
        return graph
    }
}

/// Its forward and backward passes.
final class ConvolutionalAutoencoder: Network {
    struct Layers {
        let convolution, squeeze, widen, transposed: Linear
        let layout: ParameterLayout

        init(_ sizes: ConvolutionalArchitecture) {
            let wide = sizes.stretches * sizes.featureCount
            var layout = ParameterLayout()
            convolution = Linear(
                "convolution", inputSize: sizes.stretchSize, outputSize: sizes.featureCount, layout: &layout)
            squeeze = Linear("squeeze", inputSize: wide, outputSize: sizes.codeSize, layout: &layout)
            widen = Linear("widen", inputSize: sizes.codeSize, outputSize: wide, layout: &layout)
            transposed = Linear("transposed", inputSize: sizes.featureCount, outputSize: sizes.stretchSize, layout: &layout)
            self.layout = layout
        }
    }

    let input, output, outputGradient: FloatBuffer
    private let sizes: ConvolutionalArchitecture
    private let layers: Layers
    /// `[batch, stretches, featureCount]`, and `[batch, codeSize]`.
    private let features, featuresGradient, widened, widenedGradient, code, codeGradient: FloatBuffer

    init(_ sizes: ConvolutionalArchitecture, capacity: Int) {
        self.sizes = sizes
        layers = Layers(sizes)
        func buffer(_ count: Int) -> FloatBuffer { FloatBuffer(count: capacity * count) }
        let (values, wide) = (sizes.windowLength * sizes.channelCount, sizes.stretches * sizes.featureCount)
        (input, output, outputGradient) = (buffer(values), buffer(values), buffer(values))
        (features, featuresGradient, widened, widenedGradient) = (buffer(wide), buffer(wide), buffer(wide), buffer(wide))
        (code, codeGradient) = (buffer(sizes.codeSize), buffer(sizes.codeSize))
    }

    /// A row a stretch, and a row a window.
    private func stretches(_ buffer: FloatBuffer, _ batch: Int, _ columns: Int) -> Matrix {
        buffer.matrix(rows: batch * sizes.stretches, columns: columns)
    }

    private func windows(_ buffer: FloatBuffer, _ batch: Int, _ columns: Int) -> Matrix {
        buffer.matrix(rows: batch, columns: columns)
    }

    func forward(_ weights: FloatBuffer, batch: Int) {
        let (size, count, wide) = (sizes.stretchSize, sizes.featureCount, sizes.stretches * sizes.featureCount)
        layers.convolution.forward(weights, stretches(input, batch, size), into: stretches(features, batch, count))
        for index in 0..<(batch * wide) { features.base[index] = tanhf(features.base[index]) }
        layers.squeeze.forward(weights, windows(features, batch, wide), into: windows(code, batch, sizes.codeSize))
        layers.widen.forward(weights, windows(code, batch, sizes.codeSize), into: windows(widened, batch, wide))
        for index in 0..<(batch * wide) { widened.base[index] = tanhf(widened.base[index]) }
        layers.transposed.forward(weights, stretches(widened, batch, count), into: stretches(output, batch, size))
    }

    func backward(_ weights: FloatBuffer, gradients: FloatBuffer, batch: Int) {
        let (size, count, wide) = (sizes.stretchSize, sizes.featureCount, sizes.stretches * sizes.featureCount)
        // forward: output = transposed(widened)
        layers.transposed.backward(
            weights, gradients: gradients, x: stretches(widened, batch, count), dy: stretches(outputGradient, batch, size),
            dx: stretches(widenedGradient, batch, count))
        // forward: widened = tanh(widen(code))
        for index in 0..<(batch * wide) { widenedGradient.base[index] *= 1 - widened.base[index] * widened.base[index] }
        layers.widen.backward(
            weights, gradients: gradients, x: windows(code, batch, sizes.codeSize), dy: windows(widenedGradient, batch, wide),
            dx: windows(codeGradient, batch, sizes.codeSize))
        // forward: code = squeeze(features)
        layers.squeeze.backward(
            weights, gradients: gradients, x: windows(features, batch, wide), dy: windows(codeGradient, batch, sizes.codeSize),
            dx: windows(featuresGradient, batch, wide))
        // forward: features = tanh(convolution(input))
        for index in 0..<(batch * wide) { featuresGradient.base[index] *= 1 - features.base[index] * features.base[index] }
        layers.convolution.backward(
            weights, gradients: gradients, x: stretches(input, batch, size), dy: stretches(featuresGradient, batch, count),
            dx: nil)
    }
}
