import AnomalyDetection

/// What the sliders say; `Setting.all` tells each setting's name, range and meaning.
public struct AnalysisSettings: Sendable, Equatable {
    /// How the models are weighed.
    public var ensemble = Ensemble.standard
    /// Quantile of the combined scores from which rows are flagged, 0 to 1.
    public var threshold = 0.99
    /// Rows over which scores are averaged, within `smoothingRange`; 1 leaves them as they are.
    public var smoothing = 1
    /// How errors become scores.
    public var calibration = Calibration.Method.excess

    /// What `smoothing` may be: an average over more rows than that hides where an event begins.
    public static let smoothingRange = 1...101

    /// The settings to begin with.
    public init(models: Models = .standard) { ensemble = models.ensemble }
}

/// As stored; settings stored before there were more than two models hold a member a weight.
extension AnalysisSettings: Codable {
    private enum CodingKeys: String, CodingKey { case weights, threshold, smoothing, calibration, lstmWeight, transformerWeight }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if let lstm = try values.decodeIfPresent(Float.self, forKey: .lstmWeight) {
            let transformer = try values.decode(Float.self, forKey: .transformerWeight)
            ensemble = try Ensemble(PerModel([(.lstm, lstm), (.transformer, transformer)]))
        } else {
            ensemble = try values.decode(Ensemble.self, forKey: .weights)
        }
        threshold = try values.decode(Double.self, forKey: .threshold)
        let smoothing = try values.decode(Int.self, forKey: .smoothing)
        self.smoothing = min(max(smoothing, Self.smoothingRange.lowerBound), Self.smoothingRange.upperBound)
        calibration = try values.decode(Calibration.Method.self, forKey: .calibration)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(ensemble, forKey: .weights)
        try values.encode(threshold, forKey: .threshold)
        try values.encode(smoothing, forKey: .smoothing)
        try values.encode(calibration, forKey: .calibration)
    }
}
