import TerminalUI
import TimeSeries
import Workbench

/// Where the parts of a set stand.
struct FileSetLayout {
    let frame: Rect
    /// What was found in all, and how far the queue is.
    let summary: Rect
    let heading: Rect
    let list: Rect
    /// What there is to say of the highlighted file.
    let detail: Rect

    init(_ size: Frame) {
        frame = Rect(x: 0, y: 0, width: size.width, height: size.height - 2)
        let (x, width) = (2, size.width - 4)
        summary = Rect(x: x, y: 1, width: width, height: 1)
        heading = Rect(x: x, y: 2, width: width, height: 1)
        list = Rect(x: x, y: 3, width: width, height: max(1, frame.height - 5))
        detail = Rect(x: x, y: frame.maxY - 2, width: width, height: 1)
    }
}

extension FileSetState {
    /// A column of the list.
    private struct Column {
        let title: String
        var width: Int
        let isNumber: Bool
        /// Columns with the highest go first where room is short.
        let rank: Int
        /// What a click on the title sorts by.
        var order: Order?
        let text: (File) -> String
    }

    /// What a click on the head of the list sorts by, at a place of the screen; `nil` where nothing does.
    func order(at mouse: Mouse, _ frame: Frame) -> Order? {
        let layout = FileSetLayout(frame)
        guard mouse.y == layout.heading.y else { return nil }
        let columns = columns(layout.list.width - 2).0
        return CellBuffer.cell(at: mouse.x - layout.list.x - 2, widths: columns.map(\.width)).flatMap { columns[$0].order }
    }

    /// The first line shown, so that the highlighted file is in view.
    private func scroll(height: Int) -> Int { max(0, min(selection - height / 2, shown.count - height)) }

    /// The file under the mouse, a place among those shown.
    func place(at mouse: Mouse, _ frame: Frame) -> Int? {
        let list = FileSetLayout(frame).list
        let place = mouse.y - list.y + scroll(height: list.height)
        guard list.contains(x: max(list.x, mouse.x), y: mouse.y), shown.indices.contains(place) else { return nil }
        return place
    }

    func view(isFiltering: Bool, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let layout = FileSetLayout(frame)
        screen.border(layout.frame, title: "Set: \(title)", Style(theme.border), titleStyle: Style(theme.accent, bold: true))
        drawUser(&screen, frame)
        drawSummary(&screen, layout.summary, theme)
        drawList(&screen, layout, theme)
        drawDetail(&screen, layout.detail, frame)
        if isFiltering || !filter.text.isEmpty {
            screen.filterLine(
                filter, y: layout.frame.maxY - 1, width: min(40, layout.list.width - 6), isFocused: isFiltering, theme)
        }
    }

    private func drawSummary(_ screen: inout CellBuffer, _ area: Rect, _ theme: Theme) {
        let all = counted(files.count, "file")
        let listed = filter.text.isEmpty ? all : "\(grouped(shown.count)) of \(all)"
        let events = files.reduce(0) { $0 + ($1.overview?.flagged ?? 0) }
        var parts = [
            listed, "\(grouped(files.count(where: \.isTrained))) trained", counted(events, "event"), "\(grouped(open)) open",
        ]
        if !marked.isEmpty { parts.append("\(grouped(marked.count)) marked") }
        if unknown > 0, queue?.isUnderWay != true { parts.append("looking at \(grouped(unknown))") }
        let used = screen.write(parts.joined(separator: " · "), x: area.x, y: area.y, Style(theme.text), limit: area.width)
        guard let queue, queue.isUnderWay else { return }
        let done = queue.trained + queue.failed.count
        let text = "training \(grouped(done)) of \(grouped(queue.total)) "
        let room = area.width - used - 3
        guard displayWidth(text) <= room else { return }
        let bar = min(24, max(0, room - displayWidth(text)))
        let x = area.maxX - bar - displayWidth(text)
        screen.write(text, x: x, y: area.y, Style(theme.accent))
        let filled = Int((shareTrained * Double(bar)).rounded())
        screen.write(String(repeating: "━", count: filled), x: area.maxX - bar, y: area.y, Style(theme.accent))
        screen.write(String(repeating: "─", count: bar - filled), x: area.maxX - bar + filled, y: area.y, Style(theme.border))
    }

    private func drawDetail(_ screen: inout CellBuffer, _ area: Rect, _ frame: Frame) {
        guard let file = selected else { return }
        let style = Style(file.problem == nil ? frame.theme.muted : frame.theme.error)
        screen.write(file.problem ?? printable(file.path), x: area.x, y: area.y, style, limit: area.width)
    }

    // MARK: The list

