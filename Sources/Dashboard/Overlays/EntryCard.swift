import TerminalUI

/// One line of text that is asked for: a slider's value, what events must hold, a note.
struct EntryCard: Card {
    let title: String
    /// What the keys do, and what is expected.
    let hint: String
    var field: TextField
    /// What the line lies over, and shows again when it is done.
    var below: (any Card<WorkspaceState>)?
    /// Takes what was typed.
    let commit: @Sendable (inout WorkspaceState, String, inout Frame) -> [Effect]

    mutating func update(
        _ key: Key, over workspace: inout WorkspaceState, _ frame: inout Frame
    ) -> CardStep {
        switch key {
        case .escape: return leave(&workspace, [])
        case .enter: return leave(&workspace, commit(&workspace, field.text, &frame))
        default: _ = field.handle(key)
        }
        return .stay
    }

    private func leave(_ workspace: inout WorkspaceState, _ effects: [Effect]) -> CardStep {
        guard let below else { return .close(effects) }
        workspace.card = below
        return .replaced(effects)
    }

    mutating func paste(_ text: String) { field.insert(text) }

    func view(over workspace: WorkspaceState, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let card = screen.bounds.centered(width: min(76, screen.width - 4), height: 5)
        drawCard(&screen, card, title: title, theme)
        screen.field(
            field, x: card.x + 2, y: card.y + 1, width: card.width - 4, style: Style(theme.text, on: theme.selection),
            isFocused: true)
        screen.write(hint, x: card.x + 2, y: card.maxY - 2, Style(theme.muted), limit: card.width - 4)
    }
}

extension WorkspaceState {
    /// Asks for the value of the slider with the focus, which begins with `text`.
    mutating func enterValue(_ text: String) {
        let setting = sliders[slider]
        card = EntryCard(
            title: setting.title, hint: "Enter sets it: \(setting.help)", field: TextField(limit: 32, text: text)
        ) { workspace, text, frame in
            workspace.change(&frame) { try setting.enter(text, in: &$0) }
        }
    }

    /// Asks what events must hold to be listed.
    mutating func enterFilter() {
        card = EntryCard(
            title: "Filter the events", hint: "Part of a time, verdict or note, or unjudged; empty lists all",
            field: TextField(limit: 64)
        ) { workspace, text, frame in
            workspace.filter(by: text, &frame)
            return []
        }
    }
}
