import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

extension WorkspaceState {
    /// The values at the bottom and top of the series' plot: what was chosen, else what is visible.
    func valueRange(_ layout: WorkspaceLayout) -> ClosedRange<Double> {
        let values = analysis.series.channels[channel].values
        return chosenRange ?? Dashboard.valueRange(of: memo.extents(.series, values, rows: visible, count: layout.plot.width * 2))
    }

    /// The series with its axes, and over it what the models expected where that is wanted.
    func drawSeries(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        let range = valueRange(layout)
        drawValues(
            &screen, analysis.series, channel: channel, rows: visible, range, in: layout.plot, memo, theme,
            isBehind: showsExpected)
        if showsExpected { drawExpected(&screen, layout, range, theme) }
        drawValueAxis(&screen, layout.plot, range, theme)
        if chosenRange != nil {
            screen.write("┼", x: layout.plot.x - 1, y: layout.plot.y, Style(theme.accent, bold: true))
        }
    }

    /// What the models expected, over the series, each in its own colour and pattern.
    private func drawExpected(
        _ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ range: ClosedRange<Double>, _ theme: Theme
    ) {
        let area = layout.plot
        let (count, channel, visible) = (analysis.series.channels.count, channel, visible)
        var x = area.x + 1
        for (index, kind) in models.enumerated() {
            guard let model = analysis.scored[kind] else { continue }
            let values = model.errors.reconstruction
            var canvas = BrailleCanvas(columns: area.width, rows: area.height)
            let columns = canvas.width
            let scaling = model.detector.scaling
            let extents = memo.extents(.expected("\(kind.name) \(channel)"), of: values, rows: visible, count: columns) {
                expectedExtents(values, channel: channel, of: count, rows: visible, count: columns).map {
                    Extent(
                        low: scaling.unscaled(Float($0.low), channel: channel),
                        high: scaling.unscaled(Float($0.high), channel: channel))
                }
            }
            let style = Style(theme.color(of: kind.name))
            let pattern = BrailleCanvas.Pattern.ofModel(index)
            canvas.line(
                extents.map { ($0.low, $0.high) }, low: range.lowerBound, high: range.upperBound, pattern: pattern)
            screen.draw(canvas, x: area.x, y: area.y, style)
            x += screen.write(" \(pattern.sample) \(kind.shortTitle) ", x: x, y: area.y, style, limit: area.maxX - x)
        }
    }

    // MARK: Axes

    func drawTimeAxis(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        let (series, visible, area) = (analysis.series, visible, layout.plot)
        screen.write("└", x: area.x - 1, y: layout.axisY, Style(theme.border))
        screen.fill(Rect(x: area.x, y: layout.axisY, width: area.width, height: 1), "─", Style(theme.border))
        if let news = list.news?.clamped(to: visible), let first = layout.column(of: news.lowerBound, visible: visible),
            !news.isEmpty
        {
            screen.fill(Rect(x: first, y: layout.axisY, width: area.maxX - first, height: 1), "═", Style(theme.accent))
        }
        func mark(_ spans: some Sequence<Range<Int>>, _ style: Style) {
            for rows in spans {
                let rows = rows.clamped(to: visible)
                guard let first = layout.column(of: rows.lowerBound, visible: visible),
                    let last = layout.column(of: rows.upperBound - 1, visible: visible)
                else { continue }
                screen.fill(Rect(x: first, y: layout.axisY, width: last - first + 1, height: 1), "━", style)
            }
        }
        mark((analysis.result?.expected.rows ?? []).filter { $0.overlaps(visible) }, Style(theme.muted))
        mark((analysis.result?.events(overlapping: visible) ?? []).map(\.rows), Style(theme.error))
        let cursor = cursorLabel(layout)
        let taken = cursor.map { $0.x..<($0.x + displayWidth($0.text)) } ?? 0..<0
        let scale = RowScale(series, visible: visible, columns: area.width)
        scale.draw(&screen, x: area.x, y: layout.axisY, taken: taken, theme)
        guard let truth = series.labels else { return }
        let labelled = memo.extents(.labels, of: truth, rows: visible, count: area.width) {
            (0..<area.width).map { column in
                let rows = layout.rows(atColumn: column, visible: visible).clamped(to: 0..<truth.count)
                return Extent(low: 0, high: truth[rows].contains(true) ? 1 : 0)
            }
        }
        for (column, extent) in labelled.enumerated() where extent.high > 0 {
            screen.write("▔", x: area.x + column, y: layout.axisY + 1, Style(theme.success))
        }
    }

