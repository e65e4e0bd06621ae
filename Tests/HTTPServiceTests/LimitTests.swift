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

    /// Where an answer says that a series is.
    private static func place(_ answer: LiveAnswer) throws -> String {
        String(try #require(answer.head.firstMatch(of: /location: (\S+)/), "\(answer)").1)
    }

    /// Where all is taken, whoever holds the most makes room for whoever would hold less, with what was used least.
    @Test func seriesAndValuesAreLimitedForAllUsersTogether() async throws {
        let limits: [@Sendable (inout ServiceSettings) -> Void] = [{ $0.limits.series = 2 }, { $0.limits.values = 1300 }]
        for limit in limits {
            let server = try await LiveServer { limit(&$0) }
            let tokens = try await Self.tokens(server)
            try await onThread { [client = LiveClient(port: server.port)] in
                func shown(_ path: String, _ user: Int) throws -> Int { try client.ask("GET", path, token: tokens[user]).status }
                let places = try (1...2).map { try Self.place(Self.bring(client, rows: 600, $0, tokens[0])) }
                #expect(try shown(places[0], 0) == 200, "used after the other")
                let again = try Self.bring(client, rows: 600, 1, tokens[0])
                #expect(again.status == 201, "the same series needs no more: \(again)")
                let next = try Self.bring(client, rows: 600, 3, tokens[1])
                #expect(next.status == 201, "\(next)")
                #expect(try shown(places[0], 0) == 200 && shown(places[1], 0) == 404, "what was used least made room")
                let refused = try Self.bring(client, rows: 600, 4, tokens[1])
                #expect(Self.isLater(refused), "who holds as much as the other takes nothing of his: \(refused)")
                #expect(try client.ask("DELETE", places[0], token: tokens[0]).status == 204)
                #expect(try Self.bring(client, rows: 600, 4, tokens[1]).status == 201)
            }
        }
    }

    @Test func aDisabledAccountsPlacesAreGivenToOthers() async throws {
        let server = try await LiveServer { $0.limits.series = 2 }
        let tokens = try await Self.tokens(server)
        try await onThread { [client = LiveClient(port: server.port), accounts = server.accounts] in
            #expect(try (0..<2).map { try Self.bring(client, rows: 600, $0, tokens[$0]).status } == [201, 201])
            let refused = try Self.bring(client, rows: 600, 2, tokens[0])
            #expect(Self.isLater(refused), "\(refused)")
            try accounts.setEnabled(accounts.find("bob"), false)
            let next = try Self.bring(client, rows: 600, 2, tokens[0])
            #expect(next.status == 201, "\(next)")
        }
    }

    @Test func longNamesAndManyColumnsAreRefusedAndListsComeInPages() async throws {
        let server = try await LiveServer()
        let token = try await Self.tokens(server)[0]
        try await onThread { [client = LiveClient(port: server.port)] in
            func bring(_ names: String, _ rows: String, _ route: String = "/api/series") throws -> LiveAnswer {
                try client.ask("POST", route, "{\"csv\":\"\(names)\\n\(rows)\"}", token: token)
            }
            let rows = (0..<100).map { "\($0),\($0 % 7)\\n" }.joined()
            for route in ["/api/series", "/api/describe"] {
                let long = try bring("a," + String(repeating: "b", count: 1_000_000), rows, route)
                #expect(long.status == 422 && long.body.count < 1000, "\(long.status)")
                let many = try bring((0..<2001).map { "c\($0)" }.joined(separator: ","), "", route)
                #expect(many.status == 422 && many.body.count < 1000, "\(many.status)")
            }
            for number in 0..<3 { #expect(try bring("a,b\(number)", rows).status == 201) }
            func listed(_ query: String) throws -> Int {
                let answer = try client.ask("GET", "/api/series\(query)", token: token)
                #expect(answer.status == 200, "\(answer)")
                return answer.body.ranges(of: "\"id\":").count
            }
            #expect(try [listed(""), listed("?limit=2"), listed("?from=3&limit=2"), listed("?from=4")] == [3, 2, 1, 0])
            #expect(try client.ask("GET", "/api/series?limit=101", token: token).status == 422)
        }
    }

    @Test func trainingThatWouldTakeTooMuchMemoryIsRefusedBeforehand() async throws {
        let server = try await LiveServer { $0.limits.trainingBytes = 1_000_000 }
        let tokens = try await Self.tokens(server)
        try await onThread { [client = LiveClient(port: server.port)] in
            let path = try Self.place(Self.bring(client, rows: 600, 1, tokens[0]))
            let refused = try client.ask("POST", path + "/training", "{}", token: tokens[0])
            #expect(refused.status == 422 && refused.body.contains("MB of memory"), "\(refused)")
            #expect(try client.ask("GET", path + "/training", token: tokens[0]).body.contains("\"idle\""))
        }
    }

    /// A body that does not end takes its account's part; small requests and other accounts do not wait for it.
    @Test func aLongBodyThatDoesNotEndKeepsNobodyOut() async throws {
        let server = try await LiveServer { ($0.limits.bodyBytes, $0.limits.bodyBytesPerUser) = (100_000, 50_000) }
        let tokens = try await Self.tokens(server)
        try await onThread { [client = LiveClient(port: server.port)] in
            let slow = try (0..<3).map { _ in try Client(port: client.port) }
            for one in slow {
                one.write(
                    "POST /api/series HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer \(tokens[0])\r\n"
                        + "content-type: application/json\r\ncontent-length: 90000\r\n\r\n"
                        + String(repeating: " ", count: 49_000))
            }
            // Two of them are refused when the first was read.
            while slow.count(where: { $0.hasAnswer(within: 10) }) < 2 {}
            let login = try client.logIn("bob", Self.password)
            #expect(login.status == 200, "\(login)")
            let other = try Self.bring(client, rows: 4000, 1, tokens[1])
            #expect(other.status == 201, "\(other)")
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
