import Foundation
import Synchronization
import Testing

@testable import Accounts
@testable import HTTPService

@Suite struct SecondFactorRouteTests {
    private static let path = "/api/users/me/second-factor"

    /// A service at a time that stays, Ann's token, and the codes of her device by the steps from then.
    private func enrolled() async throws -> (server: Server, token: String, code: (Int64) -> String, recovery: [String]) {
        let now = Date(timeIntervalSince1970: 1_900_000_000)
        let server = try await Server(now: { now })
        try await server.register()
        let token = try await server.logIn()
        #expect(try await server.send("GET", Self.path, token: token).json["is_on"] as? Bool == false)
        let made = try await server.send(
            "POST", Self.path, "{\"present_password\":\"\(Server.password)\"}", token: token)
        #expect(made.status == 200)
        let secret = try #require(made.json["secret"] as? String)
        #expect(made.json["address"] as? String == "otpauth://totp/oddline:ann?secret=\(secret)")
        func code(_ step: Int64) -> String {
            TOTP(secret: decoded(secret)).code(of: TOTP.step(at: now) + step)
        }
        #expect(try await activate(server, token, code(7)).status == 422)
        #expect(try await logIn(server).status == 200, "it is not in force before a first right code")
        let on = try await activate(server, token, code(-1))
        #expect(on.status == 200)
        return (server, token, code, try #require(on.json["recovery_codes"] as? [String]))
    }

    private func activate(_ server: Server, _ token: String, _ code: String) async throws -> Answer {
        try await server.send("POST", Self.path + "/activation", "{\"code\":\"\(code)\"}", token: token)
    }

    private func logIn(_ server: Server, _ code: String? = nil, password: String = Server.password) async throws -> Answer {
        let field = code.map { ",\"code\":\"\($0)\"" } ?? ""
        return try await server.send("POST", "/api/auth/login", "{\"username\":\"ann\",\"password\":\"\(password)\"\(field)}")
    }

    private func field(_ answer: Answer) -> String? { (answer.json["errors"] as? [[String: String]])?.first?["field"] }

    @Test func aLoginWithoutACodeIsToldThatOneIsWantedAndACodeOpensOne() async throws {
        let (server, _, code, recovery) = try await enrolled()
        let missing = try await logIn(server)
        #expect(missing.status == 401 && field(missing) == "code" && missing.json["access_token"] == nil)
        let wrongPassword = try await logIn(server, code(0), password: "wrong wrong wrong")
        #expect(wrongPassword.status == 401 && field(wrongPassword) == nil)
        let right = try await logIn(server, code(0))
        #expect(right.status == 200 && right.json["access_token"] is String)
        let again = try await logIn(server, code(0))
        #expect(again.status == 401 && field(again) == "code")
        #expect(recovery.count == 10)
        #expect(try await logIn(server, recovery[3]).status == 200)
        #expect(try await logIn(server, recovery[3]).status == 401)
        for invented in ["", String(repeating: "1", count: 65)] { #expect(try await logIn(server, invented).status == 422) }
    }

    @Test func itIsRemovedWithPasswordAndCode() async throws {
        let (server, token, code, _) = try await enrolled()
        func remove(_ password: String, _ code: String) async throws -> Answer {
            try await server.send(
                "POST", Self.path + "/removal", "{\"present_password\":\"\(password)\",\"code\":\"\(code)\"}", token: token)
        }
        let state = try await server.send("GET", Self.path, token: token)
        #expect(state.json["is_on"] as? Bool == true && state.json["recovery_codes_left"] as? Int == 10)
        #expect(field(try await remove("wrong wrong wrong", code(0))) == "present_password")
        #expect(field(try await remove(Server.password, code(-1))) == "code")
        #expect(
            try await server.send("POST", Self.path, "{\"present_password\":\"\(Server.password)\"}", token: token).status == 409)
        #expect(try await remove(Server.password, code(0)).status == 204)
        #expect(try await logIn(server).status == 200)
        #expect(try await remove(Server.password, code(1)).status == 409)
        #expect(try await activate(server, token, code(1)).status == 409)
    }

    /// Whoever knows the password guesses codes: after five, of which one was wrong before, each answer is 429, with the right code
    /// too.
    @Test func guessedCodesAreThrottled() async throws {
        let (server, _, code, _) = try await enrolled()
        var statuses: [Int] = []
        for guess in 0..<9 { statuses.append(try await logIn(server, "guess\(guess)").status) }
        #expect(statuses.count { $0 == 401 } == 4 && statuses.suffix(5).allSatisfy { $0 == 429 }, "\(statuses)")
        #expect(try await logIn(server, code(0)).status == 429)
    }

    @Test func withoutATokenNothingIsToldOrDone() async throws {
        let server = try await Server()
        for (method, path) in [("GET", ""), ("POST", ""), ("POST", "/activation"), ("POST", "/removal")] {
            let body = method == "GET" ? nil : "{\"present_password\":\"x\",\"code\":\"1\"}"
            #expect(try await server.send(method, Self.path + path, body).status == 401)
        }
    }
}

/// The bytes that base32 stands for.
private func decoded(_ text: String) -> [UInt8] {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    let bits = text.flatMap { letter in (0..<5).reversed().map { (letters.firstIndex(of: letter) ?? 0) >> $0 & 1 } }
    return stride(from: 0, to: bits.count / 8 * 8, by: 8).map { start in
        bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | UInt8($1) }
    }
}
