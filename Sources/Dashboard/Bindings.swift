import Accounts
import TerminalUI

/// Keys, what they do, and how the program speaks of them: the one value behind dispatch, help, footer and palette.
/// Each screen lists its own; those that hold on every screen stand here.
struct Binding: Sendable {
    /// Keys that do it.
    let keys: [Key]
    /// What the footer says; `nil` keeps it out.
    let hint: Hint?
    /// A sentence for the help screen.
    let help: String
    /// The word that does the same in the palette.
    let command: String?
    /// What may follow the word, in words; `nil` where nothing does.
    let arguments: String?
    /// Does it.
    let run: Action
    /// Does it with the value that follows the command; where it is `nil` the command takes none.
    let runWithValue: ActionWithValue?

    typealias Action = @Sendable (inout SignedIn, inout Frame) -> [Effect]
    typealias ActionWithValue = @Sendable (inout SignedIn, String, inout Frame) -> [Effect]

    /// Keys and a word or two for the footer.
    struct Hint: Sendable {
        let keys: String
        let text: String
    }

    /// - Parameters:
    ///   - hint: a word or two for the footer.
    ///   - hintKeys: how the footer names the keys, where that is not the first of them.
    init(
        _ keys: [Key], hint: String? = nil, hintKeys: String? = nil, _ help: String, command: String? = nil,
        arguments: String? = nil, withValue: ActionWithValue? = nil, _ run: @escaping Action
    ) {
        self.keys = keys
        self.hint = hint.map { Hint(keys: hintKeys ?? keys[0].name, text: $0) }
        self.help = help
        self.command = command
        self.arguments = arguments
        self.run = run
        runWithValue = withValue
    }

    private static func move(_ keys: [Key], _ move: Move, _ help: String) -> Binding {
        Binding(keys, help) { $0.move(move, &$1) }
    }

    /// What holds on every screen behind the login.
    static let everywhere: [Binding] = [
        move([.up, .character("k")], .up, "The line above"),
        move([.down, .character("j")], .down, "The line below"),
        move([.pageUp], .pageUp, "A page back"),
        move([.pageDown], .pageDown, "A page on"),
        move([.home, .character("g")], .first, "The first row, series or event"),
        move([.end, .character("G")], .last, "The last row, series or event"),
        Binding(
            [.character("T")], "Pick a theme", command: "theme", arguments: "NAME",
            withValue: { signedIn, name, frame in
                guard let index = frame.themes.firstIndex(where: { $0.name == name }) else {
                    let names = frame.themes.map(\.name).joined(separator: ", ")
                    frame.complain("There is no theme \"\(name)\"; there are \(names).")
                    return []
                }
                return frame.choose(themeAt: index)
            }
        ) { signedIn, frame in
            signedIn.card = ThemePicker(frame)
            return []
        },
        Binding(
            [.character("A")], "Your account: profile, password, sessions; for administrators, everybody's",
            command: "account"
        ) { signedIn, _ in
            signedIn.card = AccountPanel(signedIn.account)
            return [.account(.load)]
        },
        Binding([.control("x")], "Lock the screen until the password is entered again", command: "lock") { signedIn, _ in
            signedIn.lockScreen()
            return []
        },
        Binding([.character("O")], "Sign out", command: "signout") { signedIn, frame in
            signedIn.endTraining("Signing out", &frame) { signedIn, _ in signedIn.signOut() }
        },
        Binding([.character(":")], hint: "command", "Type a command") { signedIn, _ in
            signedIn.card = PaletteCard()
            return []
        },
        Binding([.character("?")], hint: "help", "Show or leave this help", command: "help") { signedIn, _ in
            signedIn.card = HelpCard()
            return []
        },
        Binding([.escape], "Back: close what lies on top, or return to the library", command: "back") { signedIn, _ in
            signedIn.goBack()
        },
        Binding([.control("l")], "Draw the screen again", command: "redraw") { _, _ in [.redraw] },
        Binding([.control("z")], "Suspend the program; fg goes on", command: "suspend") { _, _ in [.suspend] },
        Binding([.character("q"), .control("c")], hint: "quit", "Quit", command: "quit") { signedIn, frame in
            signedIn.endTraining("Quitting", &frame) { signedIn, frame in
                signedIn.stopWork()
                frame.hasEnded = true
                return []
            }
        },
    ]
}

extension Binding {
    /// What the footer says with the user's keys.
    func hint(_ keyMap: KeyMap) -> Hint? {
        hint.map { hint in
            keys.contains { keyMap.name(of: $0) != $0.name } ? Hint(keys: keyMap.name(of: keys[0]), text: hint.text) : hint
        }
    }

    /// All bindings in the order of the help.
    static let all: [Binding] = SignedIn.screens.flatMap { $0.bindings } + everywhere
}

extension Binding {
    /// The keys that hold over every card and the lock too, and before the login.
    static let overEverything: Set<Key> = [.control("c"), .control("l"), .control("x"), .control("z")]
}

extension SignedIn {
    /// What keys do on the screen that shows.
    var bindings: [Binding] { type(of: screen).bindings + Binding.everywhere }
}

extension Frame {
    mutating func choose(themeAt index: Int) -> [Effect] {
        themeIndex = index
        say("Theme \(theme.name).")
        return [.storeTheme(name: theme.name)]
    }

    /// Greets who logged in, in the theme that they left.
    mutating func welcome(_ account: Account, themeName: String?) {
        show(account)
        if let index = themes.firstIndex(where: { $0.name == themeName }) { themeIndex = index }
        let role = account.role == .administrator ? " You are the administrator." : ""
        say("Welcome, \(account.username).\(role)")
    }
}
