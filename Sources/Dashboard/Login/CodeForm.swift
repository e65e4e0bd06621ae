import Accounts
import TerminalUI

/// What follows the login where the account has a second factor: a code of it.
struct CodeForm: FieldLayer {
    /// Stands for the password that was right.
    let ticket: String
    /// Days to stay signed in on this machine, as was chosen with the password.
    let stayDays: Int
    /// What the device shows, or a recovery code.
    private(set) var code = TextField.name()
    /// What went wrong last time.
    private(set) var problem: String?
    /// Whether the answer is awaited.
    private var isBusy = false

    init(ticket: String, stayDays: Int) { (self.ticket, self.stayDays) = (ticket, stayDays) }

    // MARK: Input

    static let title = "Second factor at the login"
    static let level = LayerLevel.screen
    static let takesText = true

    static let bindings: [Binding<SignedOut>] = [
        on(
            [.enter], name: "log in", "Log in with this code",
            unless: { form, _ in form.isBusy ? "The code is being checked." : nil }
        ) { form, _, _ in .stay(form.submit()) },
        on([NamedKey.back], name: "back", "Back to the login", isLast: true) { _, _, _ in .close },
    ]

    static let gestures = [Gesture("click", "Press what is under the pointer")]

    private mutating func submit() -> [Request] {
        guard !code.text.isEmpty else {
            problem = "Enter the code that your device shows, or a recovery code."
            return []
        }
        isBusy = true
        return [.enterCode(ticket: ticket, code: code.text, stayDays: stayDays)]
    }

    mutating func update(_ mouse: Mouse, over signedOut: inout SignedOut, _ frame: inout Frame) -> LayerStep<SignedOut> {
        guard mouse.action == .press, !isBusy, FormLayout(frame, fieldCount: 1).isButton(mouse) else { return .stay }
        return .stay(submit())
    }

    mutating func edit(_ change: (inout TextField) -> Void) {
        guard !isBusy else { return }
        problem = nil
        change(&code)
    }

    mutating func receive(
        _ news: DashboardEvent, over signedOut: inout SignedOut, _ frame: inout Frame
    ) -> LayerStep<SignedOut> {
        switch news {
        case .loginFailed: return .close
        case .codeRefused(let problem):
            isBusy = false
            self.problem = problem
            code.set("")
        default: break
        }
        return .stay
    }

    // MARK: Drawing

    func view(over signedOut: SignedOut, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let layout = FormLayout(frame, fieldCount: 1)
        drawBanner(&screen, above: layout.card, theme)
        drawCard(&screen, layout.card, title: "Second factor", theme)
        drawField(
            &screen, layout, 0, "Code", code, isFocused: true, problem: problem, hint: "six digits, or a recovery code", theme)
        drawButton(&screen, layout, isBusy ? "Checking…" : "Log in", isFocused: false, theme)
        drawLink(&screen, layout, key: NamedKey.back.name, "back to name and password", theme)
    }
}
