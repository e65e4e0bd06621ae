import Foundation
import JWTKit
import Persistence
import Synchronization

/// The signing keys as their file holds them: read again when the file changes, so that a running service
/// follows a rotation.
final class KeyRing: Sendable {
    private struct State {
        var stamp: PrivateFile.Stamp?
        var keys: SigningKeys
        /// What signs and verifies with `keys`; made when first asked for.
        var signers: JWTKeyCollection?
    }

    private let url: URL
    private let state: Mutex<State>

    init(at url: URL) throws(StorageError) {
        self.url = url
        let keys = try SigningKeys(at: url)
        state = Mutex(State(stamp: PrivateFile(url).stamp, keys: keys, signers: nil))
    }

    /// The keys now, and what signs and verifies with them.
    /// - Throws: `StorageError` when the file has become one that cannot be used.
    func current() async throws -> (keys: SigningKeys, signers: JWTKeyCollection) {
        let stamp = PrivateFile(url).stamp
        let known = state.withLock { $0 }
        if known.stamp == stamp, let signers = known.signers { return (known.keys, signers) }
        let keys = known.stamp == stamp ? known.keys : try SigningKeys(at: url)
        let signers = JWTKeyCollection()
        for key in keys.keys {
            await signers.add(hmac: HMACKey(from: key.secret), digestAlgorithm: .sha256, kid: JWKIdentifier(string: key.kid))
        }
        state.withLock { $0 = State(stamp: stamp, keys: keys, signers: signers) }
        return (keys, signers)
    }
}
