import Digest
import Foundation
import GRDB
import Persistence
import Synchronization
import Testing

@testable import Accounts

private let good = "correct horse battery"

/// A clock that tests turn.
private final class Clock: Sendable {
    private let time = Mutex(Date(timeIntervalSince1970: 1_700_000_010))
    var now: Date { time.withLock { $0 } }
    func wait(_ seconds: TimeInterval) { time.withLock { $0 += seconds } }
}

/// Ann, an administrator, and Bob.
private final class Place: Sendable {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-factor-\(UUID().uuidString)")
    let clock = Clock()
    let accounts: Accounts
    let bob: Session

    /// - Parameter isStored: whether the database is a file, in which every change waits for the disk.
    init(isStored: Bool = false) throws {
        let database = try isStored ? OddlineDatabase(at: folder.appendingPathComponent("oddline.db")) : OddlineDatabase()
        accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4)) { [clock] in clock.now }
        for name in ["ann", "bob"] {
            _ = try accounts.register(username: name, email: "\(name)@example.org", password: good)
        }
        bob = try accounts.login(identifier: "bob", password: good)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func wait(_ seconds: TimeInterval) { clock.wait(seconds) }

    /// The code that Bob's device shows so many steps from now.
    func code(_ steps: Int64 = 0, of enrolment: SecondFactorEnrolment) -> String {
        TOTP(secret: decoded(enrolment.secret)).code(of: TOTP.step(at: clock.now) + steps)
    }

    /// Bob with a second factor in force.
    func enrol() throws -> (SecondFactorEnrolment, recovery: [String]) {
        let enrolment = try accounts.enrolSecondFactor(of: bob, password: good)
        let codes = try accounts.activateSecondFactor(of: bob, code: code(-1, of: enrolment))
        return (enrolment, codes)
    }

    /// Why Bob is not let in; `nil` where he is.
    func refusal(_ code: String?, password: String = good, origin: String = "here") -> AccountError? {
        do {
            _ = try accounts.login(identifier: "bob", password: password, code: code, origin: origin)
            return nil
        } catch { return error as? AccountError }
    }

    func ticket() throws -> String {
        do { _ = try accounts.login(identifier: "bob", password: good, origin: "here") } catch AccountError.secondFactorWanted(
            let ticket)
        { return ticket }
        throw AccountError.noSecondFactor
    }
}

/// The bytes that base32 stands for.
private func decoded(_ text: String) -> [UInt8] {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    let bits = text.flatMap { letter in
        (0..<5).reversed().map { (letters.firstIndex(of: letter) ?? 0) >> $0 & 1 }
    }
    return stride(from: 0, to: bits.count / 8 * 8, by: 8).map { start in
        bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | UInt8($1) }
    }
}

private func isWanted(_ error: AccountError?) -> Bool { if case .secondFactorWanted? = error { true } else { false } }
private func isThrottled(_ error: AccountError?) -> Bool { if case .throttled? = error { true } else { false } }

