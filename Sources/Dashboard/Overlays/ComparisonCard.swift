import AnomalyDetection
import TerminalUI
import TimeSeries
import Work
import Workbench

extension WorkspaceState {
    /// Why the models cannot be compared with the labels now.
    var noComparison: String? {
        if analysis.series.labels == nil { return DetectionError.noLabels(series: analysis.series.name).description }
        return analysis.result == nil || !analysis.isComplete ? DetectionError.noScores.description : nil
    }
}

extension SignedIn {
    /// Opens the comparison with the labels.
    mutating func compare() -> [Effect] {
        guard let analysis = workspace?.analysis, let result = analysis.result else { return [] }
        let card = ComparisonCard()
        push(card)
        return [.compare(analysis.series, result, analysis.settings, card.run.cancellation)]
    }
}

/// The comparison with the labels: measures side by side, precision over recall, events found and missed, and
/// the weights that would have been best.
struct ComparisonCard: WorkspaceCard {
    /// The comparison that was asked for.
    let run = Run()
    /// `nil` while it is computed.
    private(set) var comparison: Comparison?

    /// Raises the flag when the card is gone, whatever closed it: a key, the mouse, or another series.
    final class Run: Sendable {
        let cancellation = Cancellation()
        deinit { cancellation.cancel() }
    }

    static let title = "Comparison with the labels"

    static let bindings: [Binding<SignedIn>] = [
        at(
            [.enter], name: "use the best weights", "Use the weights that would have been best",
            unless: { card, _ in card.comparison == nil ? "The models are being measured." : nil }
        ) { card, workspace, frame in
            guard let best = card.comparison?.best.ensemble else { return .stay }
            let effects = workspace.change(&frame) { $0.ensemble = best }
            frame.say(effects.isEmpty ? "These are the weights in use." : "The weights are changed; U takes it back.")
            return .close(effects)
        },
        closing(.escape, .character("q"), .character("m")),
    ]

    mutating func receive(_ answer: Answer, over workspace: WorkspaceState) -> LayerStep<SignedIn> {
        switch answer {
        case .compared(let other, let answer) where other === run.cancellation: comparison = answer
        case .failed where comparison == nil: return .close
        default: break
        }
        return .stay
    }

    func title(over workspace: WorkspaceState) -> String { Self.title }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) { (124, 34) }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        let theme = frame.theme
        guard let comparison else {
            screen.write("measuring…", x: card.x + 2, y: card.y + 1, Style(theme.muted))
            return
        }
        let table = Rect(
            x: card.x + 2, y: card.y + 1, width: measureColumns(comparison).last ?? 0, height: measureRows.count + 3)
        let colors = colors(of: workspace, theme)
        drawMeasures(&screen, comparison, colors, table, theme)
        let room = card.height - 6 - comparison.labelled.count
        let plot = Rect(
            x: table.maxX + 3, y: card.y + 1, width: card.maxX - table.maxX - 5, height: max(table.height, min(room, 18)))
        drawCurves(&screen, comparison, colors, plot, theme)
        let below = comparison.isTaught ? 5 : 4
        let list = Rect(x: card.x + 2, y: plot.maxY + 1, width: card.width - 4, height: card.maxY - plot.maxY - below)
        drawLabelledEvents(&screen, comparison, colors, list, theme)
        let best = comparison.best
        let text =
            best == comparison.present
            ? "The present weights have the best average precision, \(fixed(best.quality))."
            : "Best: \(weightsText(best.ensemble, within: card.width - 44)); average precision \(fixed(best.quality)), now \(fixed(comparison.present.quality))"
        if comparison.isTaught {
            let note = "combined: by the weights alone, as the best are sought; taught: as your verdicts move it"
            screen.write(note, x: card.x + 2, y: card.maxY - 3, Style(theme.muted), limit: card.width - 4)
        }
        screen.write(text, x: card.x + 2, y: card.maxY - 2, Style(theme.text), limit: card.width - 4)
    }
}

private let measureRows: [(title: String, value: @Sendable (Comparison.Line) -> String)] = [
    ("VUS-PR", { fixed($0.measures.vusPR) }), ("VUS-ROC", { fixed($0.measures.vusROC) }),
    ("AUC-PR", { fixed($0.measures.aucPR) }), ("AUC-ROC", { fixed($0.measures.aucROC) }),
    ("best F1", { fixed($0.measures.standardF1) }),
    ("events found", { line in "\(line.events.found.count { $0 })/\(line.events.found.count)" }),
    ("flags right", { "\(Int(($0.events.precision * 100).rounded()))%" }),
    ("events' F1", { fixed($0.events.f1) }), ("at best level", { fixed($0.bestEventF1) }),
]

