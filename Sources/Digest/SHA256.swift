import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that come in pieces, by the system's libcrypto.
///
/// A value: a copy goes on by itself, so that what a beginning hashes to is had without ending it.
///
///     var hash = SHA256()
///     hash.update("time,value\n".utf8)
///     let beginning = hexadecimal(hash.finalize())
///     hash.update("0,1\n".utf8)
public struct SHA256: Sendable {
    /// Bytes of a digest.
    public static let byteCount = 32

    private var state = State()

    /// Of nothing yet.
    public init() {}

    /// Appends bytes. Cost: about half a millisecond for a million where the processor has instructions for it.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if !isKnownUniquelyReferenced(&state) { state = State(copying: state) }
        state.update(bytes)
    }

    /// Appends bytes.
    public mutating func update(_ bytes: some Sequence<UInt8>) {
        bytes.withBytes { update($0) }
    }

    /// The digest of the bytes so far, 32 bytes; more can be appended afterwards.
    public func finalize() -> [UInt8] { State(copying: state).finalize() }

    /// The digest of `bytes`, 32 bytes.
    public static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.state.finalize()
    }
}

/// A context of libcrypto. `@unchecked Sendable` because it is changed only by the one value that refers to it.
private final class State: @unchecked Sendable {
    private let context: OpaquePointer

    init() {
        context = OpenSSL.made(EVP_MD_CTX_new())
        guard EVP_DigestInit_ex(context, OpenSSL.sha256, nil) == 1 else { OpenSSL.end() }
    }

    init(copying other: State) {
        context = OpenSSL.made(EVP_MD_CTX_new())
        guard EVP_MD_CTX_copy_ex(context, other.context) == 1 else { OpenSSL.end() }
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { OpenSSL.end() }
    }

    /// Ends the context.
    func finalize() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { digest, count in
            guard EVP_DigestFinal_ex(context, digest.baseAddress, nil) == 1 else { OpenSSL.end() }
            count = SHA256.byteCount
        }
    }
}

/// What is asked of libcrypto, in a library context of our own: neither the system's `openssl.cnf` nor a driver that uses
/// OpenSSL in the same process changes what it does, or is changed by us.
enum OpenSSL {
    // Safe to share: made once and never freed; libcrypto looks methods up under locks of its own.
    nonisolated(unsafe) static let library: OpaquePointer = made(OSSL_LIB_CTX_new())
    nonisolated(unsafe) static let sha256: OpaquePointer = made(EVP_MD_fetch(library, "SHA256", nil))

    static func made(_ pointer: OpaquePointer?) -> OpaquePointer {
        guard let pointer else { end() }
        return pointer
    }

    /// None of the calls fails but where memory is used up or the library is not whole; the program ends there as it does when
    /// memory for a Swift value is missing.
    static func end() -> Never { preconditionFailure("libcrypto cannot hash: out of memory, or OpenSSL 3 is damaged") }
}

extension Sequence<UInt8> {
    /// Runs `body` on the bytes, in place where they lie side by side.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        if let result = withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) { return result }
        return Array(self).withUnsafeBytes(body)
    }
}
