import Accounts
import TerminalUI

/// The registration screen.
public struct RegistrationForm: FieldLayer {
    /// Username, email, password, password again.
    private var fields = [
        TextField.name(), TextField.name(), TextField.password, TextField.password,
    ]
    /// The field with the focus, or 4 for the button.
    private var focus = 0
    /// What is wrong with each field.
    private var problems: [String?] = [nil, nil, nil, nil]
    /// Whether the answer is awaited.
    private var isBusy = false
    /// Whether nobody has registered on this machine yet.
    var isFirstUser = false

    /// Puts the focus on the first field.
    mutating func begin() { focus = 0 }

    // MARK: Input

    static let title = "Register"
    static let level = LayerLevel.screen
    static let takesText = true

    private static let isChecking: @Sendable (Self, SignedOut) -> String? = { form, _ in
        form.isBusy ? "The account is being made." : nil
    }

    static let bindings: [Binding<SignedOut>] = [
        on([.tab, .down], name: "next field", "The next field", unless: isChecking) { form, _, _ in
            form.leaveField(to: (form.focus + 1) % 5)
        },
        on([.backTab, .up], "The field before", unless: isChecking) { form, _, _ in
            form.leaveField(to: (form.focus + 4) % 5)
        },
        on([.enter], name: "go on", "The next field; on the last one, register", unless: isChecking) { form, _, _ in
            form.focus < 3 ? form.leaveField(to: form.focus + 1) : .stay(form.submit())
        },
        on([NamedKey.otherForm, .function(2)], name: "log in", "Log in to an existing account", unless: isChecking) {
            form, signedOut, _ in
            signedOut.keep(form)
            return .close
        },
        on([.escape], name: "back", "Back to the login", isLast: true, while: { !$0.isFirstUser }) { form, signedOut, _ in
            signedOut.keep(form)
            return .close
        },
        on([.escape], name: "quit", "Quit, where nobody has registered yet", isLast: true, while: { $0.isFirstUser }) {
            _, _, frame in
            frame.hasEnded = true
            return .stay
        },
    ]

    static let gestures = LoginForm.gestures

    mutating func update(_ mouse: Mouse, over signedOut: inout SignedOut, _ frame: inout Frame) -> LayerStep<SignedOut> {
        guard mouse.action == .press, !isBusy else { return .stay }
        let layout = FormLayout(frame, fieldCount: 4)
        if let field = layout.field(at: mouse) { _ = leaveField(to: field) }
        if layout.isButton(mouse) { return .stay(submit()) }
        return layout.isLink(mouse) ? .stayAndRun { $0.press(NamedKey.otherForm, &$1) } : .stay
    }

    mutating func receive(
        _ news: DashboardEvent, over signedOut: inout SignedOut, _ frame: inout Frame
    ) -> LayerStep<SignedOut> {
        if case .registrationFailed(let problems, let other) = news {
            refuse(problems)
            if let other { frame.complain(other) }
        }
        return .stay
    }

    mutating func edit(_ change: (inout TextField) -> Void) {
        guard focus < 4, !isBusy else { return }
        change(&fields[focus])
        problems[focus] = nil
    }

    /// Checks the field that is left, so that errors show beside it at once.
    private mutating func leaveField(to next: Int) -> LayerStep<SignedOut> {
        if focus < 4, !fields[focus].text.isEmpty { problems[focus] = localProblems[focus] }
        focus = next
        return .stay
    }

    /// What is wrong with each field as far as it can be told without the database.
    private var localProblems: [String?] {
        let texts = fields.map(\.text)
        var result: [String?] = [nil, nil, nil, nil]
        for problem in AccountRules.problems(username: texts[0], email: texts[1], password: texts[2]) {
            result[Self.index(of: problem.field)] = problem.message
        }
        if texts[2] != texts[3] { result[3] = "The passwords differ." }
        return result
    }

    private static func index(of field: FieldProblem.Field) -> Int {
        switch field {
        case .username: 0
        case .email: 1
        case .password, .code: 2
        }
    }

    private mutating func submit() -> [Request] {
        problems = localProblems
        if let first = problems.firstIndex(where: { $0 != nil }) {
            focus = first
            return []
        }
        isBusy = true
        let texts = fields.map(\.text)
        return [.register(username: texts[0], email: texts[1], password: texts[2])]
    }

    /// Shows why the account was not made, beside the fields.
    private mutating func refuse(_ refused: [FieldProblem]) {
        isBusy = false
        problems = [nil, nil, nil, nil]
        for problem in refused { problems[Self.index(of: problem.field)] = problem.message }
        if let first = refused.first { focus = Self.index(of: first.field) }
    }

    // MARK: Saying

    func sentences(over signedOut: SignedOut, _ frame: Frame) -> [String] {
        let titles = ["Username", "Email", "Password", "Password again"]
        let keys = "\(Key.tab.name) goes on, \(Key.enter.name) on the last one registers, \(NamedKey.otherForm.name) logs in."
        let place =
            fields.indices.contains(focus)
            ? spokenField(
                focus, of: 5, titles[focus], fields[focus], isSecret: focus > 1, problem: problems[focus])
            : "Button, register"
        let wrong = zip(titles, problems).enumerated().compactMap { index, field in
            index == focus ? nil : field.1.map { "\(field.0): \($0)" }
        }
        return [keys] + (isBusy ? ["The account is being made."] : []) + wrong + [place]
    }

    // MARK: Drawing

    func view(over signedOut: SignedOut, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let layout = FormLayout(frame, fieldCount: 4)
        drawBanner(&screen, above: layout.card, theme)
        drawCard(&screen, layout.card, title: isFirstUser ? "Register the first account (administrator)" : "Register", theme)
        let titles = ["Username", "Email", "Password", "Password again"]
        let hints = ["3 to 32 letters, digits, . _ -", "name@domain.tld", "at least 12 characters", ""]
        for index in titles.indices {
            drawField(
                &screen, layout, index, titles[index], fields[index], isFocused: focus == index, problem: problems[index],
                hint: fields[index].text.isEmpty ? hints[index] : "", theme)
        }
        drawStrength(&screen, layout, theme)
        drawButton(&screen, layout, isBusy ? "Registering…" : "Register", isFocused: focus == 4, theme)
        drawLink(&screen, layout, key: NamedKey.otherForm.name, "log in to an existing account", theme)
    }

    /// How hard the password looks to guess, while it is typed.
    private func drawStrength(_ screen: inout CellBuffer, _ layout: FormLayout, _ theme: Theme) {
        let texts = fields.map(\.text)
        guard focus == 2, !texts[2].isEmpty else { return }
        let strength = PasswordRules.strength(texts[2], username: texts[0], email: texts[1])
        var (text, color) =
            switch strength {
            case .refused: (PasswordRules.problem(texts[2], username: texts[0], email: texts[1]) ?? "", theme.muted)
            case .fair: ("fair; longer is better", theme.threshold)
            case .good: ("good", theme.success)
            case .strong: ("strong", theme.success)
            }
        let recommended = PasswordRules.recommendedForAdministrators
        if isFirstUser, strength != .refused, texts[2].count < recommended {
            text = "\(strength.rawValue); use \(recommended) or more as administrator"
        }
        for (row, line) in wrapped(text, width: layout.card.width - 19).prefix(2).enumerated() {
            screen.write(line, x: layout.fieldX, y: layout.fieldY(2) + 1 + row, Style(color), limit: layout.card.width - 18)
        }
    }
}
