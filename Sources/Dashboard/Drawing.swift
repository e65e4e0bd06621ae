import AnomalyDetection
import Foundation
import TerminalUI
import TimeSeries

/// A score with two decimals; a dash where there is none.
func fixed(_ score: Float) -> String {
    guard !score.isNaN else { return "  – " }
    let hundredths = Int((score * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
}

/// A score or ratio with three significant digits in at most seven columns; a dash where there is none.
func significant(_ value: Float) -> String {
    guard value.isFinite else { return "–" }
    if value == 0 { return "0" }
    switch abs(value) {
    case ..<0.0009995: return String(format: "%.2e", value).replacing("e-0", with: "e-")
    case ..<0.009995: return String(format: "%.5f", value)
    case ..<0.09995: return String(format: "%.4f", value)
    case ..<0.9995: return String(format: "%.3f", value)
    case ..<9.995: return String(format: "%.2f", value)
    case ..<99.95: return String(format: "%.1f", value)
    case ..<99_999.5: return String(format: "%.0f", value)
    default: return String(format: "%.2e", value).replacing("e+0", with: "e")
    }
}

/// What `text` makes of each model and its title, joined by commas; with short titles where `width` columns do not hold
/// the long ones.
func joined(_ kinds: [ModelKind], within width: Int, _ text: (ModelKind, String) -> String) -> String {
    let long = kinds.map { text($0, $0.title) }.joined(separator: ", ")
    return displayWidth(long) <= width ? long : kinds.map { text($0, $0.shortTitle) }.joined(separator: ", ")
}

/// A share in whole percent.
func percent(_ share: Float) -> String { "\(Int((share * 100).rounded()))%" }

/// `text` in lines of at most `width` columns, broken between words.
func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
        if let last = lines.last, displayWidth(last) + 1 + displayWidth(String(word)) <= width {
            lines[lines.count - 1] = last + " " + word
        } else {
            lines.append(String(word))
        }
    }
    return lines
}

/// The usual time between rows in words.
func samplingText(_ series: Series) -> String? {
    let profile = series.profile
    if let months = profile.monthStep { return monthsText(months) }
    guard let step = profile.step, step > 0 else { return nil }
    return durationText(Double(step) / 1e6)
}

private func lengthText(_ value: Double, _ unit: String) -> String { value == 1 ? unit : "\(axisText(value)) \(unit)s" }

/// Months, or the years that they make, in words; one of them without its number.
func monthsText(_ months: Int) -> String {
    months % 12 == 0 ? lengthText(Double(months / 12), "year") : lengthText(Double(months), "month")
}

/// A length of time in words; a whole unit without its number.
func durationText(_ seconds: Double) -> String {
    switch seconds {
    case 86400...: return lengthText((seconds / 86400 * 10).rounded() / 10, "day")
    case 3600...: return lengthText((seconds / 360).rounded() / 10, "hour")
    case 60...: return lengthText((seconds / 6).rounded() / 10, "minute")
    default: return lengthText(seconds, "second")
    }
}

/// A count and what is counted, a noun that takes an s.
func counted(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }

/// A count with commas between groups of three digits.
func grouped(_ count: Int) -> String {
    var digits = String(abs(count))
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    return (count < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}

/// Who is signed in, set into the top border.
func drawUser(_ screen: inout CellBuffer, _ frame: Frame) {
    screen.write(frame.user, x: screen.width - 3 - displayWidth(frame.user), y: 0, Style(frame.theme.muted))
}

/// A raised card with a border and a title.
func drawCard(_ screen: inout CellBuffer, _ card: Rect, title: String, _ theme: Theme) {
    screen.fill(card, " ", Style(theme.text, on: theme.panel))
    screen.border(
        card, title: title, Style(theme.border, on: theme.panel), titleStyle: Style(theme.accent, on: theme.panel, bold: true))
}

/// The models' shares in words, with short titles where `width` columns do not hold the long ones.
func weightsText(_ ensemble: Ensemble, within width: Int) -> String {
    joined(ensemble.weights.kinds, within: width) { "\($1) \(fixed(ensemble.share(of: $0)))" }
}
