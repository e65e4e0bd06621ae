import Accounts
import TerminalUI

/// What nobody in particular sees: the login and registration screens.
public struct SignedOut: Sendable, Equatable {
    /// The screen that shows.
    public private(set) var place: Place
    /// The login form.
    public private(set) var login = LoginForm()
    /// The registration form; it keeps what was typed while the login shows.
    public private(set) var registration = RegistrationForm()

    /// The one list of screens before the login.
    public enum Place: Sendable, Equatable {
        case login, registration
    }

    /// Begins at the login, or at registration where nobody has registered on this machine yet.
    init(isFirstUser: Bool = false) {
        place = isFirstUser ? .registration : .login
        registration.isFirstUser = isFirstUser
    }

    /// Takes input.
    mutating func update(_ input: InputEvent, _ frame: inout Frame) -> [Request] {
        let step: FormStep =
            switch place {
            case .login: login.update(input, frame)
            case .registration: registration.update(input, frame)
            }
        switch step {
        case .stay(let requests): return requests
        case .go(let next):
            place = next
            if next == .registration { registration.begin() }
        case .quit: frame.hasEnded = true
        }
        return []
    }

    /// Takes the answer to an effect; answers to others are passed over.
    mutating func receive(_ event: DashboardEvent, _ frame: inout Frame) {
        switch event {
        case .loginFailed(let problem): login.refuse(problem)
        case .registrationFailed(let problems, let other):
            registration.refuse(problems)
            if let other { frame.complain(other) }
        default: break
        }
    }

    /// What the keys do here.
    var hints: [Binding.Hint] {
        let leaving = place == .login || registration.isFirstUser ? "quit" : "back"
        return [("Tab", "next field"), ("Enter", "go on"), ("Ctrl-R", "register"), ("Esc", leaving)]
            .filter { $0.0 != "Ctrl-R" || place == .login }.map { Binding.Hint(keys: $0.0, text: $0.1) }
    }

    /// Draws the screen.
    func view(_ frame: Frame, into screen: inout CellBuffer) {
        switch place {
        case .login: login.view(frame, into: &screen)
        case .registration: registration.view(frame, into: &screen)
        }
    }
}

/// What follows input on a form before the login.
enum FormStep {
    case stay([Request])
    case go(SignedOut.Place)
    case quit

    static let stay = FormStep.stay([])
}
