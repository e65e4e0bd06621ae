import Foundation
import GRDB
import Testing

@testable import Accounts
@testable import HTTPService

/// What the service says, over a socket, when its database cannot store.
@Suite struct LiveStorageTests {
    private static let password = "four lamps under ice"

    @Test func whileAnotherProgramWritesTheClientIsToldToComeAgain() async throws {
        let server = try await LiveServer()
        _ = try server.accounts.register(username: "ann", email: "ann@example.org", password: Self.password)
        try await onThread { [client = LiveClient(port: server.port), data = server.data] in
            let token = try #require(try client.logIn("ann", Self.password).token)
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(
                path: data.appendingPathComponent("oddline.db").path, configuration: configuration)
            try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let refused = [
                try client.logIn("ann", Self.password), try client.ask("POST", "/api/auth/logout", token: token),
                try client.ask("PATCH", "/api/users/me", "{\"username\":\"anna\"}", token: token),
            ]
            for answer in refused { #expect(answer.status == 503 && answer.head.contains("retry-after: 1"), "\(answer)") }
            let me = try client.ask("GET", "/api/users/me", token: token)
            #expect(me.status == 200 && me.body.contains("\"username\":\"ann\""), "reading goes on: \(me)")
            try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
            let out = try client.ask("POST", "/api/auth/logout", token: token)
            #expect(out.status == 204, "\(out)")
            #expect(try client.ask("GET", "/api/users/me", token: token).status == 401)
        }
    }

    /// The database may not grow any more, as on a full disk: a logout that was not stored does not say that it was.
    @Test func aLogoutOnAFullDiskSaysThatTheSessionGoesOn() async throws {
        let server = try await LiveServer()
        _ = try server.accounts.register(username: "ann", email: "ann@example.org", password: Self.password)
        let database = server.accounts.database
        let client = LiveClient(port: server.port)
        let token = try #require(try await onThread { try client.logIn("ann", Self.password).token })
        func limit(_ pages: String) throws {
            try database.write { _ = try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages)") }
        }
        try limit("1")
        var isFull = false
        while !isFull {
            do {
                try await database.write {
                    try $0.execute(sql: "INSERT INTO audit_log (at, action, detail) VALUES (0, '', '')")
                }
            } catch { isFull = true }
        }
        try await onThread {
            let answer = try client.ask("POST", "/api/auth/logout", token: token)
            #expect(answer.status == 503 && answer.body.contains("Nothing was stored"), "\(answer)")
            #expect(try client.ask("GET", "/api/users/me", token: token).status == 200, "the session goes on, as was said")
        }
        try limit("1000000")
        try await onThread {
            let out = try client.ask("POST", "/api/auth/logout", token: token)
            #expect(out.status == 204, "\(out)")
            #expect(try client.ask("GET", "/api/users/me", token: token).status == 401)
        }
    }
}
