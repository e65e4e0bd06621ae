import SeriesReading
import TerminalUI
import Workbench

extension ColumnsCard {
    /// How wide the parts of a line are.
    private struct Widths {
        let name: Int, first: Int, line: Int
        static let kind = 9, gaps = 7

        init(_ width: Int) {
            name = max(8, min(26, width / 4))
            let rest = max(0, width - name - Self.kind - Self.gaps - 4)
            line = min(48, rest * 2 / 5)
            first = rest - line
        }
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        let theme = frame.theme
        let (top, list, bottom) = parts(workspace, in: card)
        let reading = workspace.reading
        for (row, line) in Self.understood(reading).prefix(top.height).enumerated() {
            screen.write(line, x: top.x, y: top.y + row, Style(theme.text), limit: top.width)
        }
        let widths = Widths(list.width)
        var x = list.x
        for (text, width) in [("column", widths.name), ("kind", Widths.kind), ("first values", widths.first), ("", widths.line)] {
            screen.write(text, x: x, y: top.maxY, Style(theme.muted, bold: true), limit: width)
            x += width + 1
        }
        screen.cell("gaps", x: x, y: top.maxY, width: Widths.gaps, isNumber: true, Style(theme.muted, bold: true))
        let first = first(of: reading.columns.count, in: list.height)
        for (row, column) in reading.columns.dropFirst(first).prefix(list.height).enumerated() {
            let isOn = first + row == min(selection, reading.columns.count - 1)
            draw(&screen, column, Rect(x: list.x, y: list.y + row, width: list.width, height: 1), widths, isOn: isOn, theme)
        }
        screen.scrollBar(
            first: first, total: reading.columns.count, in: Rect(x: card.maxX - 1, y: list.y, width: 1, height: list.height),
            thumb: Style(theme.accent), track: Style(theme.border))
        drawSaid(&screen, reading, in: bottom, theme)
    }

    private func draw(
        _ screen: inout CellBuffer, _ column: ColumnGlance, _ row: Rect, _ widths: Widths, isOn: Bool, _ theme: Theme
    ) {
        if isOn { screen.fill(row, " ", Style(on: theme.selection)) }
        let isIn: Bool = if case .leftOut = column.role { false } else { true }
        let style = isOn ? Style(theme.selectionText, bold: true) : Style(isIn ? theme.text : theme.muted)
        var x = row.x
        func write(_ text: String, _ width: Int, _ style: Style) {
            screen.write(text, x: x, y: row.y, style, limit: width)
            x += width + 1
        }
        write((column.alias ?? column.name) + (column.unit.map { " (\($0))" } ?? ""), widths.name, style)
        let kind: Color = column.role == .channel ? theme.series : isIn ? theme.accent : theme.muted
        write(column.kind, Widths.kind, isOn ? style : Style(kind))
        write(column.first.map { $0.isEmpty ? "·" : $0 }.joined(separator: "  "), widths.first, style)
        drawLine(&screen, column, x: x, y: row.y, width: widths.line, isOn ? style : Style(kind))
        x += widths.line + 1
        if let gaps = column.gaps { screen.cell(grouped(gaps), x: x, y: row.y, width: Widths.gaps, isNumber: true, style) }
    }

    private func drawLine(_ screen: inout CellBuffer, _ column: ColumnGlance, x: Int, y: Int, width: Int, _ style: Style) {
        let line = column.line(in: width * 2)
        let present = line.filter { !$0.low.isNaN }
        guard let low = present.map(\.low).min(), let high = present.map(\.high).max() else { return }
        var canvas = BrailleCanvas(columns: width, rows: 1)
        canvas.line(line.map { (Double($0.low), Double($0.high)) }, low: Double(low), high: Double(high))
        screen.draw(canvas, x: x, y: y, style)
    }

    /// What is said of the highlighted column, and the notices, those first that tell of a guess.
    private func drawSaid(_ screen: inout CellBuffer, _ reading: ReadingState, in area: Rect, _ theme: Theme) {
        guard area.height > 0, !reading.columns.isEmpty else { return }
        let column = reading.columns[min(selection, reading.columns.count - 1)]
        screen.write(column.detail, x: area.x, y: area.y, Style(theme.accent), limit: area.width)
        let notices = reading.understanding.guesses + reading.understanding.notices.filter { !$0.contains("--") }
        let room = area.height - 1
        for (row, notice) in notices.prefix(room).enumerated() {
            let rest = notices.count - room
            let more = row == room - 1 && rest > 0 ? " (+\(rest) more)" : ""
            let used = screen.write(
                notice, x: area.x, y: area.y + 1 + row, Style(theme.muted), limit: area.width - displayWidth(more))
            screen.write(more, x: area.x + used, y: area.y + 1 + row, Style(theme.muted))
        }
    }
}

extension Understanding {
    /// The notices that name an option by which a guess is changed.
    var guesses: [String] { notices.filter { $0.contains("--") } }
}
