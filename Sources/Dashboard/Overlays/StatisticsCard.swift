import TerminalUI
import TimeSeries
import Workbench

/// What the values of each column are like.
struct StatisticsCard: WorkspaceCard {
    /// `nil` while they are computed.
    private(set) var columns: [ColumnStatistics]?
    /// The first column shown.
    private var scroll = 0

    static let title = "Statistics of the columns"

    static let bindings: [Binding<SignedIn>] =
        moves(name: "columns") { card, move, _, _ in
            card.scroll = move.place(from: card.scroll, of: card.columns?.count ?? 0)
            return []
        } + [closing(.escape, .enter, .character("q"), .character("S"))]

    mutating func receive(_ answer: Answer, over workspace: WorkspaceState) -> LayerStep<SignedIn> {
        if case .described(workspace.analysis.series.identity, let columns) = answer { self.columns = columns }
        if case .grown(let run, _, _) = answer, run === workspace.growth.scoring {
            return .stay([.describe(workspace.analysis.series)])
        }
        return .stay
    }

    func title(over workspace: WorkspaceState) -> String { "Columns of \(workspace.analysis.series.name)" }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) { (116, (columns?.count ?? 1) + 3) }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        let theme = frame.theme
        guard let columns else {
            screen.write("counting…", x: card.x + 2, y: card.y + 1, Style(theme.muted))
            return
        }
        let heads = ["values", "gaps", "smallest", "quartile", "median", "quartile", "largest", "mean", "deviation", "period"]
        let (width, shortestName) = (9, 6)
        let choices = [heads.indices.map { $0 }, [0, 1, 2, 4, 6], [0, 2, 4, 6]]
        let shown = choices.first { card.width - 5 - $0.count * (width + 1) >= shortestName } ?? [2, 6]
        let name = max(shortestName, card.width - 5 - shown.count * (width + 1))
        func line(_ y: Int, _ first: String, _ cells: [String], _ style: Style) {
            screen.write(first, x: card.x + 2, y: y, style, limit: name)
            for (place, index) in shown.enumerated() {
                let x = card.x + 2 + name + place * (width + 1) + 1
                screen.cell(cells[index], x: x, y: y, width: width, isNumber: true, style)
            }
        }
        var missing: [String] = []
        for (index, head) in heads.enumerated() where !shown.contains(index) {
            let name = head == "quartile" ? "quartiles" : head
            if !missing.contains(name) { missing.append(name) }
        }
        if !missing.isEmpty {
            let note = " wider: \(missing.joined(separator: ", ")) "
            screen.write(note, x: card.x + 2, y: card.maxY - 1, Style(theme.muted, on: theme.panel), limit: card.width - 4)
        }
        line(card.y + 1, "column", heads, Style(theme.muted, bold: true))
        let room = card.height - 3
        let first = max(0, min(scroll, columns.count - room))
        for (row, column) in columns.dropFirst(first).prefix(room).enumerated() {
            let numbers = [
                column.low, column.lowerQuartile, column.median, column.upperQuartile, column.high, column.mean, column.deviation,
            ].map { $0.isNaN ? "–" : axisText($0) }
            line(
                card.y + 2 + row, column.name,
                [grouped(column.count), grouped(column.gaps)] + numbers + [column.period.map { "\($0) rows" } ?? "none"],
                Style(theme.text))
        }
        screen.scrollBar(
            first: first, total: columns.count, in: Rect(x: card.maxX - 1, y: card.y + 2, width: 1, height: room),
            thumb: Style(theme.accent), track: Style(theme.border))
    }
}
