import Digest
import Foundation
import Persistence

/// The secrets that tokens are signed with, in a file that only its owner can read (mode 0600).
///
/// The newest key signs; older ones still verify until they retire, so that rotation logs nobody out.
public struct SigningKeys: Sendable, Equatable {
    /// One secret.
    struct Key: Sendable, Equatable, Codable {
        /// Names the key in a token's header.
        let kid: String
        /// 256 random bits.
        let secret: Data
        /// When it stops verifying; `nil` while it signs.
        var retiresAt: Date?
    }

    /// Seconds after which no token signed by an older key is still valid: the longest a session is kept.
    public static let longestOverlap: TimeInterval = 30 * 86_400

    private(set) var keys: [Key]
    private let url: URL

    /// Reads the file, or makes it with a new key; of several programs that do so at once, all have the same.
    /// - Throws: `StorageError.unsafeFile` when others can read it, it is a link, or belongs to somebody else;
    ///   `.configuration` when it is damaged; `.cannotRead`, `.cannotWrite`.
    public init(at url: URL) throws(StorageError) {
        self.url = url
        let data = try PrivateFile(url).read(orMake: Self.data([Self.newKey()], at: url))
        guard let keys = try? JSONDecoder().decode([Key].self, from: data), let first = keys.first, first.retiresAt == nil,
            keys.allSatisfy({ $0.secret.count == 32 })
        else { throw .configuration(path: url.path, reason: "it does not hold signing keys") }
        self.keys = keys
    }

    /// Makes a new key sign; the one before, whoever made it, verifies for `overlap` seconds more.
    /// - Throws: as `init(at:)`.
    public mutating func rotate(overlap: TimeInterval, now: Date = Date()) throws(StorageError) {
        let file = PrivateFile(url)
        self = try file.alone { () throws(StorageError) -> SigningKeys in
            var present = try SigningKeys(at: url)
            present.keys[0].retiresAt = now.addingTimeInterval(overlap)
            present.keys = [Self.newKey()] + present.keys.filter { $0.retiresAt.map { $0 > now } ?? true }
            try file.write(Self.data(present.keys, at: url))
            return present
        }
    }

    var signing: Key { keys[0] }

    /// The secret of a key that still verifies.
    func secret(named kid: String, now: Date) -> Data? {
        keys.first { $0.kid == kid && ($0.retiresAt.map { $0 > now } ?? true) }?.secret
    }

    private static func data(_ keys: [Key], at url: URL) throws(StorageError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        do { return try encoder.encode(keys) } catch { throw .cannotWrite(path: url.path) }
    }

    private static func newKey() -> Key {
        Key(kid: hexadecimal(randomBytes(8)), secret: Data(randomBytes(32)), retiresAt: nil)
    }
}
