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

extension LSTMArchitecture: ExportableArchitecture {
    public static var name: String { "lstm" }

    public func trainingFlops(windows: Int) -> Int {
        let latent = latentSize ?? hiddenSize
        let recurrent = 2 * 8 * windowLength * hiddenSize * hiddenSize
        let inputs = 8 * windowLength * hiddenSize * channelCount + 8 * hiddenSize * latent
        let maps = 2 * windowLength * hiddenSize * channelCount + (latentSize == nil ? 0 : 2 * hiddenSize * latent)
        return 3 * windows * (recurrent + inputs + maps)
    }

    public var isSound: Bool {
        let bound = 1...65_536
        return bound.contains(windowLength) && bound.contains(channelCount)
            && (1...4096).contains(hiddenSize) && (1...4096).contains(latentSize ?? 1)
            && windowLength * hiddenSize <= 1 << 20 && windowLength * channelCount <= 1 << 24
    }

    public var layout: ParameterLayout { LSTMAutoencoder.Layers(self).layout }
    public var sliceSize: Int { 16 }

    public func network(capacity: Int, isTrained: Bool) -> any Network {
        LSTMAutoencoder(self, capacity: capacity, isTrained: isTrained)
    }
}

/// The LSTM autoencoder's forward and backward passes; see `LSTMArchitecture`.
final class LSTMAutoencoder: Network {
    struct Layers {
        let encoder: LSTM
        /// From the last hidden state to the code, where the two differ.
        let code: Linear?
        let decoder: LSTM
        let head: Linear
        let layout: ParameterLayout

        init(_ sizes: LSTMArchitecture) {
            let (channels, hidden) = (sizes.channelCount, sizes.hiddenSize)
            var layout = ParameterLayout()
            encoder = LSTM("encoder", inputSize: channels, hiddenSize: hidden, layout: &layout)
            code = sizes.latentSize.map { Linear("code", inputSize: hidden, outputSize: $0, layout: &layout) }
            decoder = LSTM("decoder", inputSize: sizes.latentSize ?? hidden, hiddenSize: hidden, layout: &layout)
            head = Linear("head", inputSize: hidden, outputSize: channels, layout: &layout)
            self.layout = layout
        }
    }

    let input: FloatBuffer
    let output: FloatBuffer
    let outputGradient: FloatBuffer
    private let sizes: LSTMArchitecture
    private let layers: Layers
    private let encoderMemory: LSTM.Memory
    private let decoderMemory: LSTM.Memory
    /// The input with time first, `[time, batch, channels]`.
    private let timeMajor: FloatBuffer
    /// The code and its gradient, `[batch, latentSize]`.
    private let latent: FloatBuffer, latentGradient: FloatBuffer
    /// The gradient of the encoder's last hidden state, `[batch, hiddenSize]`.
    private let codeGradient: FloatBuffer
    /// The output or its gradient as the decoder writes it, `[time, batch, channels]` from the last row to the first.
    private let headOutput: FloatBuffer
    /// The gradient of the decoder's hidden states, `[time, batch, hiddenSize]`.
    private let decodedGradient: FloatBuffer

    init(_ sizes: LSTMArchitecture, capacity: Int, isTrained: Bool) {
        self.sizes = sizes
        layers = Layers(sizes)
        let (time, channels, hidden) = (sizes.windowLength, sizes.channelCount, sizes.hiddenSize)
        input = FloatBuffer(count: capacity * time * channels)
        output = FloatBuffer(count: capacity * time * channels)
        outputGradient = FloatBuffer(count: capacity * time * channels)
        timeMajor = FloatBuffer(count: capacity * time * channels)
        headOutput = FloatBuffer(count: capacity * time * channels)
        encoderMemory = LSTM.Memory(layers.encoder, time: time, batch: capacity, keepsGates: isTrained)
        decoderMemory = LSTM.Memory(layers.decoder, time: time, batch: capacity, keepsGates: isTrained)
        latent = FloatBuffer(count: capacity * (sizes.latentSize ?? hidden))
        latentGradient = FloatBuffer(count: isTrained ? capacity * (sizes.latentSize ?? hidden) : 0)
        codeGradient = FloatBuffer(count: isTrained ? capacity * hidden : 0)
        decodedGradient = FloatBuffer(count: isTrained ? capacity * time * hidden : 0)
    }

