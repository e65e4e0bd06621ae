import TerminalUI
import TimeSeries
import Workbench

/// What the values of each column are like.
struct StatisticsCard: Card {
    static let takesKeysOfScreen = true
    /// `nil` while they are computed.
    private(set) var columns: [ColumnStatistics]?
    /// The first column shown.
    private var scroll = 0

    mutating func update(
        _ key: Key, over workspace: inout WorkspaceState, _ frame: inout Frame
    ) -> CardStep {
        let last = max(0, (columns?.count ?? 0) - 1)
        switch key {
        case .escape, .enter, .character("q"), .character("S"): return .close
        case .character("?"): return .pass
        case .down, .character("j"): scroll = min(last, scroll + 1)
        case .up, .character("k"): scroll = max(0, scroll - 1)
        case .pageDown: scroll = min(last, scroll + 10)
        case .pageUp: scroll = max(0, scroll - 10)
        case .home, .character("g"): scroll = 0
        case .end, .character("G"): scroll = last
        default: break
        }
        return .stay
    }

    mutating func receive(_ answer: Answer, over workspace: WorkspaceState) -> CardStep {
        if case .described(workspace.analysis.series.identity, let columns) = answer { self.columns = columns }
        if case .grown(let run, _, _) = answer, run === workspace.growth.scoring {
            return .stay([.describe(workspace.analysis.series)])
        }
        return .stay
    }

    func view(over workspace: WorkspaceState, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let rows = columns?.count ?? 1
        let card = screen.bounds.centered(width: min(116, screen.width - 4), height: min(rows + 5, screen.height - 3))
        drawCard(&screen, card, title: "Columns of \(workspace.analysis.series.name)", theme)
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
        line(card.y + 1, "column", heads, Style(theme.muted, bold: true))
        let room = card.height - 4
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
        screen.write("Esc closes", x: card.x + 2, y: card.maxY - 2, Style(theme.muted))
    }
}
