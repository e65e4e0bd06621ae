import Foundation
import GRDB
import Persistence
import Testing

@testable import Accounts

private let good = "correct horse battery"

/// Accounts in a folder of their own, with tokens.
private struct Place {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let database: OddlineDatabase
    let accounts: Accounts
    let tokens: Tokens

    init() throws {
        database = try OddlineDatabase(at: folder.appendingPathComponent("oddline.db"))
        accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4))
        tokens = try Tokens(accounts: accounts, keyFile: folder.appendingPathComponent("keys.json"))
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: good)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}

@Suite struct PasswordRaceTests {
    /// What happens between the check of a password and the token decides: a new password, or the account disabled.
    @Test func aLoginThatIsOvertakenGetsNoToken() async throws {
        let place = try Place()
        defer { place.remove() }
        let bob = try place.accounts.register(username: "bob", email: "bob@example.org", password: good)
        let overtaking: [(Accounts) throws -> Void] = [
            { try $0.setPassword(of: bob, to: "another long phrase") },
            {
                try $0.setEnabled(bob, false)
                try $0.setEnabled(bob, true)
            },
        ]
        for overtake in overtaking {
            try place.accounts.setPassword(of: bob, to: good)
            let session = try place.accounts.login(identifier: "bob", password: good)
            try overtake(place.accounts)
            #expect(throws: AccountError.badToken) { try place.tokens.issue(for: session, origin: "here") }
            #expect(throws: AccountError.badToken) { try place.accounts.refreshed(session) }
            #expect(try place.accounts.openSessions(of: bob).isEmpty)
        }
    }

    @Test func ofTwoChangesOfAPasswordTheSecondMustKnowTheFirst() throws {
        let place = try Place()
        defer { place.remove() }
        let session = try place.accounts.login(identifier: "ann", password: good)
        let renewed = try place.accounts.changePassword(of: session, from: good, to: "another long phrase")
        #expect(throws: AccountError.wrongCredentials) {
            try place.accounts.changePassword(of: session, from: good, to: "a third long phrase")
        }
        #expect(try place.accounts.refreshed(renewed) == renewed)
    }

    /// Two logins that hash anew at once: the second finds another hash of the same password and is let in.
    @Test func aHashMadeAnewMeanwhileRefusesNobody() async throws {
        let place = try Place()
        defer { place.remove() }
        let dearer = try Accounts(database: place.database, hasher: PasswordHasher(cost: 6))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<8 {
                group.addTask { _ = try dearer.login(identifier: "ann", password: good, origin: "10.0.0.\(index)") }
            }
            try await group.waitForAll()
        }
        let hash = try await place.database.read { try String.fetchOne($0, sql: "SELECT hashed_password FROM users") }
        #expect(hash?.hasPrefix("$2b$06$") == true)
    }

    @Test func theLockAsksForTheAccountAndNotForItsName() throws {
        let place = try Place()
        defer { place.remove() }
        let session = try place.accounts.login(identifier: "ann", password: good)
        _ = try place.accounts.update(session.account, username: "anna")
        _ = try place.accounts.register(username: "ann", email: "stranger@example.org", password: "seven wet stones")
        #expect(throws: AccountError.wrongCredentials) { try place.accounts.confirm(session, password: "seven wet stones") }
        #expect(try place.accounts.confirm(session, password: good).account.username == "anna")
    }

    /// Who changes one name sets that one alone: what another changed since stays.
    @Test func aNameThatWasNotGivenStaysAsOthersLeftIt() throws {
        let place = try Place()
        defer { place.remove() }
        let before = try place.accounts.login(identifier: "ann", password: good).account
        _ = try place.accounts.update(before, username: "anna")
        #expect(try place.accounts.update(before, email: "new@example.org").username == "anna")
        let changed = try place.accounts.update(before, username: "annie")
        #expect(changed.username == "annie" && changed.email == "new@example.org")
    }

    @Test func aNewEmailAddressNeedsThePasswordAndAUsernameDoesNot() throws {
        let place = try Place()
        defer { place.remove() }
        let session = try place.accounts.login(identifier: "ann", password: good)
        for password in [nil, "", "wrong wrong wrong"] {
            #expect(throws: AccountError.wrongCredentials) {
                try place.accounts.changeProfile(of: session, username: nil, email: "new@example.org", password: password)
            }
        }
        _ = try place.accounts.changeProfile(of: session, username: "anna", email: "ANN@example.org", password: nil)
        let changed = try place.accounts.changeProfile(of: session, username: nil, email: "new@example.org", password: good)
        #expect(changed.username == "anna" && changed.email == "new@example.org")
    }
}
