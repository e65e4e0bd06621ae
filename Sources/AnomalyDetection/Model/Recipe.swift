import NeuralNetwork
import TimeSeries

/// From what is known of a series (its dominant period, channels and rows) to the plan of one model. The numbers were
/// chosen by measurement over labelled series; `Benchmarks/README.md` has the tables.
public protocol Recipe: Sendable, Equatable, Codable {
    /// The network that it plans, and that model files hold.
    static var network: any NetworkArchitecture.Type { get }
    /// The plan for a series with this dominant period in rows.
    func plan(period: Int, channels: Int, trainingRows: Int, seed: UInt64) -> DetectorPlan
}

extension Recipe {
    /// The plan that suits the training rows of a task; of several series, those of half of them at least.
    func plan(for task: TrainingTask) -> DetectorPlan {
        let lengths = task.parts.map(\.count).sorted()
        return plan(
            period: typicalPeriod(of: task.parts.evenly(atMost: 64).map { task.series.rows($0) }) ?? FallbackPeriod.model,
            channels: task.series.channels.count, trainingRows: lengths[lengths.count / 2], seed: task.seed)
    }
}

extension Array {
    /// All elements, or about `most` of them, evenly spread, where there are more.
    func evenly(atMost most: Int) -> [Element] {
        Swift.stride(from: 0, to: count, by: Swift.max(1, count / most)).map { self[$0] }
    }
}

/// How long a model's window is.
public struct WindowRule: Sendable, Equatable, Codable {
    /// Dominant periods in the window.
    public var periods: Double
    /// Fewest and most rows, as far as the training rows allow.
    public var shortest: Int, longest: Int

    /// Several periods within bounds.
    public init(periods: Double, shortest: Int, longest: Int) {
        self.periods = periods
        self.shortest = shortest
        self.longest = longest
    }

    /// Rows for a dominant period; a window fits the training rows at least four times.
    public func rows(period: Int, trainingRows: Int) -> Int {
        min(max(Int((periods * Double(period)).rounded()), shortest), longest, trainingRows / 4)
    }
}

/// How a model's errors are averaged over rows; the same for every model, so that their scores rise and fall together.
public struct ErrorAveraging: Sendable, Equatable, Codable {
    /// Dominant periods over which errors are averaged, for short and for long anomalies.
    public var shortPeriods = 0.25, longPeriods = 1.0
    /// Fewest rows of the long average.
    public var longShortest = FallbackPeriod.model
    /// Errors are averaged over at most half of such a window, so that a score depends on rows within one alone.
    public var within = WindowRule(periods: 4, shortest: 168, longest: 640)

    /// The defaults.
    public init() {}

    /// Rows of the short and of the long average.
    public func rows(period: Int, trainingRows: Int) -> (short: Int, long: Int) {
        let longest = max(1, within.rows(period: period, trainingRows: trainingRows) / 2 - 2)
        func rows(_ periods: Double, atLeast shortest: Int) -> Int {
            min(max(Int((periods * Double(period)).rounded()), shortest), longest)
        }
        return (rows(shortPeriods, atLeast: 1), rows(longPeriods, atLeast: longShortest))
    }
}

/// How the LSTM autoencoder is planned.
public struct LSTMRecipe: Recipe {
    public static var network: any NetworkArchitecture.Type { LSTMArchitecture.self }
    /// Rows in a window.
    public var window = WindowRule(periods: 1, shortest: 16, longest: 160)
    /// Width of the recurrent layers.
    public var hiddenSize = 48
    /// Width of the code for one channel; each further one up to eight adds two.
    public var latentSize = 10
    /// Noise on the inputs while training, in scaled units.
    public var noise: Float = 0.05
    /// The largest number of epochs, windows in each, and step size.
    public var epochs = 40, windowsPerEpoch = 1536, learningRate: Float = 4e-3
    /// Epochs without a better validation loss after which training stops.
    public var patience = 6
    /// Windows that cover a row in scoring.
    public var coverage = 4
    /// What is done with its errors.
    public var averaging = ErrorAveraging()

