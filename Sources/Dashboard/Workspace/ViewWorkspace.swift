import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

func viewWorkspace(_ screen: inout CellBuffer, _ state: DashboardState) {
    guard let workspace = state.workspace else { return }
    let theme = state.theme
    let layout = WorkspaceLayout(width: state.width, height: state.height)
    let frame = Rect(x: 0, y: 0, width: state.width, height: state.height - 1)
    screen.border(
        frame, title: title(workspace, width: state.width - 10 - displayWidth(userText(state))), Style(theme.border),
        titleStyle: Style(theme.accent, bold: true))
    drawUser(&screen, state)
    drawPlots(&screen, workspace, layout, theme)
    drawCursor(&screen, workspace, layout, theme)
    drawPanels(&screen, workspace, layout, theme)
}

/// What is open, with less detail where `width` columns do not hold all of it.
private func title(_ workspace: WorkspaceState, width: Int) -> String {
    let series = workspace.analysis.series
    let channel = series.channels[workspace.channel]
    let count = series.channels.count > 1 ? " (\(workspace.channel + 1)/\(series.channels.count))" : ""
    let parts = [
        series.name, " ── \(channel.name)\(count)", " ── \(grouped(series.rowCount)) rows",
        samplingText(series).map { ", one every \($0)" } ?? "",
    ]
    let shown = (1...parts.count).reversed().lazy.map { parts.prefix($0).joined() }.first { displayWidth($0) <= width }
    return shown ?? String(series.name.prefix(max(1, width)))
}

// MARK: Plots

private func drawPlots(_ screen: inout CellBuffer, _ workspace: WorkspaceState, _ layout: WorkspaceLayout, _ theme: Theme) {
    let series = workspace.analysis.series
    let values = series.channels[workspace.channel].values
    let area = layout.plot
    tintFlags(&screen, workspace, layout, theme)
    var canvas = BrailleCanvas(columns: area.width, rows: area.height)
    let columns = extents(of: values, rows: workspace.visible, count: canvas.width)
    let low = columns.lazy.map(\.low).filter { !$0.isNaN }.min() ?? 0
    let high = columns.lazy.map(\.high).filter { !$0.isNaN }.max() ?? 1
    canvas.line(columns.map { ($0.low, $0.high) }, low: low, high: high)
    screen.draw(canvas, x: area.x, y: area.y, Style(theme.series))
    drawValueAxis(&screen, area, low: low, high: high, theme)
    drawTimeAxis(&screen, workspace, layout, theme)
    let result = workspace.analysis.result
    let scores: [(String, [Float]?, Color)] = [
        ("LSTM", result?.lstm, theme.lstm), ("TRANSFORMER", result?.transformer, theme.transformer),
        ("COMBINED", result?.combined, theme.combined),
    ]
    for (index, (name, values, color)) in scores.enumerated() {
        let rect = layout.score(index)
        screen.write(name, x: 1, y: rect.y, Style(color, bold: true))
        guard let values, let result else {
            screen.write("no scores yet", x: rect.x, y: rect.maxY - 1, Style(theme.muted))
            continue
        }
        drawScore(&screen, values, workspace.visible, rect, color, theme, level: index == 2 ? result.level : nil)
        let here = values[workspace.cursor]
        screen.write(fixed(here), x: rect.maxX + 1, y: rect.y, Style(color, bold: true))
    }
    let value = values[workspace.cursor]
    screen.write(
        value.isNaN ? "gap" : axisText(value), x: area.maxX + 1, y: area.y, Style(theme.series, bold: true),
        limit: WorkspaceLayout.readout - 1)
}

/// A tinted background behind the columns that hold flagged rows, through all plots.
private func tintFlags(_ screen: inout CellBuffer, _ workspace: WorkspaceState, _ layout: WorkspaceLayout, _ theme: Theme) {
    for (index, event) in workspace.events.enumerated() where event.rows.overlaps(workspace.visible) {
        let rows = event.rows.clamped(to: workspace.visible)
        guard let first = layout.column(of: rows.lowerBound, visible: workspace.visible),
            let last = layout.column(of: rows.upperBound - 1, visible: workspace.visible)
        else { continue }
        let color = index == workspace.eventIndex ? theme.flag.mixed(with: theme.error, share: 0.35) : theme.flag
        screen.tint(Rect(x: first, y: layout.plots.y, width: last - first + 1, height: layout.plots.height), color)
    }
}

private func drawScore(
    _ screen: inout CellBuffer, _ scores: [Float], _ visible: Range<Int>, _ area: Rect, _ color: Color, _ theme: Theme,
    level: Float?
) {
    if let level, level.isFinite {
        let eighths = Double(min(max(level, 0), 1)) * Double(area.height)
        let y = area.maxY - 1 - min(area.height - 1, Int(eighths))
        for x in area.x..<area.maxX { screen.write("┄", x: x, y: y, Style(theme.threshold)) }
        screen.write("┄ " + fixed(level), x: area.maxX, y: area.maxY - 1, Style(theme.threshold), limit: WorkspaceLayout.readout)
    }
    let heights = extents(of: scores, rows: visible, count: area.width).map(\.high)
    screen.bars(heights, in: area) { height in
        Style(level.map { isFlagged(Float(height), level: $0) } == true ? theme.error : color)
    }
}

