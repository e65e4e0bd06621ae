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

@Suite struct DataFolderTests {
    @Test func aDataFolderThatWasDeletedIsNoticed() async throws {
        let server = try await Server()
        #expect(try await server.send("GET", "/health").status == 200)
        let elsewhere = server.locations.data.appendingPathExtension("moved")
        defer { try? FileManager.default.removeItem(at: elsewhere) }
        try FileManager.default.moveItem(at: server.locations.data, to: elsewhere)
        let answer = try await server.send("GET", "/health")
        #expect(answer.status == 503 && answer.body.contains("moved or deleted"), "\(answer.body)")
        #expect(!answer.body.contains(server.locations.data.path))
    }

    /// The folder of models is a file, so that none can be saved: the client learns no path.
    @Test func aModelThatCannotBeSavedTellsNoPath() async throws {
        let server = try await Server()
        try await server.register()
        let token = try await server.logIn()
        try Data().write(to: server.locations.models)
        let csv = "value\\n" + (0..<200).map { "\(sin(Double($0) / 3))\\n" }.joined()
        let made = try await server.send("POST", "/api/series", "{\"csv\":\"\(csv)\"}", token: token)
        let path = try #require(made.headers["location"])
        #expect(try await server.send("POST", path + "/training", "{\"seed\":1}", token: token).status == 202)
        var state = try await server.send("GET", path + "/training", token: token)
        while state.json["state"] as? String == "running" {
            try await Task.sleep(for: .milliseconds(50))
            state = try await server.send("GET", path + "/training", token: token)
        }
        #expect(state.json["state"] as? String == "failed" && !state.body.contains("/"), "\(state.body)")
    }
}
