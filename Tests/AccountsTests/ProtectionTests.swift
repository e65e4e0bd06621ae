import Digest
import Foundation
import GRDB
import Persistence
import Synchronization
import Testing
import TimeSeries

@testable import Accounts

private let good = "correct horse battery"

private func makeAccounts(now: @escaping @Sendable () -> Date = { Date() }) throws -> (Accounts, OddlineDatabase) {
    let database = try OddlineDatabase()
    return (try Accounts(database: database, hasher: PasswordHasher(cost: 4), now: now), database)
}

@Suite struct ThrottleTests {
    private func statuses(_ accounts: Accounts, _ names: [String], origin: String = "here", device: String? = nil) -> [Bool] {
        names.map { name in
            do {
                _ = try accounts.login(identifier: name, password: "wrong wrong wrong", origin: origin, device: device)
                return true
            } catch { return error as? AccountError == .wrongCredentials }
        }
    }

    /// Guesses at invented names from the same address cost nobody anything who did not fail there.
    @Test func guessesAtOtherNamesDoNotKeepARightPasswordOut() throws {
        let clock = Mutex(Date(timeIntervalSince1970: 1_700_000_000))
        let (accounts, _) = try makeAccounts { clock.withLock { $0 } }
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: good)
        let session = try accounts.login(identifier: "ann", password: good, origin: "proxy")
        let device = try accounts.rememberDevice(of: session).token
        for index in 0..<300 {
            _ = statuses(accounts, ["nobody\(index)"], origin: "proxy")
            if index % 10 == 0 { clock.withLock { $0 += 1 } }
        }
        #expect(throws: Never.self) { try accounts.login(identifier: "ann", password: good, origin: "proxy", device: device) }
        #expect(throws: Never.self) { try accounts.login(identifier: "ann", password: good, origin: "proxy") }
        _ = statuses(accounts, ["ann"], origin: "proxy")
        #expect(statuses(accounts, ["ann"], origin: "proxy") == [false], "whoever fails there waits with the others")
    }

    /// Wrong passwords for ann as fast as it goes from 35 addresses, for two minutes: she gets in from another at any time, the
    /// lock of her dashboard opens, and nobody has more tries than the delays of her account leave.
    @Test func guessesFromManyAddressesKeepNobodyOutAndGainNothing() throws {
        let clock = Mutex(Date(timeIntervalSince1970: 1_700_000_000))
        let (accounts, _) = try makeAccounts { clock.withLock { $0 } }
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: good)
        let session = try accounts.login(identifier: "ann", password: good, origin: "198.51.100.1")
        var tries = 0
        for second in 0..<120 {
            for address in 0..<35 { tries += statuses(accounts, ["ann"], origin: "203.0.113.\(address)").count { $0 } }
            if second % 20 == 19 {
                #expect(throws: Never.self) { try accounts.confirm(session, password: good) }
            }
            clock.withLock { $0 += 1 }
        }
        #expect(throws: Never.self) { try accounts.login(identifier: "ann", password: good, origin: "198.51.100.1") }
        #expect(throws: Never.self) { try accounts.login(identifier: "ann", password: good, origin: "192.0.2.9") }
        #expect(tries <= 126, "a hundred, one each five seconds, and two while the delays grow: no more than one address has")
        #expect(statuses(accounts, ["ann"], origin: "203.0.113.1") == [false], "her logins free no guesser")
    }

    /// Whoever has an account of his own gains no guesses by logging in to it in between.
    @Test func aLoginOfOnesOwnFreesNoGuesses() throws {
        let (accounts, _) = try makeAccounts { Date(timeIntervalSince1970: 1_700_000_000) }
        for name in ["ann", "eve"] {
            _ = try accounts.register(username: name, email: "\(name)@example.org", password: good)
        }
        var tries = 0
        for index in 0..<100 {
            tries += statuses(accounts, ["nobody\(index % 20)"]).count { $0 }
            _ = try accounts.login(identifier: "eve", password: good, origin: "here")
        }
        #expect(tries <= 50)
    }

    @Test func whoeverAsksForTakenNamesHasToWait() throws {
        let clock = Mutex(Date(timeIntervalSince1970: 1_700_000_000))
        let (accounts, _) = try makeAccounts { clock.withLock { $0 } }
        for name in ["ann", "eve"] {
            _ = try accounts.register(username: name, email: "\(name)@example.org", password: good)
        }
        let session = try accounts.login(identifier: "eve", password: good, origin: "here")
        var told = 0
        for index in 0..<40 {
            // A change that goes well in between gives nothing back of what was asked.
            let name = index % 4 == 3 ? "eve\(index)" : "ann"
            do {
                _ = try accounts.changeProfile(of: session, username: name, email: nil, password: nil, origin: "here")
            } catch AccountError.invalid { told += 1 } catch AccountError.throttled {}
        }
        #expect((1...5).contains(told))
        clock.withLock { $0 += 900 }
        #expect(throws: Never.self) {
            try accounts.changeProfile(of: session, username: "evelyn", email: nil, password: nil, origin: "here")
        }
    }

    /// A device's token is no way to guess: it has a budget of its own, and opens nothing by itself or for others.
    @Test func aDevicesTokenHasABudgetOfItsOwn() throws {
        let (accounts, _) = try makeAccounts()
        for name in ["ann", "bob"] {
            _ = try accounts.register(username: name, email: "\(name)@example.org", password: good)
        }
        let device = try accounts.rememberDevice(of: accounts.login(identifier: "ann", password: good)).token
        let names = [String](repeating: "ann", count: 8)
        #expect(statuses(accounts, names, device: device).count { $0 } == 5)
        #expect(statuses(accounts, [String](repeating: "bob", count: 8), device: device).count { $0 } == 5)
        #expect(statuses(accounts, names, origin: "elsewhere", device: "0123").count { $0 } == 5, "an unknown token is none")
    }

    @Test func usernameAndEmailAddressShareOneBudget() throws {
        let (accounts, _) = try makeAccounts()
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: good)
        #expect(
            statuses(accounts, ["ann", "ann@example.org", "ANN", "Ann@Example.org", "ann", "ann@example.org"]).count { $0 } == 5)
    }

    @Test func attemptsOlderThanADayAreForgotten() throws {
        let clock = Mutex(Date(timeIntervalSince1970: 1_700_000_000))
        let (accounts, database) = try makeAccounts { clock.withLock { $0 } }
        _ = statuses(accounts, (0..<40).map { "nobody\($0)" })
        clock.withLock { $0 += 90_000 }
        _ = statuses(accounts, ["ann"])
        #expect(try database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM login_attempts") } == 3)
    }

    /// Whoever has a network of version 6, or all addresses of the machine itself, has one place; how an address is spelt is
    /// nobody's choice.
    @Test(arguments: [
        ["2001:db8:1:2::1", "2001:db8:1:2:ffff::", "2001:DB8:1:2:0:0:0:3", "2001:db8:0001:0002::4"],
        ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.2"], ["10.0.0.2", "::ffff:10.0.0.2", "::FFFF:a00:2"],
    ]) func guessesFromOnePlaceShareABudget(_ addresses: [String]) throws {
        let (accounts, _) = try makeAccounts()
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: good)
        let taken = (0..<8).flatMap { statuses(accounts, ["ann"], origin: addresses[$0 % addresses.count]) }
        #expect(taken == [true, true, true, true, true, false, false, false])
        #expect(statuses(accounts, ["ann"], origin: "2001:db8:1:3::1") == [true], "another place has another")
    }

    @Test func prefixesHoldTheAddressesThatBeginLikeThem() throws {
        let cases: [(String, holds: [String], not: [String])] = [
            ("10.0.0.2", ["10.0.0.2", "::ffff:10.0.0.2"], ["10.0.0.3", "::a00:2"]),
            ("10.0.0.0/8", ["10.255.0.1", "::ffff:10.1.1.1"], ["11.0.0.0", "2001:db8::a00:1"]),
            ("10.0.0.128/25", ["10.0.0.128", "10.0.0.255"], ["10.0.0.127"]),
            ("2001:db8::/32", ["2001:db8:ffff::1"], ["2001:db9::1", "10.0.0.1"]), ("0.0.0.0/0", ["10.0.0.1"], ["2001:db8::1"]),
            ("::/0", ["2001:db8::1", "10.0.0.1"], []), ("fe80::1/128", ["fe80::1"], ["fe80::2"]),
        ]
        for (text, holds, not) in cases {
            let prefix = try #require(NetworkPrefix(text), "\(text)")
            for address in holds { #expect(NetworkAddress(address).map(prefix.contains) == true, "\(text) \(address)") }
            for address in not { #expect(NetworkAddress(address).map(prefix.contains) == false, "\(text) \(address)") }
        }
        for text in [
            "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/+8", "::/129", "name", "", "/8", "10.0/8",
        ] {
            #expect(NetworkPrefix(text) == nil, "\(text)")
        }
    }

    /// The clock stood a year ahead while somebody guessed, and was put right.
    @Test func aClockThatWasAheadKeepsNobodyOut() throws {
        let clock = Mutex(Date(timeIntervalSince1970: 1_700_000_000))
        let (accounts, database) = try makeAccounts { clock.withLock { $0 } }
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: good)
        clock.withLock { $0 += 31_536_000 }
        _ = statuses(accounts, [String](repeating: "ann", count: 8))
        clock.withLock { $0 -= 31_536_000 }
        #expect(throws: Never.self) { try accounts.login(identifier: "ann", password: good, origin: "here") }
        let late = try database.read { database in
            try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM login_attempts WHERE last_at > '2024-01-01'")
        }
        #expect(late == 0, "nothing is counted at a time that has not come")
        // By less than a delay: the longest wait is the longest delay, not the delay and what the clock was ahead.
        for _ in 0..<20 {
            _ = statuses(accounts, ["ann"])
            clock.withLock { $0 += 900 }
        }
        clock.withLock { $0 -= 1000 }
        #expect(statuses(accounts, ["ann"]) == [true])
    }

    @Test func aNewPasswordFromOutsideOrACommandForgetsTheFailures() throws {
        let (accounts, _) = try makeAccounts()
        let ann = try accounts.register(username: "ann", email: "ann@example.org", password: good)
        let names = [String](repeating: "ann", count: 8)
        #expect(statuses(accounts, names).last == false)
        try accounts.setPassword(of: ann, to: "another long phrase")
        #expect(statuses(accounts, names).count { $0 } == 5, "as if nobody had tried")
        try accounts.forgetFailures(of: ann)
        #expect(statuses(accounts, names).count { $0 } == 5)
        try accounts.forgetFailures()
        #expect(throws: Never.self) {
            try accounts.login(identifier: "ann", password: "another long phrase", origin: "here")
        }
    }

    @Test func aNameWithANULIsNobodys() throws {
        let (accounts, _) = try makeAccounts()
        _ = try accounts.register(username: "alice", email: "alice@example.org", password: good)
        for name in ["alice\0x", "alice\0", "\0alice", "alice@example.org\0"] {
            #expect(throws: AccountError.wrongCredentials) { try accounts.login(identifier: name, password: good) }
            #expect(throws: AccountError.noSuchAccount(name)) { try accounts.find(name) }
        }
    }
}

