import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Makes of what the first lines of a request may say otherwise what the service reads: a target that names a host counts in place of
/// the `Host` header (RFC 9112, 3.2.2), and a client of HTTP/1.0, which knows no `100 Continue` and no chunks, is answered once.
final class RequestHeads: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Whether a client of HTTP/1.0 asked, be it behind others whose answers are still due.
    private var isOld = false

    /// Puts one between the parser and what hands on its requests.
    /// - Throws: where the pipeline has no such place.
    static func insert(into pipeline: ChannelPipeline.SynchronousOperations) throws {
        try pipeline.addHandler(RequestHeads(), position: .before(pipeline.handler(type: HTTP1ToHTTPServerCodec.self)))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        if head.version == .http1_0 {
            isOld = true
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            head.headers.remove(name: "Expect")
        }
        if let (host, path) = Self.parts(ofTarget: head.uri) {
            head.uri = path
            // That there is one, and one alone, is still asked.
            if head.headers["Host"].count == 1 { head.headers.replaceOrAdd(name: "Host", value: host) }
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isOld, case .head(var head) = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        head.version = .http1_0
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    /// Host with port, and path with query, of a target such as `http://host:8080/path?a=b`; `nil` of one that is a path.
    static func parts(ofTarget target: String) -> (host: String, path: String)? {
        guard target.first != "/", let scheme = ["http://", "https://"].first(where: { target.lowercased().hasPrefix($0) }) else {
            return nil
        }
        let rest = target.dropFirst(scheme.count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let path = rest[end...]
        return (String(rest[..<end]), path.hasPrefix("/") ? String(path) : "/" + path)
    }
}
