import Digest
import Foundation
import Testing

private let password = "correct horse battery"

/// The second factor as whoever sits at the terminal meets it.
@Suite(.serialized) struct SecondFactorTests {
    private let data = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-" + UUID().uuidString).path

    /// The code that an authenticator shows so many steps from now (RFC 6238), for a secret in base32.
    private func code(_ secret: String, _ steps: Int = 0) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let bits = secret.flatMap { letter in (0..<5).reversed().map { (letters.firstIndex(of: letter) ?? 0) >> $0 & 1 } }
        let key = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | UInt8($1) }
        }
        let step = UInt64(Int(Date().timeIntervalSince1970 / 30) + steps)
        let hash = HMACSHA1(key: key).code(for: (0..<8).reversed().map { UInt8(truncatingIfNeeded: step >> (8 * $0)) })
        let offset = Int(hash[19] & 15)
        let number = hash[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        return String(String(number + 1_000_000_000).suffix(6))
    }

    /// Waits until a step has just begun, where it would end soon, so that codes are of the steps that the test means.
    private func waitForAWholeStep() {
        let gone = Date().timeIntervalSince1970.truncatingRemainder(dividingBy: 30)
        if gone > 15 { usleep(UInt32((30.5 - gone) * 1e6)) }
    }

    @Test func itIsMadeInTheDashboardAskedForAtTheLoginAndRemovedByAnAdministrator() throws {
        defer { try? FileManager.default.removeItem(atPath: data) }
        let added = try oddline(["accounts", "add", "alice", "alice@example.org", "--data-dir", data], input: password + "\n")
        #expect(added.status == 0, "\(added.errors)")
        let first = try Terminal(["--data-dir", data], width: 80, height: 24)
        try first.wait(for: "Log in")
        try first.fill("alice", password)
        try first.wait(for: "Series library")
        try first.keys("A", "Right", "Right")
        try first.wait(for: "Off: the password alone")
        try first.keys("Tab")
        try first.fill(password)
        let shown = try first.wait(for: "Scan this")
        let groups = shown.matches(of: /\b[A-Z2-7]{4}(?: [A-Z2-7]{4}){3}\b/).map { String($0.output) }
        let secret = groups.joined().replacing(" ", with: "")
        #expect(secret.count == 32, "\(shown)")
        waitForAWholeStep()
        let used = code(secret, -1)
        try first.fill(used)
        let codes = try first.wait(for: "The second factor is on.")
        let recovery = try #require(codes.firstMatch(of: /[A-Z2-7]{4}(?:-[A-Z2-7]{4}){5}/)).output
        try first.keys("Enter")
        try first.wait(for: "10 recovery codes left")
        try first.keys("Escape")
        try first.wait("the panel closes") { !$0.contains("recovery codes left") }
        try first.keys("q")
        try first.wait(for: "ended with 0")

        let second = try Terminal(["--data-dir", data], width: 80, height: 24)
        try second.wait(for: "Log in")
        try second.fill("alice", password)
        try second.wait(for: "six digits, or a recovery code")
        try second.fill(used)
        try second.wait(for: "was used already")
        try second.fill(code(secret))
        try second.wait(for: "Series library")
        try second.keys("q")
        try second.wait(for: "ended with 0")

        let reset = try oddline(["accounts", "reset-password", "alice", "--data-dir", data], input: "another long phrase\n")
        #expect(reset.status == 0)
        let third = try Terminal(["--data-dir", data])
        try third.wait(for: "Log in")
        try third.fill("alice", "another long phrase")
        try third.wait(for: "six digits, or a recovery code")
        try third.fill(String(recovery))
        try third.wait(for: "Series library")
        try third.keys("q")
        try third.wait(for: "ended with 0")

        let removed = try oddline(["accounts", "remove-second-factor", "alice", "--data-dir", data])
        #expect(removed.status == 0 && removed.output == "Second factor removed for alice.\n")
        let audit = try oddline(["accounts", "audit", "--data-dir", data])
        for action in ["second factor on", "code refused", "recovery code used", "second factor removed"] {
            #expect(audit.output.contains(action), "\(action)")
        }
        let fourth = try Terminal(["--data-dir", data])
        try fourth.wait(for: "Log in")
        try fourth.fill("alice", "another long phrase")
        try fourth.wait(for: "Series library")
    }
}
