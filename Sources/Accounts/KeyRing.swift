import Foundation
import Persistence
import Synchronization

/// The signing keys as their file holds them: read again when the file changes, so that a running service
/// follows a rotation.
final class KeyRing: Sendable {
    private let file: PrivateFile
    private let url: URL
    /// What the file held when it was last read; `nil` before it is first asked for.
    private let known = Mutex<(stamp: PrivateFile.Stamp?, keys: SigningKeys)?>(nil)

    /// Makes the file where it is missing.
    /// - Throws: `StorageError` when it cannot be used.
    init(at url: URL) throws(StorageError) {
        self.url = url
        file = PrivateFile(url)
        _ = try SigningKeys(at: url)
    }

    /// The keys now.
    /// - Throws: `StorageError` when the file has become one that cannot be used.
    func current() throws(StorageError) -> SigningKeys {
        let stamp = file.stamp
        if let known = known.withLock({ $0 }), known.stamp == stamp { return known.keys }
        let keys = try SigningKeys(at: url)
        known.withLock { $0 = (stamp, keys) }
        return keys
    }
}
