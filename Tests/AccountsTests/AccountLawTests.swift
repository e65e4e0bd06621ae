import Foundation
import Persistence
import Synchronization
import Testing
import TimeSeries

@testable import Accounts

/// An account as the test expects it to be.
private struct Expected {
    let id: Int64
    var username: String
    var email: String
    var password: String
    var role: Role
    var isEnabled: Bool
}

@Suite struct AccountLawTests {
    private static let passwords = ["correct horse battery", "four lamps under ice", "größer als gedacht", "seven wet stones"]
    private static let names = ["ann", "Ann", "bob", "BOB", "carla", "dora", "e", "9x", "emil", "a b"]

    /// Whatever is done in whatever order: names stay unique, an enabled administrator stays, and exactly the present
    /// password of an enabled account opens it.
    @Test func anySequenceOfOperationsKeepsTheInvariants() throws {
        for _ in 0..<12 {
            let seed = UInt64.random(in: .min ... .max)
            var random = SeededGenerator(seed: seed)
            let clock = Mutex(Date(timeIntervalSince1970: 1_700_000_000))
            let accounts = try Accounts(database: OddlineDatabase(), hasher: PasswordHasher(cost: 4)) { clock.withLock { $0 } }
            var expected: [Expected] = []
            for step in 0..<40 {
                clock.withLock { $0 += 1 }
                try act(on: accounts, &expected, &random, "seed \(seed), step \(step)")
                let listed = try accounts.list()
                #expect(listed.map(\.id).sorted() == expected.map(\.id).sorted(), "seed \(seed), step \(step)")
                for account in listed {
                    let known = expected.first { $0.id == account.id }
                    #expect(
                        known?.username == account.username && known?.email == account.email && known?.role == account.role
                            && known?.isEnabled == account.isEnabled, "seed \(seed), step \(step)")
                }
                #expect(Set(listed.map { $0.username.lowercased() }).count == listed.count, "seed \(seed), step \(step)")
                #expect(Set(listed.map { $0.email.lowercased() }).count == listed.count, "seed \(seed), step \(step)")
                #expect(
                    listed.isEmpty || listed.contains { $0.role == .administrator && $0.isEnabled }, "seed \(seed), step \(step)")
            }
            try expectLogins(accounts, expected, "seed \(seed)")
        }
    }

    private func act(
        on accounts: Accounts, _ expected: inout [Expected], _ random: inout SeededGenerator, _ place: String
    ) throws {
        let name = Self.names.randomElement(using: &random) ?? ""
        let email = "\(Self.names.randomElement(using: &random) ?? "")@example.org"
        let password = Self.passwords.randomElement(using: &random) ?? ""
        let index = expected.indices.randomElement(using: &random)
        switch (Int.random(in: 0..<7, using: &random), index) {
        case (0, _), (_, nil):
            let isValid = Self.isValid(name) && Self.isFree(name, email, expected, except: nil) && !email.contains(" ")
            let made = try? accounts.register(username: name, email: email, password: password)
            #expect((made != nil) == isValid, "\(place): register \(name) \(email)")
            guard let made else { return }
            expected.append(
                Expected(
                    id: made.id, username: name, email: email.lowercased(), password: password,
                    role: expected.isEmpty ? .administrator : .analyst, isEnabled: true))
        case (1, let index?):
            let isValid =
                Self.isValid(name) && Self.isFree(name, email, expected, except: expected[index].id) && !email.contains(" ")
            let account = try accounts.find(expected[index].email)
            let changed = try? accounts.update(account, username: name, email: email)
            #expect((changed != nil) == isValid, "\(place): update to \(name) \(email)")
            if isValid { (expected[index].username, expected[index].email) = (name, email.lowercased()) }
        case (2, let index?):
            let isEnabled = Bool.random(using: &random)
            let isLast = !isEnabled && Self.isLastAdministrator(expected[index], expected)
            let account = try accounts.find(expected[index].username)
            #expect(Self.throwsLast { try accounts.setEnabled(account, isEnabled) } == isLast, "\(place): enable \(isEnabled)")
            if !isLast { expected[index].isEnabled = isEnabled }
        case (3, let index?):
            let role = Role.allCases.randomElement(using: &random) ?? .analyst
            let isLast = role != .administrator && Self.isLastAdministrator(expected[index], expected)
            let account = try accounts.find(expected[index].username)
            #expect(Self.throwsLast { try accounts.setRole(account, to: role) } == isLast, "\(place): role \(role)")
            if !isLast { expected[index].role = role }
        case (4, let index?):
            try accounts.setPassword(of: accounts.find(expected[index].username), to: password)
            expected[index].password = password
        case (_, let index?):
            let session = try? accounts.login(
                identifier: expected[index].username.uppercased(), password: password, origin: UUID().uuidString)
            let isRight = expected[index].isEnabled && expected[index].password == password
            #expect((session != nil) == isRight, "\(place): login")
        }
    }

    private func expectLogins(_ accounts: Accounts, _ expected: [Expected], _ place: String) throws {
        for known in expected {
            for identifier in [known.username, known.email] {
                let session = try? accounts.login(
                    identifier: identifier, password: known.password, origin: UUID().uuidString)
                #expect((session?.account.id == known.id) == known.isEnabled, "\(place): \(identifier)")
            }
        }
    }

    private static func isValid(_ name: String) -> Bool { (try? /[A-Za-z][A-Za-z0-9._-]{2,31}/.wholeMatch(in: name)) != nil }

    private static func isFree(_ name: String, _ email: String, _ expected: [Expected], except id: Int64?) -> Bool {
        !expected.contains {
            $0.id != id && ($0.username.lowercased() == name.lowercased() || $0.email.lowercased() == email.lowercased())
        }
    }

    private static func isLastAdministrator(_ account: Expected, _ expected: [Expected]) -> Bool {
        expected.filter { $0.role == .administrator && $0.isEnabled }.map(\.id) == [account.id]
    }

    private static func throwsLast(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return false
        } catch { return error as? AccountError == .lastAdministrator }
    }

    /// The last administrator stays even for whoever holds an older picture of the account.
    @Test func anOldPictureOfAnAccountDoesNotRemoveTheLastAdministrator() throws {
        let accounts = try Accounts(database: OddlineDatabase(), hasher: PasswordHasher(cost: 4))
        let ann = try accounts.register(username: "ann", email: "ann@example.org", password: Self.passwords[0])
        let bob = try accounts.register(username: "bob", email: "bob@example.org", password: Self.passwords[0])
        try accounts.setRole(bob, to: .administrator)
        try accounts.setRole(ann, to: .analyst)
        #expect(throws: AccountError.lastAdministrator) { try accounts.setEnabled(bob, false) }
        #expect(throws: AccountError.lastAdministrator) { try accounts.setRole(bob, to: .analyst) }
    }

    @Test func usernamesDrawnAtRandomAreTakenExactlyWhenTheyHaveTheForm() {
        let alphabet = Array("abzAZ09._- @é\u{0}аß\u{301}\n'".unicodeScalars)
        var taken = 0
        for _ in 0..<2000 {
            let seed = UInt64.random(in: .min ... .max)
            var random = SeededGenerator(seed: seed)
            var name = String.UnicodeScalarView()
            let isPlain = Bool.random(using: &random)
            for _ in 0..<Int.random(in: 0...34, using: &random) {
                name.append(alphabet[Int.random(in: 0..<(isPlain ? 10 : alphabet.count), using: &random)])
            }
            let isTaken = AccountRules.usernameProblem(String(name)) == nil
            #expect(isTaken == Self.isValid(String(name)), "seed \(seed): \(String(name).debugDescription)")
            if isTaken { taken += 1 }
        }
        #expect(taken > 100)
    }

    @Test func aHashBelongsToItsPasswordAlone() throws {
        let hasher = PasswordHasher(cost: 4)
        for _ in 0..<100 {
            let seed = UInt64.random(in: .min ... .max)
            var random = SeededGenerator(seed: seed)
            let bytes = (0..<Int.random(in: 1...72, using: &random)).map { _ in UInt8.random(in: 1...127, using: &random) }
            var other = bytes
            let place = Int.random(in: 0..<bytes.count, using: &random)
            other[place] = other[place] == 1 ? 2 : other[place] - 1
            let hash = try hasher.hash(String(decoding: bytes, as: UTF8.self))
            #expect(hasher.verify(String(decoding: bytes, as: UTF8.self), against: hash), "seed \(seed)")
            #expect(!hasher.verify(String(decoding: other, as: UTF8.self), against: hash), "seed \(seed)")
            #expect(!hasher.verify(String(decoding: bytes.dropLast(), as: UTF8.self), against: hash), "seed \(seed)")
        }
    }

    /// However often and whenever keys are rotated: exactly the newest signs, and each older one verifies until its time
    /// is over and not longer.
    @Test func rotationsKeepOneKeyThatSignsAndTheOthersUntilTheyRetire() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try makePrivateFolder(folder)
        for _ in 0..<20 {
            let seed = UInt64.random(in: .min ... .max)
            var random = SeededGenerator(seed: seed)
            let file = folder.appendingPathComponent("\(seed).json")
            var keys = try SigningKeys(at: file)
            var now = Date(timeIntervalSince1970: 1_700_000_000)
            var retirement: [String: Date] = [:]
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                now += Double.random(in: 1...100, using: &random).rounded()
                let overlap = Double.random(in: -50...200, using: &random).rounded()
                retirement[keys.signing.kid] = now + overlap
                try keys.rotate(overlap: overlap, now: now)
                #expect(try SigningKeys(at: file) == keys, "seed \(seed): the file holds them")
                func verifies(_ kid: String) -> Bool { keys.secret(named: kid, now: now) != nil }
                #expect(retirement[keys.signing.kid] == nil && verifies(keys.signing.kid), "seed \(seed)")
                for (kid, end) in retirement { #expect(verifies(kid) == (end > now), "seed \(seed)") }
            }
            #expect(Set(keys.keys.map(\.kid)).count == keys.keys.count && Set(keys.keys.map(\.secret)).count == keys.keys.count)
            let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    /// Programs that start at once on a fresh folder sign with one key, and of rotations at once none is lost.
    @Test func programsThatStartOrRotateAtOnceHaveTheSameKeys() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try makePrivateFolder(folder)
        for round in 0..<20 {
            let file = folder.appendingPathComponent("\(round).json")
            let made = Mutex<[SigningKeys]>([])
            DispatchQueue.concurrentPerform(iterations: 8) { _ in
                guard let keys = try? SigningKeys(at: file) else { return }
                made.withLock { $0.append(keys) }
            }
            let present = try SigningKeys(at: file)
            let all = made.withLock { $0 }
            #expect(all.count == 8 && all.allSatisfy { $0 == present }, "round \(round)")
            DispatchQueue.concurrentPerform(iterations: 6) { _ in
                var keys = present
                try? keys.rotate(overlap: 1000)
            }
            let rotated = try SigningKeys(at: file)
            #expect(rotated.keys.count == 7 && rotated.keys.last?.kid == present.signing.kid, "round \(round)")
        }
    }

    /// Whatever failed before, from wherever: nobody waits longer than the longest delay, the right password opens the
    /// account once the wait is over, and failures elsewhere cost a stranger's victim seconds at most.
    @Test func waitsAreBoundedAndEnd() throws {
        for _ in 0..<8 {
            let seed = UInt64.random(in: .min ... .max)
            var random = SeededGenerator(seed: seed)
            let clock = Mutex(Date(timeIntervalSince1970: 1_700_000_000))
            let accounts = try Accounts(database: OddlineDatabase(), hasher: PasswordHasher(cost: 4)) { clock.withLock { $0 } }
            _ = try accounts.register(username: "ann", email: "ann@example.org", password: Self.passwords[0])
            func attempt(_ origin: String, _ password: String) -> (isOpen: Bool, wait: Int) {
                do {
                    _ = try accounts.login(identifier: "ann", password: password, origin: origin)
                    return (true, 0)
                } catch AccountError.throttled(let seconds) { return (false, seconds) } catch { return (false, 0) }
            }
            for _ in 0..<200 {
                let origin = ["here", "there", "elsewhere"].randomElement(using: &random) ?? ""
                let (isOpen, wait) = attempt(origin, "wrong wrong wrong")
                #expect(!isOpen && (0...900).contains(wait), "seed \(seed)")
                if Bool.random(using: &random) { clock.withLock { $0 += Double(Int.random(in: 0...60, using: &random)) } }
            }
            #expect(attempt("home", Self.passwords[0]).isOpen, "seed \(seed): at once from an origin that never failed")
            let wait = attempt("here", Self.passwords[0]).wait
            clock.withLock { $0 += Double(wait) }
            #expect(attempt("here", Self.passwords[0]).isOpen, "seed \(seed): after the wait the right password opens it")
        }
    }
}
