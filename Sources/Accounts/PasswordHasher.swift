import CXCrypt
import Digest
import Foundation

/// Hashes passwords with bcrypt (`$2b$`; Provos and Mazières, 1999).
public struct PasswordHasher: Sendable {
    /// Logarithm of the number of rounds; 12 takes about 0.2 s.
    public let cost: UInt

    /// The longest password bcrypt uses whole, in bytes of UTF-8.
    public static let longestPassword = 72

    /// The highest cost of a hash that is checked, 16 times what is usual: a database from elsewhere may hold hashes of a cost of
    /// 31, which keep a core busy for a day.
    static let dearest: UInt = 16

    /// Makes a hasher with a cost from 4 to 31.
    public init(cost: UInt = 12) { self.cost = min(max(cost, 4), 31) }

    /// A salted hash of `password`.
    /// - Throws: `AccountError.hashing` when the password has a NUL, is too long, or the system refuses.
    public func hash(_ password: String) throws(AccountError) -> String {
        guard password.utf8.count <= Self.longestPassword, !password.utf8.contains(0),
            let hash = Self.crypt(password, setting: try setting()), hash.hasPrefix("$2b$")
        else { throw .hashing }
        return hash
    }

    /// A hash that no password gives, which costs as much to check as one of this hasher.
    /// - Throws: `AccountError.hashing` when the system lacks bcrypt.
    func decoy() throws(AccountError) -> String { try setting() + String(repeating: ".", count: 31) }

    /// How a hash begins: method, cost and a random salt.
    private func setting() throws(AccountError) -> String {
        let salt = randomBytes(16).map { CChar(bitPattern: $0) }
        var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        guard crypt_gensalt_rn("$2b$", cost, salt, Int32(salt.count), &setting, Int32(setting.count)) != nil else {
            throw .hashing
        }
        return text(setting)
    }

    /// Whether `password` gives `hash`; takes the hash's full cost either way.
    public func verify(_ password: String, against hash: String) -> Bool {
        guard let used = Self.cost(of: hash), used <= max(cost, Self.dearest) else { return false }
        let allowed = password.utf8.count <= Self.longestPassword && !password.utf8.contains(0)
        guard let computed = Self.crypt(allowed ? password : "", setting: hash) else { return false }
        return isSame(Array(computed.utf8), Array(hash.utf8)) && allowed
    }

    /// Whether a hash was made with a lower cost than this hasher's.
    public func isOutdated(_ hash: String) -> Bool {
        Self.cost(of: hash).map { $0 < cost } ?? true
    }

    private static func cost(of hash: String) -> UInt? {
        let parts = hash.split(separator: "$")
        return parts.count >= 2 ? UInt(parts[1]) : nil
    }

    private static func crypt(_ password: String, setting: String) -> String? {
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        defer {
            memset(data, 0, MemoryLayout<crypt_data>.size)
            data.deallocate()
        }
        memset(data, 0, MemoryLayout<crypt_data>.size)
        guard let result = crypt_r(password, setting, data) else { return nil }
        let hash = String(cString: result)
        return hash.hasPrefix("*") ? nil : hash
    }

    private func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
