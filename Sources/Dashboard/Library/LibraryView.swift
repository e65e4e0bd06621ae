import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

/// Where the parts of the library stand.
struct LibraryLayout {
    let frame: Rect
    let list: Rect
    let preview: Rect

    init(_ size: Frame) {
        let (width, height) = (size.width, size.height)
        frame = Rect(x: 0, y: 0, width: width, height: height - 2)
        let listWidth = min(max(38, width / 4), max(24, width * 2 / 5))
        list = Rect(x: 2, y: 1, width: listWidth - 3, height: height - 4)
        preview = Rect(x: listWidth + 1, y: 1, width: width - listWidth - 3, height: height - 4)
    }
}

/// A line of the library's list.
enum LibraryLine {
    case heading(String)
    case entry(Int)
}

extension LibraryState {
    /// The list's lines: entries under the headings of their sections.
    var lines: [LibraryLine] {
        var lines: [LibraryLine] = []
        var section: String?
        for (index, entry) in shown.enumerated() {
            if entry.section != section {
                section = entry.section
                lines.append(.heading(entry.section))
            }
            lines.append(.entry(index))
        }
        return lines
    }

    /// The first line shown, so that the highlighted entry is in view.
    func scroll(height: Int) -> Int {
        let place = lines.firstIndex { if case .entry(selection) = $0 { true } else { false } } ?? 0
        return max(0, min(place - height / 2, lines.count - height))
    }

    func view(isFiltering: Bool, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let layout = LibraryLayout(frame)
        screen.border(layout.frame, title: "Series library", Style(theme.border), titleStyle: Style(theme.accent, bold: true))
        drawUser(&screen, frame)
        let dividerX = layout.preview.x - 2
        for y in 1..<(layout.frame.maxY - 1) { screen.write("│", x: dividerX, y: y, Style(theme.border)) }
        screen.write("┬", x: dividerX, y: 0, Style(theme.border))
        screen.write("┴", x: dividerX, y: layout.frame.maxY - 1, Style(theme.border))
        drawList(&screen, layout, isFiltering: isFiltering, frame)
        drawPreview(&screen, layout, theme)
    }

    private func drawList(_ screen: inout CellBuffer, _ layout: LibraryLayout, isFiltering: Bool, _ frame: Frame) {
        let theme = frame.theme
        let lines = lines
        let scroll = scroll(height: layout.list.height)
        for (row, line) in lines.dropFirst(scroll).prefix(layout.list.height).enumerated() {
            let y = layout.list.y + row
            switch line {
            case .heading(let title):
                screen.write(title, x: layout.list.x, y: y, Style(theme.muted, bold: true), limit: layout.list.width)
            case .entry(let index):
                let isSelected = index == selection
                if isSelected {
                    screen.fill(
                        Rect(x: layout.list.x - 1, y: y, width: layout.list.width + 1, height: 1), " ",
                        Style(theme.text, on: theme.selection))
                }
                let style = isSelected ? Style(theme.selectionText, bold: true) : Style(theme.text)
                let used = screen.write(shown[index].name, x: layout.list.x + 1, y: y, style, limit: layout.list.width - 1)
                let room = layout.list.width - used - 2
                if let facts = shown[index].facts.first(where: { displayWidth($0) <= room }) {
                    let x = layout.list.maxX - displayWidth(facts)
                    screen.write(facts, x: x, y: y, Style(isSelected ? theme.selectionText : theme.success))
                }
            }
        }
        if lines.isEmpty {
            let text =
                filter.text.isEmpty
                ? "No series here; press \(frame.name(of: NamedKey.openPath)) to type a path."
                : "No name contains \"\(filter.text)\"."
            for (row, line) in wrapped(text, width: layout.list.width).enumerated() {
                screen.write(line, x: layout.list.x, y: layout.list.y + row, Style(theme.muted))
            }
        }
        if isFiltering || !filter.text.isEmpty {
            screen.filterLine(
                filter, y: layout.frame.maxY - 1, width: max(8, layout.list.width - 6), isFocused: isFiltering, theme)
        }
    }

