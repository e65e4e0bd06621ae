import Foundation
import Testing

@testable import HTTPService

@Suite struct ConnectionTests {
    private static let health = "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n"
    private static let login = "POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"

    /// A connection that was counted: the service has answered over it.
    private static func connected(to port: Int, from origin: String = "127.0.0.1") throws -> Client {
        let client = try Client(port: port, from: origin)
        client.write(health)
        #expect(client.readAll(until: "{\"status\":\"ok\"}").hasPrefix("HTTP/1.1 200"))
        return client
    }

    /// Asks over new connections until one is let in.
    private static func waitUntilLetIn(_ port: Int) throws -> Bool {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if try LiveClient(port: port).ask("GET", "/health").status == 200 { return true }
        }
        return false
    }

    @Test func connectionsBeyondTheMostAreRefusedAndPlacesThatBecomeFreeAreGiven() async throws {
        let server = try await LiveServer { $0.limits.connections = 3 }
        try await onThread { [port = server.port] in
            var open = try (0..<3).map { _ in try Self.connected(to: port) }
            let refused = try LiveClient(port: port).ask("GET", "/health")
            #expect(refused.status == 503 && refused.head.contains("retry-after: 1"), "\(refused)")
            open.removeLast()
            #expect(try Self.waitUntilLetIn(port))
        }
    }

    @Test func oneAddressCannotTakeThePlacesOfAllUnlessItIsATrustedProxys() async throws {
        for (trusted, isLetIn): ([String], Bool) in [([], false), (["127.0.0.0/8"], true)] {
            let server = try await LiveServer {
                ($0.limits.connections, $0.limits.connectionsPerAddress) = (20, 3)
                $0.trust(trusted)
            }
            try await onThread { [port = server.port] in
                let open = try (0..<3).map { _ in try Self.connected(to: port) }
                let next = try LiveClient(port: port).ask("GET", "/health")
                #expect(next.status == (isLetIn ? 200 : 503), "\(next)")
                let other = try Client(port: port, from: "127.0.0.2").exchange(["GET /health HTTP/1.1"])
                #expect(other.hasPrefix("HTTP/1.1 \(isLetIn ? 200 : 503)"), "another address of this machine is the same place")
                withExtendedLifetime(open) {}
            }
        }
    }

    @Test func eachPlaceHasConnectionsOfItsOwn() {
        var limits = ServiceLimits()
        (limits.connections, limits.connectionsPerAddress) = (20, 2)
        let count = ConnectionCount(limits, Origins(trustedProxies: []))
        let one = ["2001:db8:0:1::1", "2001:db8::1:9:9:9:9", "2001:DB8:0:1:ffff::"]
        #expect(one.map(count.enter) == [true, true, false])
        #expect(count.enter("2001:db8:0:2::1") && count.enter("198.51.100.1") && count.enter("::ffff:198.51.100.1"))
        #expect(!count.enter("::ffff:c633:6401"), "the same address in another spelling")
        count.leave(one[2])
        #expect(count.enter(one[0]))
    }

    @Test(arguments: ["", "GET /hea", "GET /health HTTP/1.1\r\nhost: localhost\r\nx: y"])
    func aConnectionWhoseRequestDoesNotComeIsClosed(_ beginning: String) async throws {
        let server = try await LiveServer { $0.deadlines.head = .milliseconds(300) }
        try await onThread { [port = server.port] in
            let client = try Client(port: port)
            client.write(beginning)
            #expect(client.readAll().isEmpty && client.isClosed)
        }
    }

    @Test func aConnectionThatIsKeptWithoutARequestIsClosed() async throws {
        let server = try await LiveServer { $0.deadlines.head = .milliseconds(300) }
        try await onThread { [port = server.port] in
            // A busy machine may not even bring the request in time; then another connection is tried.
            let end = ContinuousClock.now + .seconds(60)
            var answer = ""
            while answer.isEmpty, ContinuousClock.now < end {
                let client = try Client(port: port)
                client.write(Self.health)
                answer = client.readAll()
                #expect(client.isClosed)
            }
            #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
        }
    }

    /// The body never comes. Whoever is answered without its being read is told that the connection ends, and it does.
    @Test(arguments: [
        ("POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n", "415"),
        (
            "POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n",
            "415"
        ),
        ("POST /api/auth/login HTTP/1.1\r\nhost: evil.example\r\n", "421"),
        ("POST /nothing HTTP/1.1\r\nhost: localhost\r\n", "404"),
        ("PUT /health HTTP/1.1\r\nhost: localhost\r\n", "405"), ("POST /api/series HTTP/1.1\r\nhost: localhost\r\n", "401"),
        ("GET /health HTTP/1.1\r\nhost: localhost\r\n", "200"),
    ])
    func afterAnAnswerToHalfARequestTheConnectionEnds(_ head: String, _ status: String) async throws {
        let server = try await LiveServer { $0.deadlines.farewell = .milliseconds(200) }
        try await onThread { [port = server.port] in
            for length in ["content-length: 9000", "transfer-encoding: chunked"] {
                let client = try Client(port: port)
                client.write(head + length + "\r\n\r\n")
                let answer = client.readAll()
                #expect(answer.hasPrefix("HTTP/1.1 \(status)") && answer.lowercased().contains("connection: close"), "\(answer)")
                #expect(client.isClosed)
            }
        }
    }

    @Test func whoeverWaitsToSendTheBodyIsToldToGoOn() async throws {
        let server = try await LiveServer()
        try await onThread { [port = server.port] in
            let client = try Client(port: port)
            let body = "{\"identifier\":\"ann\",\"password\":\"x\"}"
            client.write(Self.login + "expect: 100-continue\r\ncontent-length: \(body.utf8.count)\r\n\r\n")
            let first = client.readAll(until: "\r\n\r\n")
            #expect(first.hasPrefix("HTTP/1.1 100 ") && !first.lowercased().contains("transfer-encoding"), "\(first)")
            client.write(body)
            #expect(client.readAll(until: "}").hasPrefix("HTTP/1.1 401"))
        }
    }

    /// An old client does not know that a connection stays open, nor `100 Continue`.
    @Test func aClientOfHTTP10IsAnsweredOnce() async throws {
        let server = try await LiveServer()
        try await onThread { [port = server.port] in
            let body = "{\"identifier\":\"ann\",\"password\":\"x\"}"
            for (request, status) in [
                ("GET /health HTTP/1.0\r\nhost: localhost\r\n\r\n", "200"),
                ("GET /health HTTP/1.0\r\nhost: localhost\r\nconnection: keep-alive\r\n\r\n", "200"),
                ("GET /health HTTP/1.0\r\n\r\n", "400"),
                (
                    Self.login.replacing("HTTP/1.1", with: "HTTP/1.0")
                        + "expect: 100-continue\r\ncontent-length: \(body.utf8.count)\r\n\r\n" + body, "401"
                ),
            ] {
                let client = try Client(port: port)
                client.write(request)
                let answer = client.readAll()
                #expect(answer.hasPrefix("HTTP/1.0 \(status)") && client.isClosed, "\(request): \(answer)")
                #expect(answer.lowercased().contains("connection: close"), "\(answer)")
            }
        }
    }

    /// The host of the target counts, whatever the header says; that there is one header is asked all the same.
    @Test func aTargetThatNamesItsHostIsJudgedByIt() async throws {
        let server = try await LiveServer()
        try await onThread { [port = server.port] in
            for (target, hosts, status) in [
                ("http://localhost:\(port)/health", ["localhost"], "200"), ("HTTP://localhost/health?a", ["localhost"], "200"),
                ("http://evil.example/health", ["localhost"], "421"), ("http://localhost/health", ["evil.example"], "200"),
                ("http://localhost/health", [], "400"), ("http://localhost/health", ["localhost", "localhost"], "400"),
                ("http:///health", ["localhost"], "400"), ("http://localhost?x", ["localhost"], "404"),
            ] {
                let client = try Client(port: port)
                let headers = hosts.map { "host: \($0)\r\n" }.joined()
                client.write("GET \(target) HTTP/1.1\r\n\(headers)connection: close\r\n\r\n")
                let answer = client.readAll()
                #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(target), \(hosts): \(answer)")
            }
        }
    }

    @Test func aBodyThatComesByteByByteIsGivenUpAndTheConnectionEnds() async throws {
        let server = try await LiveServer {
            ($0.deadlines.body, $0.deadlines.farewell) = (.milliseconds(500), .seconds(60))
        }
        try await onThread { [port = server.port] in
            let client = try Client(port: port)
            client.write(Self.login + "content-length: 16000\r\n\r\n")
            while !client.hasAnswer(within: 10), !client.isClosed { client.write(" ") }
            let answer = client.readAll(until: "arrive.")
            #expect(answer.hasPrefix("HTTP/1.1 408") && answer.lowercased().contains("connection: close"), "\(answer)")
        }
    }

    /// A client asks without end and reads nothing: its connection is closed, and with it its only place is free again.
    @Test func aClientThatNeverReadsIsClosed() async throws {
        let server = try await LiveServer {
            $0.limits.connections = 1
            $0.deadlines.answer = .milliseconds(500)
        }
        try await onThread { [port = server.port] in
            let greedy = try Client(port: port, receiving: 4096)
            let many = String(repeating: "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n", count: 200)
            while !greedy.isClosed { greedy.write(many) }
            #expect(try Self.waitUntilLetIn(port))
        }
    }

    @Test(arguments: [
        "transfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", "transfer-encoding: chunked\r\n\r\n-1\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n", "transfer-encoding: x\r\n\r\n{}",
        "transfer-encoding: chunked, x\r\n\r\n{}", "transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{}",
        "content-length: 2\r\ncontent-length: 3\r\n\r\n{}", "content-length: -1\r\n\r\n", "content-length: x\r\n\r\n",
        "x y: z\r\ncontent-length: 2\r\n\r\n{}", ": z\r\ncontent-length: 2\r\n\r\n{}", "x: a\0b\r\ncontent-length: 2\r\n\r\n{}",
    ])
    func framingThatDoesNotDoIsABadRequest(_ rest: String) async throws {
        let server = try await LiveServer()
        try await onThread { [port = server.port] in
            let client = try Client(port: port)
            client.write(Self.login + rest)
            let answer = client.readAll()
            #expect(answer.hasPrefix("HTTP/1.1 400") && client.isClosed, "\(answer)")
        }
    }
}
