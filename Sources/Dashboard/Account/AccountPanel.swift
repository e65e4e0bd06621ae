import Accounts
import TerminalUI

/// The panel for the user's own account and, for administrators, everybody's.
public struct AccountPanel: Sendable, Equatable {
    /// A page of the panel.
    public enum Page: Int, Sendable, CaseIterable {
        case profile, password, sessions, accounts, audit

        var title: String {
            switch self {
            case .profile: "Profile"
            case .password: "Password"
            case .sessions: "Sessions"
            case .accounts: "Accounts"
            case .audit: "Audit log"
            }
        }
        /// Whether only administrators see it.
        var isForAdministrators: Bool { self == .accounts || self == .audit }
    }

    /// What the database says.
    public struct Content: Sendable, Equatable {
        var sessions: [OpenSession] = []
        var accounts: [Account] = []
        var audit: [AuditEntry] = []
    }

    /// A form that lies over the accounts list.
    public enum Form: Sendable, Equatable {
        case add
        case resetPassword(Account)
    }

    /// The page shown.
    public var page = Page.profile
    /// 0 for the row of pages, then the page's fields in order, or its list.
    public var focus = 0
    /// The page's fields, or the form's.
    public var fields: [TextField] = []
    /// What is wrong with each field.
    public var problems: [String?] = []
    /// The selected line of a list.
    public var selection = 0
    /// What the database says.
    public var content = Content()
    /// A form over the accounts list.
    public var form: Form?

    init(_ account: Account) { show(.profile, account) }

    static func pages(_ account: Account) -> [Page] {
        Page.allCases.filter { account.role == .administrator || !$0.isForAdministrators }
    }

    /// Goes to a page with empty fields.
    mutating func show(_ page: Page, _ account: Account) {
        self.page = page
        (focus, selection, form) = (0, 0, nil)
        func secret() -> TextField { TextField(limit: PasswordHasher.longestPassword, isSecret: true) }
        switch page {
        case .profile:
            fields = [
                TextField(limit: AccountRules.longestUsername, text: account.username),
                TextField(limit: AccountRules.longestEmail, text: account.email),
            ]
        case .password: fields = [secret(), secret(), secret()]
        case .sessions, .accounts, .audit: fields = []
        }
        problems = fields.map { _ in nil }
    }

    /// Opens a form over the accounts list.
    mutating func open(_ form: Form) {
        self.form = form
        let secret = TextField(limit: PasswordHasher.longestPassword, isSecret: true)
        fields =
            form == .add
            ? [TextField(limit: AccountRules.longestUsername), TextField(limit: AccountRules.longestEmail), secret] : [secret]
        problems = fields.map { _ in nil }
        focus = 1
    }

    var titles: [String] {
        switch (page, form) {
        case (_, .add): ["Username", "Email", "Password"]
        case (_, .resetPassword): ["New password"]
        case (.profile, nil): ["Username", "Email"]
        case (.password, nil): ["Present password", "New password", "New password again"]
        default: []
        }
    }

    var lineCount: Int {
        switch page {
        case .profile, .password: 0
        case .sessions: content.sessions.count
        case .accounts: content.accounts.count
        case .audit: content.audit.count
        }
    }
}

/// What the account panel asks of the account core.
public enum AccountRequest: Sendable, Equatable {
    case load
    case updateProfile(username: String, email: String)
    case changePassword(present: String, new: String)
    case endSession(String)
    case setEnabled(Account, Bool)
    case setRole(Account, Role)
    case add(username: String, email: String, password: String)
    case resetPassword(Account, String)
}

func openAccountPanel(_ state: inout DashboardState) -> [Effect] {
    guard let session = state.session else { return [] }
    state.overlay = .account(AccountPanel(session.account))
    return [.account(session, .load)]
}

