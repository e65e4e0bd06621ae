/// The sizes of an LSTM autoencoder (Malhotra et al., 2016): an encoder whose last hidden state,
/// through a linear map to `latentSize`, is the input of every step of a decoder that writes the
/// window in reverse order.
public struct LSTMArchitecture: Sendable, Equatable, Codable {
    /// Rows in a window.
    public var windowLength: Int
    /// Values in a row.
    public var channelCount: Int
    /// Width of both recurrent layers.
    public var hiddenSize: Int
    /// Width of the code between them; `nil` hands over the hidden state itself.
    public var latentSize: Int?

    /// Makes an architecture; all sizes are positive.
    public init(windowLength: Int, channelCount: Int, hiddenSize: Int, latentSize: Int? = nil) {
        self.windowLength = windowLength
        self.channelCount = channelCount
        self.hiddenSize = hiddenSize
        self.latentSize = latentSize
    }
}

/// The LSTM autoencoder's forward and backward passes; see `LSTMArchitecture`.
final class LSTMAutoencoder: Network {
    struct Layers {
        var layout = ParameterLayout()
        let encoder: LSTM
        let code: Linear?
        let decoder: LSTM
        let head: Linear
    }

    static func layers(_ sizes: LSTMArchitecture) -> Layers {
        var layout = ParameterLayout()
        let encoder = LSTM("encoder", inputSize: sizes.channelCount, hiddenSize: sizes.hiddenSize, layout: &layout)
        let code = sizes.latentSize.map {
            Linear("code", inputSize: sizes.hiddenSize, outputSize: $0, layout: &layout)
        }
        let decoder = LSTM(
            "decoder", inputSize: sizes.latentSize ?? sizes.hiddenSize, hiddenSize: sizes.hiddenSize, layout: &layout)
        let head = Linear("head", inputSize: sizes.hiddenSize, outputSize: sizes.channelCount, layout: &layout)
        return Layers(layout: layout, encoder: encoder, code: code, decoder: decoder, head: head)
    }

    let input: FloatBuffer
    let output: FloatBuffer
    let outputGradient: FloatBuffer
    var hiddenPatches: [UInt8]?
    private let sizes: LSTMArchitecture
    private let layers: Layers
    private let encoderMemory: LSTM.Memory
    private let decoderMemory: LSTM.Memory
    /// Input and output with time first, `[time, batch, channels]`.
    private let timeMajor: FloatBuffer
    private let latent: FloatBuffer
    private let latentGradient: FloatBuffer
    private let codeGradient: FloatBuffer
    private let headOutput: FloatBuffer
    private let decodedGradient: FloatBuffer

    init(_ sizes: LSTMArchitecture, capacity: Int, isTrained: Bool) {
        self.sizes = sizes
        layers = Self.layers(sizes)
        let (time, channels, hidden) = (sizes.windowLength, sizes.channelCount, sizes.hiddenSize)
        input = FloatBuffer(count: capacity * time * channels)
        output = FloatBuffer(count: capacity * time * channels)
        outputGradient = FloatBuffer(count: capacity * time * channels)
        timeMajor = FloatBuffer(count: capacity * time * channels)
        headOutput = FloatBuffer(count: capacity * time * channels)
        encoderMemory = LSTM.Memory(layers.encoder, time: time, batch: capacity, keepsGates: isTrained)
        decoderMemory = LSTM.Memory(layers.decoder, time: time, batch: capacity, keepsGates: isTrained)
        latent = FloatBuffer(count: capacity * (sizes.latentSize ?? hidden))
        latentGradient = FloatBuffer(count: capacity * (sizes.latentSize ?? hidden))
        codeGradient = FloatBuffer(count: capacity * hidden)
        decodedGradient = FloatBuffer(count: isTrained ? capacity * time * hidden : 0)
    }

    func forward(_ weights: Weights, batch: Int) {
        let time = sizes.windowLength
        transpose(input.base, into: timeMajor.base, batch: batch, reversed: false)
        layers.encoder.forward(weights, sequence: timeMajor.base, memory: encoderMemory, time: time, batch: batch)
        if let code = layers.code { code.forward(weights, lastHidden(batch), into: latent.base, rows: batch) }
        layers.decoder.forward(weights, constant: codeOrHidden(batch), memory: decoderMemory, time: time, batch: batch)
        layers.head.forward(weights, decoderMemory.hidden.base, into: headOutput.base, rows: time * batch)
        restore(headOutput.base, into: output.base, batch: batch)
    }

    func backward(_ weights: Weights, batch: Int) {
        let time = sizes.windowLength
        transpose(outputGradient.base, into: headOutput.base, batch: batch, reversed: true)
        layers.head.backward(
            weights, x: decoderMemory.hidden.base, dy: headOutput.base, dx: decodedGradient.base, rows: time * batch)
        layers.decoder.backward(
            weights, constant: codeOrHidden(batch), dh: .every(decodedGradient.base), dx: latentGradient.base,
            memory: decoderMemory, time: time, batch: batch)
        var last = latentGradient.base
        if let code = layers.code {
            code.backward(weights, x: lastHidden(batch), dy: latentGradient.base, dx: codeGradient.base, rows: batch)
            last = codeGradient.base
        }
        layers.encoder.backward(
            weights, sequence: timeMajor.base, dh: .last(last), dx: nil, memory: encoderMemory, time: time, batch: batch)
    }

    private func lastHidden(_ batch: Int) -> Floats {
        encoderMemory.hidden.base + (sizes.windowLength - 1) * batch * sizes.hiddenSize
    }

    private func codeOrHidden(_ batch: Int) -> Floats { layers.code == nil ? lastHidden(batch) : latent.base }

    /// `[batch, time, channels]` to `[time, batch, channels]`, time running backwards where `reversed`.
    private func transpose(_ from: Floats, into target: Floats, batch: Int, reversed: Bool) {
        let (time, channels) = (sizes.windowLength, sizes.channelCount)
        for step in 0..<time {
            let row = (reversed ? time - 1 - step : step) * batch
            for window in 0..<batch {
                for channel in 0..<channels {
                    target[(row + window) * channels + channel] = from[(window * time + step) * channels + channel]
                }
            }
        }
    }

    /// The decoder's output, which runs backwards in time, to `[batch, time, channels]`.
    private func restore(_ from: Floats, into target: Floats, batch: Int) {
        let (time, channels) = (sizes.windowLength, sizes.channelCount)
        for window in 0..<batch {
            for step in 0..<time {
                let row = (time - 1 - step) * batch + window
                for channel in 0..<channels {
                    target[(window * time + step) * channels + channel] = from[row * channels + channel]
                }
            }
        }
    }
}