@Suite struct TOTPTests {
    /// RFC 6238, appendix B, SHA-1.
    @Test(arguments: [
        (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ]) func theStandardsExamplesAreMet(_ seconds: Int, _ code: String) {
        let totp = TOTP(secret: "12345678901234567890".utf8)
        let time = Date(timeIntervalSince1970: Double(seconds))
        #expect(totp.code(of: TOTP.step(at: time), digits: 8) == code)
        #expect(totp.code(of: TOTP.step(at: time)) == code.suffix(6))
        #expect(totp.step(of: String(code.suffix(6)), at: time, after: 0) == Int64(seconds / 30))
    }

    /// A code is taken where its step is within one of the present one and after the last that was taken, and so at most once,
    /// whatever is tried at whatever times.
    @Test(arguments: 0..<20) func aCodeIsTakenOnceInItsWindowAndNeverAfter(_ seed: Int) {
        let totp = TOTP(secret: "law \(seed)".utf8)
        var state = UInt64(seed) &+ 1
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        var (seconds, last, taken) = (1_000_000.0 * Double(seed), Int64(0), [Int64]())
        for _ in 0..<500 {
            seconds += Double(random(40))
            let time = Date(timeIntervalSince1970: seconds)
            let present = TOTP.step(at: time)
            let tried = max(0, present + Int64(random(9)) - 4)
            let step = totp.step(of: totp.code(of: tried), at: time, after: last)
            let isRight = abs(tried - present) <= 1 && tried > last
            #expect(step == (isRight ? tried : nil), "step \(tried) at \(present) after \(last)")
            if let step { (last, taken) = (step, taken + [step]) }
        }
        #expect(taken == Array(Set(taken)).sorted() && taken.count > 50)
    }

    @Test func whatIsNoCodeIsNone() {
        let totp = TOTP(secret: "12345678901234567890".utf8)
        let time = Date(timeIntervalSince1970: 59)
        for text in ["", "28708", "2870822", "94287082", "２８７０８２", "-87082", "28708x"] {
            #expect(totp.step(of: text, at: time, after: 0) == nil, "\(text)")
        }
    }
}

@Suite struct SecondFactorTests {
    @Test func aSecretIsInForceFromItsFirstCodeOnAndThenEveryLoginNeedsOne() throws {
        let place = try Place()
        let enrolment = try place.accounts.enrolSecondFactor(of: place.bob, password: good)
        #expect(enrolment.address == "otpauth://totp/oddline:bob?secret=\(enrolment.secret)" && enrolment.secret.count == 32)
        #expect(place.refusal(nil) == nil, "nothing is in force yet")
        #expect(throws: AccountError.wrongCode) {
            try place.accounts.activateSecondFactor(of: place.bob, code: place.code(5, of: enrolment))
        }
        #expect(place.refusal(nil) == nil)
        let codes = try place.accounts.activateSecondFactor(of: place.bob, code: place.code(of: enrolment))
        #expect(Set(codes).count == 10)
        #expect(try place.accounts.secondFactor(of: place.bob.account) == SecondFactor(isOn: true, recoveryCodes: 10))
        #expect(isWanted(place.refusal(nil)))
        #expect(place.refusal(place.code(of: enrolment)) == .wrongCode, "it was used to put it in force")
        #expect(place.refusal(place.code(1, of: enrolment), password: "wrong wrong wrong") == .wrongCredentials)
        #expect(place.refusal(place.code(1, of: enrolment)) == nil, "a wrong password spends no code")
        #expect(place.refusal(place.code(1, of: enrolment)) == .wrongCode, "used")
        #expect(throws: AccountError.secondFactorIsOn) {
            try place.accounts.enrolSecondFactor(of: place.bob, password: good)
        }
        #expect(throws: Never.self) { try place.accounts.login(identifier: "ann", password: good, origin: "here") }
    }

    @Test func aChangeOfTheSecondFactorEndsAllOtherSessions() throws {
        let place = try Place(isStored: true)
        let tokens = try Tokens(accounts: place.accounts, keyFile: place.folder.appendingPathComponent("keys.json"))
        let ann = try place.accounts.login(identifier: "ann", password: good)
        let own = try tokens.issue(for: place.bob, origin: "here")
        let others = try (0..<2).map { try tokens.issue(for: place.bob, origin: "there \($0)") }
        let anns = try tokens.issue(for: ann, origin: "here")
        let kept = try tokens.authenticate(own.text).id
        let enrolment = try place.accounts.enrolSecondFactor(of: place.bob, password: good)
        #expect(throws: Never.self) { try tokens.authenticate(others[0].text) }
        #expect(throws: AccountError.wrongCode) {
            try place.accounts.activateSecondFactor(of: place.bob, code: place.code(5, of: enrolment), keeping: kept)
        }
        #expect(throws: Never.self, "nothing has changed") { try tokens.authenticate(others[0].text) }
        _ = try place.accounts.activateSecondFactor(of: place.bob, code: place.code(of: enrolment), keeping: kept)
        for other in others { #expect(throws: AccountError.badToken) { try tokens.authenticate(other.text) } }
        #expect(throws: Never.self) { try tokens.authenticate(own.text) }
        #expect(throws: Never.self) { try tokens.authenticate(anns.text) }

        let later = try tokens.issue(for: place.bob, origin: "there")
        try place.accounts.removeSecondFactor(
            of: place.bob, password: good, code: place.code(1, of: enrolment), keeping: kept)
        #expect(throws: AccountError.badToken) { try tokens.authenticate(later.text) }
        #expect(throws: Never.self) { try tokens.authenticate(own.text) }
    }

    @Test func anEnrolmentNeedsThePassword() throws {
        let place = try Place()
        #expect(throws: AccountError.wrongCredentials) {
            try place.accounts.enrolSecondFactor(of: place.bob, password: "wrong wrong wrong")
        }
        #expect(throws: AccountError.noSecondFactor) { try place.accounts.activateSecondFactor(of: place.bob, code: "123456") }
    }

    @Test func aTicketOpensOneSessionForFiveMinutes() throws {
        let place = try Place()
        let (enrolment, _) = try place.enrol()
        let ticket = try place.ticket()
        #expect(throws: AccountError.wrongCode) { try place.accounts.login(ticket: ticket, code: "000000x", origin: "here") }
        let session = try place.accounts.login(ticket: ticket, code: place.code(of: enrolment), origin: "here")
        #expect(session.account.username == "bob")
        #expect(throws: AccountError.loginExpired) {
            try place.accounts.login(ticket: ticket, code: place.code(1, of: enrolment), origin: "here")
        }
        let late = try place.ticket()
        place.wait(301)
        for wrong in [late, "", "invented"] {
            #expect(throws: AccountError.loginExpired) {
                try place.accounts.login(ticket: wrong, code: place.code(of: enrolment), origin: "here")
            }
        }
    }

    @Test func aTicketIsNoneAfterANewPasswordOrADisabling() throws {
        let place = try Place()
        let (enrolment, _) = try place.enrol()
        let changes: [(Accounts, Account) throws -> Void] = [
            {
                try $0.setPassword(of: $1, to: "another long phrase")
                try $0.setPassword(of: $1, to: good)
            },
            {
                try $0.setEnabled($1, false)
                try $0.setEnabled($1, true)
            },
            { try $0.removeSecondFactor(of: $1) },
        ]
        for change in changes {
            let ticket = try place.ticket()
            try change(place.accounts, place.bob.account)
            #expect(throws: AccountError.loginExpired) {
                try place.accounts.login(ticket: ticket, code: place.code(of: enrolment), origin: "here")
            }
        }
    }

    @Test func eachRecoveryCodeStandsInOnceHoweverItIsTyped() throws {
        let place = try Place()
        let (_, codes) = try place.enrol()
        for (index, code) in codes.enumerated() {
            let typed = index % 3 == 0 ? code : index % 3 == 1 ? code.lowercased() : code.replacing("-", with: " ")
            #expect(place.refusal(typed) == nil)
            #expect(place.refusal(code) == .wrongCode)
            place.wait(60)
        }
        #expect(try place.accounts.secondFactor(of: place.bob.account) == SecondFactor(isOn: true, recoveryCodes: 0))
        #expect(try place.accounts.auditLog().count { $0.action == "recovery code used" } == 10)
    }

    /// Whoever has the password guesses codes from a new address each minute of a day, and asks without a code in between, which
    /// forgives nothing. The terminal, and a device that is known, wait for none of it.
    @Test func codesAreGuessedNoFasterThanPasswordsFromOnePlace() throws {
        let place = try Place()
        let device = try place.accounts.rememberDevice(of: place.bob).token
        let (enrolment, _) = try place.enrol()
        var tried = 0
        for minute in 0..<360 {
            let origin = "10.0.\(minute / 256).\(minute % 256)"
            if minute % 7 == 0 { #expect(isWanted(place.refusal(nil, origin: origin))) }
            let refusal = place.refusal("guess\(minute)", origin: origin)
            if refusal == .wrongCode { tried += 1 } else { #expect(isThrottled(refusal)) }
            place.wait(60)
        }
        #expect((24...42).contains(tried), "\(tried): 5, those while the waits grow to 900 s, and one each 900 s")
        _ = place.refusal("another guess", origin: "10.1.0.0")
        #expect(isThrottled(place.refusal(place.code(of: enrolment), origin: "192.0.2.1")))
        let known = try place.accounts.login(
            identifier: "bob", password: good, code: place.code(of: enrolment), origin: "192.0.2.1", device: device)
        #expect(known.account.username == "bob")
        #expect(place.refusal(place.code(1, of: enrolment), origin: Accounts.terminal) == nil)
        try place.accounts.forgetFailures(of: place.bob.account)
        place.wait(60)
        #expect(place.refusal(place.code(of: enrolment), origin: "192.0.2.1") == nil)
    }

    @Test func aNewPasswordLeavesItOnAndItsRemovalNeedsPasswordAndCode() throws {
        let place = try Place()
        let (enrolment, _) = try place.enrol()
        try place.accounts.setPassword(of: place.bob.account, to: "another long phrase")
        #expect(isWanted(place.refusal(nil, password: "another long phrase")))
        let session = try place.accounts.login(
            identifier: "bob", password: "another long phrase", code: place.code(of: enrolment))
        #expect(throws: AccountError.wrongCredentials) {
            try place.accounts.removeSecondFactor(of: session, password: good, code: place.code(1, of: enrolment))
        }
        #expect(throws: AccountError.wrongCode) {
            try place.accounts.removeSecondFactor(
                of: session, password: "another long phrase", code: place.code(of: enrolment))
        }
        try place.accounts.removeSecondFactor(
            of: session, password: "another long phrase", code: place.code(1, of: enrolment))
        #expect(place.refusal(nil, password: "another long phrase") == nil)
        #expect(try place.accounts.secondFactor(of: session.account) == SecondFactor(isOn: false, recoveryCodes: 0))
    }

    @Test func anAdministratorRemovesItAndThatIsWrittenDown() throws {
        let place = try Place()
        _ = try place.enrol()
        #expect(throws: AccountError.notAdministrator) {
            try place.accounts.asAdministrator(place.bob).removeSecondFactor(of: place.bob.account)
        }
        let ann = try place.accounts.login(identifier: "ann", password: good)
        try place.accounts.asAdministrator(ann).removeSecondFactor(of: place.bob.account)
        #expect(place.refusal(nil) == nil)
        let entry = try #require(try place.accounts.auditLog().first { $0.action == "second factor removed" })
        #expect(entry.actor == "ann" && entry.detail == "bob")
        #expect(throws: AccountError.noSecondFactor) { try place.accounts.removeSecondFactor(of: place.bob.account) }
    }

    /// One code that eight programs send at once opens one session.
    @Test func ofManyLoginsWithOneCodeOneSucceeds() async throws {
        let place = try Place(isStored: true)
        let (enrolment, codes) = try place.enrol()
        for code in [place.code(of: enrolment), codes[0]] {
            let opened = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<8 { group.addTask { place.refusal(code, origin: "10.0.0.\(index)") == nil } }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(opened == 1)
            try place.accounts.forgetFailures()
        }
    }

    /// The database alone gives no code: neither the secret nor a recovery code stands in it, and with another key beside it the
    /// codes are others.
    @Test func theDatabaseAloneGivesNoCode() throws {
        let place = try Place(isStored: true)
        let (enrolment, codes) = try place.enrol()
        let ticket = try place.ticket()
        let stored = try ["", "-wal"].map { try Data(contentsOf: place.folder.appendingPathComponent("oddline.db" + $0)) }
        let secrets =
            [Data(decoded(enrolment.secret)), Data(enrolment.secret.utf8), Data(ticket.utf8)]
            + codes.flatMap { [Data($0.utf8), Data($0.replacing("-", with: "").utf8)] }
        for secret in secrets { #expect(stored.allSatisfy { $0.range(of: secret) == nil }) }
        var status = stat()
        let key = place.folder.appendingPathComponent("second-factor-key")
        #expect(lstat(key.path, &status) == 0 && status.st_mode & 0o777 == 0o600 && status.st_size == 32)
        try PrivateFile(key).write(Data(repeating: 7, count: 32))
        #expect(place.refusal(place.code(of: enrolment)) == .wrongCode)
        #expect(place.refusal(codes[0]) == nil, "a recovery code needs no key")
    }
}
