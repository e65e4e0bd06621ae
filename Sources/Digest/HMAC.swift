import COpenSSL

/// HMAC-SHA-256 (RFC 2104) with one key, by the system's libcrypto.
public struct HMACSHA256: Sendable {
    private let key: [UInt8]

    /// With a secret of any length; 32 random bytes are right.
    public init(key: some Sequence<UInt8>) { self.key = Array(key) }

    /// The authentication code of `bytes`, 32 bytes.
    public func code(for bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.withBytes { bytes in
            [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { code, count in
                // No key is said by a length of 0, not by its absence.
                let made = (key.isEmpty ? [0] : key).withUnsafeBytes {
                    EVP_Q_mac(
                        OpenSSL.library, "HMAC", nil, "SHA256", nil, $0.baseAddress, key.count, bytes.baseAddress, bytes.count,
                        code.baseAddress, SHA256.byteCount, &count)
                }
                guard made != nil, count == SHA256.byteCount else { OpenSSL.end() }
            }
        }
    }

    /// Whether `code` is that of `bytes`; takes the same time however much of it is right.
    public func isValid(_ code: some Sequence<UInt8>, for bytes: some Sequence<UInt8>) -> Bool {
        isSame(Array(code), self.code(for: bytes))
    }
}

/// Whether both are the same bytes. Takes the same time however many of them are; their numbers are no secret.
public func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
}
