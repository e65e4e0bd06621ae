import AnomalyDetection
import TerminalUI
import Workbench

/// All channels with how much each is to blame for the selected event; typing leaves those that contain what was typed.
struct ChannelPicker: WorkspaceCard {
    private var field = TextField(limit: .columns(64))
    private var selection = 0

    private func matching(_ workspace: WorkspaceState) -> [Int] {
        let typed = field.text.lowercased()
        let names = workspace.analysis.series.channels.map { $0.name.lowercased() }
        return workspace.channelsByBlame.filter { typed.isEmpty || names[$0].contains(typed) }
    }

    static let title = "Channels"
    static let takesText = true

    static let bindings: [Binding<SignedIn>] =
        [
            at(
                [.enter], name: "plot", "Plot the channel",
                unless: { $0.chosen($1) == nil ? "No channel contains this." : nil }
            ) { card, workspace, _ in
                if let channel = card.chosen(workspace) { workspace.channel = channel }
                return .close
            },
            closing(.escape),
        ]
        + moves(name: "choose") { card, move, signedIn, _ in
            card.selection = move.place(from: card.selection, of: signedIn.workspace.map { card.matching($0).count } ?? 0)
            return []
        }

    private func chosen(_ workspace: WorkspaceState) -> Int? {
        let matching = matching(workspace)
        return matching.indices.contains(selection) ? matching[selection] : nil
    }

    mutating func take(_ key: Key, over signedIn: inout SignedIn) -> [Effect] {
        if field.handle(key) { selection = 0 }
        return []
    }

    mutating func paste(_ text: String, over signedIn: inout SignedIn) -> [Effect] {
        field.insert(text)
        selection = 0
        return []
    }

    func title(over workspace: WorkspaceState) -> String {
        "Channels · \(matching(workspace).count) of \(workspace.analysis.series.channels.count)"
    }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) {
        (72, max(matching(workspace).count, 1) + 3)
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        let theme = frame.theme
        let channels = workspace.analysis.series.channels
        let matching = matching(workspace)
        let inside = Rect(x: card.x + 2, y: card.y + 2, width: card.width - 4, height: card.height - 3)
        screen.field(
            field, x: inside.x, y: card.y + 1, width: inside.width, style: Style(theme.text, on: theme.selection), isFocused: true
        )
        if matching.isEmpty {
            screen.write("No channel contains this.", x: inside.x, y: inside.y, Style(theme.muted), limit: inside.width)
        }
        let scroll = max(0, min(selection - inside.height / 2, matching.count - inside.height))
        let blame = workspace.blame
        let bar = max(4, inside.width / 3)
        for (row, channel) in matching.dropFirst(scroll).prefix(inside.height).enumerated() {
            let y = inside.y + row
            let isOn = scroll + row == selection
            if isOn { screen.fill(Rect(x: inside.x, y: y, width: inside.width, height: 1), " ", Style(on: theme.selection)) }
            let style = isOn ? Style(theme.selectionText, bold: true) : Style(theme.text)
            let mark = channel == workspace.channel ? "▸ " : "  "
            screen.write(mark + channels[channel].name, x: inside.x, y: y, style, limit: inside.width - bar - 7)
            guard let blame else { continue }
            let text = percent(blame[channel])
            screen.write(text, x: inside.maxX - bar - 1 - displayWidth(text), y: y, style)
            let length = Int((Double(blame[channel]) * Double(bar)).rounded())
            screen.write(String(repeating: "━", count: length), x: inside.maxX - bar, y: y, Style(theme.error))
        }
    }
}

extension WorkspaceState {
    /// Why there is no channel to pick.
    var oneChannel: String? {
        analysis.series.channels.count > 1 ? nil : "There is one channel alone: \(analysis.series.channels[channel].name)."
    }

    /// Plots the channel of a name: exactly, else without regard to case, else the only one that begins so.
    mutating func plotChannel(named name: String, _ frame: inout Frame) {
        let names = analysis.series.channels.map(\.name)
        let beginning = names.indices.filter { names[$0].lowercased().hasPrefix(name.lowercased()) }
        let found =
            names.firstIndex(of: name) ?? names.firstIndex { $0.lowercased() == name.lowercased() }
            ?? (beginning.count == 1 ? beginning[0] : nil)
        guard let found else {
            let known = (beginning.isEmpty ? Array(names.indices) : beginning).prefix(8).map { names[$0] }.joined(separator: ", ")
            frame.complain(
                beginning.isEmpty
                    ? "There is no channel \"\(name)\"; there are \(known)."
                    : "More than one channel begins with \"\(name)\": \(known).")
            return
        }
        channel = found
    }
}
