import Foundation
import GRDB
import Synchronization
import Testing

@testable import Accounts
@testable import HTTPService

@Suite(.serialized) struct AccountRouteTests {
    @Test func registrationLoginAndProfileWorkTogether() async throws {
        let server = try await Server()
        let body = "{\"username\":\"Ann\",\"email\":\"Ann@Example.org\",\"password\":\"\(Server.password)\"}"
        let made = try await server.send("POST", "/api/users/register", body)
        #expect(made.status == 201 && made.headers["location"] == "/api/users/me")
        #expect(made.json["username"] as? String == "Ann" && made.json["email"] as? String == "ann@example.org")
        #expect(made.json["role"] as? String == "administrator")
        for name in ["ann", "ANN@example.ORG"] {
            for field in ["identifier", name.contains("@") ? "email" : "username"] {
                let answer = try await server.send(
                    "POST", "/api/auth/login", "{\"\(field)\":\"\(name)\",\"password\":\"\(Server.password)\"}")
                #expect(answer.status == 200 && answer.json["token_type"] as? String == "Bearer")
                #expect(answer.json["expires_in"] as? Int == 3600)
            }
        }
        let me = try await server.send("GET", "/api/users/me", token: try await server.logIn())
        #expect(me.status == 200)
        #expect(Set(me.json.keys) == ["id", "username", "email", "role", "created_at", "updated_at"])
        #expect(!me.body.contains("$2b$") && !me.body.contains("password"))
    }

    @Test func everyAnswerCarriesSecurityHeadersAndAnID() async throws {
        let server = try await Server()
        for path in ["/health", "/api/users/me", "/nothing", "/openapi.json"] {
            let answer = try await server.send("GET", path)
            #expect(answer.headers["x-content-type-options"] == "nosniff" && answer.headers["cache-control"] == "no-store")
            #expect(answer.headers["content-security-policy"]?.contains("default-src 'none'") == true)
            #expect(answer.headers["access-control-allow-origin"] == nil)
            #expect(answer.headers["x-request-id"]?.isEmpty == false)
        }
        let problem = try await server.send("GET", "/nothing")
        #expect(problem.status == 404 && problem.headers["content-type"] == "application/problem+json")
        #expect(problem.json["status"] as? Int == 404)
        #expect(try await server.send("TRACE", "/health").status == 405)
    }

    @Test func takenNamesConflictWhateverTheirCase() async throws {
        let server = try await Server()
        try await server.register()
        for (name, email) in [("ANN", "b@example.org"), ("bob", "ANN@EXAMPLE.ORG")] {
            let body = "{\"username\":\"\(name)\",\"email\":\"\(email)\",\"password\":\"\(Server.password)\"}"
            #expect(try await server.send("POST", "/api/users/register", body).status == 409)
        }
    }

    @Test func fieldsThatDoNotDoAreAllNamed() async throws {
        let server = try await Server()
        let answer = try await server.send(
            "POST", "/api/users/register", "{\"username\":\"a\",\"email\":\"x\",\"password\":\"short\"}")
        #expect(answer.status == 422)
        let errors = try #require(answer.json["errors"] as? [[String: String]])
        #expect(errors.compactMap { $0["field"] } == ["username", "email", "password"])
    }

    @Test(arguments: [
        "passwordpassword", "Password123456", "P@ssw0rd12345", "qwertyuiop12345", "123456789012345", "abcabcabcabcabc",
        "iloveyou2024!!",
        "ann is my name here", "correct-horse-battery-staple", "zxcvbnmasdfghjkl",
    ])
    func commonAndDerivedPasswordsAreRefused(_ password: String) async throws {
        let server = try await Server()
        let body = "{\"username\":\"ann\",\"email\":\"ann@example.org\",\"password\":\"\(password)\"}"
        #expect(try await server.send("POST", "/api/users/register", body).status == 422)
    }