/// Keys for the account panel.
func updateAccountPanel(_ state: inout DashboardState, _ panel: AccountPanel, _ key: Key) -> [Effect] {
    guard let session = state.session else { return [] }
    var panel = panel
    defer { if case .account = state.overlay { state.overlay = .account(panel) } }
    let stops = panel.fields.isEmpty ? 2 : panel.fields.count + 1
    switch key {
    case .escape:
        if panel.form != nil { panel.show(.accounts, session.account) } else { state.overlay = nil }
    case .tab: panel.focus = (panel.focus + 1) % stops
    case .backTab: panel.focus = (panel.focus + stops - 1) % stops
    case .left, .right:
        if panel.focus == 0 {
            let pages = AccountPanel.pages(session.account)
            let index = (pages.firstIndex(of: panel.page) ?? 0) + (key == .right ? 1 : pages.count - 1)
            panel.show(pages[index % pages.count], session.account)
        } else {
            edit(&panel, key)
        }
    case .up, .down:
        if panel.fields.isEmpty {
            panel.focus = 1
            panel.selection = max(0, min(panel.lineCount - 1, panel.selection + (key == .down ? 1 : -1)))
        } else {
            panel.focus = (panel.focus + (key == .down ? 1 : stops - 1)) % stops
        }
    case .enter:
        if panel.fields.isEmpty || panel.focus == 0 {
            panel.focus = min(1, stops - 1)
        } else if panel.focus < panel.fields.count {
            panel.focus += 1
        } else {
            return submit(&panel, session)
        }
    default:
        if panel.fields.isEmpty { return listAction(&panel, session, key) }
        edit(&panel, key)
    }
    return []
}

private func edit(_ panel: inout AccountPanel, _ key: Key) {
    guard panel.focus > 0, panel.focus <= panel.fields.count else { return }
    _ = panel.fields[panel.focus - 1].handle(key)
    panel.problems[panel.focus - 1] = nil
}

private func submit(_ panel: inout AccountPanel, _ session: Session) -> [Effect] {
    let texts = panel.fields.map(\.text)
    switch (panel.page, panel.form) {
    case (_, .add): return [.account(session, .add(username: texts[0], email: texts[1], password: texts[2]))]
    case (_, .resetPassword(let account)): return [.account(session, .resetPassword(account, texts[0]))]
    case (.profile, nil): return [.account(session, .updateProfile(username: texts[0], email: texts[1]))]
    case (.password, nil):
        guard texts[1] == texts[2] else {
            panel.problems[2] = "The passwords differ."
            return []
        }
        return [.account(session, .changePassword(present: texts[0], new: texts[1]))]
    default: return []
    }
}

private func listAction(_ panel: inout AccountPanel, _ session: Session, _ key: Key) -> [Effect] {
    switch (panel.page, key) {
    case (.sessions, .character("x")):
        guard panel.content.sessions.indices.contains(panel.selection) else { return [] }
        return [.account(session, .endSession(panel.content.sessions[panel.selection].id))]
    case (.accounts, .character("n")): panel.open(.add)
    case (.accounts, .character(let letter)):
        guard panel.content.accounts.indices.contains(panel.selection) else { return [] }
        let account = panel.content.accounts[panel.selection]
        switch letter {
        case "d": return [.account(session, .setEnabled(account, !account.isEnabled))]
        case "r": return [.account(session, .setRole(account, account.role == .analyst ? .administrator : .analyst))]
        case "p": panel.open(.resetPassword(account))
        default: break
        }
    default: break
    }
    return []
}

/// Takes the account core's answer: the session as it is now, and what the lists show.
func showAccounts(_ state: inout DashboardState, _ session: Session, _ content: AccountPanel.Content, _ message: String?) {
    state.session = session
    guard case .account(var panel) = state.overlay else { return }
    panel.content = content
    if let message {
        state.say(message)
        let (page, selection) = (panel.page, panel.selection)
        panel.show(AccountPanel.pages(session.account).contains(page) ? page : .profile, session.account)
        panel.selection = min(selection, max(0, panel.lineCount - 1))
    }
    state.overlay = .account(panel)
}

/// Shows problems beside the fields they belong to.
func showAccountProblems(_ state: inout DashboardState, _ problems: [FieldProblem], _ other: String?) {
    if let other { state.complain(other) }
    guard case .account(var panel) = state.overlay else { return }
    for problem in problems {
        let place =
            switch problem.field {
            case .username: 0
            case .email: 1
            case .password: panel.page == .password ? 1 : panel.fields.count - 1
            }
        if panel.problems.indices.contains(place) { panel.problems[place] = problem.message }
    }
    state.overlay = .account(panel)
}
