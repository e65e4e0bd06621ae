import AnomalyDetection
import Foundation

/// One setting of an analysis: a row of the one table, `Setting.all`, behind sliders, palette, configuration file,
/// command-line options and HTTP queries.
public struct Setting: Sendable {
    /// What values it takes.
    public enum Kind: Sendable, Equatable {
        /// Numbers of a range; a slider's knob rests at `stops`, or at hundredths of the range where there are none.
        case number(ClosedRange<Double>, isWhole: Bool = false, stops: [Double] = [])
        /// One of some words.
        case choice([String])
    }

    /// The first step of the analysis that has to be done again when the setting changes, the cheapest first.
    public enum Stage: Int, Sendable, Comparable {
        case flags, combination, smoothing, calibration

        public static func < (one: Stage, other: Stage) -> Bool { one.rawValue < other.rawValue }
    }

    /// Lower-case words joined by underscores, such as `lstm_weight`.
    public let name: String
    /// What stands beside its slider.
    public let title: String
    /// What it says, with its unit and range, as part of a sentence.
    public let help: String
    /// What values it takes.
    public let kind: Kind
    /// What it recomputes.
    public let recomputes: Stage
    private let get: @Sendable (AnalysisSettings) -> String
    private let assign: @Sendable (String, inout AnalysisSettings) throws(SettingError) -> Void
    /// What else a new value says where nothing else is said: a number of a rule that is not in force puts it in force.
    private let implied: @Sendable (inout AnalysisSettings) -> Void
    private let shown: @Sendable (AnalysisSettings) -> String

    /// The settings that are numbers; the weights of two models are one slider between them.
    public static func sliders(_ models: Models) -> [Setting] {
        let kinds = models.kinds
        let settings = kinds.count == 2 ? [balance(kinds[0], kinds[1])] + all(models).dropFirst(2) : all(models)
        return settings.filter { if case .number = $0.kind { true } else { false } }
    }

    // MARK: Values

    /// The value as `set` takes it.
    public func value(_ settings: AnalysisSettings) -> String { get(settings) }

    /// The value as it is shown beside the slider.
    public func text(_ settings: AnalysisSettings) -> String { shown(settings) }

    /// Takes a value as it was typed, and changes nothing else.
    /// - Throws: `SettingError` where it is none of the values that the setting takes.
    public func set(_ text: String, in settings: inout AnalysisSettings) throws(SettingError) {
        switch kind {
        case .choice(let words):
            guard words.contains(text) else { throw .notAmong(setting: name, words: words) }
        case .number(let range, let isWhole, _):
            guard let number = Double(text), range.contains(number), !isWhole || number == number.rounded() else {
                throw .notInRange(setting: name, isWhole: isWhole, low: plain(range.lowerBound), high: plain(range.upperBound))
            }
        }
        try assign(text, &settings)
    }

