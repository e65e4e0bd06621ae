import Foundation
import Persistence
import Testing

@testable import Accounts
@testable import HTTPService

/// A training run that goes on while its account is changed by another process.
@Suite struct TrainingStopTests {
    private static let password = "four lamps under ice"

    /// What ends it.
    enum End: String, CaseIterable, Sendable {
        case disabled, deleted, newPassword, sessionEnded, loggedOut
    }

    /// So many rows that training them takes much longer than it takes to ask for its end.
    private static let csv = "value\\n" + (0..<60_000).map { "\(sin(Double($0) / 7))\\n" }.joined()

    @Test(arguments: End.allCases) func itStopsAndSavesNothing(_ end: End) async throws {
        let server = try await LiveServer { $0.limits.trainings = 1 }
        // With connections of its own to the database, as `oddline accounts` has them.
        let elsewhere = try Accounts(
            database: try OddlineDatabase(at: Locations(dataDirectory: server.data.path).database),
            hasher: PasswordHasher(cost: 4))
        for name in ["ann", "bob"] {
            _ = try elsewhere.register(username: name, email: "\(name)@example.org", password: Self.password)
        }
        let bob = try elsewhere.find("bob")
        try await onThread { [client = LiveClient(port: server.port)] in
            func begin(_ body: String, _ token: String) throws -> (path: String, answer: LiveAnswer) {
                let made = try client.ask("POST", "/api/series", body, token: token)
                let path = String(try #require(made.head.firstMatch(of: /location: (\S+)/), "\(made)").1)
                return (path, try client.ask("POST", path + "/training", "{}", token: token))
            }
            let ann = try #require(try client.logIn("ann", Self.password).token)
            let token = try #require(try client.logIn("bob", Self.password).token)
            let begun = try begin("{\"csv\":\"\(Self.csv)\"}", token).answer
            #expect(begun.status == 202, "\(begun)")
            switch end {
            case .disabled: try elsewhere.setEnabled(bob, false)
            case .deleted: try elsewhere.database.write { try $0.execute(sql: "DELETE FROM users WHERE username = 'bob'") }
            case .newPassword: try elsewhere.setPassword(of: bob, to: "nine dry boats out")
            case .sessionEnded:
                for session in try elsewhere.openSessions(of: bob) { try elsewhere.endSession(session.id, of: bob) }
            case .loggedOut: #expect(try client.ask("POST", "/api/auth/logout", token: token).status == 204)
            }
            #expect(try client.ask("GET", "/api/users/me", token: token).status == 401, "the next request is refused")
            // Another's training has room once the first has stopped.
            let limit = ContinuousClock.now + .seconds(300)
            var next = try begin("{\"sample\":\"point.csv\"}", ann)
            while next.answer.status == 503, ContinuousClock.now < limit { next = try begin("{\"sample\":\"point.csv\"}", ann) }
            #expect(next.answer.status == 202, "\(next.answer)")
            #expect(try client.ask("DELETE", next.path, token: ann).status == 204)
        }
        let saved = FileManager.default.subpaths(atPath: server.data.path)?.filter { $0.hasSuffix(".safetensors") }
        #expect(saved == [])
    }
}
