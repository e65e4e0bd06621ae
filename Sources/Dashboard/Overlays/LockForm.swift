import Accounts
import TerminalUI

/// What lies over everything while the program waits for the password again; nothing of the work shows.
struct LockForm: FieldLayer {
    static let title = "Lock"
    static let level = LayerLevel.lock
    static let takesText = true
    /// Whose password is wanted.
    let username: String
    /// Never shown.
    private(set) var password = TextField.password
    /// What went wrong last time.
    private(set) var problem: String?
    /// Whether the answer is awaited.
    private(set) var isBusy = false

    init(username: String) { self.username = username }

    static let bindings: [Binding<SignedIn>] = [
        on(
            [.enter], name: "go on", "Go on with this password",
            unless: { form, _ in form.isBusy ? "The password is being checked." : nil }
        ) { form, _, _ in
            form.problem = PasswordRules.tooLong(form.password.text)
            guard form.problem == nil else { return .stay }
            form.isBusy = true
            return .stay([.unlock(password: form.password.text)])
        },
        Binding(
            [NamedKey.leaveLock], name: "sign out",
            "Sign out, which ends what is under way; the next login needs name and password"
        ) { signedIn, _ in signedIn.signOut() },
        Binding([NamedKey.quit], name: "quit", "Quit", stays: .everything) { signedIn, frame in
            signedIn.stopWork()
            frame.hasEnded = true
            return []
        },
    ]

    mutating func edit(_ change: (inout TextField) -> Void) {
        guard !isBusy else { return }
        problem = nil
        change(&password)
    }

    mutating func receive(_ answer: Answer, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        switch answer {
        case .unlocked: return .close
        case .unlockFailed(let problem):
            self = LockForm(username: username)
            self.problem = problem
        default: break
        }
        return .stay
    }

    /// Draws nothing but the form.
    func view(over signedIn: SignedIn, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let card = Rect(x: 0, y: 0, width: screen.width, height: screen.height - 1).centered(width: 58, height: 8)
        drawCard(&screen, card, title: "Locked", theme)
        screen.write(
            "\(username), enter your password to go on.", x: card.x + 2, y: card.y + 2, Style(theme.text),
            limit: card.width - 4)
        screen.field(
            password, x: card.x + 2, y: card.y + 4, width: card.width - 4, style: Style(theme.text, on: theme.selection),
            isFocused: true)
        guard let note = isBusy ? "Checking…" : problem else { return }
        screen.write(
            note, x: card.x + 2, y: card.y + 5, Style(problem == nil ? theme.muted : theme.error), limit: card.width - 4)
    }
}
