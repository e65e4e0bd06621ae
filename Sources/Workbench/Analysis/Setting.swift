import AnomalyDetection
import Foundation
import Persistence

/// A row of the one table of settings, `AnalysisSettings.table`, behind sliders, palette, configuration file, command-line options
/// and HTTP queries: a `Setting` of any type of value.
public protocol AnySetting: Sendable {
    /// Lower-case words joined by underscores, such as `smoothing`.
    var name: String { get }
    /// What stands beside its slider.
    var title: String { get }
    /// What it says, with its unit and range, as part of a sentence.
    var help: String { get }
    /// What can be typed.
    var kind: SettingKind { get }
    /// What it is about.
    var subject: SettingSubject { get }

    /// The value as it is typed.
    func value(_ settings: AnalysisSettings) -> String
    /// The value as it is shown beside the slider.
    func text(_ settings: AnalysisSettings) -> String
    /// Takes a value as it was typed, and changes nothing else. Weights count when `check` has found that they can be together,
    /// as with `copy` and `place`: what is for all to call are `enter`, `reset` and `move`.
    /// - Throws: `SettingError` where it is none of the values that the setting takes.
    func assign(_ text: String, in settings: inout AnalysisSettings) throws(SettingError)
    /// Takes what its value says where nothing else is said: the number of a rule that is not in force puts it in force.
    func imply(in settings: inout AnalysisSettings)
    /// Takes the value that it has in `other`, and changes nothing else.
    func copy(from other: AnalysisSettings, to settings: inout AnalysisSettings)

    /// Where the knob stands, 0 to 1; of a choice, the place among its words.
    func share(in settings: AnalysisSettings) -> Double
    /// Puts the knob where it rests nearest to a share, 0 to 1, and changes nothing else.
    func place(at share: Double, in settings: inout AnalysisSettings)
    /// The share of one press of a key.
    var step: Double { get }
}

/// What can be typed for a setting.
public enum SettingKind: Sendable, Equatable {
    /// Numbers of a range.
    case number(ClosedRange<Double>, isWhole: Bool)
    /// One of some words.
    case choice([String])
}

/// What a setting is about.
public enum SettingSubject: Sendable, Equatable {
    /// How much a model counts.
    case weight(of: ModelKind)
    /// How much a model counts beside others.
    case share(of: ModelKind, beside: [ModelKind])
    /// How scores come about.
    case scores
    /// What is flagged.
    case flags
}

extension AnySetting {
    /// Takes a value as it was typed; the number of a rule for flags puts the rule in force.
    /// - Throws: `SettingError` where it is none of the values that the setting takes, or cannot stand beside the others.
    public func enter(_ text: String, in settings: inout AnalysisSettings) throws(SettingError) {
        try change(&settings) { settings throws(SettingError) in
            try assign(text, in: &settings)
            imply(in: &settings)
        }
    }

    /// Moves the knob to a share, 0 to 1; beyond, to the nearer end. The number of a rule for flags puts the rule in force.
    /// - Throws: `SettingError.refused` where the value cannot stand beside the others.
    public func move(to share: Double, in settings: inout AnalysisSettings) throws(SettingError) {
        try change(&settings) { settings throws(SettingError) in
            place(at: min(1, max(0, share)), in: &settings)
            imply(in: &settings)
        }
    }

    /// Takes the value that it has in `defaults`, and what that value implies.
    /// - Throws: `SettingError.refused` where the value cannot stand beside the others.
    public func reset(to defaults: AnalysisSettings, in settings: inout AnalysisSettings) throws(SettingError) {
        try change(&settings) { settings throws(SettingError) in
            var (entered, other) = (settings, defaults)
            imply(in: &entered)
            imply(in: &other)
            if entered.flags == settings.flags, other.flags != defaults.flags { settings.flags = defaults.flags }
            copy(from: defaults, to: &settings)
        }
    }

    private func change(
        _ settings: inout AnalysisSettings, _ body: (inout AnalysisSettings) throws(SettingError) -> Void
    ) throws(SettingError) {
        var changed = settings
        try body(&changed)
        try changed.check(after: [self])
        settings = changed
    }
}

/// One setting of an analysis, known by where it lies. It is text only where it is typed or printed.
public struct Setting<Value: Sendable & Equatable>: AnySetting {
    public let name: String
    public let title: String
    public let help: String
    public let kind: SettingKind
    public let subject: SettingSubject
    public let step: Double
    /// Where its value lies.
    public let path: WritableKeyPath<AnalysisSettings, Value> & Sendable
    /// Where the knob rests, in order.
    let stops: [Value]
    private let read: @Sendable (String) -> Value?
    private let typed: @Sendable (Value) -> String
    /// Where a value lies among the stops, counted from 0; between two, as far as it lies between them.
    private let rank: @Sendable (Value) -> Double
    private let shown: @Sendable (AnalysisSettings) -> String
    private let implied: @Sendable (inout AnalysisSettings) -> Void

    public func value(_ settings: AnalysisSettings) -> String { typed(settings[keyPath: path]) }

    public func text(_ settings: AnalysisSettings) -> String { shown(settings) }

    public func assign(_ text: String, in settings: inout AnalysisSettings) throws(SettingError) {
        guard let value = read(text) else {
            switch kind {
            case .choice(let words): throw .notAmong(setting: name, words: words)
            case .number(let range, let isWhole):
                throw .notInRange(
                    setting: name, isWhole: isWhole, low: range.lowerBound.typed, high: range.upperBound.typed)
            }
        }
        settings[keyPath: path] = value
    }

