import Accounts
import Foundation
import Testing

@testable import HTTPService

/// JSON over connections of their own.
struct LiveClient: Sendable {
    let port: Int

    /// - Returns: the status and the body.
    func ask(
        _ method: String, _ path: String, _ body: String? = nil, token: String? = nil, headers: [String] = []
    ) throws -> (status: Int, body: String, head: String) {
        var head = ["\(method) \(path) HTTP/1.1"] + headers
        if let token { head.append("authorization: Bearer \(token)") }
        if let body { head += ["content-type: application/json", "content-length: \(body.utf8.count)"] }
        let text = try Client(port: port).exchange(head, body ?? "")
        let parts = text.components(separatedBy: "\r\n\r\n")
        return (Int(text.dropFirst(9).prefix(3)) ?? 0, parts.dropFirst().joined(separator: "\r\n\r\n"), parts[0].lowercased())
    }

    func token(_ name: String, _ password: String, from origin: String) throws -> String? {
        let body = "{\"identifier\":\"\(name)\",\"password\":\"\(password)\"}"
        let answer = try ask("POST", "/api/auth/login", body, headers: ["x-forwarded-for: \(origin)"])
        return answer.body.firstMatch(of: /"access_token":"([^"]+)"/).map { String($0.1) }
    }
}

@Suite(.serialized) struct RaceTests {
    /// 200 rounds of logins with a password while it is replaced: whatever they opened has ended when the new one is in force.
    @Test func nothingThatAnOldPasswordOpenedOutlivesTheNewOne() async throws {
        let server = try await LiveServer { $0.trustedProxies = ["127.0.0.1"] }
        let ann = try server.accounts.register(username: "ann", email: "ann@example.org", password: "four lamps under ice 0")
        let client = LiveClient(port: server.port)
        var (opened, refused) = (0, 0)
        for round in 0..<200 {
            let (old, new) = ("four lamps under ice \(round)", "four lamps under ice \(round + 1)")
            let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
                for login in 0..<4 {
                    group.addTask { try await onThread { try client.token("ann", old, from: "10.0.\(round).\(login)") } }
                }
                try await onThread { [accounts = server.accounts] in try accounts.setPassword(of: ann, to: new) }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for token in tokens {
                guard let token else {
                    refused += 1
                    continue
                }
                opened += 1
                let status = try await onThread { try client.ask("GET", "/api/users/me", token: token).status }
                #expect(status == 401, "round \(round): a token of the old password is valid")
            }
            let fresh = try await onThread { try client.token("ann", new, from: "10.1.\(round).1") }
            #expect(fresh != nil, "round \(round): the new password opens the account")
        }
        #expect(opened > 0 && refused > 0, "both happened: \(opened) opened before, \(refused) refused after")
    }
}
