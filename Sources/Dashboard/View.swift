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
        viewLastRow(&screen, frame, hints: [])
    case .signedIn(let signedIn):
        signedIn.view(frame, into: &screen)
        if signedIn.lock == nil { viewLastRow(&screen, frame, hints: signedIn.bindings.compactMap { $0.hint(frame.keyMap) }) }
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

/// The last row: the message, or the keys that matter here.
private func viewLastRow(_ screen: inout CellBuffer, _ frame: Frame, hints: [Binding.Hint]) {
    let theme = frame.theme
    let y = screen.height - 1
    if let message = frame.message {
        screen.write(
            message.isError ? " ✗ " : " ✓ ", x: 0, y: y, Style(message.isError ? theme.error : theme.success, bold: true))
        screen.write(message.text, x: 3, y: y, Style(message.isError ? theme.error : theme.text), limit: screen.width - 4)
        return
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
