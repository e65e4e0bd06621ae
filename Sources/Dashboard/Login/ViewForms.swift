import Accounts
import TerminalUI

func viewLogin(_ screen: inout CellBuffer, _ state: DashboardState) {
    let theme = state.theme
    let layout = FormLayout(width: state.width, height: state.height, fieldCount: 3)
    drawBanner(&screen, above: layout.card, theme)
    drawCard(&screen, layout.card, title: "Log in", theme)
    let form = state.login
    drawField(&screen, layout, 0, "Username/email", form.identifier, isFocused: form.focus == 0, problem: nil, theme)
    drawField(&screen, layout, 1, "Password", form.password, isFocused: form.focus == 1, problem: form.problem, theme)
    let isOn = form.focus == 2
    screen.write("Signed in", x: layout.card.x + 2, y: layout.fieldY(2), Style(isOn ? theme.accent : theme.muted, bold: isOn))
    screen.write(
        isOn ? "◂ \(form.stayText) ▸" : form.stayText, x: layout.fieldX, y: layout.fieldY(2),
        Style(isOn ? theme.accent : theme.text))
    drawButton(&screen, layout, form.isBusy ? "Checking…" : "Log in", isFocused: form.focus == 3, theme)
    drawLink(&screen, layout, key: "Ctrl-R", "register a new account", theme)
    drawHints(&screen, "Tab next field   Enter go on   Esc quit", theme)
}

func viewRegistration(_ screen: inout CellBuffer, _ state: DashboardState) {
    let theme = state.theme
    let layout = FormLayout(width: state.width, height: state.height, fieldCount: 4)
    let form = state.registration
    drawBanner(&screen, above: layout.card, theme)
    drawCard(&screen, layout.card, title: form.isFirstUser ? "Register the first account (administrator)" : "Register", theme)
    let titles = ["Username", "Email", "Password", "Password again"]
    let hints = ["3 to 32 letters, digits, . _ -", "name@domain.tld", "at least 12 characters", ""]
    for index in titles.indices {
        drawField(
            &screen, layout, index, titles[index], form.fields[index], isFocused: form.focus == index,
            problem: form.problems[index],
            hint: form.fields[index].text.isEmpty ? hints[index] : "", theme)
    }
    drawStrength(&screen, layout, form, theme)
    drawButton(&screen, layout, form.isBusy ? "Registering…" : "Register", isFocused: form.focus == 4, theme)
    drawLink(&screen, layout, key: "Ctrl-R", "log in to an existing account", theme)
    drawHints(&screen, "Tab next field   Enter go on   Esc \(form.isFirstUser ? "quit" : "back")", theme)
}

/// How hard the password looks to guess, while it is typed.
private func drawStrength(_ screen: inout CellBuffer, _ layout: FormLayout, _ form: RegistrationForm, _ theme: Theme) {
    let texts = form.fields.map(\.text)
    guard form.focus == 2, !texts[2].isEmpty else { return }
    let strength = PasswordRules.strength(texts[2], username: texts[0], email: texts[1])
    var (text, color) =
        switch strength {
        case .refused: (PasswordRules.problem(texts[2], username: texts[0], email: texts[1]) ?? "", theme.muted)
        case .fair: ("fair; longer is better", theme.threshold)
        case .good: ("good", theme.success)
        case .strong: ("strong", theme.success)
        }
    let recommended = PasswordRules.recommendedForAdministrators
    if form.isFirstUser, strength != .refused, texts[2].count < recommended {
        text = "\(strength.rawValue); use \(recommended) or more as administrator"
    }
    for (row, line) in wrapped(text, width: layout.card.width - 19).prefix(2).enumerated() {
        screen.write(line, x: layout.fieldX, y: layout.fieldY(2) + 1 + row, Style(color), limit: layout.card.width - 18)
    }
}

/// The name, with a line in which one point is odd.
private func drawBanner(_ screen: inout CellBuffer, above card: Rect, _ theme: Theme) {
    let y = card.y - 3
    guard y >= 0 else { return }
    let line = "▁▂▃▂▁▂▃▂▁▂▃▂▁▂▃▂▁▂"
    let odd = "█"
    let rest = "▂▁▂▃▂▁▂▃▂▁▂▃▂▁▂▃▂▁▂"
    let x = card.x + (card.width - line.count - 1 - rest.count) / 2
    screen.write(line, x: x, y: y + 1, Style(theme.series))
    screen.write(odd, x: x + line.count, y: y + 1, Style(theme.error))
    screen.write(rest, x: x + line.count + 1, y: y + 1, Style(theme.series))
    let name = "o d d l i n e"
    screen.write(name, x: card.x + (card.width - name.count) / 2, y: y, Style(theme.accent, bold: true))
}

private func drawField(
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
    let lines = wrapped(problem, width: layout.card.width - 19)
    for (row, line) in lines.prefix(2).enumerated() {
        screen.write(line, x: layout.fieldX, y: y + 1 + row, Style(theme.error), limit: layout.card.width - 18)
    }
}

private func drawButton(_ screen: inout CellBuffer, _ layout: FormLayout, _ text: String, isFocused: Bool, _ theme: Theme) {
    let style =
        isFocused
        ? Style(theme.background, on: theme.accent, bold: true) : Style(theme.selectionText, on: theme.selection, bold: true)
    screen.fill(layout.button, " ", style)
    screen.write(text, x: layout.button.x + (layout.button.width - displayWidth(text)) / 2, y: layout.button.y, style)
}

private func drawLink(_ screen: inout CellBuffer, _ layout: FormLayout, key: String, _ text: String, _ theme: Theme) {
    let used = screen.write(key, x: layout.link.x, y: layout.link.y, Style(theme.accent, bold: true))
    screen.write(text, x: layout.link.x + used + 1, y: layout.link.y, Style(theme.muted))
}

private func drawHints(_ screen: inout CellBuffer, _ text: String, _ theme: Theme) {
    screen.write(text, x: max(0, (screen.width - displayWidth(text)) / 2), y: screen.height - 2, Style(theme.muted))
}

/// `text` in lines of at most `width` columns, broken between words.
func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
        if let last = lines.last, displayWidth(last) + 1 + displayWidth(String(word)) <= width {
            lines[lines.count - 1] = last + " " + word
        } else {
            lines.append(String(word))
        }
    }
    return lines
}
