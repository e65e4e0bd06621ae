import Accounts
import TerminalUI

/// The screen while the program waits for the password again; nothing of the work shows.
struct LockForm: Sendable, Equatable {
    /// Whose password is wanted.
    let username: String
    /// Never shown.
    private(set) var password = TextField(limit: PasswordHasher.longestPassword, isSecret: true)
    /// What went wrong last time.
    private(set) var problem: String?
    /// Whether the answer is awaited.
    private(set) var isBusy = false

    init(username: String, problem: String? = nil) {
        (self.username, self.problem) = (username, problem)
    }

    /// Takes input; Enter asks whether the password is right.
    mutating func update(_ input: InputEvent) -> [Effect] {
        guard !isBusy else { return [] }
        switch input {
        case .key(.enter):
            isBusy = true
            return [.unlock(password: password.text)]
        case .key(let key):
            problem = nil
            _ = password.handle(key)
        case .paste(let text): password.insert(text)
        default: break
        }
        return []
    }

    /// Draws nothing but the form.
    func view(_ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let card = Rect(x: 0, y: 0, width: screen.width, height: screen.height - 1).centered(width: 58, height: 8)
        drawCard(&screen, card, title: "Locked", theme)
        screen.write(
            "\(username), enter your password to go on.", x: card.x + 2, y: card.y + 2, Style(theme.text),
            limit: card.width - 4)
        screen.field(
            password, x: card.x + 2, y: card.y + 4, width: card.width - 4, style: Style(theme.text, on: theme.selection),
            isFocused: true)
        let note = isBusy ? "Checking…" : problem ?? "Ctrl-C quits"
        screen.write(
            note, x: card.x + 2, y: card.y + 5, Style(problem == nil ? theme.muted : theme.error), limit: card.width - 4)
    }
}