    /// The time under the cursor and where it stands on the axis, in place of what it would cover.
    func cursorLabel(_ layout: WorkspaceLayout) -> (text: String, x: Int)? {
        guard let x = layout.column(of: cursor, visible: visible) else { return nil }
        let text = " " + String(readableTime(analysis.series, row: cursor).prefix(25)) + " "
        let width = displayWidth(text)
        return (text, max(layout.plot.x, min(x - width / 2, layout.plot.maxX - width)))
    }

    // MARK: Overview

    /// The whole series in one row while a part of it is on screen: the level in blocks, flagged events in red, and the
    /// visible part between brackets.
    func drawOverview(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ theme: Theme) {
        guard let strip = layout.overview, strip.width > 2 else { return }
        let series = analysis.series
        let all = 0..<series.rowCount
        let values = series.channels[channel].values
        let width = series.profile.period(ofChannel: channel) ?? 1
        let levels = memo.levels(.overview, values, rows: all, count: strip.width, width: width)
        let known = levels.filter { !$0.isNaN }
        let (low, high) = (known.min() ?? 0, known.max() ?? 1)
        let part = layout.overviewPart(visible, of: series.rowCount)
        let flagged = Set(
            events.flatMap { event in
                let first = event.rows.lowerBound * strip.width / series.rowCount
                return Array(first...max(first, (event.rows.upperBound - 1) * strip.width / series.rowCount))
            })
        screen.write("overview", x: 1, y: strip.y, Style(theme.muted))
        for (column, level) in levels.enumerated() {
            let isInside = part.contains(column)
            let height = high > low ? (level - low) / (high - low) : 0.5
            let block = level.isNaN ? " " : CellBuffer.blocks[1 + Int((height * 7).rounded())]
            let color = flagged.contains(column) ? theme.error : isInside ? theme.series : theme.muted
            screen.place(
                block, x: strip.x + column, y: strip.y, Style(color, on: isInside ? theme.selection : nil, bold: isInside))
        }
        let edge = Style(theme.selectionText, on: theme.selection, bold: true)
        screen.write("[", x: strip.x + part.lowerBound - 1, y: strip.y, edge)
        screen.write("]", x: strip.x + part.upperBound, y: strip.y, edge)
    }
}

/// From the lowest to the highest of what is drawn; 0 to 1 where nothing is.
func valueRange(of extents: [Extent]) -> ClosedRange<Double> {
    let known = extents.lazy.filter { !$0.isGap }
    guard let low = known.map(\.low).min(), let high = known.map(\.high).max() else { return 0...1 }
    return low...high
}

/// The values of a channel over rows. Where rows are narrower than a dot and a period than some cells, what lies between minimum and
/// maximum is thin and the level over a period stands out; elsewhere the line itself does, unless others are drawn over it.
func drawValues(
    _ screen: inout CellBuffer, _ series: Series, channel: Int, rows: Range<Int>, _ range: ClosedRange<Double>, in area: Rect,
    _ memo: PlotMemo, _ theme: Theme, isBehind: Bool = false
) {
    let values = series.channels[channel].values
    var line = BrailleCanvas(columns: area.width, rows: area.height)
    let (low, high) = (range.lowerBound, range.upperBound)
    let extents = memo.extents(.series, values, rows: rows, count: line.width).map { ($0.low, $0.high) }
    let strong = Style(theme.series, bold: true)
    let thin = Style(theme.series.mixed(with: theme.background, share: 0.45))
    guard let width = levelWidth(period: series.profile.period(ofChannel: channel), rows: rows, dots: line.width) else {
        line.line(extents, low: low, high: high)
        screen.draw(line, x: area.x, y: area.y, isBehind ? thin : strong)
        return
    }
    let levels = memo.levels(.series, values, rows: rows, count: line.width, width: width)
    var (level, ends) = (line, line)
    ends.ends(extents, low: low, high: high)
    line.line(extents, low: low, high: high, pattern: .thin)
    line.ends(extents, low: low, high: high)
    level.line(levels.map { ($0, $0) }, low: low, high: high)
    level.join(ends)
    screen.draw(line, x: area.x, y: area.y, thin)
    screen.draw(level, x: area.x, y: area.y, strong)
}

/// Rows over which the level is taken, where a level is to be drawn: whole periods, at least four dots.
private func levelWidth(period: Int?, rows: Range<Int>, dots: Int) -> Int? {
    guard rows.count > dots else { return nil }
    // Without a period a line of a few rows a dot says more than their level.
    if period == nil, rows.count < 4 * dots { return nil }
    // From eight cells on, one period is seen as a curve of its own.
    if let period, period * dots >= 16 * rows.count { return nil }
    // Over whole periods the level does not swing with them.
    let (least, step) = (4 * rows.count / dots, period ?? 1)
    return (least + step - 1) / step * step
}

