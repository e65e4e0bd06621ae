import TerminalUI
import TimeSeries

func viewLibrary(_ screen: inout CellBuffer, _ state: DashboardState) {
    let theme = state.theme
    let layout = LibraryLayout(width: state.width, height: state.height)
    screen.border(layout.frame, title: "Series library", Style(theme.border), titleStyle: Style(theme.accent, bold: true))
    drawUser(&screen, state)
    let dividerX = layout.preview.x - 2
    for y in 1..<(layout.frame.maxY - 1) { screen.write("│", x: dividerX, y: y, Style(theme.border)) }
    screen.write("┬", x: dividerX, y: 0, Style(theme.border))
    screen.write("┴", x: dividerX, y: layout.frame.maxY - 1, Style(theme.border))
    drawList(&screen, state, layout)
    drawPreview(&screen, state, layout)
    if state.library.pathEntry != nil { drawPathEntry(&screen, state) }
}

/// Who is logged in, set into the top border.
func drawUser(_ screen: inout CellBuffer, _ state: DashboardState) {
    let text = userText(state)
    screen.write(text, x: screen.width - 3 - displayWidth(text), y: 0, Style(state.theme.muted))
}

func userText(_ state: DashboardState) -> String {
    state.session.map { " \($0.account.username) · \($0.account.role.rawValue) " } ?? ""
}

private func drawList(_ screen: inout CellBuffer, _ state: DashboardState, _ layout: LibraryLayout) {
    let theme = state.theme
    let library = state.library
    let lines = libraryLines(library)
    let scroll = libraryScroll(library, height: layout.list.height)
    for (row, line) in lines.dropFirst(scroll).prefix(layout.list.height).enumerated() {
        let y = layout.list.y + row
        switch line {
        case .heading(let title):
            screen.write(title, x: layout.list.x, y: y, Style(theme.muted, bold: true), limit: layout.list.width)
        case .entry(let index):
            let isSelected = index == library.selection
            if isSelected {
                screen.fill(
                    Rect(x: layout.list.x - 1, y: y, width: layout.list.width + 1, height: 1), " ",
                    Style(theme.text, on: theme.selection))
            }
            let style = isSelected ? Style(theme.selectionText, bold: true) : Style(theme.text)
            screen.write(library.shown[index].name, x: layout.list.x + 1, y: y, style, limit: layout.list.width - 1)
        }
    }
    if lines.isEmpty {
        let text =
            library.filter.text.isEmpty
            ? "No series here; press o to type a path." : "No name contains \"\(library.filter.text)\"."
        for (row, line) in wrapped(text, width: layout.list.width).enumerated() {
            screen.write(line, x: layout.list.x, y: layout.list.y + row, Style(theme.muted))
        }
    }
    if library.isFiltering || !library.filter.text.isEmpty {
        let y = layout.frame.maxY - 1
        screen.write(" / ", x: 2, y: y, Style(theme.accent, bold: true))
        screen.field(
            library.filter, x: 5, y: y, width: max(8, layout.list.width - 6), style: Style(theme.text, on: theme.panel),
            isFocused: library.isFiltering)
    }
}

private func drawPreview(_ screen: inout CellBuffer, _ state: DashboardState, _ layout: LibraryLayout) {
    let theme = state.theme
    let area = layout.preview
    guard let entry = state.library.selected else { return }
    screen.write(entry.name, x: area.x, y: area.y, Style(theme.accent, bold: true), limit: area.width)
    screen.write(entry.path, x: area.x, y: area.y + 1, Style(theme.muted), limit: area.width)
    guard let preview = state.library.preview, preview.path == entry.path else {
        screen.write("Reading…", x: area.x, y: area.y + 3, Style(theme.muted))
        return
    }
    switch preview.content {
    case .failure(let error):
        for (row, line) in wrapped(error.message, width: area.width).enumerated() {
            screen.write(line, x: area.x, y: area.y + 3 + row, Style(theme.error), limit: area.width)
        }
    case .success(let series): drawSummary(&screen, series, area, theme, isOpening: state.library.isOpening)
    }
}

