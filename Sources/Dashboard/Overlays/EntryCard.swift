import TerminalUI
import Workbench

/// One line of text that is asked for: a slider's value, what events must hold, a note.
struct EntryCard: WorkspaceCard, FieldLayer {
    static let title = "A line of text"
    static let takesText = true
    let heading: String
    /// What is expected.
    let expected: String
    var field: TextField
    var outlivesReading = false
    /// Takes what was typed.
    let commit: @Sendable (inout WorkspaceState, String, inout Frame) -> [Effect]

    var wouldLoseText: Bool { !field.text.isEmpty }

    static let bindings: [Binding<SignedIn>] = [
        at([.enter], name: "take it", "Take what was typed") { card, workspace, frame in
            .close(card.commit(&workspace, card.field.text, &frame))
        },
        closing(.escape, help: "Leave all as it is"),
    ]

    mutating func edit(_ change: (inout TextField) -> Void) { change(&field) }

    func title(over workspace: WorkspaceState) -> String { heading }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) { (76, 5) }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        let theme = frame.theme
        screen.field(
            field, x: card.x + 2, y: card.y + 1, width: card.width - 4, style: Style(theme.text, on: theme.selection),
            isFocused: true)
        screen.write(expected, x: card.x + 2, y: card.maxY - 2, Style(theme.muted), limit: card.width - 4)
    }
}

extension EntryCard {
    /// Asks for the value of the slider with the focus, which begins with `text`.
    static func value(of setting: any AnySetting, beginning text: String) -> EntryCard {
        EntryCard(heading: setting.title, expected: setting.help, field: TextField(limit: .columns(32), text: text)) {
            workspace, text, frame in
            workspace.change(&frame) { try setting.enter(text, in: &$0) }
        }
    }

    /// Asks what events must hold to be listed.
    static func filter() -> EntryCard {
        EntryCard(
            heading: "Filter the events", expected: "Part of a time, verdict or note, or unjudged; empty lists all",
            field: TextField(limit: .columns(64))
        ) { workspace, text, frame in
            workspace.filter(by: text, &frame)
            return []
        }
    }

    /// Asks for a note on the selected event; `nil` where there is none.
    static func note(in workspace: WorkspaceState) -> EntryCard? {
        guard let event = workspace.selectedEvent else { return nil }
        return EntryCard(
            heading: "Note on \(eventText(workspace.analysis.series, event.rows))", expected: "An empty one is taken away",
            field: TextField(limit: .columns(Notes.longest), text: workspace.notes.text(on: event.rows))
        ) { [stored = workspace.stored(event.rows)] workspace, text, frame in
            guard let rows = workspace.present(stored) else {
                frame.complain("The rows of the event are not kept any more; nothing was noted.")
                return []
            }
            return workspace.note(text, on: rows, &frame)
        }
    }
}
