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

    /// Whose it is.
    private(set) var account: Account
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

    init(_ account: Account) {
        self.account = account
        show(.profile)
    }

    var pages: [Page] {
        Page.allCases.filter { account.role == .administrator || !$0.isForAdministrators }
    }

    /// Goes to a page with empty fields.
    mutating func show(_ page: Page) {
        self.page = page
        (focus, selection, form) = (0, 0, nil)
        func secret() -> TextField { TextField(limit: PasswordHasher.longestPassword, isSecret: true) }
        switch page {
        case .profile:
            fields = [
                TextField(limit: AccountRules.longestUsername, text: account.username),
                TextField(limit: AccountRules.longestEmail, text: account.email), secret(),
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
        case (.profile, nil): ["Username", "Email", "Present password"]
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
    /// A new email address needs the password.
    case updateProfile(username: String, email: String, password: String)
    case changePassword(present: String, new: String)
    case endSession(String)
    case setEnabled(Account, Bool)
    case setRole(Account, Role)
    case add(username: String, email: String, password: String)
    case resetPassword(Account, String)
}

extension AccountPanel: Card {
    // MARK: Keys

    mutating func update(
        _ key: Key, over signedIn: inout SignedIn, _ frame: inout Frame
    ) -> CardStep {
        let stops = fields.isEmpty ? 2 : fields.count + 1
        switch key {
        case .escape:
            guard form != nil else { return .close }
            show(.accounts)
        case .tab: focus = (focus + 1) % stops
        case .backTab: focus = (focus + stops - 1) % stops
        case .left where focus == 0, .right where focus == 0:
            let pages = pages
            let index = (pages.firstIndex(of: page) ?? 0) + (key == .right ? 1 : pages.count - 1)
            show(pages[index % pages.count])
        case .up where fields.isEmpty, .down where fields.isEmpty:
            focus = 1
            selection = max(0, min(lineCount - 1, selection + (key == .down ? 1 : -1)))
        case .up: focus = (focus + stops - 1) % stops
        case .down: focus = (focus + 1) % stops
        case .enter:
            if fields.isEmpty || focus == 0 {
                focus = 1
            } else if focus < fields.count {
                focus += 1
            } else {
                return .stay(submit())
            }
        default:
            if fields.isEmpty { return .stay(act(on: key)) }
            edit(key)
        }
        return .stay
    }

    private mutating func edit(_ key: Key) {
        guard focus > 0, focus <= fields.count else { return }
        _ = fields[focus - 1].handle(key)
        problems[focus - 1] = nil
    }

    private mutating func submit() -> [Effect] {
        let texts = fields.map(\.text)
        switch (page, form) {
        case (_, .add): return [.account(.add(username: texts[0], email: texts[1], password: texts[2]))]
        case (_, .resetPassword(let account)): return [.account(.resetPassword(account, texts[0]))]
        case (.profile, nil):
            return [.account(.updateProfile(username: texts[0], email: texts[1], password: texts[2]))]
        case (.password, nil):
            guard texts[1] == texts[2] else {
                problems[2] = "The passwords differ."
                return []
            }
            return [.account(.changePassword(present: texts[0], new: texts[1]))]
        default: return []
        }
    }

    /// What a letter does with the selected line of a list.
    private mutating func act(on key: Key) -> [Effect] {
        switch (page, key) {
        case (.sessions, .character("x")):
            guard content.sessions.indices.contains(selection) else { return [] }
            return [.account(.endSession(content.sessions[selection].id))]
        case (.accounts, .character("n")): open(.add)
        case (.accounts, .character(let letter)):
            guard content.accounts.indices.contains(selection) else { return [] }
            let account = content.accounts[selection]
            switch letter {
            case "d": return [.account(.setEnabled(account, !account.isEnabled))]
            case "r": return [.account(.setRole(account, account.role == .analyst ? .administrator : .analyst))]
            case "p": open(.resetPassword(account))
            default: break
            }
        default: break
        }
        return []
    }

    // MARK: Answers

    mutating func receive(_ answer: Answer, over signedIn: SignedIn) -> CardStep {
        switch answer {
        case .accountsShown(let account, let content, let message):
            self.account = account
            self.content = content
            guard message != nil else { break }
            let (page, selection) = (page, selection)
            show(pages.contains(page) ? page : .profile)
            self.selection = min(selection, max(0, lineCount - 1))
        case .accountRefused(let refused, _):
            for problem in refused {
                let place =
                    switch problem.field {
                    case .username: 0
                    case .email: 1
                    case .password: page == .password ? 1 : fields.count - 1
                    }
                if problems.indices.contains(place) { problems[place] = problem.message }
            }
        default: break
        }
        return .stay
    }
}
