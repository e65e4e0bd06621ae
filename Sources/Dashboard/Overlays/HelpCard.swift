import TerminalUI

/// The help: every key and what it does, from the bindings themselves.
struct HelpCard: Card {
    /// The first line shown.
    private(set) var scroll = 0

    /// A heading (without keys), or keys and what they do.
    struct Line: Equatable {
        let keys: String
        let text: String
    }

    /// All lines: each screen's own keys, then those that hold everywhere, then the mouse.
    static func lines(_ keyMap: KeyMap) -> [Line] {
        func section(_ title: String, _ bindings: [Binding]) -> [Line] {
            [Line(keys: "", text: title)]
                + bindings.map { Line(keys: $0.keys.map(keyMap.name).joined(separator: " "), text: $0.help) }
                + [Line(keys: "", text: "")]
        }
        return SignedIn.screens.flatMap { section($0.title, $0.bindings) } + section("Everywhere", Binding.everywhere) + [
            Line(keys: "", text: "Mouse"),
            Line(keys: "click", text: "Go to a row, slider or event; a click on a tinted span selects its event"),
            Line(keys: "double click", text: "Open a series, inspect an event, or put a slider back to where it began"),
            Line(keys: "drag", text: "Move a slider, or pan the plots"),
            Line(keys: "wheel", text: "Zoom at the pointer, or scroll a list"),
        ]
    }

    mutating func update(
        _ key: Key, over signedIn: inout SignedIn, _ frame: inout Frame
    ) -> CardStep {
        switch key {
        case .down, .character("j"), .pageDown:
            scroll = min(scroll + (key == .pageDown ? 10 : 1), Self.lines(frame.keyMap).count - 1)
        case .up, .character("k"), .pageUp: scroll = max(0, scroll - (key == .pageUp ? 10 : 1))
        case .home, .character("g"): scroll = 0
        case .end, .character("G"): scroll = Self.lines(frame.keyMap).count - 1
        case .escape, .character("?"), .character("q"), .enter: return .close
        default: break
        }
        return .stay
    }

    func view(over signedIn: SignedIn, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let lines = Self.lines(frame.keyMap)
        let card = screen.bounds.centered(width: min(104, screen.width - 4), height: min(lines.count + 2, screen.height - 3))
        drawCard(&screen, card, title: "Keys", theme)
        let first = min(scroll, max(0, lines.count - card.height + 2))
        for (row, line) in lines.dropFirst(first).prefix(card.height - 2).enumerated() {
            let y = card.y + 1 + row
            if line.keys.isEmpty {
                screen.write(line.text, x: card.x + 2, y: y, Style(theme.accent, bold: true))
            } else {
                screen.write(line.keys, x: card.x + 2, y: y, Style(theme.text, bold: true), limit: 16)
                screen.write(line.text, x: card.x + 19, y: y, Style(theme.text), limit: card.width - 21)
            }
        }
        let more = first + card.height - 2 < lines.count
        screen.write(
            more ? " ↓ more   Esc closes " : " Esc closes ", x: card.maxX - (more ? 23 : 14), y: card.maxY - 1,
            Style(theme.muted))
    }
}
