import Digest
import Foundation
import StrictJSON

/// What a token says, and the token's text: a JSON Web Token (RFC 7519) in compact form, signed with HMAC-SHA-256 (HS256) and
/// nothing else.
struct Claims: Sendable {
    let userID: Int64
    /// `jti`, by which the token can be revoked.
    let sessionID: String
    let issuedAt: Date
    let validFrom: Date
    let expiresAt: Date

    /// The longest token that is looked at, in bytes.
    static let longest = 4096
    /// `iss` and `aud`.
    private static let service = JSON.text("oddline")
    private static let names: Set<String> = ["iss", "sub", "aud", "iat", "nbf", "exp", "jti"]

    /// - Parameter now: in whole seconds, from which on it is valid.
    init(userID: Int64, sessionID: String, from now: Date, lifetime: TimeInterval) {
        (self.userID, self.sessionID) = (userID, sessionID)
        (issuedAt, validFrom, expiresAt) = (now, now, now.addingTimeInterval(lifetime))
    }

    /// What a token says whose form is exactly that of this service's: three segments of canonical base64url without padding;
    /// JSON objects without repeated, unknown or missing members; HS256 with the key that its header names; issued here and
    /// for here. Nothing but the name of the key is believed before the signature is right.
    /// - Parameter secret: the key of a name.
    init?(_ token: String, secret: (String) -> Data?) {
        guard token.utf8.count <= Self.longest else { return nil }
        let text = Array(token.utf8)
        let segments = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard segments.count == 3, let name = Self.keyName(segments[0]), let secret = secret(name),
            let signature = bytes(ofBase64URL: segments[2]),
            HMACSHA256(key: secret).isValid(signature, for: text[..<segments[1].endIndex]),
            let says = Self.members(segments[1]), Set(says.keys) == Self.names, says["iss"] == Self.service,
            says["aud"] == Self.service, case .text(let subject) = says["sub"], let userID = Int64(subject),
            subject == String(userID), case .text(let sessionID) = says["jti"], let issuedAt = Self.date(says["iat"]),
            let validFrom = Self.date(says["nbf"]), let expiresAt = Self.date(says["exp"])
        else { return nil }
        (self.userID, self.sessionID) = (userID, sessionID)
        (self.issuedAt, self.validFrom, self.expiresAt) = (issuedAt, validFrom, expiresAt)
    }

    /// Whether a token that says this is good at a moment.
    func isValid(at now: Date) -> Bool { issuedAt <= now && validFrom <= now && now < expiresAt }

    /// The token.
    func token(signedWith key: SigningKeys.Key) -> String {
        func seconds(_ date: Date) -> JSON { .integer(Int(date.timeIntervalSince1970)) }
        let header: JSON = ["alg": "HS256", "kid": .text(key.kid), "typ": "JWT"]
        let payload: JSON = [
            "iss": Self.service, "sub": .text(String(userID)), "aud": Self.service, "iat": seconds(issuedAt),
            "nbf": seconds(validFrom), "exp": seconds(expiresAt), "jti": .text(sessionID),
        ]
        func segment(_ value: JSON) -> String {
            var text = JSONText()
            text.add(value)
            return base64URL(text.bytes)
        }
        let signed = segment(header) + "." + segment(payload)
        return signed + "." + base64URL(HMACSHA256(key: key.secret).code(for: signed.utf8))
    }

    private static func keyName(_ segment: ArraySlice<UInt8>) -> String? {
        guard let header = members(segment), Set(header.keys).isSubset(of: ["alg", "kid", "typ"]), header["alg"] == "HS256",
            header["typ"] ?? "JWT" == "JWT", case .text(let name) = header["kid"]
        else { return nil }
        return name
    }

    private static func members(_ segment: ArraySlice<UInt8>) -> [String: JSON]? {
        guard let bytes = bytes(ofBase64URL: segment), case .object(let members) = try? JSON(bytes) else { return nil }
        return Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    }

    private static func date(_ value: JSON?) -> Date? {
        switch value {
        case .integer(let seconds): Date(timeIntervalSince1970: Double(seconds))
        case .number(let seconds): Date(timeIntervalSince1970: seconds)
        default: nil
        }
    }
}

/// base64url without padding (RFC 4648, section 5).
private func base64URL(_ bytes: some Sequence<UInt8>) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}

/// The bytes of base64url without padding; of the texts for the same bytes only the one without stray bits is taken.
private func bytes(ofBase64URL text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count * 3 / 4)
    // Bits that are not yet part of a byte, and how many.
    var (bits, count) = (UInt32(0), 0)
    for letter in text {
        guard let value = sixBits(of: letter) else { return nil }
        (bits, count) = (bits << 6 | value, count + 6)
        guard count >= 8 else { continue }
        count -= 8
        bytes.append(UInt8(bits >> count))
        bits &= 1 << count - 1
    }
    return count < 6 && bits == 0 ? bytes : nil
}

private func sixBits(of letter: UInt8) -> UInt32? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
}
