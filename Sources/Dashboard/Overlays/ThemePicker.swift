import AnomalyDetection
import TerminalUI

/// All themes; the one highlighted is seen on the screen behind at once.
struct ThemePicker: Card {
    /// The theme to go back to.
    private let before: Int

    init(_ frame: Frame) { before = frame.themeIndex }

    static let title = "Theme"
    static let level = LayerLevel.anywhere

    static let bindings: [Binding<SignedIn>] =
        [
            on([.enter], name: "take it", "Take the theme") { _, _, frame in .close(frame.choose(themeAt: frame.themeIndex)) },
            on([.escape, .character("q")], name: "back", "Go back to the theme before", isLast: true) { card, _, frame in
                frame.themeIndex = card.before
                return .close
            },
            on([.character("T"), .tab, .right], "The next theme") { _, _, frame in
                frame.themeIndex = (frame.themeIndex + 1) % frame.themes.count
                return .stay
            },
            on([.left], "The theme before") { _, _, frame in
                frame.themeIndex = (frame.themeIndex + frame.themes.count - 1) % frame.themes.count
                return .stay
            },
        ]
        + moves(name: "choose") { _, move, _, frame in
            frame.themeIndex = move.place(from: frame.themeIndex, of: frame.themes.count)
            return []
        }

    func title(over signedIn: SignedIn) -> String { Self.title }

    func size(over signedIn: SignedIn, _ frame: Frame) -> (width: Int, height: Int) {
        let names = frame.themes.map { displayWidth($0.name) }.max() ?? 0
        return (max(34, names + 12 + swatchColumns(signedIn)), frame.themes.count + 2)
    }

    /// What is shown of a theme: the colours of the series, of each model, of their combination and of errors.
    private func swatches(_ theme: Theme, _ kinds: [ModelKind]) -> [Color] {
        [theme.series] + kinds.map { theme.color(of: $0.name) } + [theme.combined, theme.error]
    }

    private func swatchColumns(_ signedIn: SignedIn) -> Int { 2 * (3 + signedIn.models.count) }

    /// To the right, so that most of what is previewed stays in sight.
    func area(over signedIn: SignedIn, _ frame: Frame) -> Rect {
        let size = size(over: signedIn, frame)
        let width = min(frame.width - 4, size.width)
        return Rect(x: frame.width - width - 2, y: 2, width: width, height: min(frame.height - 3, size.height))
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over signedIn: SignedIn, _ frame: Frame) {
        let theme = frame.theme
        let (width, height) = (card.width, card.height)
        let rows = height - 2
        let scroll = max(0, min(frame.themeIndex - rows / 2, frame.themes.count - rows))
        for (row, shown) in frame.themes.dropFirst(scroll).prefix(rows).enumerated() {
            let y = card.y + 1 + row
            let isOn = scroll + row == frame.themeIndex
            if isOn { screen.fill(Rect(x: card.x + 1, y: y, width: width - 2, height: 1), " ", Style(on: theme.selection)) }
            screen.write(
                shown.name, x: card.x + 3, y: y, isOn ? Style(theme.selectionText, bold: true) : Style(theme.text),
                limit: width - 8 - swatchColumns(signedIn))
            let x = card.maxX - 3 - swatchColumns(signedIn)
            for (index, color) in swatches(shown, signedIn.models).enumerated() {
                screen.write("━━", x: x + 2 * index, y: y, Style(color, on: shown.background))
            }
        }
    }
}
