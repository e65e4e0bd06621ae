import TerminalUI

/// The smallest terminal the dashboard can use.
public let smallestSize = (width: 60, height: 18)

/// The screen that shows `state`. Pure: the same state gives the same cells.
public func view(_ state: DashboardState) -> CellBuffer {
    let frame = state.frame
    let theme = frame.theme
    var screen = CellBuffer(width: frame.width, height: frame.height, style: Style(theme.text, on: theme.background))
    guard frame.width >= smallestSize.width, frame.height >= smallestSize.height else {
        viewTooSmall(&screen, theme)
        return screen
    }
    switch state.stage {
    case .signedOut(let signedOut):
        signedOut.view(frame, into: &screen)
        viewLastRows(&screen, frame, hints: signedOut.hints)
    case .signedIn(let signedIn):
        signedIn.view(frame, into: &screen)
        if signedIn.lock == nil { viewLastRows(&screen, frame, hints: signedIn.bindings.compactMap { $0.hint(frame.keyMap) }) }
    }
    if !frame.showsColor {
        screen.showBackgroundsByForm(reversed: [theme.selection], plain: [theme.background, theme.panel])
    }
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

/// The last two rows: a message, set into the border above the keys that matter here, so that it hides none of them.
private func viewLastRows(_ screen: inout CellBuffer, _ frame: Frame, hints: [Binding.Hint]) {
    let theme = frame.theme
    let y = screen.height - 1
    if let message = frame.message {
        let color = message.isError ? theme.error : theme.success
        let used = screen.write(message.isError ? " ✗ " : " ✓ ", x: 1, y: y - 1, Style(color, bold: true))
        let text = message.text + " "
        screen.write(
            text, x: 1 + used, y: y - 1, Style(message.isError ? theme.error : theme.text), limit: screen.width - 3 - used)
    }
    var x = 1
    let kept = fitting(hints, width: screen.width - 1)
    for (index, hint) in kept.enumerated() {
        if kept.count < hints.count, index == kept.count - lastHints {
            x += screen.write("…", x: x, y: y, Style(theme.muted)) + 2
        }
        x += screen.write(hint.keys, x: x, y: y, Style(theme.accent, bold: true)) + 1
        x += screen.write(hint.text, x: x, y: y, Style(theme.muted)) + 2
    }
}

/// Hints at the end that always stay: command, help, quit.
private let lastHints = 3

/// As many hints as `width` holds with the mark of those left out.
private func fitting(_ hints: [Binding.Hint], width: Int) -> [Binding.Hint] {
    var kept = hints
    func total() -> Int {
        kept.reduce(kept.count < hints.count ? 3 : 0) { $0 + displayWidth($1.keys) + 1 + displayWidth($1.text) + 2 }
    }
    while total() > width, kept.count > lastHints { kept.remove(at: kept.count - 1 - lastHints) }
    return kept
}
