import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

/// The training panel: a bar, figures and both losses for each model.
func viewTraining(_ screen: inout CellBuffer, _ state: DashboardState) {
    guard let training = state.workspace?.training else { return }
    let theme = state.theme
    let card = screen.bounds.centered(width: min(92, screen.width - 4), height: min(24, screen.height - 3))
    drawCard(&screen, card, title: "Training", theme)
    let half = (card.height - 4) / 2
    for (index, kind) in ModelKind.allCases.enumerated() {
        let area = Rect(x: card.x + 2, y: card.y + 1 + index * half, width: card.width - 4, height: half)
        drawRun(&screen, kind, training, area, kind == .lstm ? theme.lstm : theme.transformer, theme)
    }
    let hint =
        training.failure
        ?? (training.hasEnded ? "Done.   Esc closes" : "x stops   Esc hides this and training goes on   p shows it again")
    screen.write(
        hint, x: card.x + 2, y: card.maxY - 2, Style(training.failure == nil ? theme.muted : theme.error), limit: card.width - 4)
}

private func drawRun(
    _ screen: inout CellBuffer, _ kind: ModelKind, _ training: TrainingState, _ area: Rect, _ color: Color, _ theme: Theme
) {
    let progress = training.progress[kind]
    let isDone = training.finished[kind] != nil
    let share = isDone ? 1 : progress?.share ?? 0
    screen.write(kind.title, x: area.x, y: area.y, Style(color, bold: true))
    let bar = Rect(x: area.x + 13, y: area.y, width: area.width - 13 - 14, height: 1)
    let filled = Int(share * Double(bar.width))
    screen.write(String(repeating: "━", count: filled), x: bar.x, y: bar.y, Style(color))
    screen.write(String(repeating: "─", count: bar.width - filled), x: bar.x + filled, y: bar.y, Style(theme.border))
    let status =
        isDone ? "done" : training.scoring[kind] != nil ? "scoring" : training.hasEnded ? "stopped" : "\(Int(share * 100))%"
    screen.write(status, x: bar.maxX + 2, y: area.y, Style(isDone ? theme.success : theme.text, bold: true))
    guard let progress else {
        screen.write("preparing…", x: area.x, y: area.y + 1, Style(theme.muted))
        return
    }
    var facts = "epoch \(progress.epoch)/\(progress.epochs)   \(grouped(Int(progress.windowsPerSecond))) windows/s"
    if !isDone, training.scoring[kind] == nil, !training.hasEnded {
        facts += "   at most \(max(1, Int(progress.secondsLeft.rounded(.up)))) s left"
    }
    screen.write(facts, x: area.x, y: area.y + 1, Style(theme.muted), limit: area.width)
    let losses = "loss \(progress.losses.last.map { axisText(Double($0)) } ?? "–")"
    let held = "validation \(progress.validationLosses.last.map { axisText(Double($0)) } ?? "–")"
    let used = screen.write(losses, x: area.x, y: area.y + 2, Style(color))
    screen.write(held, x: area.x + max(15, used + 2), y: area.y + 2, Style(theme.text))
    let plot = Rect(x: area.x, y: area.y + 3, width: area.width, height: area.height - 4)
    guard plot.height >= 2, progress.losses.count > 1 else { return }
    let all = (progress.losses + progress.validationLosses).map(Double.init)
    for (values, style) in [(progress.validationLosses, Style(theme.text)), (progress.losses, Style(color))] {
        var canvas = BrailleCanvas(columns: plot.width, rows: plot.height)
        let columns = (0..<canvas.width).map { column -> (low: Double, high: Double) in
            let place = Double(column) / Double(canvas.width - 1) * Double(progress.epochs - 1)
            guard Int(place) < values.count else { return (.nan, .nan) }
            let next = min(Int(place) + 1, values.count - 1)
            let value = Double(values[Int(place)]) + (place - Double(Int(place))) * Double(values[next] - values[Int(place)])
            return (value, value)
        }
        canvas.line(columns, low: all.min() ?? 0, high: all.max() ?? 1)
        screen.draw(canvas, x: plot.x, y: plot.y, style)
    }
}

/// One event: what was observed, what each model expected, and how the scores came about.
func viewInspection(_ screen: inout CellBuffer, _ state: DashboardState) {
    guard let workspace = state.workspace, let event = workspace.selectedEvent else { return }
    let theme = state.theme
    let series = workspace.analysis.series
    let card = screen.bounds.centered(width: screen.width - 4, height: screen.height - 3)
    drawCard(&screen, card, title: "Event \(workspace.eventIndex + 1) of \(workspace.events.count)", theme)
    let rank = workspace.events.count { $0.peak > event.peak } + 1
    let (first, last) = (event.rows.lowerBound, event.rows.upperBound - 1)
    var y = card.y + 1
    func line(_ title: String, _ text: String, _ style: Style? = nil) {
        screen.write(title, x: card.x + 2, y: y, Style(theme.muted))
        screen.write(text, x: card.x + 14, y: y, style ?? Style(theme.text), limit: card.width - 16)
        y += 1
    }
    line(
        "When",
        "\(series.timeText(row: first)) to \(series.timeText(row: last)) (\(event.rows.count) rows)"
    )
    line(
        "Peak",
        "\(fixed(event.peak)) in row \(series.rowNumber(event.peakRow)), rank \(rank) of \(workspace.events.count); mean \(fixed(event.mean))"
    )
    let settings = workspace.analysis.settings
    let (l, t) = (settings.lstmWeight * zeroIfNaN(event.lstmPeak), settings.transformerWeight * zeroIfNaN(event.transformerPeak))
    let share = l + t > 0 ? l / (l + t) : 0
    line(
        "Models",
        "LSTM \(fixed(event.lstmPeak)) (\(percent(share)) of the score), Transformer \(fixed(event.transformerPeak)) (\(percent(1 - share)))"
    )
    let verdict = workspace.verdict(on: event)
    line(
        "Verdict", verdict?.rawValue ?? "none yet",
        Style(verdict == .anomaly ? theme.error : verdict == .normal ? theme.success : theme.muted, bold: verdict != nil))
    for (title, text) in reasons(workspace, event) { line(title, text) }
    y += 1
    drawReconstructions(
        &screen, workspace, event, Rect(x: card.x + 2, y: y, width: card.width - 4, height: card.maxY - y - 3), theme)
    screen.write(
        "a anomaly   n normal   u undo   [ ] other events   Esc closes", x: card.x + 2, y: card.maxY - 2, Style(theme.muted),
        limit: card.width - 4)
}