@Suite struct RegistrationTests {
    private func apply(_ accounts: Accounts, _ name: String, _ admission: Admission, origin: String = "here") throws
        -> Registration
    {
        try accounts.register(
            username: name, email: "\(name)@example.org", password: good, admission: admission, origin: origin)
    }

    @Test func theFirstAccountNeedsTheSetUpAndLaterOnesDoNotGetIt() throws {
        let (accounts, _) = try makeAccounts()
        #expect(throws: AccountError.needsSetUp) { try apply(accounts, "eve", .open) }
        let code = try accounts.invite(validFor: 60)
        #expect(throws: AccountError.needsSetUp) { try apply(accounts, "eve", .invitation(code)) }
        #expect(try apply(accounts, "ann", .setUp).role == .administrator)
        #expect(throws: AccountError.registrationClosed) { try apply(accounts, "eve", .setUp) }
        #expect(try apply(accounts, "bob", .open).role == .analyst)
    }

    @Test func aTakenUsernameTellsNothingOfTheAddressBesideIt() throws {
        let (accounts, _) = try makeAccounts()
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: good)
        let answers = ["ann@example.org", "unknown@example.org"].map { email in
            #expect(throws: AccountError.self) {
                try accounts.register(username: "ann", email: email, password: good, admission: .open, origin: "here")
            }
        }
        #expect(answers[0] == .invalid([FieldProblem(.username, "This username is taken.", isTaken: true)]))
        #expect(answers[0] == answers[1])
    }

    @Test func anInvitationIsGoodForOneAccountAndEnds() throws {
        let clock = Mutex(Date(timeIntervalSince1970: 1_700_000_000))
        let (accounts, database) = try makeAccounts { clock.withLock { $0 } }
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: good)
        let (used, expired) = (try accounts.invite(validFor: 60), try accounts.invite(validFor: 60))
        #expect(throws: AccountError.self, "a name that is taken does not use it up") {
            try apply(accounts, "ann", .invitation(used))
        }
        #expect(try apply(accounts, "bob", .invitation(used)).role == .analyst)
        #expect(throws: AccountError.registrationClosed) { try apply(accounts, "carla", .invitation(used)) }
        clock.withLock { $0 += 61 }
        for code in [expired, "", "0123", "' OR 1=1 --"] {
            #expect(throws: AccountError.registrationClosed) { try apply(accounts, "carla", .invitation(code)) }
        }
        let stored = try database.read { try String.fetchAll($0, sql: "SELECT hash FROM invitations") }
        #expect(!stored.contains(expired), "only hashes are kept")
    }

    @Test func registrationsFromOneOriginHaveToWaitAfterTwenty() throws {
        let (accounts, _) = try makeAccounts()
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: good)
        for index in 0..<Accounts.freeRegistrations { _ = try apply(accounts, "user\(index)", .open) }
        let error = #expect(throws: AccountError.self) { try apply(accounts, "late", .open) }
        guard case .throttled = error else {
            Issue.record("expected a wait, not \(String(describing: error))")
            return
        }
        #expect(throws: Never.self) { try apply(accounts, "other", .open, origin: "elsewhere") }
    }
}

