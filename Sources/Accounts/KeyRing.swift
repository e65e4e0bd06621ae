import Foundation
import JWTKit
import Persistence
import Synchronization

/// The signing keys as their file holds them: read again when the file changes, so that a running service
/// follows a rotation.
final class KeyRing: Sendable {
    private struct State {
        let stamp: PrivateFile.Stamp?
        let keys: SigningKeys
        /// What signs and verifies with `keys`.
        let signers: JWTKeyCollection
    }

    private let url: URL
    /// What the file held when it was last read; `nil` before it is first asked for.
    private let state = Mutex<State?>(nil)

    /// Makes the file where it is missing.
    /// - Throws: `StorageError` when it cannot be used.
    init(at url: URL) throws(StorageError) {
        self.url = url
        _ = try SigningKeys(at: url)
    }

    /// The keys now, and what signs and verifies with them.
    /// - Throws: `StorageError` when the file has become one that cannot be used.
    func current() async throws -> (keys: SigningKeys, signers: JWTKeyCollection) {
        let stamp = PrivateFile(url).stamp
        if let known = state.withLock({ $0 }), known.stamp == stamp { return (known.keys, known.signers) }
        let keys = try SigningKeys(at: url)
        let signers = JWTKeyCollection()
        for key in keys.keys {
            await signers.add(hmac: HMACKey(from: key.secret), digestAlgorithm: .sha256, kid: JWKIdentifier(string: key.kid))
        }
        state.withLock { $0 = State(stamp: stamp, keys: keys, signers: signers) }
        return (keys, signers)
    }
}
