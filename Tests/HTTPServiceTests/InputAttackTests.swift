import Foundation
import Testing

@testable import HTTPService

@Suite struct InputAttackTests {
    private static let nasty = [
        "' OR '1'='1", "'; DROP TABLE users; --", "\\u0000", "a\\u0000b", "\\u202Eann", "\\u200Bann", "аnn", "ann\\r\\nx: y",
        "\\ud83d\\ude00", "../../etc/passwd", "%00", String(repeating: "x", count: 10_000),
    ]

    @Test(arguments: nasty) func noFieldLetsAnythingThroughOrBreaks(_ text: String) async throws {
        let server = try await Server()
        try await server.register()
        for field in ["username", "email", "password"] {
            var values = ["username": "zoe", "email": "zoe@example.org", "password": "some other long one"]
            values[field] = text
            let body = "{" + values.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",") + "}"
            let status = try await server.send("POST", "/api/users/register", body).status
            if field == "password", status == 201 { continue }
            #expect(status == 422, "\(field)")
        }
        let login = try await server.send("POST", "/api/auth/login", "{\"identifier\":\"\(text)\",\"password\":\"\(text)\"}")
        #expect(login.status == (text.count > 8000 ? 413 : 401))
        #expect(try server.accounts.find("ann").username == "ann")
        let token = try await server.logIn()
        let escaped = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "x"
        #expect([404, 405].contains(try await server.send("GET", "/api/series/\(escaped)", token: token).status))
    }

    @Test func bodiesOfTheWrongKindAreRefused() async throws {
        let server = try await Server()
        let path = "/api/auth/login"
        let good = "{\"identifier\":\"a\",\"password\":\"b\"}"
        #expect(try await server.send("POST", path, good, type: "text/plain").status == 415)
        #expect(try await server.send("POST", path, good, type: nil).status == 415)
        #expect(try await server.send("POST", path, "[1]").status == 400)
        #expect(try await server.send("POST", path, "").status == 400)
        #expect(try await server.send("POST", path, "{\"identifier\":").status == 400)
        #expect(try await server.send("POST", path, String(repeating: "[", count: 5000)).status == 400)
        #expect(
            try await server.send("POST", path, "{\"identifier\":\"a\",\"identifier\":\"b\",\"password\":\"c\"}").status == 400)
        #expect(try await server.send("POST", path, "{\"identifier\":1,\"password\":[]}").status == 422)
        #expect(try await server.send("POST", path, "{\"identifier\":\"a\",\"password\":\"b\",\"admin\":true}").status == 422)
        #expect(
            try await server.send("POST", path, "{\"identifier\":\"" + String(repeating: "x", count: 20_000) + "\"}").status
                == 413)
    }
}
