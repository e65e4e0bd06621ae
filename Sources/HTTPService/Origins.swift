import Foundation
import HTTPTypes
import Hummingbird

/// Where requests come from.
struct Origins: Sendable {
    let trustedProxies: Set<String>

    /// The client's address: the connection's, or, where that is a trusted proxy's, the last one in `X-Forwarded-For` that
    /// is no trusted proxy's.
    func address(of request: Request, over connection: String?) -> String {
        var address = connection ?? "unknown"
        guard let name = HTTPField.Name("X-Forwarded-For") else { return address }
        let forwarded = request.headers[values: name].joined(separator: ",").split(separator: ",")
        for candidate in forwarded.reversed() {
            guard trustedProxies.contains(address) else { break }
            let text = candidate.trimmingCharacters(in: .whitespaces)
            guard isNetworkAddress(text) else { break }
            address = text
        }
        return address
    }
}

/// Whether a text is an address and no name.
public func isNetworkAddress(_ text: String) -> Bool {
    var (four, six) = (in_addr(), in6_addr())
    return inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1
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
        guard let authority = request.head.authority, repeated.isEmpty, let host = Self.host(authority) else {
            throw Problem(.badRequest, "Send exactly one Host header.")
        }
        guard isNetworkAddress(host) || names.contains(host.lowercased()) else {
            throw Problem(
                .misdirectedRequest, "This service is not known by that name; use one of its own, or have it allowed.")
        }
        return try await next(request, context)
    }

    /// The host of `host[:port]`, without the brackets of an IPv6 address.
    private static func host(_ authority: String) -> String? {
        guard let match = authority.wholeMatch(of: /(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{1,5})?/) else {
            return nil
        }
        return (match.1 ?? match.2).map(String.init)
    }
}
