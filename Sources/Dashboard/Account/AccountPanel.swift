import Accounts
import TerminalUI

/// The panel for the user's own account and, for administrators, everybody's.
public struct AccountPanel: Sendable, Equatable {
    /// A page of the panel.
    public enum Page: Int, Sendable, CaseIterable {
        case profile, password, secondFactor, sessions, accounts, audit

        var title: String {
            switch self {
            case .profile: "Profile"
            case .password: "Password"
            case .secondFactor: "Second factor"
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
        var secondFactor = SecondFactor(isOn: false, recoveryCodes: 0)
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
        switch page {
        case .profile:
            fields = [
                TextField.name(account.username), TextField.name(account.email), TextField.password,
            ]
        case .password: fields = Array(repeating: TextField.password, count: 3)
        case .secondFactor: fields = content.secondFactor.isOn ? [TextField.password, TextField.name()] : [TextField.password]
        case .sessions, .accounts, .audit: fields = []
        }
        problems = fields.map { _ in nil }
    }

    /// Opens a form over the accounts list.
    mutating func open(_ form: Form) {
        self.form = form
        fields =
            form == .add
            ? [TextField.name(), TextField.name(), TextField.password] : [TextField.password]
        problems = fields.map { _ in nil }
        focus = 1
    }

    var titles: [String] {
        switch (page, form) {
        case (_, .add): ["Username", "Email", "Password"]
        case (_, .resetPassword): ["New password"]
        case (.profile, nil): ["Username", "Email", "Present password"]
        case (.password, nil): ["Present password", "New password", "New password again"]
        case (.secondFactor, nil): content.secondFactor.isOn ? ["Present password", "Code"] : ["Present password"]
        default: []
        }
    }

    var lineCount: Int {
        switch page {
        case .profile, .password, .secondFactor: 0
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
    case enrolSecondFactor(password: String)
    case activateSecondFactor(code: String)
    case removeSecondFactor(password: String, code: String)
    case endSession(String)
    case setEnabled(Account, Bool)
    case setRole(Account, Role)
    case add(username: String, email: String, password: String)
    case resetPassword(Account, String)
}

extension AccountPanel: Card, FieldLayer {
    static let title = "Account"
    static let level = LayerLevel.anywhere
    /// Letters act on lists; forms take them.
    var isTyping: Bool { !fields.isEmpty && focus > 0 }
    var wouldLoseText: Bool { form != nil || isTyping }

    // MARK: Keys

    static let bindings: [Binding<SignedIn>] =
        [
            on([.character("n")], name: "add", "Add an account", while: { $0.shows(.accounts) }) { panel, _, _ in
                panel.open(.add)
                return .stay
            },
            onAccount(.character("d"), "disable or enable", "Disable or enable the account", opens: [ConfirmCard.self]) {
                _, account in
                account.isEnabled
                    ? asking(
                        "\(account.username) will be signed out everywhere and cannot log in again.", .setEnabled(account, false))
                    : asking("\(account.username) will be able to log in again.", .setEnabled(account, true))
            },
            onAccount(.character("r"), "role", "Make it an administrator, or an analyst", opens: [ConfirmCard.self]) {
                _, account in
                account.role == .analyst
                    ? asking(
                        "\(account.username) will be an administrator, who may change all accounts, also yours.",
                        .setRole(account, .administrator))
                    : asking("\(account.username) will be no administrator any more.", .setRole(account, .analyst))
            },
            onAccount(.character("p"), "reset password", "Give it another password") { panel, account in
                panel.open(.resetPassword(account))
                return .stay
            },
            on(
                [.character("x")], name: "end session", "End the session",
                unless: { panel, _ in
                    panel.content.sessions.indices.contains(panel.selection) ? nil : "There is no session to end."
                }, while: { $0.shows(.sessions) }
            ) { panel, _, _ in .stay([.account(.endSession(panel.content.sessions[panel.selection].id))]) },
            on(
                [.enter], name: "go on", "The next field; on the last field, save", opens: [SecondFactorCard.self],
                while: { !$0.fields.isEmpty }
            ) { panel, _, _ in .stay(panel.enter()) },
            on([.tab], name: "next", "The next field", while: { !$0.fields.isEmpty }) { panel, _, _ in panel.focus(1) },
            on([.backTab], "The field before", while: { !$0.fields.isEmpty }) { panel, _, _ in panel.focus(-1) },
            on([.left], name: "pages", "The page before", while: { $0.canTurn }) { panel, _, _ in
                panel.turn(-1)
            },
            on([.right], name: "pages", "The next page", while: { $0.canTurn }) { panel, _, _ in
                panel.turn(1)
            },
            on([.up], "The line or field above") { panel, _, _ in panel.step(-1) },
            on([.down], "The line or field below") { panel, _, _ in panel.step(1) },
            on([.escape], name: "back", "Leave the form, or close the panel", isLast: true) { panel, _, _ in
                guard panel.form != nil else { return .close }
                panel.show(.accounts)
                return .stay
            },
        ]

    private static func onAccount(
        _ key: Key, _ name: String, _ help: String, opens: [any Layer<SignedIn>.Type] = [],
        _ run: @escaping @Sendable (inout AccountPanel, Account) -> LayerStep<SignedIn>
    ) -> Binding<SignedIn> {
        on(
            [key], name: name, help, opens: opens,
            unless: { panel, _ in panel.selectedAccount == nil ? "There is no account here." : nil },
            while: { $0.shows(.accounts) }
        ) { panel, _, _ in panel.selectedAccount.map { run(&panel, $0) } ?? .stay }
    }

    /// Asks for what is done to somebody's account after a question.
    private static func asking(_ question: String, _ request: AccountRequest) -> LayerStep<SignedIn> {
        .stayAndRun { signedIn, _ in
            signedIn.push(ConfirmCard(question: question) { _, _ in [.account(request)] })
            return []
        }
    }

    private var selectedAccount: Account? {
        content.accounts.indices.contains(selection) ? content.accounts[selection] : nil
    }

    /// Whether a page shows its list.
    private func shows(_ page: Page) -> Bool { self.page == page && form == nil }

    /// Whether left and right go from page to page.
    private var canTurn: Bool { form == nil && (focus == 0 || fields.isEmpty) }

    private mutating func focus(_ steps: Int) -> LayerStep<SignedIn> {
        let stops = fields.isEmpty ? 2 : fields.count + 1
        focus = (focus + steps + stops) % stops
        return .stay
    }

    private mutating func turn(_ steps: Int) -> LayerStep<SignedIn> {
        let pages = pages
        show(pages[((pages.firstIndex(of: page) ?? 0) + steps + pages.count) % pages.count])
        return .stay
    }

    private mutating func step(_ steps: Int) -> LayerStep<SignedIn> {
        guard fields.isEmpty else { return focus(steps) }
        focus = 1
        selection = max(0, min(lineCount - 1, selection + steps))
        return .stay
    }

    private mutating func enter() -> [Effect] {
        if fields.isEmpty || focus == 0 {
            focus = 1
        } else if focus < fields.count {
            focus += 1
        } else {
            return submit()
        }
        return []
    }

    mutating func edit(_ change: (inout TextField) -> Void) {
        guard focus > 0, focus <= fields.count else { return }
        change(&fields[focus - 1])
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
        case (.secondFactor, nil):
            let (password, code) = (texts[0], texts.dropFirst().first)
            return [
                .account(code.map { .removeSecondFactor(password: password, code: $0) } ?? .enrolSecondFactor(password: password))
            ]
        default: return []
        }
    }

    // MARK: Mouse

    mutating func update(_ mouse: Mouse, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        let card = area(over: signedIn, frame)
        guard mouse.action == .press, card.contains(x: mouse.x, y: mouse.y) else {
            return mouseStep(mouse, over: signedIn, frame)
        }
        if form == nil, mouse.y == card.y + 1, let page = page(atColumn: mouse.x, of: card) {
            show(page)
        } else if let field = titles.indices.first(where: { mouse.y == Self.fieldY($0, below: card.y + 3) }) {
            focus = field + 1
        } else if fields.isEmpty, let line = line(at: mouse.y, of: card) {
            selection = line
        }
        return .stay
    }

    // MARK: Answers

    mutating func receive(_ answer: Answer, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        switch answer {
        case .accountsShown(let account, let content, let message):
            self.account = account
            self.content = content
            // What the page asks for depends on what there is.
            if message == nil, page == .secondFactor, form == nil, fields.count != titles.count { show(page) }
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
                    case .code: 1
                    case .password: page == .password ? 1 : page == .secondFactor ? 0 : fields.count - 1
                    }
                if problems.indices.contains(place) { problems[place] = problem.message }
            }
        default: break
        }
        return .stay
    }
}
