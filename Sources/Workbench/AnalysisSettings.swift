import AnomalyDetection
import Foundation

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
        threshold = min(max(try values.decode(Double.self, forKey: .threshold), 0), 1)
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

/// The table: a new setting is a member above and a row here, and what it changes in `Analysis`.
extension Setting {
    /// All settings, in the order of sliders.
    public static func all(_ models: Models) -> [Setting] { models.kinds.map(weight) + [threshold, smoothing, calibration] }

    private static func weight(_ model: ModelKind) -> Setting {
        Setting(
            name: "\(model.name)_weight", title: model.title,
            help: "weight of the \(model.title)'s score, 0 to 1; only the weights' ratio matters", kind: .number(0...1),
            recomputes: .combination
        ) {
            plain(Double("\($0.ensemble.weight(of: model))") ?? 0)
        } assign: { text, settings throws(SettingError) in
            do throws(DetectionError) {
                settings.ensemble = try settings.ensemble.setting(Float(text) ?? .nan, of: model)
            } catch { throw .refused(error) }
        } shown: {
            String(format: "%.2f", $0.ensemble.share(of: model))
        }
    }

    private static let threshold = Setting(
        name: "threshold", title: "Threshold", help: "quantile of the combined scores from which rows are flagged, 0 to 1",
        kind: .number(
            0...1,
            stops: [
                0.5, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.9975, 0.999,
                0.9995, 0.9999,
            ]), recomputes: .flags
    ) {
        plain($0.threshold)
    } assign: { text, settings throws(SettingError) in
        settings.threshold = Double(text) ?? settings.threshold
    } shown: {
        let percent = String(format: "%.2f", $0.threshold * 100)
        return (percent.hasSuffix("0") ? String(percent.dropLast()) : percent) + "%"
    }

    private static let smoothing = Setting(
        name: "smoothing", title: "Smoothing",
        help:
            "rows over which scores are averaged, 1 to \(AnalysisSettings.smoothingRange.upperBound); 1 leaves them as they are",
        kind: .number(
            Double(AnalysisSettings.smoothingRange.lowerBound)...Double(AnalysisSettings.smoothingRange.upperBound),
            isWhole: true, stops: [1, 3, 5, 7, 9, 13, 17, 25, 33, 49, 65, Double(AnalysisSettings.smoothingRange.upperBound)]),
        recomputes: .smoothing
    ) {
        String($0.smoothing)
    } assign: { text, settings throws(SettingError) in
        settings.smoothing = Double(text).map { Int($0) } ?? settings.smoothing
    } shown: {
        $0.smoothing == 1 ? "off" : String($0.smoothing)
    }

    private static let calibration = Setting(
        name: "calibration", title: "Calibration", help: "how errors become scores",
        kind: .choice(Calibration.Method.allCases.map(\.rawValue)), recomputes: .calibration
    ) {
        $0.calibration.rawValue
    } assign: { text, settings throws(SettingError) in
        settings.calibration = Calibration.Method(rawValue: text) ?? settings.calibration
    } shown: {
        $0.calibration.rawValue
    }
}
