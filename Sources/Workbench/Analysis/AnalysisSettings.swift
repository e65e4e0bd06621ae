import AnomalyDetection
import Foundation

/// What the sliders say; `Setting.all` tells each setting's name, range and meaning.
public struct AnalysisSettings: Sendable, Equatable {
    /// How the models are weighed.
    public var ensemble = Ensemble.standard
    /// By which rule rows are flagged.
    public var flags = Flags.gap
    /// The number of the rules `level`, `quantile` and `share`, 0 to 1.
    public var threshold = 0.99
    /// How many events the rule `top` flags, within `topRange`.
    public var top = 5
    /// Rows over which scores are averaged, within `smoothingRange`; 1 leaves them as they are.
    public var smoothing = 1
    /// How errors become scores.
    public var calibration = Calibration.Method.excess

    /// What `smoothing` may be: an average over more rows than that hides where an event begins.
    public static let smoothingRange = 1...101

    /// What `top` may be.
    public static let topRange = 1...100

    /// Ways to flag rows: `ThresholdRule` without its numbers.
    public enum Flags: String, CaseIterable, Sendable, Codable {
        case gap, level, quantile, share, top
    }

    /// The rule in force.
    public var rule: ThresholdRule {
        switch flags {
        case .gap: .gap
        case .level: .level(Float(threshold))
        case .quantile: .quantile(threshold)
        case .share: .share(threshold)
        case .top: .top(top)
        }
    }

    /// The settings to begin with.
    public init(models: Models = .standard) { ensemble = models.ensemble }
}

/// As stored. Settings stored before there were more than two models hold a member a weight; a calibration that there is no
/// more counts as the default; a threshold that was moved when there was no choice of rules is a quantile.
extension AnalysisSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case weights, flags, threshold, top, smoothing, calibration, lstmWeight, transformerWeight
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if let lstm = try values.decodeIfPresent(Float.self, forKey: .lstmWeight) {
            let transformer = try values.decode(Float.self, forKey: .transformerWeight)
            ensemble = try Ensemble(PerModel([(.lstm, lstm), (.transformer, transformer)]))
        } else {
            ensemble = try values.decode(Ensemble.self, forKey: .weights)
        }
        threshold = min(max(try values.decode(Double.self, forKey: .threshold), 0), 1)
        flags = try values.decodeIfPresent(Flags.self, forKey: .flags) ?? (threshold == 0.99 ? .gap : .quantile)
        let top = try values.decodeIfPresent(Int.self, forKey: .top) ?? self.top
        self.top = min(max(top, Self.topRange.lowerBound), Self.topRange.upperBound)
        let smoothing = try values.decode(Int.self, forKey: .smoothing)
        self.smoothing = min(max(smoothing, Self.smoothingRange.lowerBound), Self.smoothingRange.upperBound)
        calibration = Calibration.Method(rawValue: try values.decode(String.self, forKey: .calibration)) ?? .excess
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(ensemble, forKey: .weights)
        try values.encode(flags, forKey: .flags)
        try values.encode(threshold, forKey: .threshold)
        try values.encode(top, forKey: .top)
        try values.encode(smoothing, forKey: .smoothing)
        try values.encode(calibration, forKey: .calibration)
    }
}

/// The table: a new setting is a member above and a row here, and what it changes in `Analysis`.
extension Setting {
    /// All settings, in the order of sliders.
    public static func all(_ models: Models) -> [Setting] {
        models.kinds.map(weight) + [threshold, top, smoothing, flags, calibration]
    }

    private static func weight(_ model: ModelKind) -> Setting {
        Setting(
            name: "\(model.name)_weight", title: model.title,
            help: "weight of the \(model.title)'s score, 0 to 1; only the weights' ratio matters", kind: .number(0...1),
            recomputes: .combination
        ) {
            plain(Double("\($0.ensemble.weight(of: model))") ?? 0)
        } assign: { text, settings throws(SettingError) in
            // A weight too small for single precision is small, not 0.
            let number = Double(text) ?? .nan
            let weight = number > 0 ? max(Float(number), .leastNormalMagnitude) : Float(number)
            do throws(DetectionError) {
                settings.ensemble = try settings.ensemble.setting(weight, of: model)
            } catch { throw .refused(error) }
        } shown: {
            String(format: "%.2f", $0.ensemble.weight(of: model))
        }
    }

    static let flags = Setting(
        name: "flags", title: "Flags",
        help:
            "what is flagged: what stands apart (gap), by the threshold as a level, quantile or share, or the top events",
        kind: .choice(AnalysisSettings.Flags.allCases.map(\.rawValue)), recomputes: .flags
    ) {
        $0.flags.rawValue
    } assign: { text, settings throws(SettingError) in
        settings.flags = AnalysisSettings.Flags(rawValue: text) ?? settings.flags
    } shown: {
        $0.flags.rawValue
    }

    private static let threshold = Setting(
        name: "threshold", title: "Threshold",
        help: "number of the rule for flags, 0 to 1: a level, a quantile (without a rule), or a share of the rows",
        kind: .number(
            0...1,
            stops: [
                0, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94,
                0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.9975, 0.999, 0.9995, 0.9999, 1,
            ]), recomputes: .flags
    ) {
        plain($0.threshold)
    } assign: { text, settings throws(SettingError) in
        settings.threshold = Double(text) ?? settings.threshold
    } implies: { settings in
        if settings.flags == .gap || settings.flags == .top { settings.flags = .quantile }
    } shown: {
        switch $0.flags {
        case .gap, .top: $0.flags.rawValue
        case .level: String(format: "%.3g", $0.threshold)
        case .quantile, .share:
            {
                let percent = String(format: "%.2f", $0 * 100)
                return (percent.hasSuffix("0") ? String(percent.dropLast()) : percent) + "%"
            }($0.threshold)
        }
    }

    private static let top = Setting(
        name: "top", title: "Top events",
        help:
            "how many events the rule top flags, 1 to \(AnalysisSettings.topRange.upperBound)",
        kind: .number(
            Double(AnalysisSettings.topRange.lowerBound)...Double(AnalysisSettings.topRange.upperBound), isWhole: true,
            stops: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 70, 100]), recomputes: .flags
    ) {
        String($0.top)
    } assign: { text, settings throws(SettingError) in
        settings.top = Double(text).map { Int($0) } ?? settings.top
    } implies: { settings in
        settings.flags = .top
    } shown: {
        $0.flags == .top ? String($0.top) : "off"
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
