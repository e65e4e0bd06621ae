import Accounts
import TerminalUI

extension SignedIn {
    /// What holds on every screen behind the login; some over cards too.
    static let general: [Binding<SignedIn>] = [
        Binding(
            [.character("T")], "Pick a theme", command: "theme", arguments: "NAME", opens: [ThemePicker.self], reach: .screens,
            withValue: { _, name, frame in
                guard let index = frame.themes.firstIndex(where: { $0.name == name }) else {
                    let names = frame.themes.map(\.name).joined(separator: ", ")
                    frame.complain("There is no theme \"\(name)\"; there are \(names).")
                    return []
                }
                return frame.choose(themeAt: index)
            }
        ) { signedIn, frame in
            signedIn.push(ThemePicker(frame))
            return []
        },
        Binding(
            [.character("A")], "Your account: profile, password, sessions; for administrators, everybody's",
            command: "account", opens: [AccountPanel.self], reach: .screens
        ) { signedIn, _ in
            signedIn.push(AccountPanel(signedIn.account))
            return [.account(.load)]
        },
        Binding(
            [NamedKey.log], "The log of the session: what was done, as commands that can be replayed", command: "log",
            arguments: "PATH", opens: [LogCard.self], reach: .screens,
            withValue: { signedIn, path, _ in [signedIn.writingLog(to: path)] }
        ) { signedIn, _ in
            signedIn.push(LogCard(lines: signedIn.log.lines.count))
            return []
        },
        Binding(
            [.character("Q")], "Read again what was said, and what was noticed of the series", command: "messages",
            opens: [MessagesCard.self], reach: .screens
        ) { signedIn, frame in
            signedIn.push(MessagesCard(frame.messages, notices: signedIn.workspace?.analysis.series.notices ?? []))
            return []
        },
        Binding(
            [.control("x")], "Lock the screen until the password is entered again", command: "lock", opens: [LockForm.self],
            reach: .everything
        ) { signedIn, _ in
            signedIn.lockScreen()
        },
        Binding([.character("O")], "Sign out", command: "signout", opens: [ConfirmCard.self], reach: .screens) {
            signedIn, frame in
            signedIn.leaveSeries("Signing out", endsQueue: true, &frame) { signedIn, _ in signedIn.signOut() }
        },
        Binding(
            [.character(":")], name: "command", "Type a command", opens: [PaletteCard.self], stays: .screens, reach: .cards
        ) { signedIn, _ in
            signedIn.push(PaletteCard())
            return []
        },
        Binding(
            [.character("?")], name: "help", "Show the keys of where you are; type to find one", command: "help",
            opens: [HelpCard.self], stays: .cards, reach: .cards
        ) { signedIn, frame in
            signedIn.push(HelpCard(frame.keyMap))
            return []
        },
        Binding(
            [NamedKey.back], "Back: close what lies on top, or return to the library", command: "back", reach: .screens
        ) { signedIn, _ in signedIn.goBack() },
        Binding([.control("l")], "Draw the screen again", command: "redraw", reach: .everything) { _, _ in [.redraw] },
        Binding([.control("z")], "Suspend the program; fg goes on", command: "suspend", reach: .everything) { _, _ in
            [.suspend]
        },
        Binding(
            [.character("q"), NamedKey.quit], name: "quit", "Quit", command: "quit", opens: [ConfirmCard.self], stays: .screens,
            reach: .screens
        ) { signedIn, frame in
            signedIn.quit(&frame)
        },
    ]
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