@Suite struct AdministratorTests {
    /// What an administrator began, another ended meanwhile: nothing is changed.
    @Test func anAdministratorsRightHoldsInTheMomentOfTheChange() throws {
        let (accounts, _) = try makeAccounts()
        let ann = try accounts.register(username: "ann", email: "ann@example.org", password: good)
        let bob = try accounts.register(username: "bob", email: "bob@example.org", password: good)
        try accounts.setRole(bob, to: .administrator)
        let ends: [(AccountError, (Accounts) throws -> Void)] = [
            (.notAdministrator, { try $0.setRole(ann, to: .analyst) }), (.badToken, { try $0.setEnabled(ann, false) }),
        ]
        for (expected, end) in ends {
            try accounts.setRole(ann, to: .administrator)
            let session = try accounts.login(identifier: "ann", password: good)
            let administrator = try accounts.asAdministrator(session)
            try end(accounts)
            let changes: [(Accounts) throws -> Void] = [
                { try $0.setEnabled(bob, false) }, { try $0.setRole(bob, to: .analyst) },
                { try $0.setPassword(of: bob, to: "another long phrase") }, { _ = try $0.update(bob, username: "robert") },
                { _ = try $0.register(username: "eve", email: "eve@example.org", password: good) },
                { _ = try $0.invite(validFor: 60) }, { try $0.forgetFailures(of: bob) },
            ]
            for change in changes { #expect(throws: expected) { try change(administrator) } }
        }
        #expect(try accounts.list().map(\.username) == ["ann", "bob"] && accounts.find("bob").role == .administrator)
    }
}

@Suite struct AuditTests {
    private func fill(_ accounts: Accounts) throws {
        let ann = try accounts.register(username: "ann", email: "ann@example.org", password: good)
        let bob = try accounts.register(username: "bob", email: "bob@example.org", password: good)
        _ = try? accounts.login(identifier: "my secret passphrase", password: "x", origin: "10.0.0.9")
        let session = try accounts.login(identifier: "ann", password: good, origin: "10.0.0.1")
        try accounts.asAdministrator(session).setRole(bob, to: .administrator)
        _ = try accounts.acting(as: session, from: "10.0.0.1").update(ann, email: "new@example.org")
        for _ in 0..<6 { _ = try? accounts.login(identifier: "bob", password: "wrong wrong wrong", origin: "10.0.0.2") }
        try accounts.noteKeyRotation()
    }