/// Round values beside a plot.
func drawValueAxis(_ screen: inout CellBuffer, _ area: Rect, _ range: ClosedRange<Double>, _ theme: Theme) {
    for y in area.y..<area.maxY { screen.write("│", x: area.x - 1, y: y, Style(theme.border)) }
    let (low, high) = (range.lowerBound, range.upperBound)
    let most = max(2, min(8, (area.height + 1) / 3))
    for (value, text) in ValueTicks(from: low, to: high, atMost: most).ticks {
        let share = high > low ? (high - value) / (high - low) : 0.5
        let y = area.y + min(area.height - 1, Int((share * Double(area.height * 4 - 1)).rounded()) / 4)
        screen.write(text, x: area.x - 2 - displayWidth(text), y: y, Style(theme.muted))
        screen.write("┤", x: area.x - 1, y: y, Style(theme.border))
    }
}

/// The scaled extents of one channel in a table of rows by channels.
private func expectedExtents(
    _ values: [Float], channel: Int, of channels: Int, rows: Range<Int>, count: Int
) -> [Extent] {
    if channels == 1 { return extents(of: values, rows: rows, count: count) }
    let own = rows.map { values[$0 * channels + channel] }
    return extents(of: own, rows: 0..<own.count, count: count)
}

extension BrailleCanvas.Pattern {
    /// How a model's line differs from the others' without colour.
    static func ofModel(_ index: Int) -> Self { [.dashed, .dotted, .thin][index % 3] }

    /// The pattern in three columns of text, for a legend.
    var sample: String {
        switch self {
        case .full: "━━━"
        case .thin: "⠕⠕⠕"
        case .dashed: "╌╌╌"
        case .dotted: "···"
        }
    }
}

/// The first row at or after an instant, of rows in order of time.
private func firstRow(at instant: Int64, in times: [Int64], among rows: Range<Int>) -> Int {
    var (low, high) = (rows.lowerBound, rows.upperBound)
    while low < high {
        let middle = (low + high) / 2
        if times[middle] < instant { low = middle + 1 } else { high = middle }
    }
    return low
}

/// Where round times, or round row numbers where there are no times, stand in the columns of a plot.
struct RowScale {
    /// What the labels leave out, such as the year.
    let context: String
    /// The labels with their columns, in rising order.
    let labels: [(column: Int, text: String)]

    init(_ series: Series, visible: Range<Int>, columns: Int) {
        func column(of row: Int) -> Int { min(columns - 1, (row - visible.lowerBound) * columns / max(1, visible.count)) }
        guard let times = series.time.microseconds, let first = visible.first, let last = visible.last else {
            let most = max(2, columns / 12)
            let ticks = ValueTicks(from: Double(visible.lowerBound + 1), to: Double(visible.upperBound), atMost: most).ticks
            context = ""
            labels = ticks.filter { $0.value == $0.value.rounded() }.map {
                (column(of: Int($0.value) - 1), grouped(Int($0.value)))
            }
            return
        }
        let scale = TimeTicks(
            from: times[first], to: times[last], columns: columns, zoneMinutes: series.time.zoneMinutes(at: times[first]))
        context = scale.context
        labels = scale.ticks.map { tick in
            (column(of: min(firstRow(at: tick.microseconds, in: times, among: visible), last)), tick.label)
        }
    }

    /// Writes the labels into the axis' row, as many as there is room for beside each other and what is taken.
    func draw(_ screen: inout CellBuffer, x: Int, y: Int, taken: Range<Int>, _ theme: Theme, columns: Int? = nil) {
        var next = x
        let end = x + (columns ?? screen.width - x - 1)
        func isFree(_ place: Range<Int>) -> Bool { place.lowerBound >= next && !place.overlaps(taken) && place.upperBound <= end }
        if !context.isEmpty, isFree(x..<(x + displayWidth(context) + 1)) {
            next += screen.write(context + " ", x: x, y: y, Style(theme.text))
        }
        for (column, text) in labels {
            let place = (x + column)..<(x + column + displayWidth(text) + 2)
            guard isFree(place) else { continue }
            screen.write("┴", x: place.lowerBound, y: y, Style(theme.muted))
            screen.write(text + " ", x: place.lowerBound + 1, y: y, Style(theme.muted))
            next = place.upperBound
        }
    }
}
