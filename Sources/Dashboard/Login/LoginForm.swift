import Accounts
import TerminalUI

/// The login screen.
public struct LoginForm: Sendable, Equatable {
    /// Username or email.
    public private(set) var identifier = TextField(limit: AccountRules.longestEmail)
    /// Never shown.
    public private(set) var password = TextField(limit: PasswordHasher.longestPassword, isSecret: true)
    /// The field with the focus, 0 or 1, how long to stay signed in, 2, or the button, 3.
    private var focus = 0
    /// Days to stay signed in on this machine.
    private var stayDays = 0
    /// What went wrong last time.
    public private(set) var problem: String?
    /// Whether the answer is awaited.
    private var isBusy = false

    private static let stayChoices = [0, 1, 7, 30]
    private var stayText: String { stayDays == 0 ? "until I quit" : stayDays == 1 ? "for a day" : "for \(stayDays) days" }

    // MARK: Input

    mutating func update(_ input: InputEvent, _ frame: Frame) -> FormStep {
        guard !isBusy else { return .stay }
        switch input {
        case .key(.escape): return .quit
        case .key(.control("r")), .key(.function(2)): return .go(.registration)
        case .key(.tab), .key(.down): focus = (focus + 1) % 4
        case .key(.backTab), .key(.up): focus = (focus + 3) % 4
        case .key(.left) where focus == 2, .key(.right) where focus == 2, .key(.character(" ")) where focus == 2:
            let choices = Self.stayChoices
            let index = (choices.firstIndex(of: stayDays) ?? 0) + (input == .key(.left) ? choices.count - 1 : 1)
            stayDays = choices[index % choices.count]
        case .key(.enter) where focus == 0: focus = 1
        case .key(.enter): return submit()
        case .key(let key): edit { _ = $0.handle(key) }
        case .paste(let text): edit { $0.insert(text) }
        case .mouse(let mouse) where mouse.action == .press:
            let layout = FormLayout(frame, fieldCount: 3)
            if let field = layout.field(at: mouse) { focus = field }
            if layout.isButton(mouse) { return submit() }
            if layout.isLink(mouse) { return .go(.registration) }
        default: break
        }
        return .stay
    }

    private mutating func edit(_ change: (inout TextField) -> Void) {
        problem = nil
        switch focus {
        case 0: change(&identifier)
        case 1: change(&password)
        default: break
        }
    }

    private mutating func submit() -> FormStep {
        guard !identifier.text.isEmpty, !password.text.isEmpty else {
            problem = "Enter your username or email and your password."
            focus = identifier.text.isEmpty ? 0 : 1
            return .stay
        }
        isBusy = true
        problem = nil
        return .stay([.login(identifier: identifier.text, password: password.text, stayDays: stayDays)])
    }

    /// Shows why nobody was let in and asks for the password again.
    mutating func refuse(_ problem: String) {
        isBusy = false
        self.problem = problem
        password.set("")
        focus = 1
    }

    // MARK: Drawing

    func view(_ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let layout = FormLayout(frame, fieldCount: 3)
        drawBanner(&screen, above: layout.card, theme)
        drawCard(&screen, layout.card, title: "Log in", theme)
        drawField(&screen, layout, 0, "Username/email", identifier, isFocused: focus == 0, problem: nil, theme)
        drawField(&screen, layout, 1, "Password", password, isFocused: focus == 1, problem: problem, theme)
        let isOn = focus == 2
        screen.write("Signed in", x: layout.card.x + 2, y: layout.fieldY(2), Style(isOn ? theme.accent : theme.muted, bold: isOn))
        screen.write(
            isOn ? "◂ \(stayText) ▸" : stayText, x: layout.fieldX, y: layout.fieldY(2), Style(isOn ? theme.accent : theme.text))
        drawButton(&screen, layout, isBusy ? "Checking…" : "Log in", isFocused: focus == 3, theme)
        drawLink(&screen, layout, key: "Ctrl-R", "register a new account", theme)
    }
}
