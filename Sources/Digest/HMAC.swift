import COpenSSL

/// HMAC-SHA-256 (RFC 2104) with one key, by the system's libcrypto.
public struct HMACSHA256: Sendable {
    private let key: [UInt8]

    /// With a secret of any length; 32 random bytes are right.
    public init(key: some Sequence<UInt8>) { self.key = Array(key) }

    /// The authentication code of `bytes`, 32 bytes.
    public func code(for bytes: some Sequence<UInt8>) -> [UInt8] { hmac("SHA256", SHA256.byteCount, key: key, bytes) }

    /// Whether `code` is that of `bytes`; takes the same time however much of it is right.
    public func isValid(_ code: some Sequence<UInt8>, for bytes: some Sequence<UInt8>) -> Bool {
        isSame(Array(code), self.code(for: bytes))
    }
}

/// HMAC-SHA-1 (RFC 2104) with one key, which one-time passwords are made with; for all else there is `HMACSHA256`.
public struct HMACSHA1: Sendable {
    private let key: [UInt8]

    /// With a secret; 20 random bytes are right.
    public init(key: some Sequence<UInt8>) { self.key = Array(key) }

    /// The authentication code of `bytes`, 20 bytes.
    public func code(for bytes: some Sequence<UInt8>) -> [UInt8] { hmac("SHA1", 20, key: key, bytes) }
}

private func hmac(_ digest: String, _ length: Int, key: [UInt8], _ bytes: some Sequence<UInt8>) -> [UInt8] {
    bytes.withBytes { bytes in
        [UInt8](unsafeUninitializedCapacity: length) { code, count in
            // No key is said by a length of 0, not by its absence.
            let made = (key.isEmpty ? [0] : key).withUnsafeBytes {
                EVP_Q_mac(
                    OpenSSL.library, "HMAC", nil, digest, nil, $0.baseAddress, key.count, bytes.baseAddress, bytes.count,
                    code.baseAddress, length, &count)
            }
            guard made != nil, count == length else { OpenSSL.end() }
        }
    }
}

/// Whether both are the same bytes. Takes the same time however many of them are; their numbers are no secret.
public func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
}
