import NeuralNetwork
import TimeSeries

/// Which of the two networks.
public enum ModelKind: String, CaseIterable, Sendable, Codable {
    case lstm, transformer

    /// The name on screens and in messages.
    public var title: String {
        switch self {
        case .lstm: "LSTM"
        case .transformer: "Transformer"
        }
    }
}

/// Everything that decides how one model is built, trained and scored.
public struct DetectorPlan: Sendable, Equatable, Codable {
    /// The network and its sizes.
    public var architecture: Architecture
    /// The most passes over the training windows.
    public var epochs: Int
    /// Windows in one update.
    public var batchSize: Int
    /// Windows drawn for one epoch at the most.
    public var windowsPerEpoch: Int
    /// Adam's step size at its peak.
    public var learningRate: Float
    /// Epochs without a better validation loss after which training stops.
    public var patience: Int
    /// Share of the training rows, at their end, that is held out to decide when to stop.
    public var validationShare: Double
    /// Share of a Transformer's patches that training hides, 0 to hide none.
    public var maskedShare: Double
    /// Standard deviation of the noise added to inputs while training, in scaled units.
    public var noise: Float
    /// Scoring passes in each of which another one of that many patches is hidden; 0 hides none.
    public var maskedPasses: Int
    /// Rows between the starts of neighbouring windows when scoring.
    public var scoringStride: Int
    /// Where the random numbers begin.
    public var seed: UInt64

    /// Rows in a window.
    public var windowLength: Int { architecture.windowLength }

    /// Which network this plan is for.
    public var kind: ModelKind {
        switch architecture {
        case .lstm: .lstm
        case .transformer: .transformer
        }
    }

    /// The settings that suit `series`: an LSTM window of one dominant period, a Transformer window of
    /// several, both short enough to fit the training rows four times.
    public static func standard(_ kind: ModelKind, for series: Series, trainingRows: Int, seed: UInt64) -> DetectorPlan {
        let period = typicalPeriod(of: series)
        let channels = series.channels.count
        switch kind {
        case .lstm:
            let window = max(4, min(min(max(period, 16), 160), trainingRows / 4))
            return DetectorPlan(
                architecture: .lstm(
                    LSTMArchitecture(
                        windowLength: window, channelCount: channels, hiddenSize: 48, latentSize: 8 + 2 * min(channels, 8))),
                epochs: 40, batchSize: 32, windowsPerEpoch: 1536, learningRate: 4e-3, patience: 6, validationShare: 0.15,
                maskedShare: 0, noise: 0.05, maskedPasses: 0, scoringStride: max(1, window / 8), seed: seed)
        case .transformer:
            let wanted = min(max(4 * period, 128), 640, trainingRows / 4)
            let patch = max(1, min(wanted / 4, max(2, (wanted + 47) / 48)))
            let window = max(1, wanted / patch) * patch
            return DetectorPlan(
                architecture: .transformer(
                    TransformerArchitecture(
                        windowLength: window, channelCount: channels, patchLength: patch, width: 48, headCount: 4,
                        layerCount: 2, feedForwardSize: 128, bottleneckSize: 8 + 2 * min(channels, 8))),
                epochs: 40, batchSize: 32, windowsPerEpoch: 768, learningRate: 2e-3, patience: 8, validationShare: 0.15,
                maskedShare: 0.3, noise: 0.05, maskedPasses: 4, scoringStride: max(1, window / 4), seed: seed + 1)
        }
    }

    /// The median of the channels' dominant periods; 64 where none has one.
    static func typicalPeriod(of series: Series) -> Int {
        let periods = series.channels.prefix(16).compactMap { dominantPeriod(of: $0.values) }.sorted()
        return periods.isEmpty ? 64 : periods[periods.count / 2]
    }
}
