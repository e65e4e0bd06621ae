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

    /// What is drawn: a line, or a band where `high` differs from `low`.
    private struct Line {
        let name: String
        let low: [Double], high: [Double]
        let color: Color
        let pattern: BrailleCanvas.Pattern

        init(_ name: String, _ values: [Double], to high: [Double]? = nil, _ color: Color, _ pattern: BrailleCanvas.Pattern) {
            (self.name, low, self.high, self.color, self.pattern) = (name, values, high ?? values, color, pattern)
        }
    }

    private func lines(_ theme: Theme) -> [Line] {
        var lines: [Line] = []
        let count = series.channels.count
        for (index, kind) in workspace.models.enumerated() {
            guard let model = workspace.analysis.scored[kind] else { continue }
            let values = model.expected(rows, channel: channel, of: count)
            lines.append(Line(kind.title, values, theme.color(of: kind.name), .ofModel(index)))
        }
        let observed = series.channels[channel].values
        if let band = weeksBefore(observed, theme) { lines.insert(band, at: 0) }
        lines.append(Line("observed", Array(observed[rows]), theme.series, .full))
        return lines
    }

    /// What was observed at the same weekday and hour before, from the lowest to the highest of up to eight weeks; expected rows are
    /// left out. `nil` without any.
    private func weeksBefore(_ observed: [Double], _ theme: Theme) -> Line? {
        let expected = workspace.analysis.expected
        var low = [Double](repeating: .nan, count: rows.count), high = low
        var weeks = 0
        for week in 1...8 {
            var isThere = false
            let earlier = series.time.rows(rows, earlierBy: Int64(week) * 7 * 86_400_000_000)
            for (place, row) in earlier.enumerated() {
                guard let row, !observed[row].isNaN, expected.isEmpty || !expected.contains(row) else { continue }
                isThere = true
                low[place] = low[place].isNaN ? observed[row] : min(low[place], observed[row])
                high[place] = high[place].isNaN ? observed[row] : max(high[place], observed[row])
            }
            if isThere { weeks = week }
        }
        guard weeks > 0 else { return nil }
        return Line(weeks == 1 ? "a week before" : "same hour, \(weeks) weeks before", low, to: high, theme.muted, .thin)
    }

    func draw(_ screen: inout CellBuffer, _ area: Rect, _ theme: Theme) {
        guard area.height >= 4, area.width >= 24 else { return }
        let rows = rows
        let plot = Rect(x: area.x + 10, y: area.y + 1, width: area.width - 10, height: area.height - 2)
        let lines = lines(theme)
        let all = lines.flatMap { $0.low + $0.high }.filter { !$0.isNaN }
        let (low, high) = (all.min() ?? 0, all.max() ?? 1)
        let first = plot.x + (event.rows.lowerBound - rows.lowerBound) * plot.width / rows.count
        let last = plot.x + (event.rows.upperBound - 1 - rows.lowerBound) * plot.width / rows.count
        screen.tint(Rect(x: first, y: plot.y, width: max(1, last - first + 1), height: plot.height), theme.flag)
        for line in lines {
            var canvas = BrailleCanvas(columns: plot.width, rows: plot.height)
            let lows = extents(of: line.low, rows: 0..<line.low.count, count: canvas.width).map(\.low)
            let highs = extents(of: line.high, rows: 0..<line.high.count, count: canvas.width).map(\.high)
            canvas.line(Array(zip(lows, highs)), low: low, high: high, pattern: line.pattern)
            screen.draw(canvas, x: plot.x, y: plot.y, Style(line.color, bold: line.pattern == .full))
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
        for line in lines {
            let text = "\(line.pattern.sample) \(line.name)   "
            guard x + displayWidth(text) <= area.maxX else { break }
            x += screen.write(text, x: x, y: area.y, Style(line.color, bold: true))
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
