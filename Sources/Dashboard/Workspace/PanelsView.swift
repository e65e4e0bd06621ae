import Accounts
import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

extension WorkspaceState {
    // MARK: Panels

    func drawPanels(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        let y = layout.tabs.y
        screen.fill(Rect(x: 1, y: y, width: layout.width - 2, height: 1), "─", Style(theme.border))
        screen.write("├", x: 0, y: y, Style(theme.border))
        screen.write("┤", x: layout.width - 1, y: y, Style(theme.border))
        func heading(_ text: String, _ part: Focus, x: Int) -> Int {
            let isOn = focus == part
            return screen.write(" \(text) ", x: x, y: y, Style(isOn ? theme.accent : theme.muted, bold: isOn))
        }
        let weights = "Ensemble · \(analysis.settings.calibration.rawValue)"
        let flagged = "Flagged \(events.count) · \(analysis.settings.flags.rawValue)"
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
        if layout.showsSliders(focus) { drawSliders(&screen, layout, theme) }
        if layout.showsEvents(focus) { drawEvents(&screen, layout, theme) }
    }

    private func drawSliders(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        let scroll = layout.sliderScroll(slider)
        for (row, setting) in sliders.dropFirst(scroll).prefix(layout.sliders.height).enumerated() {
            let track = layout.track(row: row)
            let y = track.y
            let isOn = focus == .sliders && slider == scroll + row
            let model = models.first { setting.name == "\($0.name)_weight" }
            let color = model.map { theme.color(of: $0.name) } ?? (setting.name == "threshold" ? theme.threshold : theme.accent)
            let title = model?.title(within: track.x - 4) ?? setting.title
            if isOn { screen.write("▸", x: 1, y: y, Style(theme.accent, bold: true)) }
            screen.write(title, x: 3, y: y, Style(isOn ? theme.accent : theme.text, bold: isOn), limit: track.x - 4)
            screen.slider(
                share: setting.share(in: analysis.settings), x: track.x, y: y, width: track.width,
                filled: Style(color, bold: isOn), track: Style(theme.border))
            let text = setting.text(analysis.settings)
            screen.write(text, x: track.maxX + 7 - displayWidth(text), y: y, Style(theme.text, bold: isOn))
        }
        let y = layout.sliders.maxY + 1
        guard y < layout.events.maxY else { return }
        if let training = training, !training.hasEnded {
            screen.write("Training… \(Int(training.share * 100))%   p shows it", x: 3, y: y, Style(theme.accent))
        } else if analysis.result == nil {
            let saved = savedModels.isEmpty ? "t trains the models" : "L loads saved models, t trains anew"
            screen.write(saved, x: 3, y: y, Style(theme.muted))
        } else {
            let flagged = events.reduce(0) { $0 + $1.rows.count }
            let count = events.count
            screen.write("\(grouped(flagged)) rows in \(count) event\(count == 1 ? "" : "s")", x: 3, y: y, Style(theme.muted))
        }
    }

    private func drawEvents(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        let area = layout.events
        let widths = eventWidths(area.width)
        func line(_ y: Int, _ cells: [String], _ style: Style) {
            var x = area.x + 1
            for (index, (cell, width)) in zip(cells, widths).enumerated() {
                let isNumber = index > 1 && index < widths.count - 1
                let text = isNumber ? String(repeating: " ", count: max(0, width - displayWidth(cell))) + cell : cell
                screen.write(text, x: x, y: y, style, limit: width)
                x += width + 1
            }
        }
        line(
            area.y, ["#", "start", "rows", "peak"] + models.map(\.shortTitle) + ["verdict"], Style(theme.muted, bold: true))
        guard !events.isEmpty else {
            let text =
                analysis.result == nil
                ? "Train or load the models to see flagged events." : "Nothing reaches the threshold."
            screen.write(text, x: area.x + 1, y: area.y + 1, Style(theme.muted), limit: area.width - 2)
            return
        }
        let rows = layout.eventRows
        let scroll = layout.eventScroll(eventIndex, of: events.count)
        for (offset, event) in events.dropFirst(scroll).prefix(rows.height).enumerated() {
            let index = scroll + offset
            let isSelected = index == eventIndex
            if isSelected {
                screen.fill(
                    Rect(x: rows.x, y: rows.y + offset, width: rows.width, height: 1), " ",
                    Style(theme.text, on: focus == .events ? theme.selection : theme.panel))
            }
            let verdict = judgements.verdict(on: event.rows)
            let color =
                verdict == .anomaly
                ? theme.error : verdict == .normal ? theme.success : isSelected ? theme.selectionText : theme.text
            let style =
                isSelected && focus == .events
                ? Style(theme.selectionText, bold: true) : Style(isSelected ? theme.text : color)
            line(
                rows.y + offset,
                [
                    "\(index + 1)", analysis.series.timeText(row: event.rows.lowerBound), "\(event.rows.count)",
                    fixed(event.peak),
                ] + models.map { fixed(event.modelPeaks[$0] ?? .nan) } + [verdict?.rawValue ?? "·"], style)
        }
    }

    /// The columns of the list: number, start, rows, peak, the peak of each model, verdict. Where room is short the start
    /// gives way first.
    private func eventWidths(_ width: Int) -> [Int] {
        let isRoomy = width >= 68
        let models = models.map { max(isRoomy ? 6 : 5, displayWidth($0.shortTitle) + (isRoomy ? 1 : 0)) }
        let numbers = (isRoomy ? [6, 6] : [5, 5]) + models
        let others = 4 + numbers.reduce(0, +) + numbers.count + 3
        let start = max(12, min(isRoomy ? 26 : 20, width - others - 5))
        return [4, start] + numbers + [max(0, width - others - start)]
    }
}