    @Test func entriesSayWhoDidWhatFromWhereAndWhatItWasBefore() throws {
        let (accounts, database) = try makeAccounts()
        try fill(accounts)
        let log = try accounts.auditLog()
        #expect(log.contains { $0.action == "role administrator" && $0.actor == "ann" && $0.change == "analyst → administrator" })
        #expect(
            log.contains {
                $0.action == "email changed" && $0.actor == "ann" && $0.origin == "10.0.0.1"
                    && $0.change == "ann@example.org → new@example.org"
            })
        #expect(log.contains { $0.action == "login refused, now throttled" && $0.origin == "10.0.0.2" })
        #expect(log.contains { $0.action == "signing key rotated" })
        let tables = try database.read { database in
            try ["audit_log", "login_attempts"].map { try Row.fetchAll(database, sql: "SELECT * FROM \($0)").description }
        }
        #expect(!tables.joined().contains("passphrase"), "what was typed as a name is not stored")
        #expect(try accounts.verifyAudit() == .intact(entries: log.count, head: chain(database)))
    }

    private func chain(_ database: OddlineDatabase) throws -> String {
        hexadecimal(try database.read { try Data.fetchOne($0, sql: "SELECT hash FROM audit_head WHERE id = 1") ?? Data() })
    }

    @Test(arguments: [
        "UPDATE audit_log SET detail = 'eve' WHERE id = 3", "UPDATE audit_log SET at = '2020-01-01 00:00:00.000' WHERE id = 1",
        "UPDATE audit_log SET actor = NULL WHERE actor = 'ann'", "DELETE FROM audit_log WHERE id = 2",
        "DELETE FROM audit_log WHERE id = (SELECT MAX(id) FROM audit_log)", "UPDATE audit_log SET hash = NULL WHERE id > 3",
        "INSERT INTO audit_log (at, action, detail) VALUES (0, 'login', 'ann')", "DELETE FROM audit_log",
        "DELETE FROM audit_head",
        "UPDATE audit_log SET user_id = 2 WHERE user_id = 1", "UPDATE audit_log SET old_value = 'x' WHERE old_value IS NOT NULL",
    ]) func eachAlterationShows(_ statement: String) throws {
        let (accounts, database) = try makeAccounts()
        try fill(accounts)
        try database.write { try $0.execute(sql: statement) }
        if case .intact = try accounts.verifyAudit() { Issue.record("\(statement) does not show") }
    }

