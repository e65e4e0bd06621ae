import TerminalUI

/// The screen that shows `state`. Pure: the same state gives the same cells.
public func view(_ state: DashboardState) -> CellBuffer {
    let theme = state.theme
    var screen = CellBuffer(width: state.width, height: state.height, style: Style(theme.text, on: theme.background))
    guard state.width >= smallestSize.width, state.height >= smallestSize.height else {
        viewTooSmall(&screen, theme)
        return screen
    }
    if let lock = state.lock {
        viewLock(&screen, state, lock)
        return screen
    }
    switch state.screen {
    case .login: viewLogin(&screen, state)
    case .registration: viewRegistration(&screen, state)
    case .library: viewLibrary(&screen, state)
    case .workspace: viewWorkspace(&screen, state)
    }
    switch state.overlay {
    case nil: break
    case .help(let scroll): viewHelp(&screen, state, scroll: scroll)
    case .palette(let field): viewPalette(&screen, state, field)
    case .training: viewTraining(&screen, state)
    case .inspection: viewInspection(&screen, state)
    case .comparison(let comparison): viewComparison(&screen, state, comparison)
    case .learnedWeights(let learned): viewLearnedWeights(&screen, state, learned)
    case .account(let panel): viewAccount(&screen, state, panel)
    }
    viewStatus(&screen, state)
    return screen
}

private func viewTooSmall(_ screen: inout CellBuffer, _ theme: Theme) {
    let lines = [
        "oddline needs", "\(smallestSize.width)×\(smallestSize.height) cells", "this is \(screen.width)×\(screen.height)",
    ]
    for (index, line) in lines.enumerated() {
        let y = max(0, screen.height / 2 - 1) + index
        screen.write(line, x: max(0, (screen.width - line.count) / 2), y: y, Style(index == 0 ? theme.accent : theme.text))
    }
}

/// The last row: the message, or the keys that matter here.
private func viewStatus(_ screen: inout CellBuffer, _ state: DashboardState) {
    let theme = state.theme
    let y = screen.height - 1
    if let message = state.message {
        screen.write(
            message.isError ? " ✗ " : " ✓ ", x: 0, y: y, Style(message.isError ? theme.error : theme.success, bold: true))
        screen.write(message.text, x: 3, y: y, Style(message.isError ? theme.error : theme.text), limit: screen.width - 4)
        return
    }
    guard state.session != nil else { return }
    let place = state.screen == .workspace ? Place.workspace : .library
    var x = 1
    for (key, label) in fitting(footer(place, state), width: screen.width - 1) {
        x += screen.write(key, x: x, y: y, Style(theme.accent, bold: true)) + 1
        x += screen.write(label, x: x, y: y, Style(theme.muted)) + 2
    }
}

/// As many hints as `width` holds; the last three (command, help, quit) stay when others must go.
private func fitting(_ hints: [(String, String)], width: Int) -> [(String, String)] {
    var kept = hints
    func total() -> Int { kept.reduce(0) { $0 + displayWidth($1.0) + 1 + displayWidth($1.1) + 2 } }
    while total() > width, kept.count > 3 { kept.remove(at: kept.count - 4) }
    return kept
}

private func footer(_ place: Place, _ state: DashboardState) -> [(String, String)] {
    Binding.all.filter { $0.places.contains(place) && !$0.label.isEmpty }.map { binding in
        if binding.action == .zoomIn { return ("+ −", binding.label) }
        if binding.action == .nextEvent { return ("[ ]", "event") }
        if binding.action == .judgeAnomaly { return ("a n", binding.label) }
        return (binding.keys[0].name, binding.label)
    }
}

// MARK: Help and palette

/// The help screen's lines: a heading, or keys and what they do.
func helpLines() -> [(keys: String, text: String)] {
    var lines: [(String, String)] = []
    for place in Place.allCases {
        lines.append(("", place.title))
        for binding in Binding.all where binding.places == [place] {
            lines.append((binding.keys.map(\.name).joined(separator: " "), binding.help))
        }
        lines.append(("", ""))
    }
    lines.append(("", "Everywhere"))
    for binding in Binding.all where binding.places.count > 1 {
        lines.append((binding.keys.map(\.name).joined(separator: " "), binding.help))
    }
    lines.append(("", ""))
    lines.append(("", "Mouse"))
    lines.append(("click", "Focus a plot, slider or event; a second click on an event inspects it"))
    lines.append(("drag", "Move a slider, or pan the plots"))
    lines.append(("wheel", "Zoom at the pointer, or scroll a list"))
    return lines
}

private func viewHelp(_ screen: inout CellBuffer, _ state: DashboardState, scroll: Int) {
    let theme = state.theme
    let lines = helpLines()
    let card = screen.bounds.centered(width: min(84, screen.width - 4), height: min(lines.count + 2, screen.height - 3))
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
        more ? " ↓ more   Esc closes " : " Esc closes ", x: card.maxX - (more ? 23 : 14), y: card.maxY - 1, Style(theme.muted))
}

private func viewPalette(_ screen: inout CellBuffer, _ state: DashboardState, _ field: TextField) {
    let theme = state.theme
    let commands = matchingCommands(field.text, in: state)
    let height = min(commands.count, 10) + 3
    let card = Rect(
        x: max(1, screen.width / 2 - 35), y: max(1, screen.height - height - 3), width: min(70, screen.width - 2), height: height)
    drawCard(&screen, card, title: "Command", theme)
    screen.write(":", x: card.x + 2, y: card.y + 1, Style(theme.accent, bold: true))
    screen.field(
        field, x: card.x + 4, y: card.y + 1, width: card.width - 6, style: Style(theme.text, on: theme.panel), isFocused: true)
    for (row, command) in commands.prefix(10).enumerated() {
        screen.write(command.word, x: card.x + 4, y: card.y + 2 + row, Style(theme.text, bold: true), limit: 14)
        screen.write(command.help, x: card.x + 18, y: card.y + 2 + row, Style(theme.muted), limit: card.width - 20)
    }
}

/// A raised card with a border and a title.
func drawCard(_ screen: inout CellBuffer, _ card: Rect, title: String, _ theme: Theme) {
    screen.fill(card, " ", Style(theme.text, on: theme.panel))
    screen.border(
        card, title: title, Style(theme.border, on: theme.panel), titleStyle: Style(theme.accent, on: theme.panel, bold: true))
}
