import SeriesReading
import TerminalUI
import TimeSeries
import Workbench

/// How the file was read: what was understood of it, and every column with what it is taken for. All of it can be decided
/// otherwise, and the plot follows at once.
struct ColumnsCard: WorkspaceCard {
    private(set) var selection = 0
    var outlivesReading: Bool { true }

    static let title = "Columns"

    static let gestures = [
        Gesture("click", "Highlight a column"), Gesture("double click", "Take it or leave it out"),
        Gesture("click beside it", "Close it"), Gesture("wheel", "Up and down"),
    ]

    static let bindings: [Binding<SignedIn>] =
        [
            changing(" ", name: "take or leave", "Take the column as a channel, or leave it out") { $1.takeOrLeave($0) },
            changing("t", name: "time", "Take the column for the time of rows") { $1.makeTime($0) },
            changing("+", name: "time", "Join the column to the time as a further part, or take it from there") {
                $1.joinToTime($0)
            },
            changing("l", name: "label", "Take the column for the labels, or for none") { $1.makeLabel($0) },
            changing("K", name: "key", "List the series that the column tells apart, to open one", opens: [SeriesCard.self]) {
                $1.listSeries(by: $0)
            },
        ] + ReadingField.allCases.map(typing) + [
            at(
                [.character("U")], name: "undo", "Take back the last change",
                unless: { $1.history.nothing(.back) ?? $1.noRereading }
            ) {
                .stay($1.goThroughHistory(.back, &$2))
            },
            at([.control("r")], "Do again what was taken back", unless: { $1.history.nothing(.forth) ?? $1.noRereading }) {
                .stay($1.goThroughHistory(.forth, &$2))
            },
            at([.character("X")], "Forget what was decided and read the file as the program would", unless: { $1.noDecisions }) {
                _, workspace, _ in .stay(workspace.forgetReading())
            },
            at([.enter], "Plot the channel", unless: { $0.channel(in: $1) == nil ? "Only channels are plotted." : nil }) {
                card, workspace, _ in
                if let channel = card.channel(in: workspace) { workspace.channel = channel }
                return .close
            },
        ]
        + moves { card, move, signedIn, frame in
            let count = signedIn.workspace?.reading.columns.count ?? 0
            card.selection = move.place(from: card.selection, of: count)
            return []
        } + [closing(.escape, .character("q"), .character("o"))]

    /// A binding that has the file read otherwise.
    private static func changing(
        _ key: Character, name: String? = nil, _ help: String, opens: [any Layer<SignedIn>.Type] = [],
        _ change: @escaping @Sendable (ColumnGlance, inout WorkspaceState) -> [Effect]
    ) -> Binding<SignedIn> {
        at([.character(key)], name: name, help, opens: opens, unless: { $1.noRereading }) { card, workspace, _ in
            .stay(card.column(in: workspace).map { change($0, &workspace) } ?? [])
        }
    }

    /// A binding that asks for a text.
    private static func typing(_ field: ReadingField) -> Binding<SignedIn> {
        at([field.key], name: field.footer, field.help, opens: [EntryCard.self], unless: { $1.noRereading }) {
            card, workspace, _ in
            guard let column = card.column(in: workspace) else { return .stay }
            let entry = EntryCard.reading(field, column, in: workspace)
            return .stayAndRun { signedIn, _ in
                signedIn.push(entry)
                return []
            }
        }
    }

    /// The highlighted column.
    private func column(in workspace: WorkspaceState) -> ColumnGlance? {
        let columns = workspace.reading.columns
        return columns.isEmpty ? nil : columns[min(selection, columns.count - 1)]
    }

    /// The channel that the highlighted column is, or the first of those that it became.
    private func channel(in workspace: WorkspaceState) -> Int? {
        guard let column = column(in: workspace), column.role == .channel else { return nil }
        let name = column.alias ?? column.name
        let names = workspace.analysis.series.channels.map(\.name)
        return names.firstIndex(of: name) ?? names.firstIndex { $0.hasPrefix(name + "=") }
    }

    // MARK: Mouse

    mutating func update(_ mouse: Mouse, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        guard mouse.action == .press, let workspace = signedIn.workspace else { return mouseStep(mouse, over: signedIn, frame) }
        let list = parts(workspace, in: area(over: signedIn, frame)).list
        guard list.contains(x: mouse.x, y: mouse.y) else { return mouseStep(mouse, over: signedIn, frame) }
        let columns = workspace.reading.columns
        let row = mouse.y - list.y + first(of: columns.count, in: list.height)
        guard columns.indices.contains(row) else { return .stay }
        let isAgain = row == selection
        selection = row
        return mouse.isDouble && isAgain ? .stayAndRun { $0.press(.character(" "), &$1) } : .stay
    }

    // MARK: Drawing

    /// The first column shown, so that the highlighted one is in view.
    func first(of count: Int, in height: Int) -> Int { max(0, min(min(selection, count - 1) - height / 2, count - height)) }

    /// Where what was understood, the columns and what is said of them stand.
    func parts(_ workspace: WorkspaceState, in card: Rect) -> (top: Rect, list: Rect, bottom: Rect) {
        let (x, width, room) = (card.x + 2, card.width - 4, card.height - 2)
        let top = min(Self.understood(workspace.reading).count, max(0, room - 4))
        let rest = max(0, room - top - 1)
        let listed = min(workspace.reading.columns.count, rest * 2 / 3)
        let bottom = max(min(2, rest / 3), min(Self.said(workspace.reading), rest - listed))
        let list = rest - bottom
        return (
            Rect(x: x, y: card.y + 1, width: width, height: top), Rect(x: x, y: card.y + 2 + top, width: width, height: list),
            Rect(x: x, y: card.y + 2 + top + list, width: width, height: bottom)
        )
    }

    /// What was understood of the whole, a line each.
    static func understood(_ reading: ReadingState) -> [String] {
        let wanted = ["Format ", "Header ", "Time ", "Rows "]
        let lines = reading.understanding.text.split(separator: "\n").map(String.init).filter { line in
            wanted.contains { line.hasPrefix($0) }
        }
        let (rows, others) = (lines.filter { $0.hasPrefix("Rows ") }, lines.filter { !$0.hasPrefix("Rows ") })
        let only = reading.options.only.isEmpty ? "" : ", those with \(reading.options.onlyText)"
        return others + rows.map { $0 + only }
    }

    func title(over workspace: WorkspaceState) -> String {
        "Columns of \(workspace.analysis.series.name)" + (workspace.reading.underWay == nil ? "" : " · reading…")
    }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) {
        let reading = workspace.reading
        return (116, Self.understood(reading).count + 1 + reading.columns.count + Self.said(reading) + 2)
    }

    /// Lines about the highlighted column and of notices.
    private static func said(_ reading: ReadingState) -> Int { 1 + min(6, reading.understanding.notices.count) }
}
