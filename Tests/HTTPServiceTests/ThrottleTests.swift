import Foundation
import Testing

@testable import HTTPService

/// Whom guesses slow down, over a socket.
@Suite struct LiveThrottleTests {
    private static let right = "four lamps under ice"
    private static let wrong = "wrong wrong wrong"

    @Test func behindAProxyGuessesOfOthersKeepNobodyOut() async throws {
        let server = try await LiveServer { $0.trust(["127.0.0.1"]) }
        _ = try server.accounts.register(username: "ann", email: "ann@example.org", password: Self.right)
        try await onThread { [client = LiveClient(port: server.port)] in
            for index in 0..<60 { _ = try client.logIn("nobody\(index)", Self.wrong, from: "10.9.9.9") }
            let blocked = try client.logIn("nobody1", Self.wrong, from: "10.9.9.9")
            #expect(blocked.status == 429 && blocked.head.contains("retry-after:"), "\(blocked)")
            let ann = try client.logIn("ann", Self.right, from: "10.1.1.1")
            #expect(ann.status == 200, "\(ann)")
        }
    }

    /// Guesses at ann from 35 addresses, and at names that nobody has from her own: she gets in, and so does whoever unlocks her
    /// dashboard.
    @Test func anOwnerGetsInWhileOthersGuess() async throws {
        let server = try await LiveServer { $0.trust(["127.0.0.1"]) }
        _ = try server.accounts.register(username: "ann", email: "ann@example.org", password: Self.right)
        let session = try server.accounts.login(identifier: "ann", password: Self.right)
        try await onThread { [client = LiveClient(port: server.port)] in
            for index in 0..<140 { _ = try client.logIn("ann", Self.wrong, from: "203.0.113.\(index % 35)") }
            for index in 0..<60 { _ = try client.logIn("nobody\(index)", Self.wrong, from: "10.1.1.1") }
            // Waits run out on a slow machine.
            let slowed = try (0..<12).map { _ in try client.logIn("ann", Self.wrong, from: "203.0.113.1").status }
            #expect(slowed.contains(429), "\(slowed)")
            let ann = try client.logIn("ann", Self.right, from: "10.1.1.1")
            #expect(ann.status == 200, "\(ann)")
        }
        #expect(throws: Never.self) { try server.accounts.confirm(session, password: Self.right) }
    }

    /// All come from one address, as behind a proxy that is not told of: the token of a device lets its owner in.
    @Test func theTokenOfADeviceLetsItsOwnerInWhateverOthersGuess() async throws {
        let server = try await LiveServer()
        _ = try server.accounts.register(username: "ann", email: "ann@example.org", password: Self.right)
        try await onThread { [client = LiveClient(port: server.port)] in
            let first = try client.logIn("ann", Self.right)
            let device = try #require(first.body.firstMatch(of: /"device_token":"([^"]+)"/)).1
            for index in 0..<60 { _ = try client.logIn("nobody\(index)", Self.wrong) }
            func logIn(_ password: String, _ device: Substring) throws -> LiveAnswer {
                try client.ask(
                    "POST", "/api/auth/login",
                    "{\"identifier\":\"ann\",\"password\":\"\(password)\",\"device_token\":\"\(device)\"}")
            }
            // Waits run out on a slow machine, so that the guesses begin again until both are refused.
            var refused: [Bool] = []
            for _ in 0..<5 where !refused.elementsEqual([true, true]) {
                for _ in 0..<8 { _ = try client.logIn("ann", Self.wrong) }
                let invented = Substring(String(device.reversed()))
                refused = [try client.logIn("ann", Self.right), try logIn(Self.right, invented)].map { $0.status == 429 }
            }
            #expect(refused == [true, true], "neither no token nor an invented one")
            let with = try logIn(Self.right, device)
            #expect(with.status == 200, "\(with)")
            let guessed = try (0..<7).map { _ in try logIn(Self.wrong, device).status }
            #expect(guessed == [401, 401, 401, 401, 401, 429, 429], "the token is no way to guess")
        }
    }

    @Test func aForwardedAddressIsBelievedOfATrustedProxyAlone() async throws {
        for (trusted, isBelieved): ([String], Bool) in [([], false), (["127.0.0.1", "10.0.0.0/30"], true)] {
            let server = try await LiveServer { $0.trust(trusted) }
            _ = try server.accounts.register(username: "ann", email: "ann@example.org", password: Self.right)
            try await onThread { [client = LiveClient(port: server.port)] in
                // Waits run out on a slow machine, so that the guesses begin again until the right password is refused.
                var same = 0
                for _ in 0..<5 where same != 429 {
                    for index in 0..<8 {
                        // What comes before the last address that is no trusted proxy's, the client itself may have written.
                        let forwarded = isBelieved ? "10.1.1.\(index), 10.5.5.5, 10.0.0.2" : "10.1.1.\(index)"
                        _ = try client.logIn("ann", Self.wrong, from: forwarded)
                    }
                    same = try client.logIn("ann", Self.right, from: isBelieved ? "10.5.5.5" : "10.7.7.7").status
                }
                #expect(same == 429)
                let other = try client.logIn("ann", Self.right, from: "10.8.8.8")
                #expect(other.status == (isBelieved ? 200 : 429), "\(other)")
            }
        }
    }
}
