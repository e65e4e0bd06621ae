import AnomalyDetection
import Foundation
import TerminalUI
import TimeSeries
import Workbench

extension WorkspaceState {
    private struct Column {
        let title: String
        let width: Int
        let color: Color
        var isNumber = true
        let text: (Int) -> String
    }

    /// The rows around the cursor as the file has them, with their scores. Flagged rows are marked and coloured.
    /// - Parameter firstChannel: the first of the channels shown; the scores stay in sight.
    func drawRows(_ screen: inout CellBuffer, in area: Rect, firstChannel: Int, _ theme: Theme) {
        let columns = rowColumns(area.width, firstChannel: firstChannel, theme)
        let rows = tableRows(area.height - 1)
        var x = area.x
        for column in columns {
            func write(_ text: String, _ y: Int, _ style: Style) {
                screen.cell(text, x: x, y: y, width: column.width, isNumber: column.isNumber, style)
            }
            write(column.title, area.y, Style(column.color == theme.text ? theme.muted : column.color, bold: true))
            for (line, row) in rows.enumerated() {
                let isHere = row == cursor
                write(column.text(row), area.y + 1 + line, isHere ? Style(theme.selectionText, bold: true) : Style(column.color))
            }
            x += column.width + 1
        }
        for (line, row) in rows.enumerated() where row == cursor || analysis.result?.isFlagged(row) == true {
            let strip = Rect(x: area.x, y: area.y + 1 + line, width: min(area.width, x - area.x), height: 1)
            screen.tint(strip, row == cursor ? theme.selection : theme.background.mixed(with: theme.flag, share: 0.6))
        }
    }

    /// `height` rows with the cursor in the middle, or at the ends of the series.
    private func tableRows(_ height: Int) -> Range<Int> {
        let first = max(0, min(cursor - height / 2, analysis.series.rowCount - height))
        return first..<min(analysis.series.rowCount, first + max(0, height))
    }

    private static var narrowestValue: Int { 9 }

    /// Row and time, as many channels as there is room for, the scores, and what the row is. Where room is short, that goes
    /// first, which the colours say too, and then the models' scores.
    private func rowColumns(_ width: Int, firstChannel: Int, _ theme: Theme) -> [Column] {
        let (series, result, verdicts) = (analysis.series, analysis.result, judgements)
        let last = series.rowCount - 1
        var head = [
            Column(title: "row", width: max(3, grouped(series.rowCount).count), color: theme.muted) {
                series.isAbsent($0) ? "" : grouped(series.rowNumber($0))
            }
        ]
        if series.time.microseconds != nil {
            let label = [0, last].map { displayWidth(timeLabel(series, row: $0)) }.max() ?? 0
            head.append(Column(title: "time", width: label, color: theme.text, isNumber: false) { timeLabel(series, row: $0) })
        }
        let scores = models.map { kind in
            Column(title: kind.shortTitle, width: max(7, displayWidth(kind.shortTitle)), color: theme.color(of: kind.name)) {
                significant(result?.scores[kind]?[$0] ?? .nan)
            }
        }
        let combined = Column(title: "combined", width: 8, color: theme.combined) { significant(result?.combined[$0] ?? .nan) }
        let mark = Column(title: "", width: 7, color: theme.error, isNumber: false) { row in
            verdicts.verdict(on: row..<(row + 1))?.title ?? (result?.isFlagged(row) == true ? "flagged" : "")
        }
        var tail = result == nil ? [] : scores + [combined, mark]
        var room: Int { width - (head + tail).reduce(0) { $0 + $1.width + 1 } }
        if room < Self.narrowestValue, !tail.isEmpty { tail.removeLast() }
        while room < Self.narrowestValue, tail.count > 1 { tail.removeFirst() }
        var left = room
        var channels: [Column] = []
        for channel in series.channels.dropFirst(firstChannel) {
            let column = Column(
                title: channel.name, width: max(Self.narrowestValue, min(14, displayWidth(channel.name))), color: theme.text
            ) {
                valueText(channel.values[$0])
            }
            left -= column.width + 1
            guard left >= -1 || channels.isEmpty else { break }
            channels.append(column)
        }
        return head + channels + tail
    }
}

/// A value as exactly as nine columns hold it; a gap is a dash.
private func valueText(_ value: Double) -> String {
    guard !value.isNaN else { return "–" }
    let exact = value == value.rounded() && abs(value) < 1e9 ? String(format: "%.0f", value) : "\(value)"
    return exact.count <= 9 ? exact : String(format: "%.4g", value)
}
