import AnomalyDetection
import Foundation
import TerminalUI
import TimeSeries
import Workbench

/// How high scores are drawn: in proportion, up to the highest in view or the threshold, whichever is higher. Where the
/// threshold would lie in the lowest quarter then, the scale is bent so that it lies there, and what is flagged can be seen.
struct ScoreScale {
    /// The score at the top.
    let top: Float
    /// The power of a score's share of the top.
    private let exponent: Double
    private static let lowest = 0.25

    /// Reaches to the highest of `scores`, and to the level of flags where there is one.
    init(_ scores: some Sequence<Double>, level: Float?) {
        let highest = scores.reduce(0) { $1 > $0 ? $1 : $0 }
        let level = level.flatMap { $0.isFinite && $0 > 0 ? min($0, 1) : nil }
        let top = max(Float(highest), level ?? 0)
        let share = level.map { Double($0 / top) } ?? 1
        self.top = top
        exponent = share < Self.lowest ? log(Self.lowest) / log(share) : 1
    }

    /// The height of a score, 0 to 1; NaN stays NaN.
    func height(_ score: Double) -> Double {
        guard top > 0 else { return score.isNaN ? .nan : 0 }
        return score.isNaN ? .nan : pow(min(1, max(0, score / Double(top))), exponent)
    }

    /// The row of `area` in which a bar of this score ends.
    func row(of score: Float, in area: Rect) -> Int {
        let cells = height(Double(score)) * Double(area.height)
        return area.maxY - 1 - max(0, min(area.height - 1, Int(cells.rounded(.up)) - 1))
    }
}

extension WorkspaceState {
    func drawScores(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        let result = analysis.result
        let own = models.prefix(layout.scoreCount - 1).map { kind in
            (kind.title(within: WorkspaceLayout.gutter - 2).uppercased(), result?.scores[kind], theme.color(of: kind.name))
        }
        let scores = own + [("COMBINED", result?.combined, theme.combined)]
        for (index, (name, values, color)) in scores.enumerated() {
            let rect = layout.score(index)
            screen.write(name, x: 1, y: rect.y, Style(color, bold: true), limit: WorkspaceLayout.gutter - 2)
            guard let values, let result else {
                screen.write("no scores yet", x: rect.x, y: rect.maxY - 1, Style(theme.muted))
                continue
            }
            let isCombined = index == own.count
            let extents =
                isCombined
                ? memo.extents(.score(index), result.blocks, rows: visible, count: rect.width)
                : memo.extents(.score(index), values, rows: visible, count: rect.width)
            drawScore(&screen, extents.map(\.high), rect, color, theme, level: result.level, isCombined: isCombined)
            let here = significant(values[cursor])
            if rect.height > 1 {
                screen.write("here", x: 1, y: rect.y + 1, Style(theme.muted))
                screen.write(here, x: 6, y: rect.y + 1, Style(color, bold: true), limit: WorkspaceLayout.gutter - 6)
            }
        }
    }

    /// Bars, with the highest score in view and the threshold written at their heights.
    private func drawScore(
        _ screen: inout CellBuffer, _ highs: [Double], _ area: Rect, _ color: Color, _ theme: Theme, level: Float,
        isCombined: Bool
    ) {
        let scale = ScoreScale(highs, level: level)
        let highest = Float(highs.reduce(0) { $1 > $0 ? $1 : $0 })
        var taken: Int?
        if isCombined, level.isFinite {
            let y = scale.row(of: level, in: area)
            for x in area.x..<area.maxX { screen.write("┄", x: x, y: y, Style(theme.threshold)) }
            screen.write("┄" + significant(level), x: area.maxX, y: y, Style(theme.threshold), limit: WorkspaceLayout.readout)
            taken = y
        }
        let y = scale.row(of: highest, in: area)
        let free = y != taken ? y : y + 1 < area.maxY ? y + 1 : y - 1 >= area.y ? y - 1 : nil
        if let free {
            screen.write(
                significant(highest), x: area.maxX + 1, y: free, Style(color, bold: true), limit: WorkspaceLayout.readout)
        }
        let flagged = isCombined && level.isFinite ? scale.height(Double(level)) : .infinity
        screen.bars(highs.map(scale.height), in: area) { Style($0 > 0 && $0 >= flagged ? theme.error : color) }
    }

    /// A tinted background behind the columns that hold flagged rows, through all plots, the stronger the higher the peak.
    func tintFlags(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        let seen = analysis.result?.events(overlapping: visible) ?? []
        let scale = ScoreScale(events.lazy.map { Double($0.peak) }, level: nil)
        var peaks = [Float](repeating: 0, count: layout.plot.width)
        func columns(_ rows: Range<Int>) -> ClosedRange<Int>? {
            let rows = rows.clamped(to: visible)
            guard let first = layout.column(of: rows.lowerBound, visible: visible),
                let last = layout.column(of: rows.upperBound - 1, visible: visible)
            else { return nil }
            return (first - layout.plot.x)...(last - layout.plot.x)
        }
        for event in seen {
            guard let columns = columns(event.rows) else { continue }
            for column in columns { peaks[column] = max(peaks[column], event.peak) }
        }
        let chosen = (marked ?? selectedEvent?.rows).flatMap { $0.overlaps(visible) ? columns($0) : nil }
        if marked != nil, let chosen {
            let area = Rect(
                x: layout.plot.x + chosen.lowerBound, y: layout.plots.y, width: chosen.count, height: layout.plots.height)
            screen.tint(area, theme.selection)
        }
        for (column, peak) in peaks.enumerated() where peak > 0 {
            let strength = 0.6 + 0.4 * scale.height(Double(peak))
            var color = theme.background.mixed(with: theme.flag, share: strength)
            if chosen?.contains(column) == true { color = color.mixed(with: theme.error, share: 0.3) }
            screen.tint(Rect(x: layout.plot.x + column, y: layout.plots.y, width: 1, height: layout.plots.height), color)
        }
    }
}
