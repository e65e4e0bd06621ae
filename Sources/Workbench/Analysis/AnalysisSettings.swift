import AnomalyDetection
import Foundation

/// What the sliders say; `table` tells each setting's name, range and meaning.
public struct AnalysisSettings: Sendable, Equatable {
    /// How the models are weighed.
    public var ensemble: Ensemble
    /// Weights that are being set one after the other, until `check` has found that they can be together.
    private var draft: PerModel<Float>?
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

    /// The settings to begin with.
    public init(models: Models) { ensemble = models.ensemble }

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

    // MARK: Weights

    /// Weighs the models as their weights were set, one after the other.
    /// - Parameter changed: the settings that were changed.
    /// - Throws: `SettingError.refused`, naming one of those, where the weights cannot stand together.
    mutating func check(after changed: [any AnySetting]) throws(SettingError) {
        guard let weights = draft else { return }
        do throws(DetectionError) {
            ensemble = try Ensemble(weights)
            draft = nil
        } catch {
            let blamed = changed.first {
                switch $0.subject {
                case .weight, .share: true
                case .scores, .flags: false
                }
            }
            throw .refused(setting: (blamed ?? changed.first)?.name ?? "", error)
        }
    }

    private var weights: PerModel<Float> {
        get { draft ?? ensemble.weights }
        set { draft = newValue }
    }

    /// The weight of a model.
    fileprivate subscript(weightOf model: ModelKind) -> Double {
        get { Double("\(weights[model] ?? 0)") ?? 0 }
        // A weight too small for single precision is small, not 0.
        set { weights[model] = newValue > 0 ? max(Float(newValue), .leastNormalMagnitude) : Float(newValue) }
    }

    /// The share of a model in hundredths; the others have the rest, in the ratio in which they stood or, where they had
    /// nothing, alike.
    fileprivate subscript(shareOf model: ModelKind) -> Double {
        get { (Double(ensemble.share(of: model)) * 100).rounded() / 100 }
        set {
            let others = weights.kinds.filter { $0 != model }
            let sum = others.reduce(0) { $0 + (weights[$1] ?? 0) }
            for other in others {
                let part = sum > 0 ? (weights[other] ?? 0) / sum : 1 / Float(others.count)
                weights[other] = Float(1 - newValue) * part
            }
            weights[model] = Float(newValue)
        }
    }
}

/// As stored; numbers outside their ranges count as the nearer end.
extension AnalysisSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case weights, flags, threshold, top, smoothing, calibration
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func within<Value: Comparable>(_ range: ClosedRange<Value>, _ value: Value) -> Value {
            min(max(value, range.lowerBound), range.upperBound)
        }
        ensemble = try values.decode(Ensemble.self, forKey: .weights)
        flags = try values.decode(Flags.self, forKey: .flags)
        threshold = within(0...1, try values.decode(Double.self, forKey: .threshold))
        top = within(Self.topRange, try values.decode(Int.self, forKey: .top))
        smoothing = within(Self.smoothingRange, try values.decode(Int.self, forKey: .smoothing))
        calibration = try values.decode(Calibration.Method.self, forKey: .calibration)
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

/// The table: a new setting is a member above and a row here, and what it changes in `AnalysisSteps`.
extension AnalysisSettings {
    /// All settings, in the order in which they are listed.
    public static func table(_ models: Models) -> [any AnySetting] {
        let others: [any AnySetting] = [
            Setting.threshold, Setting.top, Setting.smoothing, Setting.flags, Setting.calibration,
        ]
        return models.kinds.map(weight) + others
    }

    /// Weights as shares, one fewer than there are models: the first has what the others leave.
    public static func shares(_ models: Models) -> [any AnySetting] {
        models.kinds.dropFirst().map { model in share(of: model, beside: models.kinds.filter { $0 != model }) }
    }

    /// The settings that are numbers, the weights as shares.
    public static func sliders(_ models: Models) -> [any AnySetting] {
        shares(models)
            + table(models).filter {
                switch ($0.kind, $0.subject) {
                case (.choice, _), (_, .weight): false
                default: true
                }
            }
    }

