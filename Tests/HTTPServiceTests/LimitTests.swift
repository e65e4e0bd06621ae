import Foundation
import Testing

@testable import Accounts
@testable import HTTPService

/// What the service says, over a socket, when all users together want too much.
@Suite struct LimitTests {
    private static let password = "four lamps under ice"

    /// Tokens of two users.
    private static func tokens(_ server: LiveServer) async throws -> [String] {
        let client = LiveClient(port: server.port)
        for name in ["ann", "bob"] {
            _ = try server.accounts.register(username: name, email: "\(name)@example.org", password: password)
        }
        return try await onThread { try ["ann", "bob"].map { try #require(try client.logIn($0, password).token) } }
    }

    private static func bring(_ client: LiveClient, rows: Int, _ value: Int, _ token: String) throws -> LiveAnswer {
        let csv = "value\\n" + String(repeating: "\(value)\\n", count: rows)
        return try client.ask("POST", "/api/series", "{\"csv\":\"\(csv)\"}", token: token)
    }

    private static func isLater(_ answer: LiveAnswer) -> Bool { answer.status == 503 && answer.head.contains("retry-after: ") }

    @Test func seriesAndValuesAreLimitedForAllUsersTogether() async throws {
        let limits: [@Sendable (inout ServiceSettings) -> Void] = [{ $0.limits.series = 1 }, { $0.limits.values = 1000 }]
        for limit in limits {
            let server = try await LiveServer { limit(&$0) }
            let tokens = try await Self.tokens(server)
            try await onThread { [client = LiveClient(port: server.port)] in
                let first = try Self.bring(client, rows: 600, 1, tokens[0])
                let location = try #require(first.head.firstMatch(of: /location: (\S+)/)).1
                let refused = try Self.bring(client, rows: 600, 2, tokens[1])
                #expect(first.status == 201 && Self.isLater(refused), "\(refused)")
                let again = try Self.bring(client, rows: 600, 1, tokens[0])
                #expect(again.status == 201, "the same series needs no more: \(again)")
                #expect(try client.ask("DELETE", String(location), token: tokens[0]).status == 204)
                let next = try Self.bring(client, rows: 600, 2, tokens[1])
                #expect(next.status == 201, "\(next)")
            }
        }
    }

    @Test func trainingRunsAreLimitedForAllUsersTogether() async throws {
        let server = try await LiveServer { $0.limits.trainings = 1 }
        let tokens = try await Self.tokens(server)
        try await onThread { [client = LiveClient(port: server.port)] in
            let paths = try tokens.map { token in
                let made = try client.ask("POST", "/api/series", "{\"sample\":\"long-range.csv\"}", token: token)
                return String(try #require(made.head.firstMatch(of: /location: (\S+)/), "\(made)").1)
            }
            let begun = try client.ask("POST", paths[0] + "/training", "{}", token: tokens[0])
            let refused = try client.ask("POST", paths[1] + "/training", "{}", token: tokens[1])
            #expect(begun.status == 202 && Self.isLater(refused), "\(begun) \(refused)")
            #expect(try client.ask("DELETE", paths[0], token: tokens[0]).status == 204)
            let next = try client.ask("POST", paths[1] + "/training", "{}", token: tokens[1])
            #expect(next.status == 202, "\(next)")
            #expect(try client.ask("DELETE", paths[1], token: tokens[1]).status == 204)
        }
    }

    @Test func bodiesThatAreUnderWayAreLimitedTogether() async throws {
        let server = try await LiveServer { $0.limits.bodyBytes = 20_000 }
        let tokens = try await Self.tokens(server)
        try await onThread { [client = LiveClient(port: server.port)] in
            func half() throws -> Client {
                let slow = try Client(port: client.port)
                slow.write(
                    "POST /api/series HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer \(tokens[0])\r\n"
                        + "content-type: application/json\r\ncontent-length: 30000\r\n\r\n"
                        + String(repeating: " ", count: 15_000))
                return slow
            }
            var slow = try half()
            let end = ContinuousClock.now + .seconds(60)
            var answer = try Self.bring(client, rows: 4000, 1, tokens[1])
            // Until the service has read the other one's half; where that came second, it is the one that was refused.
            while answer.status == 201, ContinuousClock.now < end {
                if slow.hasAnswer(within: 0) { slow = try half() }
                answer = try Self.bring(client, rows: 4000, 1, tokens[1])
            }
            #expect(Self.isLater(answer), "\(answer)")
            slow.write(String(repeating: " ", count: 15_000))
            #expect(slow.readAll(until: "}").hasPrefix("HTTP/1.1 "))
            let next = try Self.bring(client, rows: 4000, 1, tokens[1])
            #expect(next.status == 201, "\(next)")
        }
    }

    @Test func loginsThatWouldWaitForTooManyOthersAreToldToComeAgain() async throws {
        let server = try await LiveServer { $0.limits.pendingHashes = 0 }
        try await onThread { [client = LiveClient(port: server.port)] in
            let answer = try client.logIn("ann", Self.password)
            #expect(Self.isLater(answer), "\(answer)")
        }
    }
}
