import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

/// The observed values of a channel around an event with the reconstructions over them.
struct EventPlot {
    let workspace: WorkspaceState
    let event: Event
    let channel: Int
    /// Whether it has others beside it, which need no legend each.
    let isOneOfMany: Bool

    private var series: Series { workspace.analysis.series }

    private var rows: Range<Int> {
        let margin = max(40, event.rows.count * 2)
        return max(0, event.rows.lowerBound - margin)..<min(series.rowCount, event.rows.upperBound + margin)
    }

    private typealias Line = (name: String, values: [Double], color: Color, pattern: BrailleCanvas.Pattern)

    private func lines(_ theme: Theme) -> [Line] {
        var lines: [Line] = []
        let count = series.channels.count
        for (index, kind) in workspace.models.enumerated() {
            guard let model = workspace.analysis.scored[kind] else { continue }
            let values = model.expected(rows, channel: channel, of: count)
            lines.append((kind.title, values, theme.color(of: kind.name), .ofModel(index)))
        }
        let observed = series.channels[channel].values
        let weekBefore = series.time.rows(rows, earlierBy: 7 * 86_400_000_000).map { $0.map { observed[$0] } ?? .nan }
        if weekBefore.contains(where: { !$0.isNaN }) {
            lines.insert(("a week before", weekBefore, theme.muted, .thin), at: 0)
        }
        lines.append(("observed", Array(observed[rows]), theme.series, .full))
        return lines
    }

    func draw(_ screen: inout CellBuffer, _ area: Rect, _ theme: Theme) {
        guard area.height >= 4, area.width >= 24 else { return }
        let rows = rows
        let plot = Rect(x: area.x + 10, y: area.y + 1, width: area.width - 10, height: area.height - 2)
        let lines = lines(theme)
        let all = lines.flatMap(\.values).filter { !$0.isNaN }
        let (low, high) = (all.min() ?? 0, all.max() ?? 1)
        let first = plot.x + (event.rows.lowerBound - rows.lowerBound) * plot.width / rows.count
        let last = plot.x + (event.rows.upperBound - 1 - rows.lowerBound) * plot.width / rows.count
        screen.tint(Rect(x: first, y: plot.y, width: max(1, last - first + 1), height: plot.height), theme.flag)
        for (_, values, color, pattern) in lines {
            var canvas = BrailleCanvas(columns: plot.width, rows: plot.height)
            let columns = extents(of: values, rows: 0..<values.count, count: canvas.width)
            canvas.line(columns.map { ($0.low, $0.high) }, low: low, high: high, pattern: pattern)
            screen.draw(canvas, x: plot.x, y: plot.y, Style(color, bold: pattern == .full))
        }
        drawLegend(&screen, lines, area, plot, theme)
        for (value, text) in ValueTicks(from: low, to: high, atMost: max(2, plot.height / 3)).ticks {
            let share = high > low ? (high - value) / (high - low) : 0.5
            let y = plot.y + min(plot.height - 1, Int(share * Double(plot.height)))
            screen.write(text, x: plot.x - 1 - displayWidth(text), y: y, Style(theme.muted), limit: 9)
        }
        screen.fill(Rect(x: plot.x, y: plot.maxY, width: plot.width, height: 1), "─", Style(theme.border))
        RowScale(series, visible: rows, columns: plot.width)
            .draw(&screen, x: plot.x, y: plot.maxY, taken: 0..<0, theme, columns: plot.width)
    }

    private func drawLegend(_ screen: inout CellBuffer, _ lines: [Line], _ area: Rect, _ plot: Rect, _ theme: Theme) {
        var x = area.x
        if series.channels.count > 1 {
            let blame = workspace.blame.map { " " + percent($0[channel]) } ?? ""
            let room = isOneOfMany ? area.width : area.width / 2
            let name = series.channels[channel].name
            let style = Style(theme.accent, bold: true)
            x += screen.write(name, x: x, y: area.y, style, limit: max(1, room - displayWidth(blame)))
            x += screen.write(blame, x: x, y: area.y, style) + 3
        }
        if isOneOfMany { return }
        for (name, _, color, pattern) in lines {
            let text = "\(pattern.sample) \(name)   "
            guard x + displayWidth(text) <= area.maxX else { break }
            x += screen.write(text, x: x, y: area.y, Style(color, bold: true))
        }
        guard let explained = workspace.explained, explained.rows == event.rows, let attended = explained.attended else { return }
        let color = theme.color(of: attended.kind.name)
        for place in attended.places where rows.contains(place.rows.lowerBound) {
            let column = plot.x + (place.rows.lowerBound - rows.lowerBound) * plot.width / rows.count
            screen.write("▼", x: column, y: plot.y, Style(color, bold: true))
        }
        screen.write("▼ looked at", x: x, y: area.y, Style(color), limit: max(0, area.maxX - x))
    }
}
