import Accounts
import Foundation
import Logging
import Persistence
import Testing
import Work

@testable import HTTPService

/// Runs tasks on threads of its own, so that a server under test answers while other tests keep all others busy.
private final class OwnThreads: TaskExecutor {
    private let workers = Workers(count: 2)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        workers.submit { job.runSynchronously(on: executor) }
    }
}

/// The service on a free port of the loopback interface, for what needs a connection: bytes as they are, slow bodies.
final class LiveServer: Sendable {
    let port: Int
    let accounts: Accounts
    private let task: Task<Void, any Error>

    let data: URL
    /// The token with which the first account is made.
    let setUp: String

    init(cost: UInt = 4, _ change: (inout ServiceSettings) throws -> Void = { _ in }) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-http-\(UUID().uuidString)").path
        let locations = Locations(dataDirectory: folder)
        data = locations.data
        let database = try OddlineDatabase(at: locations.database)
        accounts = try Accounts(database: database, hasher: PasswordHasher(cost: cost))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var settings = ServiceSettings()
        // Long, so that no busy machine closes a connection; tests of deadlines set their own.
        (settings.deadlines.head, settings.deadlines.body) = (.seconds(3600), .seconds(3600))
        settings.deadlines.answer = .seconds(3600)
        let token = SetUpToken()
        settings.setUpToken = token
        setUp = token.text
        try change(&settings)
        let service = try HTTPService(
            accounts: accounts, database: database, locations: locations, models: .standard, logger: logger, settings: settings)
        let (ports, found) = AsyncStream<Int>.makeStream()
        task = Task(executorPreference: OwnThreads()) {
            defer { found.finish() }
            try await service.run(host: "127.0.0.1", port: 0) { found.yield($0) }
        }
        var iterator = ports.makeAsyncIterator()
        port = try #require(await iterator.next())
    }

    deinit {
        // On a thread of its own: cancelling a server that begins to wait can deadlock in the sequence it merges signals with.
        startThread { [task] in task.cancel() }
        try? FileManager.default.removeItem(at: data)
    }
}

extension ServiceSettings {
    /// Trusts the proxies at some addresses.
    mutating func trust(_ proxies: [String]) { trustedProxies = proxies.compactMap(NetworkPrefix.init) }
}

/// Runs what blocks on a thread of its own.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        startThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

/// A TCP connection that sends exactly the bytes it is told to.
final class Client {
    private let descriptor: Int32
    /// Whether the server has closed the connection.
    private(set) var isClosed = false

    /// - Parameters:
    ///   - origin: the address from which it connects.
    ///   - receiving: the bytes that are kept of what is not read; the system's own choice without.
    init(port: Int, from origin: String = "127.0.0.1", receiving: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var receiving {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiving, socklen_t(MemoryLayout<Int32>.size))
        }
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        own.sin_addr.s_addr = inet_addr(origin)
        let bound = withUnsafePointer(to: &own) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, status == 0 else { throw POSIXError(.ECONNREFUSED) }
        // Only so that a server that never answers fails a test instead of holding it up for good.
        var limit = timeval(tv_sec: 300, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    deinit { close(descriptor) }

    /// Sends a text as long as the server takes it.
    func write(_ text: String) { write(bytes: Array(text.utf8)) }

    private func write(bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                isClosed = [EPIPE, ECONNRESET].contains(errno)
                return
            }
            sent += count
        }
    }

    /// Reads until the server closes the connection, or until `text` has come.
    func readAll(until text: String? = nil) -> String {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while text.map({ data.range(of: Data($0.utf8)) == nil }) ?? true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else {
                isClosed = count == 0 || errno == ECONNRESET
                break
            }
            data.append(contentsOf: buffer[..<count])
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Waits for the beginning of an answer, or the end of the connection, for so many milliseconds.
    func hasAnswer(within milliseconds: Int32) -> Bool {
        var asked = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&asked, 1, milliseconds) > 0
    }

    /// Sends a request that closes the connection, and reads the answer to the end.
    func exchange(_ head: [String], _ body: String = "") -> String { exchange(head, bytes: Array(body.utf8)) }

    /// Sends a request with just these bytes as its body, closes the connection, and reads the answer to the end.
    func exchange(_ head: [String], bytes: [UInt8]) -> String {
        let head = (head + ["host: localhost", "connection: close"]).joined(separator: "\r\n") + "\r\n\r\n"
        write(bytes: Array(head.utf8) + bytes)
        return readAll()
    }
}
