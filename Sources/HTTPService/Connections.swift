import Accounts
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import Synchronization

/// Counts the connections that are open, in all and for each place that they come from.
final class ConnectionCount: Sendable {
    private let most: Int
    private let mostPerAddress: Int
    private let origins: Origins
    private let open = Mutex<(total: Int, byPlace: [String: Int])>((0, [:]))

    /// - Parameter origins: knows the addresses that speak for many.
    init(_ limits: ServiceLimits, _ origins: Origins) {
        var files = rlimit()
        let known = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0
        most = min(limits.connections, known ? max(8, Int(clamping: files.rlim_cur) - 64) : .max)
        mostPerAddress = min(limits.connectionsPerAddress, max(4, most / 2))
        self.origins = origins
    }

    /// Counts a connection; `false` where there are too many.
    func enter(_ address: String) -> Bool {
        let known = NetworkAddress(address)
        let (place, isExempt) = (known?.place ?? address, known.map(origins.isTrusted) ?? false)
        return open.withLock { open in
            let present = open.byPlace[place, default: 0]
            guard open.total < most, isExempt || present < mostPerAddress else { return false }
            open.total += 1
            open.byPlace[place] = present + 1
            return true
        }
    }

    /// Forgets a connection that was counted.
    func leave(_ address: String) {
        let place = NetworkAddress(address)?.place ?? address
        open.withLock { open in
            open.total -= 1
            let present = open.byPlace[place, default: 1] - 1
            open.byPlace[place] = present > 0 ? present : nil
        }
    }
}

/// Watches over one connection: refuses it where there are too many, closes it when a request, or the taking of an answer,
/// takes too long, and after an answer that was given before all of the request was read.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let count: ConnectionCount
    private let deadlines: Deadlines
    /// The address that was counted.
    private var address: String?
    /// Requests that began and ended, answers that began and were taken.
    private var (heads, ends, answers, taken) = (0, 0, 0, 0)
    /// Nothing more is read.
    private var isClosing = false
    /// Closes the connection when the client is too slow with its request, or with taking the answer.
    private var requestTimer: Scheduled<Void>?
    private var answerTimer: Scheduled<Void>?

    init(_ count: ConnectionCount, _ deadlines: Deadlines) {
        self.count = count
        self.deadlines = deadlines
    }

    // MARK: Beginning and end

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            try RequestHeads.insert(into: context.pipeline.syncOperations)
        } catch {
            return context.close(promise: nil)
        }
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func begin(_ context: ChannelHandlerContext) {
        guard address == nil, !isClosing else { return }
        let address = context.remoteAddress?.ipAddress ?? "unknown"
        guard count.enter(address) else { return refuse(context, .serviceUnavailable, "There are too many connections.") }
        self.address = address
        wait(context)
    }

    private func end() {
        requestTimer?.cancel()
        answerTimer?.cancel()
        if let address { count.leave(address) }
        (address, isClosing) = (nil, true)
    }

    private func close(_ context: ChannelHandlerContext, in time: Duration) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { context.close(promise: nil) }
    }

    /// Gives the client time for the headers of a request.
    private func wait(_ context: ChannelHandlerContext) {
        requestTimer?.cancel()
        requestTimer = close(context, in: deadlines.head)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            heads += 1
            // A client that says so waits a moment before it sends the body (RFC 9110, 10.1.1).
            if head.headerFields[.expect]?.lowercased() == "100-continue" {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
            requestTimer?.cancel()
            // Whoever reads the body answers when its time is over; this is for bodies that nobody reads.
            requestTimer = close(context, in: deadlines.body + deadlines.farewell)
        case .end:
            ends += 1
            requestTimer?.cancel()
        case .body: break
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError, heads == ends, answers == heads, !isClosing else { return context.fireErrorCaught(error) }
        switch error as? HTTPParserError {
        case .invalidMethod: refuse(context, .notImplemented, "There is no such method.")
        case .invalidVersion: refuse(context, .httpVersionNotSupported, "Use HTTP/1.1.")
        case .headerOverflow: refuse(context, .requestHeaderFieldsTooLarge, "The headers are too long.")
        default: refuse(context, .badRequest, "This is not a well-formed HTTP request.")
        }
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            answers += 1
            answerTimer?.cancel()
            answerTimer = close(context, in: deadlines.answer)
            if ends < answers { head.headerFields[.connection] = "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            let promise = promise ?? context.eventLoop.makePromise()
            promise.futureResult.assumeIsolated().whenSuccess { self.wasTaken(context) }
            context.write(data, promise: promise)
        case .body: context.write(data, promise: promise)
        }
    }

    private func wasTaken(_ context: ChannelHandlerContext) {
        taken += 1
        if taken == answers { answerTimer?.cancel() }
        if ends < taken {
            sayFarewell(context)
        } else if heads == taken, !isClosing {
            wait(context)
        }
    }

    /// Answers in place of the service, and closes.
    private func refuse(_ context: ChannelHandlerContext, _ status: HTTPResponse.Status, _ detail: String) {
        isClosing = true
        let problem = Problem(status, detail, headers: status.code == 503 ? [.retryAfter: "1"] : [:])
        let body = problem.text
        var head = HTTPResponse(status: status, headerFields: problem.headers)
        head.headerFields[.contentType] = "application/problem+json"
        head.headerFields[.contentLength] = String(body.count)
        head.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        sayFarewell(context)
    }

    /// Sends no more, and waits a moment for the client to stop: closing at once would destroy an answer on its way.
    private func sayFarewell(_ context: ChannelHandlerContext) {
        isClosing = true
        requestTimer?.cancel()
        answerTimer?.cancel()
        answerTimer = close(context, in: deadlines.farewell)
        context.close(mode: .output, promise: nil)
    }
}
