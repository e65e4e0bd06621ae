import TerminalUI

/// What nobody in particular sees: the login, and the registration over it.
public struct SignedOut: LayerOwner {
    typealias Asked = Request
    typealias News = DashboardEvent

    var layers: [any Layer<SignedOut>] = [LoginForm()]
    /// What was typed to register while the login shows.
    private var draft = RegistrationForm()

    static let bottom: any Layer<SignedOut>.Type = LoginForm.self

    static let general: [Binding<SignedOut>] = [
        Binding([.control("l")], "Draw the screen again", reach: .everything) { _, _ in [.redraw] },
        Binding([.control("z")], "Suspend the program; fg goes on", reach: .everything) { _, _ in [.suspend] },
    ]

    /// Begins at the login, or at registration where nobody has registered on this machine yet.
    init(isFirstUser: Bool = false) {
        draft.isFirstUser = isFirstUser
        if isFirstUser { layers.append(draft) }
    }

    /// Shows the registration with what was typed before.
    mutating func register() {
        draft.begin()
        push(draft)
    }

    /// Keeps what was typed to register.
    mutating func keep(_ form: RegistrationForm) { draft = form }
}
