import TerminalUI

/// Where the parts of the login and registration cards stand.
struct FormLayout {
    let card: Rect
    let fieldCount: Int
    /// Rows from one field to the next: two below each for what is wrong with it, one where the terminal is low.
    let step: Int

    init(_ frame: Frame, fieldCount: Int) {
        self.fieldCount = fieldCount
        step = fieldCount * 3 + 8 <= frame.height - 1 ? 3 : 2
        card = Rect(x: 0, y: 0, width: frame.width, height: frame.height - 1).centered(width: 58, height: fieldCount * step + 8)
    }

    var fieldX: Int { card.x + 17 }
    var fieldWidth: Int { card.width - 20 }
    func fieldY(_ index: Int) -> Int { card.y + 2 + index * step }
    var button: Rect { Rect(x: fieldX, y: fieldY(fieldCount), width: fieldWidth, height: 1) }
    var link: Rect { Rect(x: card.x + 2, y: button.y + 2, width: card.width - 4, height: 1) }

    func field(at mouse: Mouse) -> Int? {
        (0..<fieldCount).first { mouse.y == fieldY($0) && mouse.x >= card.x && mouse.x < card.maxX }
    }
    func isButton(_ mouse: Mouse) -> Bool { button.contains(x: mouse.x, y: mouse.y) }
    func isLink(_ mouse: Mouse) -> Bool { link.contains(x: mouse.x, y: mouse.y) }
}

/// The name, with a line in which one point is odd.
func drawBanner(_ screen: inout CellBuffer, above card: Rect, _ theme: Theme) {
    let y = card.y - 3
    guard y >= 0 else { return }
    let line = "▁▂▃▂▁▂▃▂▁▂▃▂▁▂▃▂▁▂"
    let odd = "█"
    let rest = "▂▁▂▃▂▁▂▃▂▁▂▃▂▁▂▃▂▁▂"
    var x = card.x + (card.width - displayWidth(line + odd + rest)) / 2
    for (part, color) in [(line, theme.series), (odd, theme.error), (rest, theme.series)] {
        x += screen.write(part, x: x, y: y + 1, Style(color))
    }
    let name = "o d d l i n e"
    screen.write(name, x: card.x + (card.width - displayWidth(name)) / 2, y: y, Style(theme.accent, bold: true))
}

func drawField(
    _ screen: inout CellBuffer, _ layout: FormLayout, _ index: Int, _ title: String, _ field: TextField, isFocused: Bool,
    problem: String?,
    hint: String = "", _ theme: Theme
) {
    let y = layout.fieldY(index)
    screen.write(title, x: layout.card.x + 2, y: y, Style(isFocused ? theme.accent : theme.muted, bold: isFocused))
    let style = Style(theme.text, on: isFocused ? theme.selection : theme.background)
    screen.field(field, x: layout.fieldX, y: y, width: layout.fieldWidth, style: style, isFocused: isFocused)
    if field.text.isEmpty, !hint.isEmpty {
        screen.write(
            hint, x: layout.fieldX + (isFocused ? 2 : 1), y: y, Style(theme.muted, on: style.background),
            limit: layout.fieldWidth - 2)
    }
    guard let problem else { return }
    let lines = layout.step > 2 ? wrapped(problem, width: layout.card.width - 19) : [problem]
    for (row, line) in lines.prefix(layout.step - 1).enumerated() {
        screen.write(line, x: layout.fieldX, y: y + 1 + row, Style(theme.error), limit: layout.card.width - 18)
    }
}

func drawButton(_ screen: inout CellBuffer, _ layout: FormLayout, _ text: String, isFocused: Bool, _ theme: Theme) {
    let style =
        isFocused
        ? Style(theme.background, on: theme.accent, bold: true) : Style(theme.selectionText, on: theme.selection, bold: true)
    screen.fill(layout.button, " ", style)
    screen.write(text, x: layout.button.x + (layout.button.width - displayWidth(text)) / 2, y: layout.button.y, style)
}

func drawLink(_ screen: inout CellBuffer, _ layout: FormLayout, key: String, _ text: String, _ theme: Theme) {
    let used = screen.write(key, x: layout.link.x, y: layout.link.y, Style(theme.accent, bold: true))
    screen.write(text, x: layout.link.x + used + 1, y: layout.link.y, Style(theme.muted))
}