    private func drawList(_ screen: inout CellBuffer, _ layout: FileSetLayout, _ theme: Theme) {
        let (columns, outline) = columns(layout.list.width - 2)
        func line(_ y: Int, _ style: Style, _ text: (Column) -> String) {
            var x = layout.list.x + 2
            for column in columns {
                let text = fitted(text(column), columns: column.width)
                screen.cell(text, x: x, y: y, width: column.width, isNumber: column.isNumber, style)
                x += column.width + 1
            }
        }
        line(layout.heading.y, Style(theme.muted, bold: true), \.title)
        guard !shown.isEmpty else {
            let text =
                !isListed
                ? "Looking for files…"
                : files.isEmpty ? "There is no file that can be read." : "No path contains \"\(filter.text)\"."
            screen.write(text, x: layout.list.x, y: layout.list.y, Style(theme.muted), limit: layout.list.width)
            return
        }
        let first = scroll(height: layout.list.height)
        for (offset, index) in shown.dropFirst(first).prefix(layout.list.height).enumerated() {
            let (file, y, isSelected) = (files[index], layout.list.y + offset, first + offset == selection)
            if isSelected {
                screen.fill(
                    Rect(x: layout.list.x - 1, y: y, width: layout.list.width + 1, height: 1), " ",
                    Style(theme.text, on: theme.selection))
            }
            if marked.contains(file.path) { screen.write("●", x: layout.list.x, y: y, Style(theme.accent, bold: true)) }
            line(y, style(of: file, isSelected: isSelected, theme)) { $0.text(file) }
            if let overview = file.overview, outline > 0 {
                draw(overview.outline, &screen, x: layout.list.maxX - outline - 1, y: y, width: outline, theme)
            }
        }
        screen.scrollBar(
            first: first, total: shown.count,
            in: Rect(x: layout.frame.maxX - 1, y: layout.list.y, width: 1, height: layout.list.height),
            thumb: Style(theme.accent), track: Style(theme.border))
    }

    private func style(of file: File, isSelected: Bool, _ theme: Theme) -> Style {
        if isSelected { return Style(theme.selectionText, bold: true) }
        if file.problem != nil { return Style(theme.error) }
        if case .training = file.stage { return Style(theme.accent) }
        guard let overview = file.overview else { return Style(theme.muted) }
        return Style(overview.open > 0 || overview.models.isEmpty ? theme.text : theme.success)
    }

    /// The first channel as a line of dots, flagged parts in the colour of what went wrong.
    private func draw(
        _ parts: [SeriesOverview.Part], _ screen: inout CellBuffer, x: Int, y: Int, width: Int, _ theme: Theme
    ) {
        let dots = width * 2
        let merged = (0..<dots).map { dot in
            let first = dot * parts.count / dots
            return parts[first..<max(first + 1, (dot + 1) * parts.count / dots)]
        }
        var canvas = BrailleCanvas(columns: width, rows: 1)
        canvas.line(
            merged.map { part in
                let known = part.filter { !$0.low.isNaN }
                return (known.map(\.low).min() ?? .nan, known.map(\.high).max() ?? .nan)
            }, low: 0, high: 1)
        for column in 0..<width {
            guard let sign = canvas.sign(column: column, row: 0) else { continue }
            let isFlagged = merged[(2 * column)...(2 * column + 1)].contains { $0.contains(where: \.isFlagged) }
            screen.place(sign, x: x + column, y: y, Style(isFlagged ? theme.error : theme.series, bold: isFlagged))
        }
    }

    private func models(_ file: File) -> String {
        switch file.stage {
        case .waiting?: return "waiting"
        case .training(let share)?: return percent(Float(share))
        case nil: break
        }
        if file.problem != nil { return "failed" }
        return file.isTrained ? "trained" : file.isKnown ? "–" : "…"
    }

    /// The columns, and how wide the outline is: where room is short the outline goes first, then rows, new, judged and the folder.
    private func columns(_ width: Int) -> ([Column], outline: Int) {
        func number(
            _ title: String, _ order: Order?, _ width: Int, rank: Int, _ value: @escaping (SeriesOverview) -> String
        ) -> Column {
            Column(title: title + (order == self.order ? "▾" : ""), width: width, isNumber: true, rank: rank, order: order) {
                $0.overview.map { $0.models.isEmpty ? "–" : value($0) } ?? ""
            }
        }
        func longest(_ text: (File) -> String) -> Int { shown.map { displayWidth(text(files[$0])) }.max() ?? 0 }
        var columns = [
            Column(
                title: order == .path ? "file▾" : "file", width: max(8, longest(\.name)), isNumber: false, rank: 0, order: .path,
                text: \.name),
            Column(title: "folder", width: max(6, longest(\.folder)), isNumber: false, rank: 3, text: \.folder),
            Column(title: order == .rows ? "rows▾" : "rows", width: 9, isNumber: true, rank: 6, order: .rows) { file in
                (file.overview?.rowCount ?? file.holdings?.rowCount).map(grouped) ?? ""
            },
            Column(title: "models", width: 7, isNumber: false, rank: 1, text: models),
            number("events", .events, 7, rank: 1) { grouped($0.flagged) },
            number("judged", nil, 6, rank: 4) { grouped($0.judged) },
            number("open", .open, 5, rank: 0) { grouped($0.open) },
            number("new", .new, 4, rank: 5) { $0.new == 0 ? "·" : grouped($0.new) },
            number("peak", .peak, 7, rank: 2) { $0.peak.map { significant($0) } ?? "–" },
        ]
        if longest(\.folder) == 0 { columns.remove(at: 1) }
        columns[0].width = min(columns[0].width, max(16, width / 3))
        if columns[1].title == "folder" { columns[1].width = min(columns[1].width, max(8, width / 5)) }
        func total() -> Int { columns.reduce(-1) { $0 + $1.width + 1 } }
        while total() > width, let last = columns.map(\.rank).max(), last > 0,
            let index = columns.firstIndex(where: { $0.rank == last })
        {
            columns.remove(at: index)
        }
        columns[0].width -= max(0, total() - width)
        let spare = width - total() - 3
        return (columns, spare < 12 ? 0 : min(spare, SeriesOverview.parts / 2))
    }
}
