import Accounts
import Foundation
import Logging
import Persistence
import Testing

@testable import HTTPService

/// The service on a free port of the loopback interface, with data of its own, and a client that sends
/// exactly the bytes it is told to. Every answer is held against the served OpenAPI document.
final class Server: Sendable {
    let port: Int
    let accounts: Accounts
    let locations: Locations
    private let task: Task<Void, any Error>
    private let document: [String: [String: Set<Int>]]

    init(
        bodyDeadline: Duration = .seconds(20), cost: UInt = 4, now: @escaping @Sendable () -> Date = { Date() }
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-http-\(UUID().uuidString)").path
        locations = Locations(dataDirectory: folder)
        let database = try OddlineDatabase(at: locations.database)
        accounts = try Accounts(database: database, hasher: PasswordHasher(cost: cost), now: now)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let service = try HTTPService(
            accounts: accounts, database: database, locations: locations, logger: logger, bodyDeadline: bodyDeadline)
        let (ports, found) = AsyncStream<Int>.makeStream()
        task = Task { try await service.run(host: "127.0.0.1", port: 0) { found.yield($0) } }
        var iterator = ports.makeAsyncIterator()
        port = try #require(await iterator.next())
        let text = try await onThread { [port] in
            try Client(port: port).exchange("GET /openapi.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").body
        }
        document = try Self.statuses(Data(text.utf8))
    }

    deinit {
        task.cancel()
        try? FileManager.default.removeItem(at: locations.data)
    }

    private static func statuses(_ data: Data) throws -> [String: [String: Set<Int>]] {
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
        return paths.mapValues { methods in
            methods.mapValues { Set((($0["responses"] as? [String: Any]) ?? [:]).keys.compactMap(Int.init)) }
        }
    }

    var operations: [(method: String, path: String)] {
        document.flatMap { path, methods in methods.keys.map { ($0.uppercased(), path) } }.sorted { $0.1 + $0.0 < $1.1 + $1.0 }
    }

    /// Sends a request and checks that the document knows the status of the answer.
    func send(
        _ method: String, _ path: String, _ body: String? = nil, token: String? = nil, headers: [String] = [],
        type: String? = "application/json"
    ) async throws -> Answer {
        var lines = ["\(method) \(path) HTTP/1.1", "host: localhost", "connection: close"] + headers
        if let token { lines.append("authorization: Bearer \(token)") }
        if let body {
            lines.append("content-length: \(body.utf8.count)")
            if let type { lines.append("content-type: \(type)") }
        }
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
        let answer = try await onThread { [port] in try Client(port: port).exchange(text) }
        let plain = path.split(separator: "?")[0].split(separator: "/")
        let known = document.first { template, _ in
            let parts = template.split(separator: "/")
            return parts.count == plain.count && zip(parts, plain).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }
        if let statuses = known?.value[method.lowercased()] {
            #expect(
                statuses.contains(answer.status), "\(method) \(path) answered \(answer.status), which the document does not tell")
        } else {
            #expect([404, 405, 400, 501].contains(answer.status), "\(method) \(path) answered \(answer.status)")
        }
        return answer
    }

    static let password = "correct horse battery"

    func register(_ name: String = "ann") async throws {
        let body = "{\"username\":\"\(name)\",\"email\":\"\(name)@example.org\",\"password\":\"\(Self.password)\"}"
        #expect(try await send("POST", "/api/users/register", body).status == 201)
    }

    func logIn(_ name: String = "ann") async throws -> String {
        let answer = try await send("POST", "/api/auth/login", "{\"identifier\":\"\(name)\",\"password\":\"\(Self.password)\"}")
        #expect(answer.status == 200)
        return try #require(answer.json["access_token"] as? String)
    }
}

struct Answer {
    let status: Int
    let headers: [String: String]
    let body: String
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:] }
}

/// Runs what blocks on a thread of its own, so that the service under test keeps those of the tasks.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

/// A TCP connection.
final class Client {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw POSIXError(.ECONNREFUSED) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    func readAll() -> String {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            data.append(contentsOf: buffer[..<count])
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Sends a request that closes the connection, and reads the answer.
    func exchange(_ text: String) throws -> Answer {
        write(text)
        return try Self.parse(readAll())
    }

    static func parse(_ text: String) throws -> Answer {
        let halves = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = try #require(halves.first).split(separator: "\r\n")
        let status = try #require(lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        return Answer(status: status, headers: headers, body: halves.count > 1 ? String(halves[1]) : "")
    }
}
