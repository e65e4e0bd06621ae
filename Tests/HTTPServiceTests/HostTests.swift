import Foundation
import Synchronization
import Testing

@testable import Accounts
@testable import HTTPService

/// Which names the service answers to, and who may register, over a socket.
@Suite struct HostTests {
    private static func status(_ port: Int, _ headers: [String]) throws -> Int {
        let client = try Client(port: port)
        client.write((["GET /health HTTP/1.1"] + headers + ["connection: close"]).joined(separator: "\r\n") + "\r\n\r\n")
        return LiveAnswer(client.readAll()).status
    }

    @Test func onlyTheServicesOwnNamesAreAnsweredAndEachRequestHasOne() async throws {
        let server = try await LiveServer { $0.hosts = ["Oddline.example"] }
        try await onThread { [port = server.port] in
            for name in ["localhost", "LOCALHOST:\(port)", "127.0.0.1", "127.0.0.1:\(port)", "[::1]:\(port)", "oddline.example"] {
                let status = try Self.status(port, ["host: \(name)"])
                #expect(status == 200, "\(name)")
            }
            for name in [
                "evil.example", "evil.example:\(port)", "localhost.evil.example", "oddline.example.", "127.0.0.1.nip.io",
            ] {
                let status = try Self.status(port, ["host: \(name)"])
                #expect(status == 421, "\(name)")
            }
            let malformed = [
                [], ["host:"], ["host: a b"], ["host: [::1"], ["host: localhost@evil.example"], ["host: localhost:80:80"],
                ["host: localhost", "host: localhost"], ["host: localhost", "host: evil.example"], ["host: localhost, localhost"],
            ]
            for headers in malformed {
                let status = try Self.status(port, headers)
                #expect(status == 400, "\(headers)")
            }
        }
    }

    private static func register(
        _ client: LiveClient, _ name: String, _ more: String = "", email: String? = nil, from origin: String? = nil
    ) throws -> LiveAnswer {
        let body =
            "{\"username\":\"\(name)\",\"email\":\"\(email ?? name + "@example.org")\",\"password\":\"four lamps under ice\"\(more)}"
        return try client.ask("POST", "/api/users/register", body, headers: origin.map { ["x-forwarded-for: \($0)"] } ?? [])
    }

    @Test func theFirstAdministratorNeedsThePrintedTokenWhichIsGoodOnce() async throws {
        let server = try await LiveServer()
        try await onThread { [client = LiveClient(port: server.port), token = server.setUp] in
            for more in ["", ",\"set_up_token\":\"\(String(repeating: "0", count: 32))\"", ",\"invitation\":\"x\""] {
                let refused = try Self.register(client, "eve", more)
                #expect(refused.status == 403, "\(more): \(refused)")
            }
            let right = ",\"set_up_token\":\"\(token)\""
            // Two at once: one of them becomes the administrator.
            let both = try together(["ann", "eve"].map { name in { try Self.register(client, name, right) } })
            #expect(both.map(\.status).sorted() == [201, 403], "\(both)")
            #expect(both.contains { $0.body.contains("\"role\":\"administrator\"") })
            let again = try Self.register(client, "bob", right)
            #expect(again.status == 403, "\(again)")
            let analyst = try Self.register(client, "bob")
            #expect(analyst.status == 201 && analyst.body.contains("\"role\":\"analyst\""), "\(analyst)")
        }
    }

    @Test(arguments: RegistrationMode.allCases) func whoMayRegisterIsAsTheServiceWasStarted(_ mode: RegistrationMode) async throws
    {
        let server = try await LiveServer { $0.registration = mode }
        _ = try server.accounts.register(username: "ann", email: "ann@example.org", password: "four lamps under ice")
        let code = try server.accounts.invite(validFor: 3600)
        try await onThread { [client = LiveClient(port: server.port)] in
            let uninvited = try Self.register(client, "bob")
            #expect(uninvited.status == (mode == .open ? 201 : 403), "\(uninvited)")
            let invited = try together(
                ["carla", "dora"].map { name in
                    { try Self.register(client, name, ",\"invitation\":\"\(code)\"") }
                })
            #expect(invited.map(\.status).sorted() == (mode == .off ? [403, 403] : [201, 403]), "good for one: \(invited)")
        }
    }

    @Test func anOpenRegistrationDoesNotTellWhetherAnEmailAddressIsKnown() async throws {
        let server = try await LiveServer()
        _ = try server.accounts.register(username: "ann", email: "ann@example.org", password: "four lamps under ice")
        try await onThread { [client = LiveClient(port: server.port)] in
            let taken = try Self.register(client, "bob", email: "Ann@Example.org")
            let free = try Self.register(client, "bob", email: "bob@example.org")
            func shape(_ answer: LiveAnswer) -> [String] {
                (answer.head + answer.body).replacing(/request-id: [0-9a-f]+|[0-9]+|ann|bob/, with: "x").components(
                    separatedBy: "\r\n")
            }
            #expect(taken.status == 201 && shape(taken) == shape(free), "\(taken) \(free)")
        }
    }

    @Test func manyRegistrationsFromOneAddressWaitAndThoseThatWaitKeepNoLoginBack() async throws {
        let server = try await LiveServer(cost: 9) { $0.trust(["127.0.0.1"]) }
        _ = try server.accounts.register(username: "ann", email: "ann@example.org", password: "four lamps under ice")
        try await onThread { [client = LiveClient(port: server.port)] in
            let pending = Mutex(30)
            let begun = DispatchSemaphore(value: 0)
            let registrations: [@Sendable () throws -> Int] = (0..<30).map { index in
                {
                    let answer = try Self.register(client, "user\(index)", from: "10.0.\(index).1")
                    pending.withLock { $0 -= 1 }
                    begun.signal()
                    return answer.status
                }
            }
            let statuses = try together(
                registrations + [
                    {
                        begun.wait()
                        let login = try client.logIn("ann", "four lamps under ice", from: "10.1.1.1")
                        #expect(login.status == 200, "\(login)")
                        #expect(pending.withLock { $0 } > 0, "the login waited for all registrations")
                        return login.status
                    }
                ])
            #expect(statuses.allSatisfy { [200, 201].contains($0) }, "\(statuses)")
            // The first delays are shorter than a registration may take on a busy machine; each is twice the one before.
            var last = try Self.register(client, "late0", from: "10.2.2.2")
            for index in 1...Accounts.freeRegistrations + 6 where last.status != 429 {
                last = try Self.register(client, "late\(index)", from: "10.2.2.2")
            }
            #expect(last.status == 429 && last.head.contains("retry-after:"), "\(last)")
        }
    }
}
