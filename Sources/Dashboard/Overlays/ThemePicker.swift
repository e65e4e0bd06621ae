import TerminalUI

/// All themes; the one highlighted is seen on the screen behind at once.
struct ThemePicker: Card {
    /// The theme to go back to.
    private let before: Int

    init(_ frame: Frame) { before = frame.themeIndex }

    mutating func update(
        _ key: Key, over signedIn: inout SignedIn, _ frame: inout Frame
    ) -> CardStep {
        let count = frame.themes.count
        switch key {
        case .escape, .character("q"):
            frame.themeIndex = before
            return .close
        case .enter: return .close(frame.choose(themeAt: frame.themeIndex))
        case .up, .left, .character("k"): frame.themeIndex = (frame.themeIndex + count - 1) % count
        case .down, .right, .tab, .character("j"), .character("T"): frame.themeIndex = (frame.themeIndex + 1) % count
        case .home: frame.themeIndex = 0
        case .end: frame.themeIndex = count - 1
        default: break
        }
        return .stay
    }

    func view(over signedIn: SignedIn, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let widest = frame.themes.map { displayWidth($0.name) }.max() ?? 0
        let width = min(screen.width - 4, max(34, widest + 22))
        let height = min(screen.height - 3, frame.themes.count + 4)
        // To the right, so that most of what is previewed stays in sight.
        let card = Rect(x: screen.width - width - 2, y: 2, width: width, height: height)
        drawCard(&screen, card, title: "Theme", theme)
        let rows = height - 4
        let scroll = max(0, min(frame.themeIndex - rows / 2, frame.themes.count - rows))
        for (row, shown) in frame.themes.dropFirst(scroll).prefix(rows).enumerated() {
            let y = card.y + 1 + row
            let isOn = scroll + row == frame.themeIndex
            if isOn { screen.fill(Rect(x: card.x + 1, y: y, width: width - 2, height: 1), " ", Style(on: theme.selection)) }
            screen.write(
                shown.name, x: card.x + 3, y: y, isOn ? Style(theme.selectionText, bold: true) : Style(theme.text),
                limit: width - 18)
            let colors = [shown.series, shown.color(of: "lstm"), shown.color(of: "transformer"), shown.combined, shown.error]
            for (index, color) in colors.enumerated() {
                screen.write("━━", x: card.maxX - 13 + 2 * index, y: y, Style(color, on: shown.background))
            }
        }
        screen.write("Enter takes it   Esc goes back", x: card.x + 2, y: card.maxY - 2, Style(theme.muted), limit: width - 4)
    }
}