    /// Entries are kept for 400 days, and the newest thousand longer; the chain stays whole, and what stands for those that are
    /// gone cannot be written by whoever has the database alone.
    @Test func oldEntriesGoAndTheChainStaysWhole() throws {
        let clock = Mutex(Date(timeIntervalSince1970: 1_700_000_000))
        let (accounts, database) = try makeAccounts { clock.withLock { $0 } }
        for _ in 0..<1010 { try accounts.noteKeyRotation() }
        clock.withLock { $0 += 401 * 86_400 }
        for _ in 0..<5 { try accounts.noteKeyRotation() }
        let kept = try accounts.auditLog(limit: 2000).count
        #expect(kept == 1000, "\(kept)")
        #expect(try accounts.verifyAudit() == .intact(entries: 1015, head: chain(database)))
        for statement in [
            "UPDATE audit_head SET entries = entries - 1 WHERE id = 0", "UPDATE audit_head SET hash = zeroblob(64) WHERE id = 0",
            "DELETE FROM audit_head WHERE id = 0",
            "DELETE FROM audit_log WHERE id = (SELECT MIN(id) FROM audit_log)",
        ] {
            let saved = try database.read { try Row.fetchAll($0, sql: "SELECT * FROM audit_head") }
            try database.write { try $0.execute(sql: statement) }
            if case .intact = try accounts.verifyAudit() { Issue.record("\(statement) does not show") }
            try database.write { database in
                for row in saved {
                    try database.execute(
                        sql: "INSERT OR REPLACE INTO audit_head (id, entries, hash) VALUES (?, ?, ?)",
                        arguments: [row["id"] as Int, row["entries"] as Int, row["hash"] as Data])
                }
            }
        }
    }

