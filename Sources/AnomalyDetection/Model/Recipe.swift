import NeuralNetwork

/// From what is known of a series (its dominant period, channels and rows) to plans for both models. The
/// defaults were chosen by measurement over labelled series; `Benchmarks/README.md` has the table.
public struct Recipe: Sendable, Equatable, Codable {
    /// Dominant periods in the LSTM's window.
    public var lstmPeriods = 1.0
    /// Shortest and longest LSTM window in rows.
    public var lstmShortest = 16, lstmLongest = 160
    /// Width of the LSTM's recurrent layers.
    public var lstmHidden = 48
    /// Width of the LSTM's code for one channel; each further one up to eight adds two.
    public var lstmLatent = 10
    /// Noise on the LSTM's inputs while training, in scaled units.
    public var lstmNoise: Float = 0.05
    /// The LSTM's largest number of epochs, windows in each, and step size.
    public var lstmEpochs = 40, lstmWindows = 1536, lstmRate: Float = 4e-3

    /// Dominant periods in the Transformer's window.
    public var transformerPeriods = 4.0
    /// Shortest and longest Transformer window in rows.
    public var transformerShortest = 168, transformerLongest = 640
    /// Patches in the Transformer's window at the most.
    public var transformerTokens = 48
    /// Width of the Transformer's tokens, of its feed-forward parts, and its layers.
    public var transformerWidth = 48, transformerFeedForward = 128, transformerLayers = 2
    /// Width of the Transformer's bottleneck for one channel; each further one up to eight adds two.
    public var transformerBottleneck = 10
    /// Noise on the Transformer's inputs while training, in scaled units.
    public var transformerNoise: Float = 0.05
    /// The Transformer's largest number of epochs, windows in each, and step size.
    public var transformerEpochs = 40, transformerWindows = 768, transformerRate: Float = 2e-3
    /// Share of patches hidden while training.
    public var maskedShare: Float = 0.3
    /// Dominant periods that are hidden together at the most.
    public var maskedPeriods = 0.5
    /// Scoring passes; each hides one span in that many.
    public var maskedPasses = 4

    /// Dominant periods over which errors are averaged, for short and for long anomalies.
    public var shortPeriods = 0.25, longPeriods = 2.0
    /// Fewest rows of the long average.
    public var longShortest = 80
    /// How much the long average counts beside the short one.
    public var longShare: Float = 0.7
    /// Dominant periods, and rows at the least, over which a change for good becomes what is normal; 0 never.
    public var adaptationPeriods = 4.0, adaptationShortest = 300
    /// Epochs without a better validation loss after which training stops.
    public var lstmPatience = 6, transformerPatience = 8

    /// The defaults.
    public init() {}

    /// The Transformer's window in rows. Errors are averaged over at most half of it, so that a score
    /// depends on rows within one such window alone.
    private func transformerRows(_ period: Int, _ trainingRows: Int) -> Int {
        let wanted = Int((transformerPeriods * Double(period)).rounded())
        return min(max(wanted, transformerShortest), transformerLongest, trainingRows / 4)
    }

    private func smoothing(_ period: Int, _ trainingRows: Int) -> (short: Int, long: Int) {
        let longest = max(1, transformerRows(period, trainingRows) / 2 - 2)
        func rows(_ periods: Double, atLeast shortest: Int) -> Int {
            min(max(Int((periods * Double(period)).rounded()), shortest), longest)
        }
        return (rows(shortPeriods, atLeast: 1), rows(longPeriods, atLeast: longShortest))
    }

    private func adaptation(_ period: Int) -> Int? {
        adaptationPeriods == 0 ? nil : max(adaptationShortest, Int((adaptationPeriods * Double(period)).rounded()))
    }

    /// An LSTM window fits the training rows at least four times.
    func lstmPlan(period: Int, channels: Int, trainingRows: Int, seed: UInt64) -> DetectorPlan {
        let wanted = Int((lstmPeriods * Double(period)).rounded())
        let smoothing = smoothing(period, trainingRows)
        let window = max(4, min(max(wanted, lstmShortest), lstmLongest, trainingRows / 4))
        return DetectorPlan(
            architecture: .lstm(
                LSTMArchitecture(
                    windowLength: window, channelCount: channels, hiddenSize: lstmHidden,
                    latentSize: lstmLatent + 2 * min(channels - 1, 7))),
            epochs: lstmEpochs, batchSize: 32, windowsPerEpoch: lstmWindows, learningRate: lstmRate, patience: lstmPatience,
            validationShare: 0.15, maskedShare: 0, maskedSpan: 1, noise: lstmNoise, maskedPasses: 0,
            shortSmoothing: smoothing.short, longSmoothing: smoothing.long,
            longShare: longShare, adaptationRows: adaptation(period), scoringMargin: 0, scoringStride: max(1, window / 8),
            seed: seed)
    }

    /// A Transformer window fits the training rows at least four times and holds whole patches.
    func transformerPlan(period: Int, channels: Int, trainingRows: Int, seed: UInt64) -> DetectorPlan {
        let smoothing = smoothing(period, trainingRows)
        let rows = transformerRows(period, trainingRows)
        let patch = max(1, min(rows / 4, max(2, (rows + transformerTokens - 1) / transformerTokens)))
        let window = max(1, rows / patch) * patch
        let span = max(1, Int((maskedPeriods * Double(period) / Double(patch)).rounded()))
        return DetectorPlan(
            architecture: .transformer(
                TransformerArchitecture(
                    windowLength: window, channelCount: channels, patchLength: patch, width: transformerWidth, headCount: 4,
                    layerCount: transformerLayers, feedForwardSize: transformerFeedForward,
                    bottleneckSize: transformerBottleneck + 2 * min(channels - 1, 7))),
            epochs: transformerEpochs, batchSize: 32, windowsPerEpoch: transformerWindows, learningRate: transformerRate,
            patience: transformerPatience, validationShare: 0.15, maskedShare: maskedShare,
            maskedSpan: min(span, window / patch / max(2, maskedPasses)), noise: transformerNoise, maskedPasses: maskedPasses,
            shortSmoothing: smoothing.short, longSmoothing: smoothing.long,
            longShare: longShare, adaptationRows: adaptation(period), scoringMargin: window / 4,
            scoringStride: max(1, window / 4), seed: seed)
    }
}
