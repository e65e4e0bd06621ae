import COpenSSL
import Foundation
import Persistence
import Testing

@testable import Accounts

private struct Payload: Encodable {
    var iss: String? = "oddline"
    var sub: String? = "1"
    var aud: String? = "oddline"
    var iat: Double? = Date().timeIntervalSince1970
    var nbf: Double? = Date().timeIntervalSince1970
    var exp: Double? = Date().timeIntervalSince1970 + 36_000
    var jti: String?
}

private func base64url(_ text: String) -> String { base64url(Data(text.utf8)) }

private func base64url(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}

private func claims(of token: String) throws -> [String: Any] {
    let middle = token.split(separator: ".")[1].replacing("-", with: "+").replacing("_", with: "/")
    let data = try #require(Data(base64Encoded: middle + String(repeating: "=", count: (4 - middle.count % 4) % 4)))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
}

@Suite struct TokenAttackTests {
    /// Signs claims as the service would (RFC 7515), with its own key or another.
    private func sign(
        _ payload: Payload, _ server: Server, secret: Data? = nil, kid: String? = nil, isSHA384: Bool = false
    ) throws -> String {
        let key = try SigningKeys(at: server.locations.signingKeys).signing
        let header = ["alg": isSHA384 ? "HS384" : "HS256", "typ": "JWT", "kid": kid ?? key.kid]
        let text = try base64url(JSONEncoder().encode(header)) + "." + base64url(JSONEncoder().encode(payload))
        let (secret, bytes) = (Array(secret ?? key.secret), Array(text.utf8))
        var (signature, count) = ([UInt8](repeating: 0, count: 64), 0)
        _ = try #require(
            EVP_Q_mac(
                nil, "HMAC", nil, isSHA384 ? "SHA384" : "SHA256", nil, secret, secret.count, bytes, bytes.count, &signature,
                signature.count, &count))
        return text + "." + base64url(Data(signature.prefix(count)))
    }

    private func status(_ token: String, _ server: Server) async throws -> Int {
        try await server.send("GET", "/api/users/me", token: token).status
    }

    @Test func onlyTheServicesOwnUnalteredTokensPass() async throws {
        let server = try await Server()
        try await server.register()
        let token = try await server.logIn()
        let id = try #require(try claims(of: token)["jti"] as? String)
        let good = Payload(jti: id)
        #expect(try await status(sign(good, server), server) == 200, "the forged tokens below differ in one thing each")
        let parts = token.split(separator: ".").map(String.init)
        let now = Date().timeIntervalSince1970
        let header = "{\"alg\":\"none\",\"typ\":\"JWT\",\"kid\":\"x\"}"
        var forged = [
            "alg none": base64url(header) + "." + parts[1] + ".",
            "alg none with a signature": base64url(header) + "." + parts[1] + "." + parts[2],
            "altered payload": parts[0] + "." + base64url("{\"iss\":\"oddline\",\"sub\":\"2\",\"exp\":9999999999}") + "."
                + parts[2],
            "altered signature": parts[0] + "." + parts[1] + "." + String(parts[2].reversed()),
            "extra segment": token + ".x", "two segments": parts[0] + "." + parts[1], "nothing": "", "dots": "..",
            "padding": parts[0] + "=." + parts[1] + "." + parts[2],
            "another alphabet": token.replacing("-", with: "+").replacing("_", with: "/") + "+",
            "a megabyte": token + String(repeating: "a", count: 15_000),
        ]
        forged["foreign key"] = try sign(good, server, secret: Data(repeating: 7, count: 32))
        forged["HS384"] = try sign(good, server, isSHA384: true)
        forged["expired"] = try sign(Payload(iat: now - 900, nbf: now - 900, exp: now - 1, jti: id), server)
        forged["not yet valid"] = try sign(Payload(nbf: now + 18_000, jti: id), server)
        forged["issued in the future"] = try sign(Payload(iat: now + 18_000, jti: id), server)
        forged["wrong issuer"] = try sign(Payload(iss: "other", jti: id), server)
        forged["wrong audience"] = try sign(Payload(aud: "other", jti: id), server)
        forged["missing audience"] = try sign(Payload(aud: nil, jti: id), server)
        forged["missing issuer"] = try sign(Payload(iss: nil, jti: id), server)
        forged["missing expiry"] = try sign(Payload(exp: nil, jti: id), server)
        forged["missing subject"] = try sign(Payload(sub: nil, jti: id), server)
        forged["missing identity"] = try sign(Payload(), server)
        forged["unknown identity"] = try sign(Payload(jti: UUID().uuidString), server)
        forged["another user's identity"] = try sign(Payload(sub: "2", jti: id), server)
        forged["subject spelt otherwise"] = try sign(Payload(sub: "01", jti: id), server)
        for kid in ["../../etc/passwd", "' UNION SELECT 1 --", "", "unknown"] {
            forged["kid \(kid)"] = try sign(good, server, kid: kid)
        }
        for (name, forgery) in forged { #expect(try await status(forgery, server) == 401, "\(name)") }
        let last = try #require(parts[2].last)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let place = try #require(alphabet.firstIndex(of: last))
        let sibling = parts[0] + "." + parts[1] + "." + parts[2].dropLast() + String(alphabet[place ^ 1])
        #expect(try await status(sibling, server) == 401, "base64 whose unused bits are set is another text for the same bytes")
    }

    @Test func anRSATokenIsNotTakenForAnHMACOne() async throws {
        let server = try await Server()
        try await server.register()
        let key = try SigningKeys(at: server.locations.signingKeys).signing
        let parts = try await server.logIn().split(separator: ".").map(String.init)
        for alg in ["RS256", "ES256", "PS256", "hs256", "HS512"] {
            let header = base64url("{\"alg\":\"\(alg)\",\"kid\":\"\(key.kid)\",\"typ\":\"JWT\"}")
            #expect(try await status(header + "." + parts[1] + "." + parts[2], server) == 401)
        }
        let critical = base64url("{\"alg\":\"HS256\",\"kid\":\"\(key.kid)\",\"crit\":[\"b64\"],\"b64\":false}")
        #expect(try await status(critical + "." + parts[1] + "." + parts[2], server) == 401)
    }

    @Test func theHeaderMustStandOnceAndSayBearer() async throws {
        let server = try await Server()
        try await server.register()
        let token = try await server.logIn()
        func status(_ headers: [String]) async throws -> Int {
            try await server.send("GET", "/api/users/me", headers: headers).status
        }
        #expect(try await status(["authorization: bearer \(token)"]) == 200)
        #expect(try await status(["authorization: Bearer \(token)", "authorization: Bearer \(token)"]) == 401)
        for scheme in ["Basic", "Token", "JWT", ""] { #expect(try await status(["authorization: \(scheme) \(token)"]) == 401) }
        #expect(try await status(["cookie: access_token=\(token)"]) == 401)
        #expect(try await server.send("GET", "/api/users/me?access_token=\(token)").status == 401)
    }

    @Test func tokensEndWithTheAccountThePasswordAndTheKey() async throws {
        let server = try await Server()
        try await server.register()
        try await server.register("bob")
        let (ann, bob) = (try server.accounts.find("ann"), try server.accounts.find("bob"))
        var token = try await server.logIn("bob")
        try server.accounts.setEnabled(bob, false)
        #expect(try await status(token, server) == 401)
        try server.accounts.setEnabled(bob, true)
        #expect(try await status(token, server) == 401, "enabling does not bring ended sessions back")
        token = try await server.logIn("bob")
        try server.accounts.setPassword(of: bob, to: "some other long phrase")
        #expect(try await status(token, server) == 401)
        token = try await server.logIn()
        #expect(try server.accounts.openSessions(of: ann).count == 1)
        try server.accounts.endSession(try #require(try server.accounts.openSessions(of: ann).first).id, of: ann)
        #expect(try await status(token, server) == 401)
    }

    @Test func aDeletedAccountsTokenEnds() async throws {
        let server = try await Server()
        try await server.register()
        try await server.register("bob")
        let token = try await server.logIn("bob")
        try await server.accounts.database.write { try $0.execute(sql: "DELETE FROM users WHERE username = 'bob'") }
        #expect(try await status(token, server) == 401)
    }

    @Test func aRunningServiceFollowsARotationAndKeepsOlderTokensUntilTheOldKeyRetires() async throws {
        let server = try await Server()
        try await server.register()
        let older = try await server.logIn()
        var keys = try SigningKeys(at: server.locations.signingKeys)
        try keys.rotate(overlap: 36_000)
        #expect(try await status(older, server) == 200)
        let newer = try await server.logIn()
        #expect(newer.split(separator: ".")[0] != older.split(separator: ".")[0], "the new key signs")
        try keys.rotate(overlap: -1)
        #expect(try await status(newer, server) == 401, "its key has retired")
        #expect(try await status(older, server) == 200, "its key's time is not over")
        #expect(try await status(try await server.logIn(), server) == 200)
    }

    @Test func keysOthersCanReadAreRefused() async throws {
        let server = try await Server()
        let path = server.locations.signingKeys.path
        for mode in [0o644, 0o640, 0o604] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect(throws: StorageError.self) { try SigningKeys(at: server.locations.signingKeys) }
        }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/tmp/elsewhere-\(UUID().uuidString)")
        #expect(throws: StorageError.self) { try SigningKeys(at: server.locations.signingKeys) }
    }
}
