import Digest
import Foundation

/// One-time codes made of a secret and the time (TOTP, RFC 6238): six digits by HMAC-SHA-1 for each 30 s, which is what every
/// authenticator program takes where it is told nothing else.
struct TOTP: Sendable {
    /// Seconds of a step.
    static let seconds = 30.0
    /// Digits of a code.
    static let digits = 6
    /// Steps before and after the present one whose codes are taken too, for clocks that differ and for the time of typing.
    static let tolerance: Int64 = 1

    private let hmac: HMACSHA1

    init(secret: some Sequence<UInt8>) { hmac = HMACSHA1(key: secret) }

    /// The step that a moment lies in.
    static func step(at time: Date) -> Int64 { Int64((time.timeIntervalSince1970 / seconds).rounded(.down)) }

    /// The code of a step: four bytes of the hash, from where its last four bits say, as a decimal number (RFC 4226, 5.3).
    func code(of step: Int64, digits: Int = digits) -> String {
        let counter = (0..<8).reversed().map { UInt8(truncatingIfNeeded: step >> (8 * Int64($0))) }
        let hash = hmac.code(for: counter)
        let offset = Int((hash.last ?? 0) & 15)
        let number = hash[offset..<offset + 4].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } & 0x7FFF_FFFF
        let text = String(number % (0..<digits).reduce(1) { product, _ in product * 10 })
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// The step that `code` is of, if it is one near to `time` and after `last`: what was used once is no code any more, and nor is
    /// any from before.
    func step(of code: String, at time: Date, after last: Int64) -> Int64? {
        let present = Self.step(at: time)
        return (present - Self.tolerance...present + Self.tolerance).first {
            isSame(Array(self.code(of: $0).utf8), Array(code.utf8)) && $0 > last
        }
    }
}
