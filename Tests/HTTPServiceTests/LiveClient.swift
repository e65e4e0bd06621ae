import Foundation
import Synchronization
import Work

/// What came back over a connection.
struct LiveAnswer: Sendable, CustomStringConvertible {
    /// 0 where the connection was closed without an answer.
    let status: Int
    /// In lower case.
    let head: String
    let body: String

    init(_ text: String) {
        let parts = text.components(separatedBy: "\r\n\r\n")
        status = text.hasPrefix("HTTP/1.1 ") ? Int(text.dropFirst(9).prefix(3)) ?? 0 : 0
        head = parts[0].lowercased()
        body = parts.dropFirst().joined(separator: "\r\n\r\n")
    }

    /// The token of a login.
    var token: String? { body.firstMatch(of: /"access_token":"([^"]+)"/).map { String($0.1) } }

    var description: String { status == 0 ? "no answer" : "\(status) \(body)" }
}

/// JSON over connections of their own.
struct LiveClient: Sendable {
    let port: Int

    func ask(
        _ method: String, _ path: String, _ body: String? = nil, token: String? = nil, headers: [String] = []
    ) throws -> LiveAnswer {
        var head = ["\(method) \(path) HTTP/1.1"] + headers
        if let token { head.append("authorization: Bearer \(token)") }
        if let body { head += ["content-type: application/json", "content-length: \(body.utf8.count)"] }
        return LiveAnswer(try Client(port: port).exchange(head, body ?? ""))
    }

    /// - Parameter origin: what a trusted proxy would tell of the client's address.
    func logIn(_ name: String, _ password: String, from origin: String? = nil) throws -> LiveAnswer {
        let body = "{\"identifier\":\"\(name)\",\"password\":\"\(password)\"}"
        return try ask("POST", "/api/auth/login", body, headers: origin.map { ["x-forwarded-for: \($0)"] } ?? [])
    }
}

/// Runs what blocks, each on a thread of its own and all let go at once, and waits for them.
/// - Returns: what they return, in their order.
func together<Value: Sendable>(_ bodies: [@Sendable () throws -> Value]) throws -> [Value] {
    let results = Mutex<[Int: Result<Value, any Error>]>([:])
    let (ready, gate, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    for (index, body) in bodies.enumerated() {
        startThread {
            ready.signal()
            gate.wait()
            let result = Result { try body() }
            results.withLock { $0[index] = result }
            done.signal()
        }
    }
    for _ in bodies { ready.wait() }
    for _ in bodies { gate.signal() }
    for _ in bodies { done.wait() }
    return try results.withLock { results in try bodies.indices.compactMap { try results[$0]?.get() } }
}
