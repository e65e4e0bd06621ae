import Foundation

/// An address of the Internet Protocol, however it is spelt: `::ffff:10.0.0.2` is `10.0.0.2`.
public struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// 16 bytes in the order of the network; version 4 as it is mapped into version 6 (RFC 4291, 2.5.5.2).
    fileprivate let bytes: [UInt8]
    private static let mapped: [UInt8] = .init(repeating: 0, count: 10) + [0xff, 0xff]

    /// Reads an address; `nil` for what is none, a name for instance.
    public init?(_ text: String) {
        var (four, six) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = Self.mapped + withUnsafeBytes(of: four, Array.init)
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            bytes = withUnsafeBytes(of: six, Array.init)
        } else {
            return nil
        }
    }

    fileprivate var isVersion4: Bool { bytes.starts(with: Self.mapped) }

    private var isLoopback: Bool { isVersion4 ? bytes[12] == 127 : bytes == Array(repeating: 0, count: 15) + [1] }

    /// The shortest spelling.
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ =
            isVersion4
            ? inet_ntop(AF_INET, Array(bytes[12...]), &text, socklen_t(text.count))
            : inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What one guesser has of all addresses: an address of version 4, a network of 64 bits of version 6 (RFC 6177), and this
    /// machine whichever of its own addresses it uses.
    public var place: String {
        if isLoopback { return "127.0.0.1" }
        return isVersion4 ? description : Self(bytes.prefix(8) + Array(repeating: 0, count: 8)).description + "/64"
    }

    private init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
}

/// Addresses that begin alike: `10.0.0.0/8`, `2001:db8::/32`, or one address.
public struct NetworkPrefix: Sendable, Hashable {
    private let address: NetworkAddress
    /// How many bits of the 128 are alike.
    private let length: Int

    /// Reads a prefix; `nil` for what is none, also where bits after its length are set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ NetworkAddress(String($0)) }) else { return nil }
        self.address = address
        guard parts.count == 2 else {
            length = 128
            return
        }
        // A mapped prefix counts the bits of version 6, as it is spelt.
        let most = parts[0].contains(":") ? 128 : 32
        guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
            let given = Int(parts[1]), given <= most
        else { return nil }
        let length = given + 128 - most
        self.length = length
        func isSet(_ bit: Int) -> Bool {
            let mask: UInt8 = 0x80 >> UInt8(bit % 8)
            return address.bytes[bit / 8] & mask != 0
        }
        if (length..<128).contains(where: isSet) { return nil }
    }

    /// Whether an address begins like this.
    public func contains(_ other: NetworkAddress) -> Bool {
        let whole = length / 8
        guard address.bytes.prefix(whole).elementsEqual(other.bytes.prefix(whole)) else { return false }
        return length % 8 == 0 || (address.bytes[whole] ^ other.bytes[whole]) >> UInt8(8 - length % 8) == 0
    }
}