    @Test func anEntryBeforeTheChainBeginsShows() throws {
        let (accounts, database) = try makeAccounts()
        try database.write {
            try $0.execute(sql: "INSERT INTO audit_log (at, action, detail) VALUES ('2020-01-01 00:00:00.000', 'login', 'ann')")
        }
        try fill(accounts)
        #expect(try accounts.verifyAudit() == .altered(entry: 1))
    }
}

@Suite struct GuessTests {
    @Test(arguments: [
        "letmeinletmein", "michaeljordan", "1234567890ab", "nimdadrowssap", "drowssap4321", "p4ssw0rdp4ssw0rd", "Jennifer1987!",
        "qwerty123456789", "summer2024!!", "1qaz2wsx3edc4rfv", "dragonmonkey1", "0987654321qwerty", "iloveyouiloveyou",
        "football2023football", "zyxwvutsrqponm", "abcd1234abcd1234", "m1ch43lj0rd4n", "princess123456", "nadroJleahciM",
    ]) func disguisedCommonPasswordsAreRefused(_ password: String) {
        #expect(PasswordRules.problem(password, username: "bob", email: "bob@example.org") != nil)
    }

    @Test func everyLeakedPasswordThatIsKnownIsRefused() {
        let known = leakedPasswords.split(whereSeparator: \.isWhitespace).map(String.init)
        let long = known.filter { $0.count >= PasswordRules.shortest }
        #expect(known.count == 30_000 && Set(known).count == known.count && long.count == 229)
        // Some of them, others in each run: an answer takes long.
        for password in long.shuffled().prefix(40) {
            #expect(PasswordRules.problem(password, username: "bob", email: "bob@example.org") != nil, "\(password)")
        }
    }

    @Test(arguments: [
        "four lamps under ice", "seven wet stones", "x7#Kq2!vLp9z", "dragon monkey summer piano", "a few unrelated words",
        "tzwqkvbnxrpl", "größer als gedacht", "Miles&9 wander",
    ]) func uncommonPasswordsAreTaken(_ password: String) {
        #expect(PasswordRules.problem(password, username: "bob", email: "bob@example.org") == nil)
    }

    @Test func randomPasswordsAreTakenAndNoLengthTakesLong() {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ!#%&/=?")
        for _ in 0..<100 {
            let seed = UInt64.random(in: .min ... .max)
            var random = SeededGenerator(seed: seed)
            let length = Int.random(in: 12...72, using: &random)
            let password = String((0..<length).map { _ in alphabet.randomElement(using: &random) ?? "a" })
            #expect(PasswordGuesses(password).count > PasswordGuesses.fewest, "seed \(seed): \(password)")
        }
    }
}