    /// Sets the values of some settings by their names, together. The number of a rule for flags puts the rule in force where the
    /// rule itself is not given.
    /// - Throws: `SettingError`, naming the setting, where there is none of that name or the value will not do; then nothing is set.
    public mutating func set(_ values: [String: String], models: Models) throws(SettingError) {
        let known = Self.table(models)
        for name in values.keys.sorted() where !known.contains(where: { $0.name == name }) {
            throw .unknown(setting: name, known: known.map(\.name))
        }
        var changed = self
        let given = known.filter { values[$0.name] != nil }
        for setting in given { try setting.assign(values[setting.name] ?? "", in: &changed) }
        if values[Setting.flags.name] == nil { for setting in given { setting.imply(in: &changed) } }
        try changed.check(after: given)
        self = changed
    }

    private static func weight(_ model: ModelKind) -> any AnySetting {
        Setting(
            \.[weightOf: model], name: "\(model.name)_weight", title: model.title,
            help: "weight of the \(model.title)'s score, 0 to 1; only the weights' ratio matters",
            subject: .weight(of: model), in: 0...1, stops: hundredths, step: 0.05,
            shown: { String(format: "%.2f", $0[weightOf: model]) })
    }

    private static func share(of model: ModelKind, beside others: [ModelKind]) -> any AnySetting {
        let titles = others.map(\.title).joined(separator: " and ")
        return Setting(
            \.[shareOf: model], name: "\(model.name)_share", title: "\(model.title) share",
            help: "the \(model.title)'s share of the combined score, 0 to 1; the rest is for \(titles)",
            subject: .share(of: model, beside: others), in: 0...1, stops: hundredths, step: 0.05,
            shown: { String(format: "%.2f : %.2f", 1 - $0.ensemble.share(of: model), $0.ensemble.share(of: model)) })
    }

    private static let hundredths = (0...100).map { Double($0) / 100 }
}

extension Setting where Value == AnalysisSettings.Flags {
    /// What is flagged.
    public static var flags: Self {
        Self(
            \.flags, name: "flags", title: "Flags",
            help:
                "what is flagged: what stands apart (gap), by the threshold as a level, quantile or share, or the top events",
            subject: .flags)
    }
}

extension Setting where Value == Calibration.Method {
    /// How errors become scores.
    public static var calibration: Self {
        Self(
            \.calibration, name: "calibration", title: "Calibration", help: "how errors become scores", subject: .scores)
    }
}

extension Setting where Value == Double {
    fileprivate static var threshold: Self {
        Self(
            \.threshold, name: "threshold", title: "Threshold",
            help: "number of the rule for flags, 0 to 1: a level, a quantile (without a rule), or a share of the rows",
            subject: .flags, in: 0...1,
            stops: [
                0, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94,
                0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.9975, 0.999, 0.9995, 0.9999, 1,
            ]
        ) { settings in
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
    }
}

extension Setting where Value == Int {
    fileprivate static var top: Self {
        Self(
            \.top, name: "top", title: "Top events",
            help: "how many events the rule top flags, 1 to \(AnalysisSettings.topRange.upperBound)", subject: .flags,
            in: AnalysisSettings.topRange, stops: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 70, 100]
        ) { settings in
            settings.flags = .top
        } shown: {
            $0.flags == .top ? String($0.top) : "off"
        }
    }

    fileprivate static var smoothing: Self {
        Self(
            \.smoothing, name: "smoothing", title: "Smoothing",
            help:
                "rows over which scores are averaged, 1 to \(AnalysisSettings.smoothingRange.upperBound); 1 leaves them as they are",
            subject: .scores, in: AnalysisSettings.smoothingRange,
            stops: [1, 3, 5, 7, 9, 13, 17, 25, 33, 49, 65, AnalysisSettings.smoothingRange.upperBound],
            shown: { $0.smoothing == 1 ? "off" : String($0.smoothing) })
    }
}
