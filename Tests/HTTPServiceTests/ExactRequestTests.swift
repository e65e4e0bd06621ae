import Foundation
import Testing

@testable import Accounts

/// Requests that differ from good ones in one thing each, sent over a socket byte by byte, and what they are answered.
@Suite struct ExactRequestTests {
    private struct Exact {
        let name: String
        let line: String
        let headers: [String]
        let body: [UInt8]
        let status: Int
        /// What the answer's head or body has, in lower case.
        let has: String

        init(
            _ name: String, _ line: String, _ body: some Sequence<UInt8> = [],
            headers: [String] = [], type: String? = "application/json", status: Int, has: String = ""
        ) {
            (self.name, self.line, self.body, self.status, self.has) = (name, line, Array(body), status, has)
            self.headers = headers + (type.map { ["content-type: \($0)"] } ?? [])
        }
    }

    private static let password = "four lamps under ice"
    private static let good = "{\"identifier\":\"ann\",\"password\":\"\(password)\"}"

    private static func encoded(_ encoding: String.Encoding, mark: [UInt8] = []) -> [UInt8] {
        mark + (good.data(using: encoding) ?? Data())
    }

    private static var bodies: [Exact] {
        let escaped = "{\"identifier\":\"ann\",\"\\u0069dentifier\":\"bob\",\"password\":\"\(password)\"}"
        let nul = good.replacing("ann", with: "ann\\u0000x")
        func login(
            _ name: String, _ body: some Sequence<UInt8>, headers: [String] = [], type: String? = "application/json", status: Int,
            has: String = ""
        ) -> Exact {
            Exact(name, "POST /api/auth/login", body, headers: headers, type: type, status: status, has: has)
        }
        return [
            login("the good one", good.utf8, status: 200, has: "access_token"),
            login("a name twice", good.replacing("{", with: "{\"identifier\":\"ann\",").utf8, status: 400),
            login("a name twice, once with an escape", escaped.utf8, status: 400),
            login("a comma at the end", good.replacing("}", with: ",}").utf8, status: 400),
            login("a list with a comma at the end", "[1,]".utf8, status: 400),
            login("something after it", (good + "x").utf8, status: 400),
            login("UTF-8 with a mark", encoded(.utf8, mark: [0xEF, 0xBB, 0xBF]), status: 400),
            login("UTF-16", encoded(.utf16LittleEndian), status: 400),
            login("UTF-16 with a mark", encoded(.utf16LittleEndian, mark: [0xFF, 0xFE]), status: 400),
            login("UTF-16, the other order", encoded(.utf16BigEndian, mark: [0xFE, 0xFF]), status: 400),
            login("UTF-32", encoded(.utf32LittleEndian), status: 400),
            login("UTF-32 with a mark", encoded(.utf32BigEndian, mark: [0, 0, 0xFE, 0xFF]), status: 400),
            login("another charset", good.utf8, type: "application/json; charset=utf-16", status: 415),
            login("another type", good.utf8, type: "text/plain", status: 415),
            login("no type", good.utf8, type: nil, status: 415),
            login("gzip", good.utf8, headers: ["content-encoding: gzip"], status: 415),
            login("identity, said aloud", good.utf8, headers: ["content-encoding: identity"], status: 415),
            login("a NUL in the name", nul.utf8, status: 401),
            login("a bare NUL in the name", good.utf8.map { $0 == UInt8(ascii: "n") ? 0 : $0 }, status: 400),
            Exact(
                "a NUL in a new name", "POST /api/users/register",
                "{\"username\":\"zoe\\u0000\",\"email\":\"zoe@example.org\",\"password\":\"\(password)\"}".utf8, status: 422,
                has: "\"field\":\"username\""),
        ]
    }

    private static let methods = [
        Exact("get", "get /health", status: 501), Exact("Get", "Get /health", status: 501),
        Exact("the headers alone", "HEAD /health", status: 200, has: "content-length: 15"),
        Exact("the headers of a refusal", "HEAD /api/users/me", status: 401, has: "content-length: "),
        Exact("a target with the host", "GET http://localhost/health", status: 200, has: "ok"),
        Exact("post", "post /api/auth/login", good.utf8, status: 501), Exact("brew", "BREW /health", status: 501),
        Exact("another method", "PUT /api/auth/login", good.utf8, status: 405, has: "allow: post"),
        Exact("one of several methods", "DELETE /api/users/me", status: 405, has: "allow: get, patch"),
    ]

    /// Requests about a series that is there.
    private static func numbers(_ path: String, _ token: String) -> [Exact] {
        func exact(_ name: String, _ line: String, _ body: String, status: Int) -> Exact {
            Exact(name, line, body.utf8, headers: ["authorization: Bearer \(token)"], status: status)
        }
        let judge = "PUT \(path)/verdicts"
        func rows(_ first: String) -> String { "{\"first_row\":\(first),\"last_row\":1,\"verdict\":\"anomaly\"}" }
        func seed(_ seed: String, _ status: Int) -> Exact {
            exact("seed \(seed)", "POST \(path)/training", "{\"seed\":\(seed)}", status: status)
        }
        func again(_ name: String) -> [Exact] {
            [
                exact("\(name) over", "DELETE \(path)", "", status: 204),
                exact("brought again", "POST /api/series", "{\"sample\":\"point.csv\"}", status: 201),
            ]
        }
        return [
            exact("row 1", judge, rows("1"), status: 204), exact("row true", judge, rows("true"), status: 422),
            exact("row \"1\"", judge, rows("\"1\""), status: 422), exact("row 0", judge, rows("0"), status: 422),
            seed("true", 422), seed("false", 422), seed("-1", 422), seed("0", 202),
        ] + again("seed 0") + [seed("1", 202)] + again("seed 1")
    }

    @Test func eachIsAnsweredAsItIsDue() async throws {
        let server = try await LiveServer()
        _ = try server.accounts.register(username: "ann", email: "ann@example.org", password: Self.password)
        try await onThread { [port = server.port] in
            func check(_ cases: [Exact]) throws {
                for exact in cases {
                    let length = exact.body.isEmpty ? [] : ["content-length: \(exact.body.count)"]
                    let answer = LiveAnswer(
                        try Client(port: port).exchange(["\(exact.line) HTTP/1.1"] + exact.headers + length, bytes: exact.body))
                    #expect(answer.status == exact.status, "\(exact.name): \(answer)")
                    let text = answer.head + answer.body.lowercased()
                    #expect(exact.has.isEmpty || text.contains(exact.has), "\(exact.name): \(text)")
                }
            }
            try check(Self.bodies + Self.methods)
            let client = LiveClient(port: port)
            let token = try #require(try client.logIn("ann", Self.password).token)
            let made = try client.ask("POST", "/api/series", "{\"sample\":\"point.csv\"}", token: token)
            try check(Self.numbers(String(try #require(made.head.firstMatch(of: /location: (\S+)/), "\(made)").1), token))
        }
    }
}