private func drawValueAxis(_ screen: inout CellBuffer, _ area: Rect, low: Double, high: Double, _ theme: Theme) {
    for y in area.y..<area.maxY { screen.write("│", x: area.x - 1, y: y, Style(theme.border)) }
    let ticks = area.height >= 9 ? [0, 0.5, 1] : [0, 1]
    for share in ticks {
        let y = area.y + Int((share * Double(area.height - 1)).rounded())
        let text = axisText(high - share * (high - low))
        screen.write(text, x: area.x - 2 - displayWidth(text), y: y, Style(theme.muted))
        screen.write("┤", x: area.x - 1, y: y, Style(theme.border))
    }
}

private func drawTimeAxis(_ screen: inout CellBuffer, _ workspace: WorkspaceState, _ layout: WorkspaceLayout, _ theme: Theme) {
    let (series, visible, area) = (workspace.analysis.series, workspace.visible, layout.plot)
    screen.write("└", x: area.x - 1, y: layout.axisY, Style(theme.border))
    screen.fill(Rect(x: area.x, y: layout.axisY, width: area.width, height: 1), "─", Style(theme.border))
    let sample = series.timeText(row: visible.lowerBound)
    let width = min(displayWidth(sample), 19) + 4
    let count = max(2, min(6, area.width / width))
    let cursor = cursorLabel(workspace, layout)
    for index in 0..<count {
        let row = visible.lowerBound + index * (visible.count - 1) / (count - 1)
        let text = " " + String(series.timeText(row: row).prefix(19)) + " "
        let place = area.x + index * (area.width - 1) / (count - 1)
        let x = index == 0 ? area.x : index == count - 1 ? area.maxX - displayWidth(text) : place - displayWidth(text) / 2
        if let cursor, x < cursor.x + displayWidth(cursor.text), cursor.x < x + displayWidth(text) { continue }
        screen.write(text, x: x, y: layout.axisY, Style(theme.muted))
    }
    let truth = series.labels
    guard let truth else { return }
    for column in 0..<area.width
    where truth[layout.rows(atColumn: column, visible: visible).clamped(to: 0..<truth.count)].contains(true) {
        screen.write("▔", x: area.x + column, y: layout.axisY + 1, Style(theme.success))
    }
}

/// The time under the cursor and where it stands on the axis, in place of what it would cover.
private func cursorLabel(_ workspace: WorkspaceState, _ layout: WorkspaceLayout) -> (text: String, x: Int)? {
    guard let x = layout.column(of: workspace.cursor, visible: workspace.visible) else { return nil }
    let text = " " + String(workspace.analysis.series.timeText(row: workspace.cursor).prefix(25)) + " "
    let width = displayWidth(text)
    return (text, max(layout.plot.x, min(x - width / 2, layout.plot.maxX - width)))
}

private func drawCursor(_ screen: inout CellBuffer, _ workspace: WorkspaceState, _ layout: WorkspaceLayout, _ theme: Theme) {
    guard let x = layout.column(of: workspace.cursor, visible: workspace.visible) else { return }
    for y in layout.plot.y..<layout.plot.maxY where screen[x, y].character == " " {
        screen.write("│", x: x, y: y, Style(theme.cursor))
    }
    for index in 0..<3 {
        let rect = layout.score(index)
        for y in rect.y..<rect.maxY where [" ", "┄"].contains(screen[x, y].character) {
            screen.write("│", x: x, y: y, Style(theme.cursor))
        }
    }
    if let label = cursorLabel(workspace, layout) {
        screen.write(label.text, x: label.x, y: layout.axisY, Style(theme.selectionText, on: theme.selection))
    }
}

// MARK: Panels

private func drawPanels(_ screen: inout CellBuffer, _ workspace: WorkspaceState, _ layout: WorkspaceLayout, _ theme: Theme) {
    let y = layout.tabs.y
    screen.fill(Rect(x: 1, y: y, width: layout.width - 2, height: 1), "─", Style(theme.border))
    screen.write("├", x: 0, y: y, Style(theme.border))
    screen.write("┤", x: layout.width - 1, y: y, Style(theme.border))
    func heading(_ text: String, _ focus: WorkspaceState.Focus, x: Int) -> Int {
        let isOn = workspace.focus == focus
        return screen.write(" \(text) ", x: x, y: y, Style(isOn ? theme.accent : theme.muted, bold: isOn))
    }
    let weights = "Ensemble · \(workspace.analysis.settings.calibration.rawValue)"
    let flagged = "Flagged \(workspace.events.count)"
    if let divider = layout.divider {
        _ = heading(weights, .sliders, x: 2)
        _ = heading(flagged, .events, x: divider + 2)
        screen.write("┬", x: divider, y: y, Style(theme.border))
        for row in (y + 1)..<(layout.height - 2) { screen.write("│", x: divider, y: row, Style(theme.border)) }
        screen.write("┴", x: divider, y: layout.height - 2, Style(theme.border))
    } else {
        let used = heading(weights, .sliders, x: 2)
        _ = heading(flagged, .events, x: 3 + used)
    }
    if layout.showsSliders(workspace.focus) { drawSliders(&screen, workspace, layout, theme) }
    if layout.showsEvents(workspace.focus) { drawEvents(&screen, workspace, layout, theme) }
}