private func fixed(_ value: Double) -> String { Dashboard.fixed(Float(value)) }

/// The colours of a comparison's lines: the models', the combination's, and that of the combination as verdicts move it.
private func colors(of workspace: WorkspaceState, _ theme: Theme) -> [Color] {
    workspace.models.map { theme.color(of: $0.name) } + [theme.combined, theme.success]
}

/// Where the lines' columns begin, and where the table ends.
private func measureColumns(_ comparison: Comparison) -> [Int] {
    let widths = comparison.lines.map { max(4, displayWidth($0.name)) }
    let starts = widths.indices.map { widths[..<$0].reduce(17) { $0 + $1 + 2 } }
    return starts + [(starts.last ?? 0) + (widths.last ?? 0)]
}

private func drawMeasures(_ screen: inout CellBuffer, _ comparison: Comparison, _ colors: [Color], _ area: Rect, _ theme: Theme) {
    let columns = measureColumns(comparison)
    for (index, line) in comparison.lines.enumerated() {
        screen.write(line.name, x: area.x + columns[index], y: area.y, Style(colors[index], bold: true))
    }
    for (row, measure) in measureRows.enumerated() {
        let y = area.y + 1 + row
        screen.write(measure.title, x: area.x, y: y, Style(theme.muted))
        let texts = comparison.lines.map(measure.value)
        for (index, text) in texts.enumerated() { screen.write(text, x: area.x + columns[index], y: y, Style(theme.text)) }
    }
}

/// Precision upwards over recall to the right, both from 0 to 1.
private func drawCurves(_ screen: inout CellBuffer, _ comparison: Comparison, _ colors: [Color], _ area: Rect, _ theme: Theme) {
    let plot = Rect(x: area.x + 4, y: area.y + 1, width: area.width - 4, height: area.height - 2)
    guard plot.width >= 8, plot.height >= 3 else { return }
    screen.write("precision over recall", x: plot.x, y: area.y, Style(theme.muted))
    for y in plot.y..<plot.maxY { screen.write("│", x: plot.x - 1, y: y, Style(theme.border)) }
    screen.write("└" + String(repeating: "─", count: plot.width), x: plot.x - 1, y: plot.maxY, Style(theme.border))
    for (text, y) in [("1", plot.y), ("0", plot.maxY - 1)] { screen.write(text, x: area.x + 1, y: y, Style(theme.muted)) }
    screen.write("1", x: plot.maxX - 1, y: plot.maxY, Style(theme.muted))
    for (line, color) in zip(comparison.lines, colors) {
        var canvas = BrailleCanvas(columns: plot.width, rows: plot.height)
        let precisions = line.curve.precisions
        let extents = (0..<canvas.width).map { column -> (low: Double, high: Double) in
            let value = precisions[min(precisions.count - 1, column * precisions.count / canvas.width)]
            return (value, value)
        }
        canvas.line(extents, low: 0, high: 1)
        screen.draw(canvas, x: plot.x, y: plot.y, Style(color))
    }
}

/// Which labelled events each detector found at the present threshold; missed ones come first where room is short.
private func drawLabelledEvents(
    _ screen: inout CellBuffer, _ comparison: Comparison, _ colors: [Color], _ area: Rect, _ theme: Theme
) {
    guard area.height >= 2 else { return }
    let missed = comparison.labelled.indices.filter { index in comparison.lines.contains { !$0.events.found[index] } }
    let order = missed + comparison.labelled.indices.filter { !missed.contains($0) }
    let shown = order.prefix(order.count > area.height - 1 ? area.height - 2 : area.height - 1)
    screen.write("labelled events", x: area.x, y: area.y, Style(theme.muted))
    let widths = comparison.lines.map { max(8, displayWidth($0.name)) + 3 }
    let columns = widths.indices.map { area.maxX + 2 - widths[$0...].reduce(0, +) }
    for (index, line) in comparison.lines.enumerated() {
        screen.write(line.name, x: columns[index], y: area.y, Style(colors[index], bold: true))
    }
    for (row, index) in shown.sorted().enumerated() {
        let y = area.y + 1 + row
        let text = "\(comparison.times[index]), \(counted(comparison.labelled[index].count, "row"))"
        screen.write(text, x: area.x, y: y, Style(theme.text), limit: (columns.first ?? area.maxX) - area.x - 2)
        for (column, line) in zip(columns, comparison.lines) {
            let isFound = line.events.found[index]
            screen.write(isFound ? "✓ found" : "✗ missed", x: column, y: y, Style(isFound ? theme.success : theme.error))
        }
    }
    if shown.count < order.count {
        screen.write("and \(order.count - shown.count) more", x: area.x, y: area.maxY - 1, Style(theme.muted))
    }
}
