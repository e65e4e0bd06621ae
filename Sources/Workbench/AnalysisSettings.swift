import AnomalyDetection

/// What the sliders say.
public struct AnalysisSettings: Sendable, Equatable, Codable {
    /// Weight of the LSTM, 0 to 1.
    public var lstmWeight = Ensemble.standard.lstmWeight
    /// Weight of the Transformer, 0 to 1.
    public var transformerWeight = Ensemble.standard.transformerWeight
    /// Quantile of the combined scores from which rows are flagged, 0.5 to 0.9999.
    public var threshold: Double = 0.99
    /// Rows over which scores are averaged, 1 to 101; 1 leaves them as they are.
    public var smoothing = 1
    /// How errors become scores.
    public var calibration = Calibration.Method.excess

    /// The defaults.
    public init() {}
}