    func forward(_ weights: FloatBuffer, batch: Int) {
        let sequence = timed(timeMajor, batch)
        transpose(input, into: sequence, batch: batch, reversed: false)
        layers.encoder.forward(weights, sequence: sequence, memory: encoderMemory)
        if let code = layers.code { code.forward(weights, lastHidden(batch), into: self.code(batch)) }
        layers.decoder.forward(weights, constant: code(batch), memory: decoderMemory)
        layers.head.forward(weights, layers.decoder.output(decoderMemory, batch: batch), into: timed(headOutput, batch))
        restore(timed(headOutput, batch), into: output, batch: batch)
    }

    func backward(_ weights: FloatBuffer, gradients: FloatBuffer, batch: Int) {
        let code = code(batch)
        let dHead = timed(headOutput, batch)
        let decoded = layers.decoder.output(decoderMemory, batch: batch)
        let dDecoded = decodedGradient.matrix(rows: decoded.rows, columns: decoded.columns)
        let dCode = latentGradient.matrix(rows: code.rows, columns: code.columns)
        // forward: output = reversed(head(decoded))
        transpose(outputGradient, into: dHead, batch: batch, reversed: true)
        layers.head.backward(weights, gradients: gradients, x: decoded, dy: dHead, dx: dDecoded)
        // forward: decoded = decoder(code)
        layers.decoder.backward(
            weights, gradients: gradients, constant: code, dh: .every(dDecoded), dx: dCode, memory: decoderMemory)
        // forward: code = linear(last hidden state), or that state itself
        var dLast = dCode
        if let linear = layers.code {
            dLast = codeGradient.matrix(rows: batch, columns: sizes.hiddenSize)
            linear.backward(weights, gradients: gradients, x: lastHidden(batch), dy: dCode, dx: dLast)
        }
        // forward: hidden states = encoder(input)
        layers.encoder.backward(
            weights, gradients: gradients, sequence: timed(timeMajor, batch), dh: .last(dLast), memory: encoderMemory)
    }

    /// `[time · batch, channels]` of a buffer with time first.
    private func timed(_ buffer: FloatBuffer, _ batch: Int) -> Matrix {
        buffer.matrix(rows: sizes.windowLength * batch, columns: sizes.channelCount)
    }

    /// `[batch, hiddenSize]`.
    private func lastHidden(_ batch: Int) -> Matrix {
        layers.encoder.output(encoderMemory, batch: batch).block(sizes.windowLength - 1, rows: batch)
    }

    /// What the decoder reads at every step, `[batch, latentSize]`.
    private func code(_ batch: Int) -> Matrix {
        sizes.latentSize.map { latent.matrix(rows: batch, columns: $0) } ?? lastHidden(batch)
    }

    /// `[batch, time, channels]` to `[time, batch, channels]`, time running backwards where `reversed`.
    private func transpose(_ windows: FloatBuffer, into target: Matrix, batch: Int, reversed: Bool) {
        let (time, channels) = (sizes.windowLength, sizes.channelCount)
        let (from, to) = (windows.matrix(rows: batch * time, columns: channels).base, target.base)
        for step in 0..<time {
            let row = (reversed ? time - 1 - step : step) * batch
            for window in 0..<batch {
                for channel in 0..<channels {
                    to[(row + window) * channels + channel] = from[(window * time + step) * channels + channel]
                }
            }
        }
    }

    /// The decoder's output, `[time, batch, channels]`, which runs backwards in time, to `[batch, time, channels]`.
    private func restore(_ decoded: Matrix, into windows: FloatBuffer, batch: Int) {
        let (time, channels) = (sizes.windowLength, sizes.channelCount)
        let (from, to) = (decoded.base, windows.matrix(rows: batch * time, columns: channels).base)
        for window in 0..<batch {
            for step in 0..<time {
                let row = (time - 1 - step) * batch + window
                for channel in 0..<channels {
                    to[(window * time + step) * channels + channel] = from[row * channels + channel]
                }
            }
        }
    }
}
