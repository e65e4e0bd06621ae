import AnomalyDetection
import TerminalUI
import Workbench

/// All channels with how much each is to blame for the selected event; typing leaves those that contain what was typed.
struct ChannelPicker: Card {
    private var field = TextField(limit: 64)
    private var selection = 0

    private func matching(_ workspace: WorkspaceState) -> [Int] {
        let typed = field.text.lowercased()
        let names = workspace.analysis.series.channels.map { $0.name.lowercased() }
        return workspace.channelsByBlame.filter { typed.isEmpty || names[$0].contains(typed) }
    }

    mutating func update(
        _ key: Key, over workspace: inout WorkspaceState, _ frame: inout Frame
    ) -> CardStep {
        let matching = matching(workspace)
        switch key {
        case .escape: return .close
        case .enter:
            guard matching.indices.contains(selection) else { return .stay }
            workspace.channel = matching[selection]
            return .close
        case .up: selection = max(0, selection - 1)
        case .down, .tab: selection = max(0, min(selection + 1, matching.count - 1))
        case .pageUp: selection = max(0, selection - 10)
        case .pageDown: selection = max(0, min(selection + 10, matching.count - 1))
        default: if field.handle(key) { selection = 0 }
        }
        return .stay
    }

    func view(over workspace: WorkspaceState, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let channels = workspace.analysis.series.channels
        let matching = matching(workspace)
        let card = screen.bounds.centered(
            width: min(72, screen.width - 4), height: min(screen.height - 4, max(matching.count, 1) + 5))
        drawCard(&screen, card, title: "Channels · \(matching.count) of \(channels.count)", theme)
        let inside = Rect(x: card.x + 2, y: card.y + 2, width: card.width - 4, height: card.height - 4)
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
        screen.write(
            hintLine(["type to narrow", "↑ ↓ choose", "Enter plots", "Esc closes"], within: inside.width), x: inside.x,
            y: card.maxY - 2, Style(theme.muted))
    }
}

extension WorkspaceState {
    /// Opens the list of channels; asks for blame where an event is selected and that is not known yet.
    mutating func pickChannel(_ frame: inout Frame) -> [Effect] {
        guard analysis.series.channels.count > 1 else {
            frame.complain("There is one channel alone: \(analysis.series.channels[channel].name).")
            return []
        }
        card = ChannelPicker()
        return blame == nil ? [explanation].compactMap { $0 } : []
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
