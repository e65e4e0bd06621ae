import TerminalUI
import TimeSeries

/// The rows themselves: what the file holds, and what the models make of it. The cursor goes with them.
struct RowsCard: Card {
    static let takesKeysOfScreen = true
    /// The first channel shown.
    private var firstChannel = 0

    mutating func update(
        _ key: Key, over workspace: inout WorkspaceState, _ frame: inout Frame
    ) -> CardStep {
        let lastChannel = workspace.analysis.series.channels.count - 1
        let page = max(1, card(frame).height - 4)
        switch key {
        case .escape, .enter, .character("q"), .character("V"): return .close
        case .character("?"), .character(":"): return .pass
        case .down, .character("j"): workspace.moveCursor(to: workspace.cursor + 1)
        case .up, .character("k"): workspace.moveCursor(to: workspace.cursor - 1)
        case .pageDown: workspace.moveCursor(to: workspace.cursor + page)
        case .pageUp: workspace.moveCursor(to: workspace.cursor - page)
        case .home, .character("g"): workspace.moveCursor(to: 0)
        case .end, .character("G"): workspace.moveCursor(to: workspace.analysis.series.rowCount - 1)
        case .character("]"): workspace.select(stepping: 1)
        case .character("["): workspace.select(stepping: -1)
        case .right, .character("l"): firstChannel = min(lastChannel, firstChannel + 1)
        case .left, .character("h"): firstChannel = max(0, firstChannel - 1)
        default: break
        }
        return .stay
    }

    func view(over workspace: WorkspaceState, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let (card, series) = (card(frame), workspace.analysis.series)
        drawCard(
            &screen, card, title: "Row \(grouped(workspace.cursor + 1)) of \(grouped(series.rowCount)), \(series.name)", theme)
        workspace.drawRows(
            &screen, in: Rect(x: card.x + 2, y: card.y + 1, width: card.width - 4, height: card.height - 3),
            firstChannel: firstChannel, theme)
        screen.write(
            hintLine(["↑ ↓ rows", "← → columns", "[ ] events", "g G ends", "Esc closes"], within: card.width - 4),
            x: card.x + 2, y: card.maxY - 2, Style(theme.muted))
    }

    private func card(_ frame: Frame) -> Rect {
        Rect(x: 0, y: 0, width: frame.width, height: frame.height)
            .centered(width: min(116, frame.width - 4), height: max(7, frame.height - 6))
    }
}