/// Why the event is flagged, as far as it has been found out.
private func reasons(_ workspace: WorkspaceState, _ event: Event) -> [(title: String, text: String)] {
    guard let explained = workspace.explained, explained.rows == event.rows else { return [("Attention", "…")] }
    let series = workspace.analysis.series
    var lines: [(String, String)] = []
    if series.channels.count > 1 {
        let shares = ModelKind.allCases.compactMap { kind -> String? in
            guard let explanation = explained.byModel[kind] else { return nil }
            let ranked = zip(series.channels.map(\.name), explanation.channelShares).sorted { $0.1 > $1.1 }
            return "\(kind.title) " + ranked.prefix(3).map { "\($0.0) \(percent($0.1))" }.joined(separator: ", ")
        }
        lines.append(("Channels", shares.joined(separator: "; ")))
    }
    if let attended = explained.byModel[.transformer]?.attended, !attended.isEmpty {
        let places = attended.map { "\(distance(from: event.rows, to: $0.rows)) (\(percent($0.share)))" }
        lines.append(("Attention", "most to rows " + places.joined(separator: ", ")))
    }
    return lines
}

/// How far other rows are from an event, in words.
private func distance(from event: Range<Int>, to rows: Range<Int>) -> String {
    rows.lowerBound < event.lowerBound
        ? "\(event.lowerBound - rows.lowerBound) before" : "\(rows.upperBound - event.upperBound) after"
}

private func zeroIfNaN(_ value: Float) -> Float { value.isNaN ? 0 : value }
private func percent(_ share: Float) -> String { "\(Int((share * 100).rounded()))%" }

/// The observed values around an event with both reconstructions over them.
private func drawReconstructions(
    _ screen: inout CellBuffer, _ workspace: WorkspaceState, _ event: Event, _ area: Rect, _ theme: Theme
) {
    let series = workspace.analysis.series
    guard area.height >= 4 else { return }
    let margin = max(40, event.rows.count * 2)
    let rows = max(0, event.rows.lowerBound - margin)..<min(series.rowCount, event.rows.upperBound + margin)
    let plot = Rect(x: area.x + 10, y: area.y + 1, width: area.width - 10, height: area.height - 2)
    let observed = series.channels[workspace.channel].values
    var lines: [(name: String, values: [Double], color: Color)] = []
    for (model, color) in [(workspace.analysis.lstm, theme.lstm), (workspace.analysis.transformer, theme.transformer)] {
        guard let model else { continue }
        let count = series.channels.count
        let values = rows.map {
            model.detector.scaling.unscaled(
                model.errors.reconstruction[$0 * count + workspace.channel], channel: workspace.channel)
        }
        lines.append((model.detector.kind.title, values, color))
    }
    lines.append(("observed", Array(observed[rows]), theme.series))
    let all = lines.flatMap(\.values).filter { !$0.isNaN }
    let (low, high) = (all.min() ?? 0, all.max() ?? 1)
    let first = plot.x + (event.rows.lowerBound - rows.lowerBound) * plot.width / rows.count
    let last = plot.x + (event.rows.upperBound - 1 - rows.lowerBound) * plot.width / rows.count
    screen.tint(Rect(x: first, y: plot.y, width: max(1, last - first + 1), height: plot.height), theme.flag)
    var x = area.x
    for (name, values, color) in lines {
        var canvas = BrailleCanvas(columns: plot.width, rows: plot.height)
        let columns = extents(of: values, rows: 0..<values.count, count: canvas.width)
        canvas.line(columns.map { ($0.low, $0.high) }, low: low, high: high)
        screen.draw(canvas, x: plot.x, y: plot.y, Style(color))
        x += screen.write("── \(name)   ", x: x, y: area.y, Style(color, bold: true))
    }
    let attended = workspace.explained.flatMap { $0.rows == event.rows ? $0.byModel[.transformer]?.attended : nil } ?? []
    for place in attended where rows.contains(place.rows.lowerBound) {
        let column = plot.x + (place.rows.lowerBound - rows.lowerBound) * plot.width / rows.count
        screen.write("▼", x: column, y: plot.y, Style(theme.transformer, bold: true))
    }
    if !attended.isEmpty { screen.write("▼ looked at", x: x, y: area.y, Style(theme.transformer)) }
    screen.write(axisText(high), x: area.x, y: plot.y, Style(theme.muted), limit: 9)
    screen.write(axisText(low), x: area.x, y: plot.maxY - 1, Style(theme.muted), limit: 9)
    screen.write(series.timeText(row: rows.lowerBound), x: plot.x, y: plot.maxY, Style(theme.muted), limit: plot.width / 2)
    let end = series.timeText(row: rows.upperBound - 1)
    screen.write(end, x: plot.maxX - displayWidth(end), y: plot.maxY, Style(theme.muted))
}
