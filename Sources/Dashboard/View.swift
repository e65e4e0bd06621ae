import TerminalUI

/// The smallest terminal the dashboard can use.
public let smallestSize = (width: 60, height: 18)

/// The screen that shows `state`. Pure: the same state gives the same cells.
public func view(_ state: DashboardState) -> CellBuffer {
    let frame = state.frame
    let theme = frame.theme
    var screen = CellBuffer(width: frame.width, height: frame.height, style: Style(theme.text, on: theme.background))
    guard frame.isLargeEnough else {
        viewTooSmall(&screen, theme)
        return screen
    }
    switch state.stage {
    case .signedOut(let signedOut): draw(signedOut, frame, into: &screen)
    case .signedIn(let signedIn): draw(signedIn, frame, into: &screen)
    }
    if !frame.showsColor {
        screen.showBackgroundsByForm(reversed: [theme.selection], plain: [theme.background, theme.panel])
    }
    return screen
}

private func viewTooSmall(_ screen: inout CellBuffer, _ theme: Theme) {
    let lines = [
        "oddline needs", "\(smallestSize.width)×\(smallestSize.height) cells", "this is \(screen.width)×\(screen.height)",
        "\(NamedKey.quit.name) quits",
    ]
    for (index, line) in lines.enumerated() {
        let y = max(0, min(screen.height / 2 - 1, screen.height - lines.count)) + index
        let x = max(0, (screen.width - displayWidth(line)) / 2)
        screen.write(line, x: x, y: y, Style(index == 0 ? theme.accent : theme.text))
    }
}

/// The layers, and the last two rows: a message, set into the border above the keys that matter here, so that it hides none
/// of them.
private func draw<Owner: LayerOwner>(_ owner: Owner, _ frame: Frame, into screen: inout CellBuffer) {
    let theme = frame.theme
    owner.draw(frame, into: &screen)
    Footer(owner, frame).draw(&screen, theme)
    // What was said to whoever worked here is not for whoever stands before the lock.
    guard let message = frame.message, owner.layers.last.map({ type(of: $0).level != .lock }) ?? true else { return }
    let y = screen.height - 2
    let color = message.isError ? theme.error : theme.success
    let used = screen.write(message.isError ? " ✗ " : " ✓ ", x: 1, y: y, Style(color, bold: true))
    screen.write(
        message.text + " ", x: 1 + used, y: y, Style(message.isError ? theme.error : theme.text), limit: screen.width - 3 - used)
}