private func drawSliders(_ screen: inout CellBuffer, _ workspace: WorkspaceState, _ layout: WorkspaceLayout, _ theme: Theme) {
    let colors: [Slider: Color] = [
        .lstm: theme.lstm, .transformer: theme.transformer, .threshold: theme.threshold, .smoothing: theme.accent,
    ]
    for slider in Slider.allCases where slider.rawValue < layout.sliders.height {
        let y = layout.sliders.y + slider.rawValue
        let isOn = workspace.focus == .sliders && workspace.slider == slider
        let track = layout.track(slider)
        if isOn { screen.write("▸", x: 1, y: y, Style(theme.accent, bold: true)) }
        screen.write(slider.title, x: 3, y: y, Style(isOn ? theme.accent : theme.text, bold: isOn))
        screen.slider(
            share: slider.share(in: workspace.analysis.settings), x: track.x, y: y, width: track.width,
            filled: Style(colors[slider] ?? theme.accent, bold: isOn), track: Style(theme.border))
        let text = slider.text(workspace.analysis.settings)
        screen.write(text, x: track.maxX + 7 - displayWidth(text), y: y, Style(theme.text, bold: isOn))
    }
    guard layout.events.height > 5 else { return }
    let y = layout.sliders.maxY + 1
    if let training = workspace.training, !training.hasEnded {
        screen.write("Training… \(Int(trainingShare(training) * 100))%   p shows it", x: 3, y: y, Style(theme.accent))
    } else if workspace.analysis.result == nil {
        let saved = workspace.savedModels.isEmpty ? "t trains both models" : "L loads saved models, t trains anew"
        screen.write(saved, x: 3, y: y, Style(theme.muted))
    } else {
        let flagged = workspace.events.reduce(0) { $0 + $1.rows.count }
        let count = workspace.events.count
        screen.write("\(grouped(flagged)) rows in \(count) event\(count == 1 ? "" : "s")", x: 3, y: y, Style(theme.muted))
    }
}

private func drawEvents(_ screen: inout CellBuffer, _ workspace: WorkspaceState, _ layout: WorkspaceLayout, _ theme: Theme) {
    let area = layout.events
    let isRoomy = area.width >= 68
    func line(_ y: Int, _ cells: [String], _ style: Style) {
        let widths = isRoomy ? [4, 26, 6, 6, 6, 8] : [4, 20, 5, 5, 5, 7]
        var x = area.x + 1
        for (index, cell) in cells.enumerated() {
            let width = index < widths.count ? widths[index] : area.maxX - x
            let text =
                index == 0 || index == 1 || index == 6
                ? cell : String(repeating: " ", count: max(0, width - displayWidth(cell))) + cell
            screen.write(text, x: x, y: y, style, limit: width)
            x += width + 1
        }
    }
    line(area.y, ["#", "start", "rows", "peak", "LSTM", "Transf.", "verdict"], Style(theme.muted, bold: true))
    guard !workspace.events.isEmpty else {
        let text =
            workspace.analysis.result == nil
            ? "Train or load the models to see flagged events." : "Nothing reaches the threshold."
        screen.write(text, x: area.x + 1, y: area.y + 1, Style(theme.muted), limit: area.width - 2)
        return
    }
    let rows = layout.eventRows
    let scroll = eventScroll(workspace, height: rows.height)
    for (offset, event) in workspace.events.dropFirst(scroll).prefix(rows.height).enumerated() {
        let index = scroll + offset
        let isSelected = index == workspace.eventIndex
        if isSelected {
            screen.fill(
                Rect(x: rows.x, y: rows.y + offset, width: rows.width, height: 1), " ",
                Style(theme.text, on: workspace.focus == .events ? theme.selection : theme.panel))
        }
        let verdict = workspace.verdict(on: event)
        let color =
            verdict == .anomaly ? theme.error : verdict == .normal ? theme.success : isSelected ? theme.selectionText : theme.text
        let style =
            isSelected && workspace.focus == .events
            ? Style(theme.selectionText, bold: true) : Style(isSelected ? theme.text : color)
        line(
            rows.y + offset,
            [
                "\(index + 1)", workspace.analysis.series.timeText(row: event.rows.lowerBound), "\(event.rows.count)",
                fixed(event.peak),
                fixed(event.lstmPeak), fixed(event.transformerPeak), verdict?.rawValue ?? "·",
            ], style)
    }
}

/// How much of a run is done, 0 to 1.
func trainingShare(_ training: TrainingState) -> Double {
    let shares = ModelKind.allCases.map { training.finished[$0] != nil ? 1 : training.progress[$0]?.share ?? 0 }
    return shares.reduce(0, +) / Double(shares.count)
}
