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
    public var maskedShare: Float
    /// The most neighbouring patches that are hidden together.
    public var maskedSpan: Int
    /// Standard deviation of the noise added to inputs while training, in scaled units.
    public var noise: Float
    /// Scoring passes in each of which another one of that many spans is hidden; 0 hides none.
    public var maskedPasses: Int
    /// Rows over which errors are averaged before calibration, for short and for long anomalies.
    public var shortSmoothing: Int, longSmoothing: Int
    /// How much the long average counts beside the short one, 0 to 1.
    public var longShare: Float
    /// Rows over which a change for good becomes what is normal; `nil` never.
    public var adaptationRows: Int?
    /// Rows at both ends of a window whose reconstruction does not count, for want of context; the ends of
    /// the series excepted.
    public var scoringMargin: Int
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

    /// The settings that suit `series`; see `Recipe`.
    public static func standard(
        _ kind: ModelKind, for series: Series, trainingRows: Int, seed: UInt64, recipe: Recipe = Recipe()
    ) -> DetectorPlan {
        let period = typicalPeriod(of: series.prefix(trainingRows))
        return switch kind {
        case .lstm: recipe.lstmPlan(period: period, channels: series.channels.count, trainingRows: trainingRows, seed: seed)
        case .transformer:
            recipe.transformerPlan(period: period, channels: series.channels.count, trainingRows: trainingRows, seed: seed + 1)
        }
    }

    /// The median of the channels' dominant periods; 64 where none has one.
    static func typicalPeriod(of series: Series) -> Int {
        let periods = series.channels.prefix(16).compactMap { dominantPeriod(of: $0.values) }.sorted()
        return periods.isEmpty ? 64 : periods[periods.count / 2]
    }
}