private func drawSummary(_ screen: inout CellBuffer, _ series: Series, _ area: Rect, _ theme: Theme, isOpening: Bool) {
    var facts = ["\(grouped(series.rowCount)) rows" + (samplingText(series).map { ", one every \($0)" } ?? "")]
    if series.time.microseconds != nil {
        facts.append("\(series.timeText(row: 0)) to \(series.timeText(row: series.rowCount - 1))")
    }
    facts.append("Columns: \(series.channels.map(\.name).joined(separator: ", "))")
    if let labels = series.labels { facts.append("Labelled: \(grouped(labels.count { $0 })) anomalous rows") }
    facts += series.notices
    var y = area.y + 3
    for fact in facts {
        for line in wrapped(fact, width: area.width).prefix(2) where y < area.maxY - 5 {
            screen.write(line, x: area.x, y: y, Style(theme.text), limit: area.width)
            y += 1
        }
    }
    let plot = Rect(x: area.x, y: y + 1, width: area.width, height: min(12, area.maxY - y - 2))
    guard plot.height >= 3, let channel = series.channels.first else { return }
    drawSeries(&screen, channel.values, rows: 0..<series.rowCount, in: plot, Style(theme.series))
    let hint = isOpening ? "Opening…" : "Enter opens"
    screen.write(hint, x: area.x, y: plot.maxY + (plot.maxY < area.maxY ? 0 : -1), Style(theme.muted))
}

/// A braille line of `values` over `rows`, scaled to their own range.
func drawSeries(_ screen: inout CellBuffer, _ values: [Double], rows: Range<Int>, in area: Rect, _ style: Style) {
    var canvas = BrailleCanvas(columns: area.width, rows: area.height)
    let columns = extents(of: values, rows: rows, count: canvas.width)
    let low = columns.lazy.map(\.low).filter { !$0.isNaN }.min() ?? 0
    let high = columns.lazy.map(\.high).filter { !$0.isNaN }.max() ?? 1
    canvas.line(columns.map { ($0.low, $0.high) }, low: low, high: high)
    screen.draw(canvas, x: area.x, y: area.y, style)
}

private func drawPathEntry(_ screen: inout CellBuffer, _ state: DashboardState) {
    guard let field = state.library.pathEntry else { return }
    let theme = state.theme
    let shown = state.library.completions.prefix(8)
    let card = screen.bounds.centered(width: min(90, screen.width - 4), height: 5 + (shown.isEmpty ? 0 : shown.count + 1))
    drawCard(&screen, card, title: "Open a file", theme)
    screen.field(
        field, x: card.x + 2, y: card.y + 1, width: card.width - 4, style: Style(theme.text, on: theme.selection), isFocused: true
    )
    for (row, path) in shown.enumerated() {
        screen.write(path, x: card.x + 2, y: card.y + 2 + row, Style(theme.muted), limit: card.width - 4)
    }
    screen.write(
        "Tab completes   Enter opens   Esc cancels", x: card.x + 2, y: card.maxY - 2, Style(theme.muted), limit: card.width - 4)
}

/// The usual time between rows in words.
func samplingText(_ series: Series) -> String? {
    guard let step = series.time.medianStep, step > 0 else { return nil }
    let seconds = Double(step) / 1e6
    func text(_ value: Double, _ unit: String) -> String {
        value == 1 ? unit : "\(axisText(value)) \(unit)s"
    }
    switch seconds {
    case 86400...: return text((seconds / 86400 * 10).rounded() / 10, "day")
    case 3600...: return text((seconds / 360).rounded() / 10, "hour")
    case 60...: return text((seconds / 6).rounded() / 10, "minute")
    default: return text(seconds, "second")
    }
}

/// A count with commas between groups of three digits.
func grouped(_ count: Int) -> String {
    var digits = String(abs(count))
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    return (count < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}