    private func drawPreview(_ screen: inout CellBuffer, _ layout: LibraryLayout, _ theme: Theme) {
        let area = layout.preview
        guard let entry = selected else { return }
        screen.write(entry.name, x: area.x, y: area.y, Style(theme.accent, bold: true), limit: area.width)
        screen.write(entry.path, x: area.x, y: area.y + 1, Style(theme.muted), limit: area.width)
        guard let preview = preview, preview.path == entry.path else {
            screen.write("Reading…", x: area.x, y: area.y + 3, Style(theme.muted))
            return
        }
        switch preview.content {
        case .failure(let error):
            for (row, line) in wrapped(error.message, width: area.width).enumerated() {
                screen.write(line, x: area.x, y: area.y + 3 + row, Style(theme.error), limit: area.width)
            }
        case .success(let content): drawSummary(&screen, entry, content, area, theme)
        }
    }

    private func drawSummary(
        _ screen: inout CellBuffer, _ entry: Entry, _ content: Preview.Content, _ area: Rect, _ theme: Theme
    ) {
        let series = content.series
        var facts = [entry.description].compactMap { $0 }
        facts += ["\(grouped(series.rowCount)) rows" + (samplingText(series).map { ", one every \($0)" } ?? "")]
        if series.time.microseconds != nil {
            facts.append("\(readableTime(series, row: 0)) to \(readableTime(series, row: series.rowCount - 1))")
        }
        facts.append("Columns: \(listed(series.channels.map(\.name)))")
        if let labels = series.labels { facts.append("Labelled: \(grouped(labels.count { $0 })) anomalous rows") }
        if let period = content.period { facts.append("Repeats about every \(period) rows\(periodText(series, rows: period))") }
        facts.append(holdingsText(entry))
        facts += series.notices
        var y = area.y + 3
        for fact in facts {
            let lines = wrapped(fact, width: area.width)
            for (index, line) in lines.prefix(2).enumerated() where y < area.maxY - 5 {
                let mark = index == 1 && lines.count > 2 ? " …" : ""
                let used = screen.write(line, x: area.x, y: y, Style(theme.text), limit: area.width - displayWidth(mark))
                screen.write(mark, x: area.x + used, y: y, Style(theme.text))
                y += 1
            }
        }
        let plot = Rect(x: area.x + 9, y: y + 1, width: area.width - 9, height: min(area.width / 4, area.maxY - y - 3))
        guard plot.height >= 3, let values = series.channels.first?.values else { return }
        let rows = 0..<series.rowCount
        let extents = memo.extents(.series, values, rows: rows, count: plot.width * 2)
        let range = valueRange(of: extents)
        drawValues(&screen, series, channel: 0, rows: rows, range, in: plot, memo, theme)
        drawValueAxis(&screen, plot, range, theme)
        screen.write("└", x: plot.x - 1, y: plot.maxY, Style(theme.border))
        screen.fill(Rect(x: plot.x, y: plot.maxY, width: plot.width, height: 1), "─", Style(theme.border))
        RowScale(series, visible: rows, columns: plot.width)
            .draw(&screen, x: plot.x, y: plot.maxY, taken: 0..<0, theme, columns: plot.width)
        if isOpening { screen.write("Opening…", x: area.x, y: plot.maxY + 1, Style(theme.muted)) }
    }

    /// The length of a period in time, after its rows.
    private func periodText(_ series: Series, rows: Int) -> String {
        guard let step = series.profile.step, step > 0 else { return "" }
        let text = series.profile.monthStep.map { monthsText($0 * rows) } ?? durationText(Double(step) * Double(rows) / 1e6)
        return " (\(text.first?.isNumber == true ? "" : "1 ")\(text))"
    }

    /// What the user has of a series.
    private func holdingsText(_ entry: Entry) -> String {
        guard let holdings = entry.holdings else { return "Not opened yet" }
        let models = holdings.models.isEmpty ? "No models yet" : "Models are saved: \(holdings.models.joined(separator: ", "))"
        let count = holdings.verdictCount
        return models + (count == 0 ? "; no verdicts" : "; \(count) verdict\(count == 1 ? "" : "s")")
    }
}

extension CellBuffer {
    /// The line of a filter in the lower border of a list.
    mutating func filterLine(_ filter: TextField, y: Int, width: Int, isFocused: Bool, _ theme: Theme) {
        write(" / ", x: 2, y: y, Style(theme.accent, bold: true))
        field(filter, x: 5, y: y, width: width, style: Style(theme.text, on: theme.panel), isFocused: isFocused)
    }
}
