import AnomalyDetection
import Foundation
import TimeSeries

extension Sensitivity {
    /// A size of a kind in words, in its own unit: "2 spreads", "1.5 times", "12 rows", "40 %".
    public func text(_ size: Double, of kind: InjectedKind) -> String {
        switch kind.unit {
        case .spreads: Self.number(size) + (size == 1 ? " spread" : " spreads")
        case .times: Self.number(1 + size) + " times"
        case .periods: "\(rows(size)) row\(rows(size) == 1 ? "" : "s")"
        case .cycles: Self.number(100 * size) + " %"
        }
    }

    /// Rows that so many periods are.
    public func rows(_ periods: Double) -> Int { max(1, Int((periods * Double(examination.period)).rounded())) }

    /// What the smallest size that would be found is; a dash where none would.
    public func text(_ finding: Finding) -> String { finding.smallest.map { text($0, of: finding.kind) } ?? "–" }

    /// The events to expect, in a sentence without a point.
    public var falseEventsText: String {
        let length = falseEvents.seconds.map { "the \(Self.length($0)) held out" } ?? "the \(falseEvents.rows) rows held out"
        guard falseEvents.count > 0 else { return "none in \(length)" }
        let unit = falseEvents.seconds == nil ? "in 10,000 rows" : "a week"
        return "\(Self.number(falseEvents.rate)) \(unit) (\(falseEvents.count) in \(length))"
    }

    /// A number with two significant digits, or more where it has more before its point.
    private static func number(_ value: Double) -> String {
        let text = String(format: abs(value) < 100 ? "%.2g" : "%.0f", value)
        return Double(text).map { $0 == value.rounded() && abs(value) >= 10 ? String(Int($0)) : text } ?? text
    }

    /// A length of time in its largest unit of which there is more than one and a half.
    private static func length(_ seconds: Double) -> String {
        let units = [(604_800.0, "weeks"), (86_400, "days"), (3_600, "hours"), (60, "minutes")]
        let unit = units.first { seconds >= 1.5 * $0.0 } ?? (1, "seconds")
        let value = seconds / unit.0
        return String(format: value < 10 ? "%.1f" : "%.0f", value) + " " + unit.1
    }

    /// Bars from nothing to a whole cell, one a size, which say what share of it would be found.
    public static func bars(_ shares: [Double]) -> String {
        let cells = Array(" ▁▂▃▄▅▆▇█")
        return String(shares.map { cells[Int(($0 * 8).rounded())] })
    }
}
