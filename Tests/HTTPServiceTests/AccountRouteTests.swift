import Foundation
import GRDB
import Synchronization
import Testing

@testable import Accounts
@testable import HTTPService

@Suite struct AccountRouteTests {
    @Test func registrationLoginAndProfileWorkTogether() async throws {
        let server = try await Server()
        let body =
            "{\"username\":\"Ann\",\"email\":\"Ann@Example.org\",\"password\":\"\(Server.password)\","
            + "\"set_up_token\":\"\(server.setUp.text)\"}"
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
            let policy = try #require(answer.headers["content-security-policy"])
            for rule in ["default-src", "object-src", "base-uri", "frame-ancestors"] {
                #expect(policy.contains("\(rule) 'none'"))
            }
            #expect(answer.headers["referrer-policy"] == "no-referrer")
            #expect(answer.headers["access-control-allow-origin"] == nil)
            #expect(answer.headers["x-request-id"]?.isEmpty == false)
        }
        let problem = try await server.send("GET", "/nothing")
        #expect(problem.status == 404 && problem.headers["content-type"] == "application/problem+json")
        #expect(problem.json["status"] as? Int == 404)
        #expect(try await server.send("TRACE", "/health").status == 405)
    }

    @Test func aTakenUsernameConflictsWhateverItsCaseAndATakenEmailAddressIsNotTold() async throws {
        let server = try await Server()
        try await server.register()
        func register(_ name: String, _ email: String) async throws -> Answer {
            try await server.send(
                "POST", "/api/users/register",
                "{\"username\":\"\(name)\",\"email\":\"\(email)\",\"password\":\"\(Server.password)\"}")
        }
        #expect(try await register("ANN", "b@example.org").status == 409)
        let (taken, free) = (try await register("bob", "ANN@EXAMPLE.ORG"), try await register("carla", "carla@example.org"))
        #expect(taken.status == 201 && free.status == 201 && taken.headers.keys == free.headers.keys)
        #expect(taken.json.keys == free.json.keys && taken.json["role"] as? String == free.json["role"] as? String)
        #expect(throws: AccountError.self) { try server.accounts.find("bob") }
        #expect(try server.accounts.find("ann@example.org").username == "ann")
    }

    @Test func fieldsThatDoNotDoAreAllNamed() async throws {
        let server = try await Server()
        try await server.register("root")
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
        try await server.register("root")
        let body = "{\"username\":\"ann\",\"email\":\"ann@example.org\",\"password\":\"\(password)\"}"
        #expect(try await server.send("POST", "/api/users/register", body).status == 422)
    }

    @Test func aPasswordOfAnyPrintableCharactersWorksHoweverItIsTyped() async throws {
        let server = try await Server()
        let composed = "größer als 漢字 ✓ é"
        _ = try server.accounts.register(username: "root", email: "root@example.org", password: Server.password)
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
        let changed = try await server.send(
            "PATCH", "/api/users/me", "{\"email\":\"new@example.org\",\"present_password\":\"\(Server.password)\"}", token: token)
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
        let now = Date()
        let server = try await Server(now: { now })
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
}