    @Test func aPasswordOfAnyPrintableCharactersWorksHoweverItIsTyped() async throws {
        let server = try await Server()
        let composed = "größer als 漢字 ✓ é"
        let body = "{\"username\":\"ann\",\"email\":\"ann@example.org\",\"password\":\"\(composed)\"}"
        #expect(try await server.send("POST", "/api/users/register", body).status == 201)
        let decomposed = composed.decomposedStringWithCanonicalMapping
        #expect(
            try await server.send("POST", "/api/auth/login", "{\"identifier\":\"ann\",\"password\":\"\(decomposed)\"}").status
                == 200)
        let long = String(repeating: "ab cd ef ", count: 9)
        let refused = "{\"username\":\"bob\",\"email\":\"bob@example.org\",\"password\":\"\(long)\"}"
        #expect(try await server.send("POST", "/api/users/register", refused).status == 422, "81 bytes are more than bcrypt uses")
    }

    @Test func everyCauseOfARefusedLoginReadsTheSame() async throws {
        let server = try await Server()
        try await server.register()
        try await server.register("bob")
        try server.accounts.setEnabled(try server.accounts.find("bob"), false)
        let bodies = [("ann", "wrong wrong wrong"), ("nobody", Server.password), ("bob", Server.password)].map {
            "{\"identifier\":\"\($0)\",\"password\":\"\($1)\"}"
        }
        var answers: [Answer] = []
        for body in bodies { answers.append(try await server.send("POST", "/api/auth/login", body)) }
        #expect(answers.allSatisfy { $0.status == 401 && $0.body == answers[0].body })
    }

    @Test func theProfileAndThePasswordCanBeChanged() async throws {
        let server = try await Server()
        try await server.register()
        try await server.register("bob")
        let token = try await server.logIn()
        let changed = try await server.send("PATCH", "/api/users/me", "{\"email\":\"new@example.org\"}", token: token)
        #expect(changed.status == 200 && changed.json["email"] as? String == "new@example.org")
        #expect(try await server.send("PATCH", "/api/users/me", "{\"username\":\"BOB\"}", token: token).status == 409)
        #expect(try await server.send("PATCH", "/api/users/me", "{\"role\":\"administrator\"}", token: token).status == 422)
        let path = "/api/users/me/password"
        let wrong = "{\"present_password\":\"not this one at all\",\"new_password\":\"another long phrase\"}"
        #expect(try await server.send("POST", path, wrong, token: token).status == 422)
        let weak = "{\"present_password\":\"\(Server.password)\",\"new_password\":\"short\"}"
        #expect(try await server.send("POST", path, weak, token: token).status == 422)
        let right = "{\"present_password\":\"\(Server.password)\",\"new_password\":\"another long phrase\"}"
        #expect(try await server.send("POST", path, right, token: token).status == 204)
        #expect(try await server.send("GET", "/api/users/me", token: token).status == 401, "older tokens are revoked")
        #expect(
            try await server.send("POST", "/api/auth/login", "{\"identifier\":\"ann\",\"password\":\"another long phrase\"}")
                .status
                == 200)
    }

    @Test func logoutEndsOneSessionAlone() async throws {
        let server = try await Server()
        try await server.register()
        let (first, second) = (try await server.logIn(), try await server.logIn())
        #expect(try await server.send("POST", "/api/auth/logout", token: first).status == 204)
        #expect(try await server.send("GET", "/api/users/me", token: first).status == 401)
        #expect(try await server.send("GET", "/api/users/me", token: second).status == 200)
    }

    @Test func guessingIsSlowedDownButNobodyIsLockedOutByStrangers() async throws {
        let server = try await Server()
        try await server.register()
        let wrong = "{\"identifier\":\"ann\",\"password\":\"wrong wrong wrong\"}"
        var statuses: [Int] = []
        for _ in 0..<8 { statuses.append(try await server.send("POST", "/api/auth/login", wrong).status) }
        #expect(statuses.prefix(5).allSatisfy { $0 == 401 })
        let refused = try await server.send("POST", "/api/auth/login", wrong)
        #expect(refused.status == 429 && Int(refused.headers["retry-after"] ?? "") ?? 0 >= 1)
        #expect(throws: Never.self) {
            try server.accounts.login(identifier: "ann", password: Server.password, origin: "198.51.100.7")
        }
    }

    @Test func theDelaysGrowUpToAQuarterOfAnHourAndEndWithTheRightPassword() async throws {
        // Whole seconds: the database keeps milliseconds, and a rounded-up one would ask for a second more.
        let clock = Mutex(Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down)))
        let server = try await Server(now: { clock.withLock { $0 } })
        try await server.register()
        func logIn(_ password: String) async throws -> Answer {
            try await server.send("POST", "/api/auth/login", "{\"identifier\":\"ann\",\"password\":\"\(password)\"}")
        }
        var waits: [Int] = []
        while waits.count < 13 {
            let answer = try await logIn("wrong wrong wrong")
            guard answer.status == 429 else { continue }
            let wait = try #require(Int(answer.headers["retry-after"] ?? ""))
            #expect(try await logIn(Server.password).status == 429, "the right password waits too")
            waits.append(wait)
            clock.withLock { $0 += Double(wait) }
        }
        #expect(waits == waits.sorted() && waits.first == 1 && waits.last == 900)
        #expect(try await logIn(Server.password).status == 200)
        #expect(try await logIn("wrong wrong wrong").status == 401)
    }

    @Test func aHashOfALowerCostIsMadeAgainAtTheNextLogin() async throws {
        let server = try await Server(cost: 5)
        try await server.register()
        let database = server.accounts.database
        let cheap = try PasswordHasher(cost: 4).hash(Server.password)
        try await database.write { try $0.execute(sql: "UPDATE users SET hashed_password = ?", arguments: [cheap]) }
        _ = try await server.logIn()
        let renewed = try await database.read { try String.fetchOne($0, sql: "SELECT hashed_password FROM users") }
        #expect(renewed?.hasPrefix("$2b$05$") == true)
        _ = try await server.logIn()
    }

    @Test func tenThousandLoginsAtOnceCheckOnlyAFewPasswords() async throws {
        let server = try await Server()
        try await server.register()
        let body = "{\"identifier\":\"ann\",\"password\":\"wrong wrong wrong\"}"
        let request =
            "POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n"
        let port = server.port
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    try await onThread {
                        let client = try Client(port: port)
                        for index in 0..<1000 {
                            client.write(request + (index == 999 ? "connection: close\r\n\r\n" : "\r\n") + body)
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
}

@Suite(.serialized) struct InputAttackTests {
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

    @Test func aHundredMegabytesAreRefusedAtOnce() async throws {
        let server = try await Server()
        let client = try Client(port: server.port)
        client.write(
            "POST /api/auth/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 104857600\r\n\r\n{"
        )
        #expect(client.readAll().hasPrefix("HTTP/1.1 413"))
    }

    @Test func aBodyThatTricklesInIsGivenUp() async throws {
        let server = try await Server(bodyDeadline: .seconds(1))
        let client = try Client(port: server.port)
        client.write(
            "POST /api/auth/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 40\r\n\r\n{"
        )
        #expect(client.readAll().hasPrefix("HTTP/1.1 408"))
    }
}

@Suite(.serialized) struct DocumentTests {
    @Test func everyProtectedRouteWantsAToken() async throws {
        let server = try await Server()
        let open: Set = ["/health", "/openapi.json", "/api/users/register", "/api/auth/login"]
        #expect(server.operations.count > 15)
        for (method, path) in server.operations where !open.contains(path) {
            let answer = try await server.send(method, path.replacingOccurrences(of: "{id}", with: "x"), "{}")
            #expect(answer.status == 401 && answer.headers["www-authenticate"]?.hasPrefix("Bearer") == true, "\(method) \(path)")
        }
    }

    @Test func aSeriesIsTrainedScoredAndJudged() async throws {
        let server = try await Server()
        try await server.register()
        let token = try await server.logIn()
        let values = (0..<400).map { $0 == 300 ? "9" : String(format: "%.3f", sin(Double($0) / 4)) }
        let csv = "value\\n" + values.joined(separator: "\\n") + "\\n"
        let made = try await server.send("POST", "/api/series", "{\"name\":\"wave.csv\",\"csv\":\"\(csv)\"}", token: token)
        #expect(made.status == 201 && made.json["rows"] as? Int == 400)
        let path = try #require(made.headers["location"])
        #expect(try await server.send("GET", path + "/scores", token: token).status == 409)
        #expect(try await server.send("POST", path + "/training", "{\"train_rows\":9000}", token: token).status == 422)
        #expect(try await server.send("POST", path + "/training", "{\"seed\":3}", token: token).status == 202)
        #expect(try await server.send("POST", path + "/training", "{}", token: token).status == 409)
        for _ in 0..<600
        where try await server.send("GET", path + "/training", token: token).json["state"] as? String == "running" {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try await server.send("GET", path + "/training", token: token).json["state"] as? String == "finished")
        let scores = try await server.send("GET", path + "/scores?lstm_weight=0&limit=5&from=299", token: token)
        let rows = try #require(scores.json["rows"] as? [[String: Any]])
        #expect(rows.count == 5 && rows[0]["row"] as? Int == 299)
        #expect(rows.allSatisfy { $0["combined"] as? Double == $0["transformer"] as? Double })
        #expect(try await server.send("GET", path + "/scores?lstm_weight=0&transformer_weight=0", token: token).status == 422)
        #expect(try await server.send("GET", path + "/scores?weight=2", token: token).status == 422)
        #expect(try await server.send("GET", path + "/events", token: token).body.contains("first_row"))
        #expect(
            try await server.send(
                "PUT", path + "/verdicts", "{\"first_row\":301,\"last_row\":301,\"verdict\":\"anomaly\"}", token: token
            ).status == 204)
        #expect(
            try await server.send("PUT", path + "/verdicts", "{\"first_row\":9,\"last_row\":3,\"verdict\":null}", token: token)
                .status
                == 422)
        try await server.register("bob")
        #expect(
            try await server.send("GET", path, token: try await server.logIn("bob")).status == 404, "other users do not see it")
        #expect(try await server.send("DELETE", path, token: token).status == 204)
        #expect(try await server.send("GET", path, token: token).status == 404)
        let bad = try await server.send("POST", "/api/series", "{\"csv\":\"v\\n1\\nx\\n\"}", token: token)
        #expect(bad.status == 422 && (bad.json["detail"] as? String)?.contains("row 2") == true)
    }
}
