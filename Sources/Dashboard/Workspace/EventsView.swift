import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

extension WorkspaceState {
    /// A column of the list of events.
    private struct Column {
        let title: String
        var width: Int
        let isNumber: Bool
        /// What a click on the title sorts by.
        var order: EventList.Order?
        let text: (Event) -> String
    }

    /// What a click on the head of the list sorts by, at a column of the screen; `nil` where nothing does.
    func eventOrder(atColumn x: Int, _ layout: WorkspaceLayout) -> EventList.Order? {
        let columns = eventColumns(layout.events.width - 2)
        return CellBuffer.cell(at: x - layout.events.x - 1, widths: columns.map(\.width)).flatMap { columns[$0].order }
    }

    /// What stands above the list: which event of how many, in which order, flagged by which rule.
    var eventsHeading: String {
        let flagged = analysis.result?.events.count ?? 0
        let count = list.filter.isEmpty ? "" : "\(grouped(list.events.count)) with \"\(list.filter)\" of "
        let place = selectedPlace.map { "\(grouped($0 + 1)) of " } ?? ""
        let order = "\(list.isOrdered ? list.order.title : "order kept") · \(analysis.settings.flags.rawValue)"
        // Events that were judged and are not flagged are listed too, and those that rules expect.
        let (all, expected) = (list.total + expectedEvents.count, expectedEvents.count)
        guard all > flagged else { return "Flagged \(place)\(count)\(grouped(flagged)) · \(order)" }
        let others = expected > 0 ? ", \(grouped(expected)) expected" : ""
        return "Events \(place)\(count)\(grouped(all)), \(grouped(flagged)) flagged\(others) · \(order)"
    }

    func drawEvents(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ frame: Frame) {
        let theme = frame.theme
        let area = layout.events
        let columns = eventColumns(area.width - 2)
        func line(_ y: Int, _ style: Style, _ text: (Column) -> String) {
            var x = area.x + 1
            for column in columns {
                screen.cell(text(column), x: x, y: y, width: column.width, isNumber: column.isNumber, style)
                x += column.width + 1
            }
        }
        line(area.y, Style(theme.muted, bold: true), \.title)
        guard !list.events.isEmpty else {
            let text =
                analysis.result == nil
                ? "Train or load the models to see flagged events."
                : list.total == 0
                    ? "Nothing reaches the threshold."
                    : "No event holds \"\(list.filter)\"; \(frame.name(of: NamedKey.back)) lists all."
            screen.write(text, x: area.x + 1, y: area.y + 1, Style(theme.muted), limit: area.width - 2)
            return
        }
        let rows = layout.eventRows
        let selected = selectedPlace
        let scroll = list.scroll(height: rows.height, selected: selected)
        for (offset, event) in list.events.dropFirst(scroll).prefix(rows.height).enumerated() {
            let (y, isSelected) = (rows.y + offset, scroll + offset == selected)
            if isSelected {
                screen.fill(
                    Rect(x: rows.x, y: y, width: rows.width, height: 1), " ",
                    Style(theme.text, on: focus == .events ? theme.selection : theme.panel))
            }
            line(y, style(of: event, isSelected: isSelected, theme)) { $0.text(event) }
            if list.isTicked(event) { screen.write("●", x: rows.x, y: y, Style(theme.accent, bold: true)) }
        }
        screen.scrollBar(
            first: scroll, total: list.events.count,
            in: Rect(x: rows.maxX - 1, y: rows.y, width: 1, height: rows.height), thumb: Style(theme.accent),
            track: Style(theme.border))
    }

    private func style(of event: Event, isSelected: Bool, _ theme: Theme) -> Style {
        if isSelected { return focus == .events ? Style(theme.selectionText, bold: true) : Style(theme.text, bold: true) }
        if isExpected(event) { return Style(theme.muted) }
        return switch judgements.verdict(on: event.rows) {
        case .anomaly: Style(theme.error)
        case .normal: Style(theme.success)
        default: Style(theme.text)
        }
    }

    /// The columns: rank by peak, start, rows, peak, times the typical error, each model's peak, verdict. Where room is short
    /// the models go first, the last one before the others, and the start takes what is left.
    private func eventColumns(_ width: Int) -> [Column] {
        func heading(_ title: String, _ order: EventList.Order) -> String {
            list.order == order && list.isOrdered ? title + "▾" : title
        }
        let series = analysis.series
        let label = [0, series.rowCount - 1].map { displayWidth(timeLabel(series, row: $0)) }.max() ?? 0
        let start = Column(title: heading("start", .time), width: max(7, label), isNumber: false, order: .time) {
            timeLabel(series, row: $0.rows.lowerBound)
        }
        let rank = Column(title: "rank", width: 4, isNumber: true, order: .peak) {
            isExpected($0) ? "–" : grouped(list.rank(of: $0))
        }
        let measures = [
            Column(title: heading("rows", .length), width: 5, isNumber: true, order: .length) { grouped($0.rows.count) },
            Column(title: heading("peak", .peak), width: 7, isNumber: true, order: .peak) { significant($0.peak) },
            Column(title: "×typ.", width: 5, isNumber: true) {
                analysis.timesTypical(at: $0.peakRow).map { significant($0) } ?? "–"
            },
        ]
        var peaks = models.map { kind in
            Column(title: kind.shortTitle, width: max(7, displayWidth(kind.shortTitle)), isNumber: true, order: .disagreement) {
                significant($0.modelPeaks[kind] ?? .nan)
            }
        }
        let verdict = Column(title: heading("verdict", .unjudged), width: 7, isNumber: false, order: .unjudged) {
            let note = notes.text(on: $0.rows)
            let expected = isExpected($0) ? analysis.occasion(of: $0) : nil
            let verdict = expected ?? judgements.verdict(on: $0.rows)?.title ?? (list.isNew($0) ? "new" : "·")
            let mark = unstored.hasVerdict(on: stored($0.rows)) ? " !" : ""
            return verdict + mark + (note.isEmpty ? "" : " \(note)")
        }
        func all() -> [Column] { [rank, start] + measures + peaks + [verdict] }
        func total() -> Int { all().reduce(-1) { $0 + $1.width + 1 } }
        while total() > width, !peaks.isEmpty { peaks.removeLast() }
        var columns = all()
        var spare = max(0, width - total())
        func widen(_ index: Int, to most: Int) {
            let more = max(0, min(spare, most - columns[index].width))
            columns[index].width += more
            spare -= more
        }
        widen(0, to: 5)
        widen(2, to: max(5, displayWidth(grouped(series.rowCount))))
        widen(4, to: 6)
        widen(1, to: label + 4)
        columns[columns.count - 1].width += spare
        return columns
    }
}