    /// The defaults.
    public init() {}

    public func plan(period: Int, channels: Int, trainingRows: Int, seed: UInt64) -> DetectorPlan {
        let averaged = averaging.rows(period: period, trainingRows: trainingRows)
        let window = max(4, window.rows(period: period, trainingRows: trainingRows))
        return DetectorPlan(
            architecture: .lstm(
                LSTMArchitecture(
                    windowLength: window, channelCount: channels, hiddenSize: hiddenSize,
                    latentSize: latentSize + 2 * min(channels - 1, 7))),
            epochs: epochs, batchSize: 32, windowsPerEpoch: windowsPerEpoch, learningRate: learningRate, patience: patience,
            validationShare: 0.15, noise: noise, masking: nil, shortSmoothing: averaged.short, longSmoothing: averaged.long,
            scoringMargin: 0, scoringStride: max(1, window / coverage), seed: seed)
    }
}

/// How the Transformer autoencoder is planned.
public struct TransformerRecipe: Recipe {
    public static var network: any NetworkArchitecture.Type { TransformerArchitecture.self }
    /// Rows in a window, which holds whole patches.
    public var window = WindowRule(periods: 4, shortest: 168, longest: 640)
    /// The windows whose levels and swings are judged: near ones, as the LSTM's are, since those of a long window say nothing of
    /// what is short.
    public var noveltyWindow = WindowRule(periods: 1, shortest: 16, longest: 160)
    /// Patches in a window at the most.
    public var tokens = 48
    /// Width of the tokens, of the feed-forward parts, and layers.
    public var width = 48, feedForwardSize = 128, layers = 2
    /// Width of the bottleneck for one channel; each further one up to eight adds two.
    public var bottleneckSize = 10
    /// Noise on the inputs while training, in scaled units.
    public var noise: Float = 0.05
    /// The largest number of epochs, windows in each, and step size.
    public var epochs = 40, windowsPerEpoch = 768, learningRate: Float = 2e-3
    /// Epochs without a better validation loss after which training stops.
    public var patience = 8
    /// Share of patches hidden while training.
    public var maskedShare: Float = 0.3
    /// Dominant periods that are hidden together at the most.
    public var maskedPeriods = 0.5
    /// Scoring passes; each hides one span in that many.
    public var maskedPasses = 4
    /// What is done with its errors.
    public var averaging = ErrorAveraging()

    /// The defaults.
    public init() {}

    public func plan(period: Int, channels: Int, trainingRows: Int, seed: UInt64) -> DetectorPlan {
        let averaged = averaging.rows(period: period, trainingRows: trainingRows)
        let rows = window.rows(period: period, trainingRows: trainingRows)
        let patch = max(1, min(rows / 4, max(2, (rows + tokens - 1) / tokens)))
        let window = max(1, rows / patch) * patch
        let span = max(1, Int((maskedPeriods * Double(period) / Double(patch)).rounded()))
        return DetectorPlan(
            architecture: .transformer(
                TransformerArchitecture(
                    windowLength: window, channelCount: channels, patchLength: patch, width: width, headCount: 4,
                    layerCount: layers, feedForwardSize: feedForwardSize,
                    bottleneckSize: bottleneckSize + 2 * min(channels - 1, 7))),
            epochs: epochs, batchSize: 32, windowsPerEpoch: windowsPerEpoch, learningRate: learningRate, patience: patience,
            validationShare: 0.15, noise: noise,
            masking: Masking(
                share: maskedShare, span: min(span, window / patch / max(2, maskedPasses)), passes: maskedPasses),
            shortSmoothing: averaged.short, longSmoothing: averaged.long,
            scoringMargin: window / 4,
            scoringStride: max(1, window / 4),
            noveltyLength: min(window, max(4, noveltyWindow.rows(period: period, trainingRows: trainingRows))), seed: seed &+ 1)
    }
}
