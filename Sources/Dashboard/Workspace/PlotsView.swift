import Accounts
import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

extension WorkspaceState {
    func view(_ session: Session, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let layout = layout(frame)
        screen.border(
            Rect(x: 0, y: 0, width: frame.width, height: frame.height - 1),
            title: heading(width: frame.width - 10 - displayWidth(userText(session))), Style(theme.border),
            titleStyle: Style(theme.accent, bold: true))
        drawUser(&screen, session, theme)
        drawPlots(&screen, layout, theme)
        drawCursor(&screen, layout, theme)
        drawPanels(&screen, layout, theme)
        card?.view(over: self, session, frame, into: &screen)
    }

    /// What is open, with less detail where `width` columns do not hold all of it.
    private func heading(width: Int) -> String {
        let series = analysis.series
        let channel = series.channels[self.channel]
        let count = series.channels.count > 1 ? " (\(self.channel + 1)/\(series.channels.count))" : ""
        let parts = [
            series.name, " ── \(channel.name)\(count)", " ── \(grouped(series.rowCount)) rows",
            samplingText(series).map { ", one every \($0)" } ?? "",
        ]
        let shown = (1...parts.count).reversed().lazy.map { parts.prefix($0).joined() }.first { displayWidth($0) <= width }
        return shown ?? String(series.name.prefix(max(1, width)))
    }

    // MARK: Plots

    private func drawPlots(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        let series = analysis.series
        let values = series.channels[channel].values
        let area = layout.plot
        tintFlags(&screen, layout, theme)
        var canvas = BrailleCanvas(columns: area.width, rows: area.height)
        let columns = extents(of: values, rows: visible, count: canvas.width)
        let low = columns.lazy.map(\.low).filter { !$0.isNaN }.min() ?? 0
        let high = columns.lazy.map(\.high).filter { !$0.isNaN }.max() ?? 1
        canvas.line(columns.map { ($0.low, $0.high) }, low: low, high: high)
        screen.draw(canvas, x: area.x, y: area.y, Style(theme.series))
        drawValueAxis(&screen, area, low: low, high: high, theme)
        drawTimeAxis(&screen, layout, theme)
        drawScores(&screen, layout, theme)
        let value = values[cursor]
        screen.write(
            value.isNaN ? "gap" : axisText(value), x: area.maxX + 1, y: area.y, Style(theme.series, bold: true),
            limit: WorkspaceLayout.readout - 1)
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

    private func drawTimeAxis(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        let (series, visible, area) = (analysis.series, visible, layout.plot)
        screen.write("└", x: area.x - 1, y: layout.axisY, Style(theme.border))
        screen.fill(Rect(x: area.x, y: layout.axisY, width: area.width, height: 1), "─", Style(theme.border))
        let sample = series.timeText(row: visible.lowerBound)
        let width = min(displayWidth(sample), 19) + 4
        let count = max(2, min(6, area.width / width))
        let cursor = cursorLabel(layout)
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
    private func cursorLabel(_ layout: WorkspaceLayout) -> (text: String, x: Int)? {
        guard let x = layout.column(of: cursor, visible: visible) else { return nil }
        let text = " " + String(analysis.series.timeText(row: cursor).prefix(25)) + " "
        let width = displayWidth(text)
        return (text, max(layout.plot.x, min(x - width / 2, layout.plot.maxX - width)))
    }

    private func drawCursor(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        guard let x = layout.column(of: cursor, visible: visible) else { return }
        for y in layout.plot.y..<layout.plot.maxY where screen[x, y].character == " " {
            screen.write("│", x: x, y: y, Style(theme.cursor))
        }
        for index in 0..<layout.scoreCount {
            let rect = layout.score(index)
            for y in rect.y..<rect.maxY where [" ", "┄"].contains(screen[x, y].character) {
                screen.write("│", x: x, y: y, Style(theme.cursor))
            }
        }
        if let label = cursorLabel(layout) {
            screen.write(label.text, x: label.x, y: layout.axisY, Style(theme.selectionText, on: theme.selection))
        }
    }
}
