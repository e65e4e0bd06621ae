import AnomalyDetection
import TerminalUI
import Workbench

/// The four sliders.
public enum Slider: Int, Sendable, CaseIterable {
    case lstm, transformer, threshold, smoothing

    /// What stands beside it.
    public var title: String {
        switch self {
        case .lstm: "LSTM"
        case .transformer: "Transformer"
        case .threshold: "Threshold"
        case .smoothing: "Smoothing"
        }
    }

    static let thresholdStops = [
        0.5, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.9975, 0.999, 0.9995,
        0.9999,
    ]
    static let smoothingStops = [1, 3, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97]

    /// Where the knob stands, 0 to 1.
    public func share(in settings: AnalysisSettings) -> Double {
        func place<Value: Comparable>(_ stops: [Value], _ value: Value) -> Double {
            Double(stops.firstIndex { $0 >= value } ?? stops.count - 1) / Double(stops.count - 1)
        }
        return switch self {
        case .lstm: Double(settings.lstmWeight)
        case .transformer: Double(settings.transformerWeight)
        case .threshold: place(Self.thresholdStops, settings.threshold)
        case .smoothing: place(Self.smoothingStops, settings.smoothing)
        }
    }

    /// Moves the knob to a share.
    public func set(_ share: Double, in settings: inout AnalysisSettings) {
        let share = min(1, max(0, share))
        func stop<Value>(_ stops: [Value]) -> Value { stops[Int((share * Double(stops.count - 1)).rounded())] }
        switch self {
        case .lstm: settings.lstmWeight = Float((share * 100).rounded() / 100)
        case .transformer: settings.transformerWeight = Float((share * 100).rounded() / 100)
        case .threshold: settings.threshold = stop(Self.thresholdStops)
        case .smoothing: settings.smoothing = stop(Self.smoothingStops)
        }
    }

    /// The share of one press of a key.
    public var step: Double {
        switch self {
        case .lstm, .transformer: 0.05
        case .threshold: 1 / Double(Self.thresholdStops.count - 1)
        case .smoothing: 1 / Double(Self.smoothingStops.count - 1)
        }
    }

    /// The value as text; weights are shown normalised.
    public func text(_ settings: AnalysisSettings) -> String {
        let sum = settings.lstmWeight + settings.transformerWeight
        switch self {
        case .lstm: return sum > 0 ? fixed(settings.lstmWeight / sum) : "0.00"
        case .transformer: return sum > 0 ? fixed(settings.transformerWeight / sum) : "0.00"
        case .threshold:
            let percent = settings.threshold * 100
            return percent == percent.rounded() ? "\(Int(percent)).0%" : axisText(percent) + "%"
        case .smoothing: return settings.smoothing == 1 ? "off" : "\(settings.smoothing)"
        }
    }
}
