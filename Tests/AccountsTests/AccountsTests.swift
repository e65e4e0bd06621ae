import Foundation
import GRDB
import Persistence
import Synchronization
import Testing

@testable import Accounts

private let good = "correct horse battery"

private func makeAccounts(cost: UInt = 4) throws -> (Accounts, OddlineDatabase) {
    let database = try OddlineDatabase()
    return (try Accounts(database: database, hasher: PasswordHasher(cost: cost)), database)
}

@Test func theFirstAccountIsAdministratorAndTheNextAnalyst() throws {
    let (accounts, _) = try makeAccounts()
    #expect(try accounts.isEmpty())
    #expect(try accounts.register(username: "ann", email: "Ann@Example.org", password: good).role == .administrator)
    #expect(try accounts.register(username: "bob", email: "bob@example.org", password: good).role == .analyst)
    #expect(try accounts.list().map(\.email) == ["ann@example.org", "bob@example.org"])
    #expect(try !accounts.isEmpty())
}

@Test(arguments: ["ann", "ANN", "ann@example.org", "Ann@Example.ORG"]) func loginTakesUsernameOrEmail(_ identifier: String) throws
{
    let (accounts, _) = try makeAccounts()
    let account = try accounts.register(username: "ann", email: "ann@example.org", password: good)
    #expect(try accounts.login(identifier: identifier, password: good).account.id == account.id)
}

@Test(arguments: ["", "wrong", good + " ", good.uppercased(), good + "\0", String(repeating: "x", count: 500)])
func aWrongPasswordAndAnUnknownUserAreRefusedAlike(_ password: String) throws {
    let (accounts, _) = try makeAccounts()
    _ = try accounts.register(username: "ann", email: "ann@example.org", password: good)
    #expect(throws: AccountError.wrongCredentials) { try accounts.login(identifier: "ann", password: password) }
    #expect(throws: AccountError.wrongCredentials) { try accounts.login(identifier: "nobody", password: password) }
    #expect(throws: AccountError.wrongCredentials) { try accounts.login(identifier: "' OR 1=1 --", password: password) }
}

@Test func takenNamesAreRefusedWithoutRegardToCase() throws {
    let (accounts, _) = try makeAccounts()
    _ = try accounts.register(username: "ann", email: "ann@example.org", password: good)
    #expect(throws: AccountError.invalid([FieldProblem(.username, "This username is taken.", isTaken: true)])) {
        try accounts.register(username: "Ann", email: "x@example.org", password: good)
    }
    #expect(throws: AccountError.invalid([FieldProblem(.email, "This email address is registered already.", isTaken: true)])) {
        try accounts.register(username: "ann2", email: "ANN@example.org", password: good)
    }
    #expect(try accounts.list().count == 1)
}

@Test(arguments: [
    ("ab", "a@b.de", good, FieldProblem.Field.username), ("a b", "a@b.de", good, .username), ("1ab", "a@b.de", good, .username),
    ("аnn", "a@b.de", good, .username), ("a'; DROP TABLE users; --", "a@b.de", good, .username),
    (String(repeating: "a", count: 33), "a@b.de", good, .username), ("ann\u{202E}x", "a@b.de", good, .username),
    ("ann", "a", good, .email), ("ann", "a@b", good, .email), ("ann", "@b.de", good, .email), ("ann", "a@b..de", good, .email),
    ("ann", "a b@c.de", good, .email), ("ann", "a@b.de\n", good, .email),
    ("ann", "a@b.de", "short", .password), ("ann", "a@b.de", "eleven char", .password),
    ("ann", "a@b.de", "my name is Ann!", .password),
    ("ann", "a@b.de", String(repeating: "é", count: 37), .password), ("ann", "a@b.de", "aaaaaaaaaaaaaa", .password),
    ("ann", "a@b.de", "has a \u{0} in the middle", .password), ("ann", "a@b.de", "mail a@b.de is mine", .password),
]) func badFieldsAreNamed(_ username: String, _ email: String, _ password: String, _ field: FieldProblem.Field) throws {
    let (accounts, _) = try makeAccounts()
    let error = #expect(throws: AccountError.self) { try accounts.register(username: username, email: email, password: password) }
    guard case .invalid(let problems) = error else {
        Issue.record("expected field problems")
        return
    }
    #expect(problems.map(\.field) == [field])
}

@Test func hashesAreSaltedBcryptAndRehashedWhenTheCostRises() throws {
    let (cheap, database) = try makeAccounts(cost: 4)
    _ = try cheap.register(username: "ann", email: "a@example.org", password: good)
    func hash() throws -> String {
        try database.read { try String.fetchOne($0, sql: "SELECT hashed_password FROM users") ?? "" }
    }
    let before = try hash()
    #expect(before.hasPrefix("$2b$04$"))
    #expect(try PasswordHasher(cost: 4).hash(good) != before)
    _ = try Accounts(database: database, hasher: PasswordHasher(cost: 5)).login(identifier: "ann", password: good)
    #expect(try hash().hasPrefix("$2b$05$"))
    _ = try cheap.login(identifier: "ann", password: good)
    #expect(try hash().hasPrefix("$2b$05$"))
}

@Test func seventyTwoBytesAreWholeAndMoreAreRefused() throws {
    let hasher = PasswordHasher(cost: 4)
    let longest = String(repeating: "ab", count: 36)
    let hash = try hasher.hash(longest)
    #expect(hasher.verify(longest, against: hash))
    #expect(!hasher.verify(String(longest.dropLast()) + "x", against: hash))
    #expect(!hasher.verify(longest + "c", against: hash))
    #expect(throws: AccountError.hashing) { try hasher.hash(longest + "c") }
    #expect(throws: AccountError.hashing) { try hasher.hash("nul\0inside") }
    #expect(!hasher.verify("x", against: "") && !hasher.verify("x", against: "not a hash"))
}

