import Accounts
import Foundation
import HTTPTypes
import Hummingbird

/// Where requests come from.
struct Origins: Sendable {
    let trustedProxies: [NetworkPrefix]

    /// The client's address in its shortest spelling: the connection's, or, where that is a trusted proxy's, the last one in
    /// `X-Forwarded-For` that is no trusted proxy's.
    func address(of request: Request, over connection: String?) -> String {
        guard var address = connection.flatMap(NetworkAddress.init) else { return connection ?? "unknown" }
        guard isTrusted(address), let name = HTTPField.Name("X-Forwarded-For") else { return address.description }
        let forwarded = request.headers[values: name].joined(separator: ",").split(separator: ",")
        for candidate in forwarded.reversed() where isTrusted(address) {
            guard let next = NetworkAddress(candidate.trimmingCharacters(in: .whitespaces)) else { break }
            address = next
        }
        return address.description
    }

    /// Whether an address is a trusted proxy's.
    func isTrusted(_ address: NetworkAddress) -> Bool { trustedProxies.contains { $0.contains(address) } }
}

/// Lets requests pass that ask for one of the service's own names, once: an address, `localhost`, or a name that is
/// configured. Others come from pages whose own name was made to point here.
struct HostMiddleware: RouterMiddleware {
    let names: Set<String>

    init(_ names: Set<String>) { self.names = Set(names.map { $0.lowercased() }).union(["localhost"]) }

    func handle(
        _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        let repeated = HTTPField.Name("Host").map { request.headers[values: $0] } ?? []
        guard let authority = request.head.authority, repeated.isEmpty,
            let host = Self.host(authority)
        else {
            throw Problem(.badRequest, "Send exactly one Host header.")
        }
        guard NetworkAddress(host) != nil || names.contains(host.lowercased()) else {
            throw Problem(
                .misdirectedRequest, "This service is not known by that name; use one of its own, or have it allowed.")
        }
        return try await next(request, context)
    }

    /// The host of `host[:port]`, without the brackets of an IPv6 address. Every request is asked for it, which a regular
    /// expression would make dearer than looking up who sent it.
    private static func host(_ authority: String) -> String? {
        let text = authority.utf8[...]
        let isBracketed = text.first == UInt8(ascii: "[")
        guard let end = isBracketed ? text.firstIndex(of: UInt8(ascii: "]")) : text.firstIndex(of: colon) ?? text.endIndex else {
            return nil
        }
        let host = isBracketed ? text[..<end].dropFirst() : text[..<end]
        let port = isBracketed ? text[end...].dropFirst() : text[end...]
        let last = isBracketed ? UInt8(ascii: "f") : UInt8(ascii: "z")
        let others: [UInt8] = isBracketed ? [colon, UInt8(ascii: ".")] : Array("._-".utf8)
        func isDigit(_ letter: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(letter) }
        func isOfAHost(_ letter: UInt8) -> Bool {
            isDigit(letter) || (UInt8(ascii: "a")...last).contains(letter | 0x20) || others.contains(letter)
        }
        let isPort = port.isEmpty || port.first == colon && (2...6).contains(port.count) && port.dropFirst().allSatisfy(isDigit)
        guard isPort, !host.isEmpty, host.allSatisfy(isOfAHost) else { return nil }
        return String(Substring(host))
    }

    private static let colon = UInt8(ascii: ":")
}
