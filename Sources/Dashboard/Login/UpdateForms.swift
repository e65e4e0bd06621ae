import Accounts
import TerminalUI

func enter(_ state: inout DashboardState, _ session: Session, _ themeName: String?) -> [Effect] {
    state.session = session
    state.login = LoginForm()
    state.registration = RegistrationForm()
    state.screen = .library
    if let index = state.themes.firstIndex(where: { $0.name == themeName }) { state.themeIndex = index }
    let role = session.account.role == .administrator ? " You are the administrator." : ""
    state.say("Welcome, \(session.account.username).\(role)")
    return [.listLibrary(session)]
}

func updateLogin(_ state: inout DashboardState, _ input: InputEvent) -> [Effect] {
    guard !state.login.isBusy else { return [] }
    switch input {
    case .key(.escape): state.hasEnded = true
    case .key(.control("r")), .key(.function(2)): openRegistration(&state)
    case .key(.tab), .key(.down): state.login.focus = (state.login.focus + 1) % 4
    case .key(.backTab), .key(.up): state.login.focus = (state.login.focus + 3) % 4
    case .key(.left) where state.login.focus == 2, .key(.right) where state.login.focus == 2,
        .key(.character(" ")) where state.login.focus == 2:
        let choices = LoginForm.stayChoices
        let index = (choices.firstIndex(of: state.login.stayDays) ?? 0) + (input == .key(.left) ? choices.count - 1 : 1)
        state.login.stayDays = choices[index % choices.count]
    case .key(.enter):
        if state.login.focus == 0 {
            state.login.focus = 1
            return []
        }
        return submitLogin(&state)
    case .key(let key): editLogin(&state) { _ = $0.handle(key) }
    case .paste(let text): editLogin(&state) { $0.insert(text) }
    case .mouse(let mouse) where mouse.action == .press:
        let layout = FormLayout(width: state.width, height: state.height, fieldCount: 3)
        if let field = layout.field(at: mouse) { state.login.focus = field }
        if layout.isButton(mouse) { return submitLogin(&state) }
        if layout.isLink(mouse) { openRegistration(&state) }
    default: break
    }
    return []
}

private func openRegistration(_ state: inout DashboardState) {
    state.screen = .registration
    state.registration.focus = 0
}

private func editLogin(_ state: inout DashboardState, _ edit: (inout TextField) -> Void) {
    state.login.problem = nil
    switch state.login.focus {
    case 0: edit(&state.login.identifier)
    case 1: edit(&state.login.password)
    default: break
    }
}

private func submitLogin(_ state: inout DashboardState) -> [Effect] {
    guard !state.login.identifier.text.isEmpty, !state.login.password.text.isEmpty else {
        state.login.problem = "Enter your username or email and your password."
        state.login.focus = state.login.identifier.text.isEmpty ? 0 : 1
        return []
    }
    state.login.isBusy = true
    state.login.problem = nil
    return [
        .login(
            identifier: state.login.identifier.text, password: state.login.password.text, stayDays: state.login.stayDays)
    ]
}

func updateRegistration(_ state: inout DashboardState, _ input: InputEvent) -> [Effect] {
    guard !state.registration.isBusy else { return [] }
    switch input {
    case .key(.escape): if state.registration.isFirstUser { state.hasEnded = true } else { state.screen = .login }
    case .key(.control("r")), .key(.function(2)): state.screen = .login
    case .key(.tab), .key(.down): leaveField(&state, to: (state.registration.focus + 1) % 5)
    case .key(.backTab), .key(.up): leaveField(&state, to: (state.registration.focus + 4) % 5)
    case .key(.enter):
        if state.registration.focus < 3 {
            leaveField(&state, to: state.registration.focus + 1)
            return []
        }
        return submitRegistration(&state)
    case .key(let key): editRegistration(&state) { _ = $0.handle(key) }
    case .paste(let text): editRegistration(&state) { $0.insert(text) }
    case .mouse(let mouse) where mouse.action == .press:
        let layout = FormLayout(width: state.width, height: state.height, fieldCount: 4)
        if let field = layout.field(at: mouse) { leaveField(&state, to: field) }
        if layout.isButton(mouse) { return submitRegistration(&state) }
        if layout.isLink(mouse) { state.screen = .login }
    default: break
    }
    return []
}

private func editRegistration(_ state: inout DashboardState, _ edit: (inout TextField) -> Void) {
    let focus = state.registration.focus
    guard focus < 4 else { return }
    edit(&state.registration.fields[focus])
    state.registration.problems[focus] = nil
}

/// Checks the field that is left, so that errors show beside it at once.
private func leaveField(_ state: inout DashboardState, to focus: Int) {
    let form = state.registration
    if form.focus < 4, !form.fields[form.focus].text.isEmpty {
        state.registration.problems[form.focus] = localProblems(form)[form.focus]
    }
    state.registration.focus = focus
}

/// What is wrong with each field as far as it can be told without the database.
private func localProblems(_ form: RegistrationForm) -> [String?] {
    let texts = form.fields.map(\.text)
    var result: [String?] = [nil, nil, nil, nil]
    for problem in AccountRules.problems(username: texts[0], email: texts[1], password: texts[2]) {
        result[index(of: problem.field)] = problem.message
    }
    if texts[2] != texts[3] { result[3] = "The passwords differ." }
    return result
}

private func index(of field: FieldProblem.Field) -> Int {
    switch field {
    case .username: 0
    case .email: 1
    case .password: 2
    }
}

private func submitRegistration(_ state: inout DashboardState) -> [Effect] {
    state.registration.problems = localProblems(state.registration)
    if let first = state.registration.problems.firstIndex(where: { $0 != nil }) {
        state.registration.focus = first
        return []
    }
    state.registration.isBusy = true
    let texts = state.registration.fields.map(\.text)
    return [.register(username: texts[0], email: texts[1], password: texts[2])]
}

func showProblems(_ state: inout DashboardState, _ problems: [FieldProblem], _ other: String?) {
    state.registration.isBusy = false
    state.registration.problems = [nil, nil, nil, nil]
    for problem in problems { state.registration.problems[index(of: problem.field)] = problem.message }
    if let first = problems.first { state.registration.focus = index(of: first.field) }
    if let other { state.complain(other) }
}