/// What is longer than a password or a name can be opens nothing by its beginning.
@Test func nothingIsCutToWhatWouldFit() throws {
    let (accounts, _) = try makeAccounts()
    let passphrase = String(repeating: "four lamps under ice ", count: 4)
    let longest = String(passphrase.prefix(72))
    let email = String(repeating: "a", count: 60) + "@" + String(repeating: "example.", count: 24) + "o"
    #expect(email.count == 254)
    #expect(throws: AccountError.self) { try accounts.register(username: "ann", email: email, password: passphrase) }
    _ = try accounts.register(username: "ann", email: email, password: longest)
    #expect(throws: AccountError.wrongCredentials) { try accounts.login(identifier: "ann", password: passphrase) }
    #expect(throws: AccountError.wrongCredentials) { try accounts.login(identifier: email + "x", password: longest) }
    #expect(try accounts.login(identifier: email, password: longest).account.username == "ann")
    #expect(PasswordRules.tooLong(passphrase) == "The password has 84 bytes; it may have at most 72.")
    #expect(PasswordRules.tooLong(String(repeating: "é", count: 37)) == "The password has 74 bytes; it may have at most 72.")
}

@Test func aHashThatWouldTakeDaysIsRefusedAtOnce() throws {
    let hasher = PasswordHasher(cost: 4)
    let dear = try hasher.hash(good).replacing("$2b$04$", with: "$2b$31$")
    #expect(!hasher.verify(good, against: dear) && !hasher.isOutdated(dear))
}

@Test func disabledAccountsCannotLogInAndTheLastAdministratorStays() throws {
    let (accounts, _) = try makeAccounts()
    let ann = try accounts.register(username: "ann", email: "ann@example.org", password: good)
    let bob = try accounts.register(username: "bob", email: "bob@example.org", password: good)
    #expect(throws: AccountError.lastAdministrator) { try accounts.setEnabled(ann, false) }
    #expect(throws: AccountError.lastAdministrator) { try accounts.setRole(ann, to: .analyst) }
    try accounts.setEnabled(bob, false)
    #expect(throws: AccountError.wrongCredentials) { try accounts.login(identifier: "bob", password: good) }
    try accounts.setEnabled(bob, true)
    try accounts.setRole(bob, to: .administrator)
    try accounts.setRole(ann, to: .analyst)
    #expect(try accounts.find("ann").role == .analyst)
    #expect(throws: AccountError.noSuchAccount("eve")) { try accounts.find("eve") }
}

@Test func aNewPasswordReplacesTheOld() throws {
    let (accounts, database) = try makeAccounts()
    let ann = try accounts.register(username: "ann", email: "ann@example.org", password: good)
    try accounts.setPassword(of: ann, to: "another long phrase")
    #expect(throws: AccountError.wrongCredentials) { try accounts.login(identifier: "ann", password: good) }
    #expect(throws: Never.self) { try accounts.login(identifier: "ann", password: "another long phrase") }
    let actions = try database.read { try String.fetchAll($0, sql: "SELECT action FROM audit_log ORDER BY id") }
    #expect(actions == ["register", "password changed", "login refused", "login"])
}

@Test func delaysGrowOutliveARestartAndEndWithSuccess() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let clock = Mutex(Date(timeIntervalSince1970: 1_700_000_000))
    func open() throws -> Accounts {
        try Accounts(
            database: OddlineDatabase(at: folder.appendingPathComponent("oddline.db")), hasher: PasswordHasher(cost: 4),
            now: { clock.withLock { $0 } })
    }
    func wait(_ accounts: Accounts, _ password: String = "wrong wrong wrong") throws -> Int {
        do {
            _ = try accounts.login(identifier: "ann", password: password, origin: "here")
            return 0
        } catch AccountError.throttled(let seconds) { return seconds } catch AccountError.wrongCredentials { return 0 }
    }
    var accounts = try open()
    _ = try accounts.register(username: "ann", email: "ann@example.org", password: good)
    var waits: [Int] = []
    for _ in 0..<14 {
        while case let seconds = try wait(accounts), seconds > 0 {
            waits.append(seconds)
            accounts = try open()
            #expect(try wait(accounts) == seconds, "a restart forgets nothing")
            clock.withLock { $0 += Double(seconds) }
        }
    }
    #expect(waits == waits.sorted() && waits.count > 6 && (waits.last ?? 0) >= 128 && (waits.max() ?? 0) <= 900)
    clock.withLock { $0 += 1000 }
    #expect(try wait(accounts, good) == 0)
    #expect(try wait(accounts) == 0, "after a login there are free attempts again")
    #expect(try accounts.login(identifier: "ann", password: good, origin: "elsewhere").account.username == "ann")
}

@Test func onlyPasswordsThatAreLongAndUncommonAreTaken() {
    for password in ["correct horse battery", "größer als gedacht", "four lamps under ice", "漢字漢字かなカナ混ぜ書き文"] {
        #expect(PasswordRules.problem(password, username: "ann", email: "ann@example.org") == nil, "\(password)")
    }
    for password in ["eleven char", "qwertyqwerty1", "aaaabbbbaaaa", "123412341234", "ann@example.org!", "line one\nline two"] {
        #expect(PasswordRules.problem(password, username: "ann", email: "ann@example.org") != nil, "\(password)")
    }
    #expect(PasswordRules.strength("short", username: "", email: "") == .refused)
    #expect(PasswordRules.strength("four lamps under ice tonight", username: "", email: "") == .strong)
}
