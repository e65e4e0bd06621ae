import Foundation
import Persistence
import Synchronization
import Testing

@testable import HTTPService

@Suite(.serialized) struct LiveTests {
    private static let json = "content-type: application/json"
    private static let login = "POST /api/auth/login HTTP/1.1"
    private static let wrong = "{\"identifier\":\"ann\",\"password\":\"wrong wrong wrong\"}"

    @Test func aWholeVisitWorksOverAConnection() async throws {
        let server = try await LiveServer()
        let texts = try await onThread { [port = server.port, setUp = server.setUp] in
            func ask(_ line: String, _ headers: [String] = [], _ body: String = "") throws -> String {
                try Client(port: port).exchange(["\(line) HTTP/1.1", "content-length: \(body.utf8.count)"] + headers, body)
            }
            let account = "\"password\":\"\(Server.password)\"}"
            let made = try ask(
                "POST /api/users/register", [Self.json],
                "{\"username\":\"ann\",\"email\":\"ann@example.org\",\"set_up_token\":\"\(setUp)\"," + account)
            let token = try ask("POST /api/auth/login", [Self.json], "{\"username\":\"ann\"," + account)
            let text = try #require(token.firstMatch(of: /"access_token":"([^"]+)"/)).1
            return [made, token, try ask("GET /api/users/me", ["authorization: Bearer \(text)"])]
        }
        #expect(texts.map { $0.prefix(12) } == ["HTTP/1.1 201", "HTTP/1.1 200", "HTTP/1.1 200"])
        #expect(texts[2].contains("\"email\":\"ann@example.org\""))
    }

    @Test func tenThousandLoginsAtOnceCheckOnlyAFewPasswords() async throws {
        let server = try await LiveServer()
        _ = try server.accounts.register(username: "ann", email: "ann@example.org", password: Server.password)
        let request = "\(Self.login)\r\nhost: localhost\r\n\(Self.json)\r\ncontent-length: \(Self.wrong.utf8.count)\r\n"
        let port = server.port
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    try await onThread {
                        let client = try Client(port: port)
                        for index in 0..<1000 {
                            client.write(request + (index == 999 ? "connection: close\r\n\r\n" : "\r\n") + Self.wrong)
                        }
                        return client.readAll()
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let statuses = texts.flatMap { $0.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) } }
        #expect(statuses.count == 10_000)
        #expect(statuses.allSatisfy { $0 == "401" || $0 == "429" })
        #expect(statuses.count { $0 == "401" } <= 20)
    }

    @Test func aHundredMegabytesAreRefusedAtOnce() async throws {
        let server = try await LiveServer()
        let text = try await onThread { [port = server.port] in
            try Client(port: port).exchange([Self.login, Self.json, "content-length: 104857600"], "{")
        }
        #expect(text.hasPrefix("HTTP/1.1 413"))
    }

    @Test func aBodyThatTricklesInIsGivenUp() async throws {
        let server = try await LiveServer { $0.deadlines.body = .seconds(1) }
        let text = try await onThread { [port = server.port] in
            try Client(port: port).exchange([Self.login, Self.json, "content-length: 40"], "{")
        }
        #expect(text.hasPrefix("HTTP/1.1 408"))
    }

    @Test func aHeaderOfAMegabyteIsNotRead() async throws {
        let server = try await LiveServer()
        let texts = try await onThread { [port = server.port] in
            let huge = "authorization: Bearer " + String(repeating: "a", count: 1 << 20)
            return [
                try Client(port: port).exchange(["GET /api/users/me HTTP/1.1", huge]),
                try Client(port: port).exchange(["GET /health HTTP/1.1"]),
            ]
        }
        #expect(texts[0].isEmpty || texts[0].hasPrefix("HTTP/1.1 4"), "refused or cut off, never read to the end")
        #expect(texts[1].hasPrefix("HTTP/1.1 200"))
    }

    /// Whatever other tests do to the threads of tasks, a server under test answers, checks passwords and counts time.
    @Test func aServerUnderTestAnswersWhileAllThreadsOfTasksAreBusy() async throws {
        let server = try await LiveServer { $0.deadlines.body = .milliseconds(200) }
        _ = try server.accounts.register(username: "ann", email: "ann@example.org", password: Server.password)
        let texts: [String] = try await onThread { [port = server.port] in
            let busy = BusyThreads()
            defer { busy.end() }
            return [
                try Client(port: port).exchange([Self.login, Self.json, "content-length: \(Self.wrong.utf8.count)"], Self.wrong),
                try Client(port: port).exchange([Self.login, Self.json, "content-length: 40"], "{"),
            ]
        }
        #expect(texts.map { $0.prefix(12) } == ["HTTP/1.1 401", "HTTP/1.1 408"])
    }
}

/// Tasks that compute without a pause on all threads that there are for tasks.
private final class BusyThreads: Sendable {
    private let isOver = Atomic(false)

    init() {
        let begun = DispatchSemaphore(value: 0)
        for _ in 0..<ProcessInfo.processInfo.activeProcessorCount + 2 {
            Task.detached { [self] in
                begun.signal()
                while !isOver.load(ordering: .relaxed) {}
            }
        }
        begun.wait()
    }

    func end() { isOver.store(true, ordering: .relaxed) }
}
