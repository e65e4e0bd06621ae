import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

extension WorkspaceState {
    func view(_ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let layout = layout(frame)
        screen.border(
            Rect(x: 0, y: 0, width: frame.width, height: frame.height - 1),
            title: heading(width: frame.width - 10 - displayWidth(frame.user)), Style(theme.border),
            titleStyle: Style(theme.accent, bold: true))
        drawUser(&screen, frame)
        drawPlots(&screen, layout, theme)
        drawCursor(&screen, layout, theme)
        drawPanels(&screen, layout, frame)
    }

    /// What is open, with less detail where `width` columns do not hold all of it.
    private func heading(width: Int) -> String {
        let series = analysis.series
        let channel = series.channels[self.channel]
        let count = series.channels.count > 1 ? " (\(self.channel + 1)/\(series.channels.count))" : ""
        let unit = reading.columns.first { ($0.alias ?? $0.name) == channel.name }?.unit.map { " in \($0)" } ?? ""
        let only = reading.options.only.isEmpty ? "" : " · " + reading.options.onlyText
        let parts = [
            series.name + only + (growth.isFollowing ? " (followed)" : ""), " ── \(channel.name)\(unit)\(count)",
            " ── \(grouped(series.rowCount)) rows",
            samplingText(series).map { ", one every \($0)" } ?? "",
        ]
        let shown = (1...parts.count).reversed().lazy.map { parts.prefix($0).joined() }.first { displayWidth($0) <= width }
        return shown ?? fitted(series.name, columns: max(1, width))
    }

    // MARK: Plots

    private func drawPlots(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        let series = analysis.series
        let values = series.channels[channel].values
        let area = layout.plot
        tintFlags(&screen, layout, theme)
        drawSeries(&screen, layout, theme)
        drawTimeAxis(&screen, layout, theme)
        drawOverview(&screen, layout, theme)
        drawScores(&screen, layout, theme)
        let value = values[cursor]
        screen.write(
            value.isNaN ? "gap" : axisText(value), x: area.maxX + 1, y: area.y, Style(theme.series, bold: true),
            limit: WorkspaceLayout.readout - 1)
    }

    private func drawCursor(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        guard let x = layout.column(of: cursor, visible: visible) else { return }
        for y in layout.plot.y..<layout.plot.maxY where screen[x, y].sign == " " {
            screen.write("│", x: x, y: y, Style(theme.cursor))
        }
        for index in 0..<layout.scoreCount {
            let rect = layout.score(index)
            for y in rect.y..<rect.maxY where ([" ", "┄"] as [Sign]).contains(screen[x, y].sign) {
                screen.write("│", x: x, y: y, Style(theme.cursor))
            }
        }
        if let label = cursorLabel(layout) {
            screen.write(label.text, x: label.x, y: layout.axisY, Style(theme.selectionText, on: theme.selection))
        }
    }
}
