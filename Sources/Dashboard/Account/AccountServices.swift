import Accounts
import Foundation
import Persistence

/// What the dashboard does with accounts and sessions, away from the screen.
struct AccountServices: Sendable {
    let accounts: Accounts
    let locations: Locations

    // MARK: Staying signed in

    /// Keeps a token on this machine by which the session is opened again for `days`.
    func remember(_ session: Session, days: Int) throws -> AuthenticatedSession {
        let tokens = try tokens()
        let token = try tokens.issue(for: session, lifetime: Double(days) * 86_400, origin: "this machine")
        try PrivateFile(locations.rememberedToken).write(Data(token.text.utf8))
        return try tokens.authenticate(token.text)
    }

    /// A session that is kept, and whether the screen was locked when it was left.
    struct Kept {
        let session: AuthenticatedSession
        let isLocked: Bool
    }

    /// What stands behind the token where the screen was locked: an older version takes both for no token and asks for the password.
    private static let lockMark = "\nlocked"

    /// The session of the token kept on this machine; `nil` where there is none or it has ended.
    /// - Throws: `StorageError.unsafeFile` when the file's mode or owner is wrong.
    func remembered() throws -> Kept? {
        guard let (token, isLocked) = try keptToken() else { return nil }
        do {
            return Kept(session: try tokens().authenticate(token), isLocked: isLocked)
        } catch AccountError.badToken {
            PrivateFile(locations.rememberedToken).remove()
            return nil
        }
    }

    private func keptToken() throws -> (token: String, isLocked: Bool)? {
        guard let data = try PrivateFile(locations.rememberedToken).read() else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        return text.hasSuffix(Self.lockMark) ? (String(text.dropLast(Self.lockMark.count)), true) : (text, false)
    }

    /// Has the session that is kept here ask for the password when it goes on, if it is that of an account whose screen is locked.
    /// Where that cannot be stored, the session is kept no longer, so that the next start asks too.
    func lock(_ account: Account) throws { try mark(account, isLocked: true) }

    /// Lets the session that is kept here go on without the password again.
    func unlock(_ account: Account) throws { try mark(account, isLocked: false) }

    private func mark(_ account: Account, isLocked: Bool) throws {
        guard let (token, wasLocked) = try keptToken(), wasLocked != isLocked,
            let kept = try? tokens().authenticate(token), kept.session.account.id == account.id
        else { return }
        let file = PrivateFile(locations.rememberedToken)
        do { try file.write(Data((token + (isLocked ? Self.lockMark : "")).utf8)) } catch {
            guard isLocked else { throw error }
            file.remove()
        }
    }

    /// Ends the session kept on this machine.
    func forget() throws {
        guard let (token, _) = try keptToken() else { return }
        PrivateFile(locations.rememberedToken).remove()
        if let kept = try? tokens().authenticate(token) {
            do {
                try accounts.acting(as: kept.session, from: "terminal").endSession(kept.id, of: kept.session.account)
            } catch {
                throw StorageError.notStored(
                    path: locations.database.path,
                    reason: "you are signed out here, but the kept session goes on until it expires: \(error)")
            }
        }
    }

    private func tokens() throws -> Tokens { try Tokens(accounts: accounts, keyFile: locations.signingKeys) }

    // MARK: The account panel

    /// Does what the panel asks and says how things are then.
    /// - Parameter token: the `jti` of the token by which the session is kept on this machine.
    /// - Returns: the answer, and the session that goes on; `nil` where it is as it was.
    func answer(_ request: AccountRequest, _ session: Session, keeping token: String?) -> (Answer, Session?) {
        var renewed: Session?
        do {
            let session = try accounts.refreshed(session)
            if let news = try enrolment(request, session, token) { return (news, nil) }
            let (message, changed) = try carryOut(request, session, token)
            renewed = changed
            return (try shown(to: changed, message), changed)
        } catch AccountError.invalid(let problems) {
            return (.accountRefused(problems, other: nil), renewed)
        } catch AccountError.wrongCode {
            let problem = FieldProblem(.code, AccountError.wrongCode.description)
            return (.accountRefused([problem], other: nil), renewed)
        } catch {
            return (.accountRefused([], other: ProblemLog(in: locations).sentence(for: error)), renewed)
        }
    }

    private func shown(to session: Session, _ message: String?) throws -> Answer {
        var content = AccountPanel.Content(
            secondFactor: try accounts.secondFactor(of: session.account),
            sessions: try accounts.openSessions(of: session.account))
        if session.account.role == .administrator {
            content.accounts = try accounts.list()
            content.audit = try accounts.auditLog()
        }
        return .accountsShown(session.account, content, message: message)
    }

    /// What is told of a second factor that is made; `nil` where something else is asked.
    private func enrolment(_ request: AccountRequest, _ session: Session, _ token: String?) throws -> Answer? {
        switch request {
        case .enrolSecondFactor(let password):
            return try namingPassword { .secondFactorMade(try accounts.enrolSecondFactor(of: session, password: password)) }
        case .activateSecondFactor(let code):
            return .secondFactorOn(recoveryCodes: try accounts.activateSecondFactor(of: session, code: code, keeping: token))
        default: return nil
        }
    }

    /// Has a wrong password told beside its field.
    private func namingPassword<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch AccountError.wrongCredentials {
            throw AccountError.invalid([FieldProblem(.password, "This is not the present password.")])
        }
    }

    private func carryOut(_ request: AccountRequest, _ session: Session, _ token: String?) throws -> (String?, Session) {
        switch request {
        case .changePassword(let present, let new):
            let renewed = try accounts.changePassword(of: session, from: present, to: new)
            return ("The password is changed; all other sessions have ended.", renewed)
        case .updateProfile(let username, let email, let password):
            do {
                _ = try accounts.changeProfile(of: session, username: username, email: email, password: password)
            } catch AccountError.wrongCredentials {
                throw AccountError.invalid([FieldProblem(.password, "A new email address needs the present password.")])
            }
            return ("The profile is saved.", try accounts.refreshed(session))
        case .removeSecondFactor(let password, let code):
            try namingPassword { try accounts.removeSecondFactor(of: session, password: password, code: code, keeping: token) }
            return ("The second factor is removed, other sessions have ended; the password alone opens this account.", session)
        default:
            let message = try change(request, session, accounts.acting(as: session, from: "terminal"))
            return (message, try accounts.refreshed(session))
        }
    }

    private func change(_ request: AccountRequest, _ session: Session, _ accounts: Accounts) throws -> String? {
        switch request {
        case .load, .changePassword, .updateProfile, .enrolSecondFactor, .activateSecondFactor, .removeSecondFactor: return nil
        case .endSession(let id):
            try accounts.endSession(id, of: session.account)
            return "The session has ended."
        case .setEnabled(let account, let isEnabled):
            try accounts.asAdministrator(session).setEnabled(account, isEnabled)
            return "\(account.username) is \(isEnabled ? "enabled" : "disabled")."
        case .setRole(let account, let role):
            try accounts.asAdministrator(session).setRole(account, to: role)
            return "\(account.username) is \(role.rawValue)."
        case .add(let username, let email, let password):
            let account = try accounts.asAdministrator(session).register(username: username, email: email, password: password)
            return "Added \(account.username)."
        case .resetPassword(let account, let password):
            try accounts.asAdministrator(session).setPassword(of: account, to: password)
            return "\(account.username) has a new password."
        }
    }
}