    /// Sets the values of some settings by their names, together: one that cannot stand beside the present values is
    /// tried again beside the new ones. The number of a rule for flags puts the rule in force where `flags` is not given.
    /// - Throws: `SettingError`, naming the setting, where there is none of that name or the value will not do.
    public static func set(
        _ values: [String: String], in settings: inout AnalysisSettings, models: Models
    ) throws(SettingError) {
        let known = all(models)
        var waiting: [(setting: Setting, value: String)] = []
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let setting = known.first(where: { $0.name == name }) else {
                throw .unknown(setting: name, known: known.map(\.name))
            }
            waiting.append((setting, value))
        }
        var changed = settings
        while let next = waiting.first {
            let before = waiting.count
            var refusal: SettingError?
            for (setting, value) in waiting {
                do throws(SettingError) {
                    try setting.set(value, in: &changed)
                    waiting.removeAll { $0.setting.name == setting.name }
                } catch {
                    guard case .refused = error else { throw error }
                    refusal = refusal ?? error
                }
            }
            if waiting.count == before { throw refusal ?? .notAmong(setting: next.setting.name, words: []) }
        }
        if values[flags.name] == nil { for setting in known where values[setting.name] != nil { setting.implied(&changed) } }
        settings = changed
    }

    /// The first step to be done again when `old` becomes `new`; `nil` where nothing has changed.
    static func stage(from old: AnalysisSettings, to new: AnalysisSettings, models: Models) -> Stage? {
        all(models).filter { $0.get(old) != $0.get(new) }.map(\.recomputes).max()
    }

    // MARK: Sliders

    /// Where the knob stands, 0 to 1; of a choice, the place among its words.
    public func share(in settings: AnalysisSettings) -> Double {
        func place(_ index: Int?, of count: Int) -> Double { count > 1 ? Double(index ?? count - 1) / Double(count - 1) : 0 }
        switch kind {
        case .choice(let words): return place(words.firstIndex(of: get(settings)), of: words.count)
        case .number(let range, _, let stops):
            let number = Double(get(settings)) ?? range.lowerBound
            guard stops.isEmpty else { return Self.place(of: number, among: stops) }
            return (number - range.lowerBound) / (range.upperBound - range.lowerBound)
        }
    }

    /// Where a number lies among rising stops, 0 to 1; between two, as far as it lies between their numbers.
    private static func place(of number: Double, among stops: [Double]) -> Double {
        guard let above = stops.firstIndex(where: { $0 >= number }), above > 0 else { return number > stops[0] ? 1 : 0 }
        let (low, high) = (stops[above - 1], stops[above])
        return (Double(above - 1) + (number - low) / (high - low)) / Double(stops.count - 1)
    }

    /// Takes a value as it was typed; the number of a rule for flags puts the rule in force.
    /// - Throws: `SettingError` where it is none of the values that the setting takes.
    public func enter(_ text: String, in settings: inout AnalysisSettings) throws(SettingError) {
        try set(text, in: &settings)
        implied(&settings)
    }

    /// Takes the value that it has in `defaults`, and what that value implies.
    /// - Throws: `SettingError.refused` where the value cannot stand beside the others.
    public func reset(to defaults: AnalysisSettings, in settings: inout AnalysisSettings) throws(SettingError) {
        var entered = settings
        implied(&entered)
        if entered.flags == settings.flags, name != Self.flags.name {
            var other = defaults
            implied(&other)
            if other.flags != defaults.flags { settings.flags = defaults.flags }
        }
        try set(get(defaults), in: &settings)
    }

    /// Moves the knob to a share, 0 to 1; beyond, to the nearer end. The number of a rule for flags puts the rule in force.
    /// - Throws: `SettingError.refused` where the value cannot stand beside the others.
    public func move(to share: Double, in settings: inout AnalysisSettings) throws(SettingError) {
        let share = min(1, max(0, share))
        func nearest<Value>(_ values: [Value]) -> Value { values[Int((share * Double(values.count - 1)).rounded())] }
        switch kind {
        case .choice(let words): try assign(nearest(words), &settings)
        case .number(_, _, let stops) where !stops.isEmpty: try assign(plain(nearest(stops)), &settings)
        case .number(let range, _, _):
            let length = range.upperBound - range.lowerBound
            try assign(plain(range.lowerBound + (share * 100).rounded() / 100 * length), &settings)
        }
        implied(&settings)
    }

    /// The share of one press of a key.
    public var step: Double {
        switch kind {
        case .choice(let values): 1 / Double(max(1, values.count - 1))
        case .number(_, _, let stops): stops.isEmpty ? 0.05 : 1 / Double(max(1, stops.count - 1))
        }
    }

    init(
        name: String, title: String, help: String, kind: Kind, recomputes: Stage,
        get: @escaping @Sendable (AnalysisSettings) -> String,
        assign: @escaping @Sendable (String, inout AnalysisSettings) throws(SettingError) -> Void,
        implies implied: @escaping @Sendable (inout AnalysisSettings) -> Void = { _ in },
        shown: @escaping @Sendable (AnalysisSettings) -> String
    ) {
        self.name = name
        self.title = title
        self.help = help
        self.kind = kind
        self.recomputes = recomputes
        self.get = get
        self.assign = assign
        self.implied = implied
        self.shown = shown
    }
}

/// The shortest text that reads back as `number`, without a fraction where it is whole.
func plain(_ number: Double) -> String { Int(exactly: number).map { String($0) } ?? "\(number)" }

/// Why a setting cannot have a value.
public enum SettingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No setting has this name; those that there are.
    case unknown(setting: String, known: [String])
    /// The text is no number from `low` to `high`, or a fraction where whole numbers are wanted.
    case notInRange(setting: String, isWhole: Bool, low: String, high: String)
    /// The text is none of the words that there are.
    case notAmong(setting: String, words: [String])
    /// The values that all settings would have together are not possible, such as weights that are all 0.
    case refused(DetectionError)

    /// The name of the setting that it is about, unless it is about several together.
    public var setting: String? {
        switch self {
        case .unknown(let setting, _), .notInRange(let setting, _, _, _), .notAmong(let setting, _): setting
        case .refused: nil
        }
    }

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .unknown(let setting, let known):
            "There is no setting \"\(setting.prefix(64))\"; there are \(known.joined(separator: ", "))."
        case .notInRange(let setting, let isWhole, let low, let high):
            "\(setting) takes a \(isWhole ? "whole " : "")number from \(low) to \(high)."
        case .notAmong(let setting, let words): "\(setting) takes one of \(words.joined(separator: ", "))."
        case .refused(let error): error.description
        }
    }
}
