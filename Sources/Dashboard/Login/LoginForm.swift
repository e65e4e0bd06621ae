import Accounts
import TerminalUI

/// The login screen.
public struct LoginForm: FieldLayer {
    /// Username or email.
    public private(set) var identifier = TextField.name()
    /// Never shown.
    public private(set) var password = TextField.password
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

    static let title = "Log in"
    static let level = LayerLevel.screen
    static let takesText = true

    private static let isChecking: @Sendable (Self, SignedOut) -> String? = { form, _ in
        form.isBusy ? "The password is being checked." : nil
    }

    static let bindings: [Binding<SignedOut>] = [
        on([.tab, .down], name: "next field", "The next field", unless: isChecking) { form, _, _ in
            form.focus = (form.focus + 1) % 4
            return .stay
        },
        on([.backTab, .up], "The field before", unless: isChecking) { form, _, _ in
            form.focus = (form.focus + 3) % 4
            return .stay
        },
        on(
            [.enter], name: "go on", "The next field; on the last one, log in", opens: [CodeForm.self], unless: isChecking
        ) { form, _, _ in
            if form.focus > 0 { return .stay(form.submit()) }
            form.focus = 1
            return .stay
        },
        on([.left], name: "how long", "Stay signed in for less long", while: { $0.focus == 2 }) { form, _, _ in form.stay(-1) },
        on([.right, .character(" ")], name: "how long", "Stay signed in for longer", while: { $0.focus == 2 }) { form, _, _ in
            form.stay(1)
        },
        on(
            [NamedKey.otherForm, .function(2)], name: "register", "Register a new account", opens: [RegistrationForm.self],
            unless: isChecking
        ) { _, signedOut, _ in
            signedOut.register()
            return .stay
        },
        on([.escape], name: "quit", "Quit", isLast: true) { _, _, frame in
            frame.hasEnded = true
            return .stay
        },
    ]

    static let gestures = [Gesture("click", "Go to a field, or press what is under the pointer")]

    private mutating func stay(_ steps: Int) -> LayerStep<SignedOut> {
        let choices = Self.stayChoices
        stayDays = choices[((choices.firstIndex(of: stayDays) ?? 0) + steps + choices.count) % choices.count]
        return .stay
    }

    mutating func update(_ mouse: Mouse, over signedOut: inout SignedOut, _ frame: inout Frame) -> LayerStep<SignedOut> {
        guard mouse.action == .press, !isBusy else { return .stay }
        let layout = FormLayout(frame, fieldCount: 3)
        if let field = layout.field(at: mouse) { focus = field }
        if layout.isButton(mouse) { return .stay(submit()) }
        return layout.isLink(mouse) ? .stayAndRun { $0.press(NamedKey.otherForm, &$1) } : .stay
    }

    mutating func receive(
        _ news: DashboardEvent, over signedOut: inout SignedOut, _ frame: inout Frame
    ) -> LayerStep<SignedOut> {
        switch news {
        case .loginFailed(let problem): refuse(problem)
        case .codeWanted(let ticket) where isBusy:
            (isBusy, focus) = (false, 1)
            password.set("")
            return .stayAndRun { [stayDays] signedOut, _ in
                signedOut.push(CodeForm(ticket: ticket, stayDays: stayDays))
                return []
            }
        default: break
        }
        return .stay
    }

    mutating func edit(_ change: (inout TextField) -> Void) {
        guard !isBusy else { return }
        problem = nil
        switch focus {
        case 0: change(&identifier)
        case 1: change(&password)
        default: break
        }
    }

    private mutating func submit() -> [Request] {
        guard !identifier.text.isEmpty, !password.text.isEmpty else {
            problem = "Enter your username or email and your password."
            focus = identifier.text.isEmpty ? 0 : 1
            return []
        }
        problem = PasswordRules.tooLong(password.text)
        guard problem == nil else {
            focus = 1
            return []
        }
        isBusy = true
        return [.login(identifier: identifier.text, password: password.text, stayDays: stayDays)]
    }

    /// Shows why nobody was let in and asks for the password again.
    private mutating func refuse(_ problem: String) {
        isBusy = false
        self.problem = problem
        password.set("")
        focus = 1
    }

    // MARK: Saying and drawing

    func sentences(over signedOut: SignedOut, _ frame: Frame) -> [String] {
        let place =
            switch focus {
            case 0: spokenField(0, of: 4, "Username or email", identifier)
            case 1: spokenField(1, of: 4, "Password", password, isSecret: true)
            case 2: "How long to stay signed in, field 3 of 4: \(stayText)"
            default: "Button, log in"
            }
        let keys = "\(Key.tab.name) goes on, \(Key.enter.name) on the last one logs in, \(NamedKey.otherForm.name) registers."
        return [keys] + [isBusy ? "The password is being checked." : nil, problem].compactMap { $0 } + [place]
    }

    func view(over signedOut: SignedOut, _ frame: Frame, into screen: inout CellBuffer) {
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
        drawLink(&screen, layout, key: NamedKey.otherForm.name, "register a new account", theme)
    }
}
