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

    /// Reads the file, or makes it with a new key.
    /// - Throws: `StorageError.unsafeFile` when others can read it, it is a link, or belongs to somebody else;
    ///   `.configuration` when it is damaged; `.cannotRead`, `.cannotWrite`.
    public init(at url: URL) throws(StorageError) {
        self.url = url
        if let data = try PrivateFile(url).read() {
            guard let keys = try? JSONDecoder().decode([Key].self, from: data), let first = keys.first, first.retiresAt == nil,
                keys.allSatisfy({ $0.secret.count == 32 })
            else { throw .configuration(path: url.path, reason: "it does not hold signing keys") }
            self.keys = keys
        } else {
            keys = [Self.newKey()]
            try save()
        }
    }

    /// Makes a new key sign; the one before verifies for `overlap` seconds more.
    /// - Throws: `StorageError.cannotWrite`.
    public mutating func rotate(overlap: TimeInterval, now: Date = Date()) throws(StorageError) {
        keys[0].retiresAt = now.addingTimeInterval(overlap)
        keys = [Self.newKey()] + keys.filter { $0.retiresAt.map { $0 > now } ?? true }
        try save()
    }

    var signing: Key { keys[0] }

    /// The secret of a key that still verifies.
    func secret(named kid: String, now: Date) -> Data? {
        keys.first { $0.kid == kid && ($0.retiresAt.map { $0 > now } ?? true) }?.secret
    }

    private func save() throws(StorageError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        guard let data = try? encoder.encode(keys) else { return }
        try PrivateFile(url).write(data)
    }

    private static func newKey() -> Key {
        Key(kid: hexadecimal(randomBytes(8)), secret: Data(randomBytes(32)), retiresAt: nil)
    }
}