    public func imply(in settings: inout AnalysisSettings) { implied(&settings) }

    public func copy(from other: AnalysisSettings, to settings: inout AnalysisSettings) {
        settings[keyPath: path] = other[keyPath: path]
    }

    public func share(in settings: AnalysisSettings) -> Double {
        stops.count > 1 ? rank(settings[keyPath: path]) / Double(stops.count - 1) : 0
    }

    public func place(at share: Double, in settings: inout AnalysisSettings) {
        settings[keyPath: path] = stops[Int((share * Double(stops.count - 1)).rounded())]
    }
}

extension Setting where Value: SettingNumber {
    /// A setting that is a number of a range, whose knob rests at rising `stops`.
    /// - Parameters:
    ///   - step: the share of one press of a key; from one stop to the next unless told otherwise.
    ///   - implied: what else a new value says where nothing else is said.
    ///   - shown: the value as it is shown beside the slider.
    init(
        _ path: WritableKeyPath<AnalysisSettings, Value> & Sendable, name: String, title: String, help: String,
        subject: SettingSubject, in range: ClosedRange<Value>, stops: [Value], step: Double? = nil,
        implies implied: @escaping @Sendable (inout AnalysisSettings) -> Void = { _ in },
        shown: @escaping @Sendable (AnalysisSettings) -> String
    ) {
        self.init(
            name: name, title: title, help: help,
            kind: .number(range.lowerBound.number...range.upperBound.number, isWhole: Value.isWhole), subject: subject,
            step: step ?? 1 / Double(max(1, stops.count - 1)), path: path, stops: stops,
            read: { text in Value(typed: text).flatMap { range.contains($0) ? $0 : nil } }, typed: { $0.typed },
            rank: { value in
                guard let above = stops.firstIndex(where: { $0 >= value }), above > 0 else {
                    return value > stops[0] ? Double(stops.count - 1) : 0
                }
                let (low, high) = (stops[above - 1].number, stops[above].number)
                return Double(above - 1) + (value.number - low) / (high - low)
            }, shown: shown, implied: implied)
    }
}

extension Setting where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// A setting that is one of some words.
    init(
        _ path: WritableKeyPath<AnalysisSettings, Value> & Sendable, name: String, title: String, help: String,
        subject: SettingSubject
    ) {
        let all = Array(Value.allCases)
        self.init(
            name: name, title: title, help: help, kind: .choice(all.map(\.rawValue)), subject: subject,
            step: 1 / Double(max(1, all.count - 1)), path: path, stops: all, read: { Value(rawValue: $0) },
            typed: { $0.rawValue }, rank: { Double(all.firstIndex(of: $0) ?? 0) },
            shown: { [path] in $0[keyPath: path].rawValue }, implied: { _ in })
    }

    /// The word behind the present one, and behind the last the first.
    public func next(after settings: AnalysisSettings) -> Value {
        let index = stops.firstIndex(of: settings[keyPath: path]) ?? 0
        return stops[(index + 1) % stops.count]
    }
}

/// A number that a setting can be.
protocol SettingNumber: Comparable, Sendable {
    /// Whether it has no fraction.
    static var isWhole: Bool { get }
    /// The number that a text is, if it is one.
    init?(typed text: String)
    /// The number.
    var number: Double { get }
}

extension SettingNumber {
    /// The shortest text that reads back as the number, without a fraction where it is whole.
    var typed: String { Int(exactly: number).map { String($0) } ?? "\(number)" }
}

extension Double: SettingNumber {
    static var isWhole: Bool { false }
    init?(typed text: String) {
        // What stands behind a character NUL would not be read.
        guard !text.utf8.contains(0) else { return nil }
        self.init(text)
    }
    var number: Double { self }
}

extension Int: SettingNumber {
    static var isWhole: Bool { true }
    init?(typed text: String) {
        guard let number = Double(typed: text) else { return nil }
        self.init(exactly: number)
    }
    var number: Double { Double(self) }
}

/// Why a setting cannot have a value.
public enum SettingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No setting has this name; those that there are.
    case unknown(setting: String, known: [String])
    /// The text is no number from `low` to `high`, or a fraction where whole numbers are wanted.
    case notInRange(setting: String, isWhole: Bool, low: String, high: String)
    /// The text is none of the words that there are.
    case notAmong(setting: String, words: [String])
    /// The values that all settings would have together are not possible, such as weights that are all 0.
    case refused(setting: String, DetectionError)

    /// The name of the setting that it is about, of several one.
    public var setting: String {
        switch self {
        case .unknown(let setting, _), .notInRange(let setting, _, _, _), .notAmong(let setting, _), .refused(let setting, _):
            setting
        }
    }

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .unknown(let setting, let known):
            "There is no setting \"\(setting.prefix(64))\"; \(suggestion(for: setting, among: known))."
        case .notInRange(let setting, let isWhole, let low, let high):
            "\(setting) takes a \(isWhole ? "whole " : "")number from \(low) to \(high)."
        case .notAmong(let setting, let words): "\(setting) takes one of \(words.joined(separator: ", "))."
        case .refused(_, let error): error.description
        }
    }
}
