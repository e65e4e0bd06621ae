import TerminalUI
import TimeSeries

/// The rows themselves: what the file holds, and what the models make of it. The cursor goes with them.
struct RowsCard: WorkspaceCard {
    static let title = "Rows"
    /// The first channel shown.
    private var firstChannel = 0

    static let bindings: [Binding<SignedIn>] =
        moves(name: "rows") { card, move, signedIn, frame in
            let page = max(1, card.area(over: signedIn, frame).height - 3)
            return signedIn.atWorkspace { workspace in
                workspace.moveCursor(
                    to: move.place(from: workspace.cursor, of: workspace.analysis.series.rowCount, page: page))
                return []
            }
        } + [
            at([.left, .character("h")], name: "columns", "The column before") { card, _, _ in
                card.firstChannel = max(0, card.firstChannel - 1)
                return .stay
            },
            at([.right, .character("l")], name: "columns", "The next column") { card, workspace, _ in
                card.firstChannel = min(workspace.analysis.series.channels.count - 1, card.firstChannel + 1)
                return .stay
            },
            at([.character("[")], name: "events", "The event of the list before") { _, workspace, _ in
                workspace.select(stepping: -1)
                return .stay
            },
            at([.character("]")], name: "events", "The next event of the list") { _, workspace, _ in
                workspace.select(stepping: 1)
                return .stay
            },
            closing(.escape, .enter, .character("q"), .character("V")),
        ]

    func title(over workspace: WorkspaceState) -> String {
        let series = workspace.analysis.series
        return "Row \(grouped(workspace.cursor + 1)) of \(grouped(series.rowCount)), \(series.name)"
    }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) {
        (116, max(7, frame.height - 6))
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        workspace.drawRows(
            &screen, in: Rect(x: card.x + 2, y: card.y + 1, width: card.width - 4, height: card.height - 2),
            firstChannel: firstChannel, frame.theme)
    }
}
