import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Persistence
import Synchronization
import StrictJSON
import Work

/// Reads the bodies of requests.
final class BodyReader: Sendable {
    /// How long a body may take to arrive.
    let deadline: Duration
    /// Read what takes long.
    let workers: Workers
    /// The most bytes of all bodies together that are read at once.
    private let most: Int
    private let bytesUnderWay = Mutex(0)
    /// The longest body that is read where it arrives, in bytes; a longer one goes to the workers.
    private static let short = 65_536

    init(deadline: Duration, workers: Workers, most: Int) {
        (self.deadline, self.workers, self.most) = (deadline, workers, most)
    }

    /// The members of a body that is one JSON object of at most `limit` bytes. The clock of `eventLoop` counts, which
    /// goes on whatever keeps the threads of tasks busy.
    /// - Throws: `Problem` 415, 413 or 408, `JSONError`.
    func members(of request: Request, limit: Int, timedBy eventLoop: any EventLoop) async throws -> [JSON.Member] {
        let type = request.headers[values: .contentType].joined(separator: ",").lowercased().split(separator: ";")
            .map { $0.trimmingCharacters(in: .whitespaces).replacing("\"", with: "") }
        guard type.first == "application/json", type.dropFirst().allSatisfy({ $0 == "charset=utf-8" }) else {
            throw Problem(.unsupportedMediaType, "Send the body as application/json in UTF-8.")
        }
        guard request.headers[.contentEncoding] == nil else {
            throw Problem(.unsupportedMediaType, "Send the body as it is, without a Content-Encoding.")
        }
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit { throw tooLong(limit) }
        let share = Share(of: self)
        defer { share.giveBack() }
        let bytes = try await bytes(share, of: request.body, limit: limit, eventLoop)
        let json = bytes.count <= Self.short ? try JSON(bytes) : try await workers.run(waitingAtMost: 8) { try JSON(bytes) }
        guard case .object(let members) = json else { throw JSONError.malformed }
        return members
    }

    /// What one body takes of the bytes that may be under way.
    private final class Share: Sendable {
        private let reader: BodyReader
        private let bytes = Mutex(0)

        init(of reader: BodyReader) { self.reader = reader }

        /// - Throws: `Problem` 503 where all is taken.
        func take(_ count: Int) throws {
            let isGranted = reader.bytesUnderWay.withLock { total in
                guard total + count <= reader.most else { return false }
                total += count
                return true
            }
            guard isGranted else { throw Problem.later("Too much is being sent at once; try again.", seconds: 5) }
            bytes.withLock { $0 += count }
        }

        func giveBack() {
            let count = bytes.withLock { bytes in
                defer { bytes = 0 }
                return bytes
            }
            reader.bytesUnderWay.withLock { $0 -= count }
        }
    }

    private func bytes(
        _ share: Share, of body: RequestBody, limit: Int, _ eventLoop: any EventLoop
    ) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { [self] in
                var bytes: [UInt8] = []
                for try await part in body {
                    try share.take(part.readableBytes)
                    bytes += part.readableBytesView
                    guard bytes.count <= limit else { throw tooLong(limit) }
                }
                return bytes
            }
            group.addTask { [deadline] in
                let end = eventLoop.scheduleTask(in: TimeAmount(deadline)) {}
                try await withTaskCancellationHandler {
                    try await end.futureResult.get()
                } onCancel: {
                    end.cancel()
                }
                throw Problem(.requestTimeout, "The body took too long to arrive.")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    private func tooLong(_ limit: Int) -> Problem { Problem(.contentTooLarge, "The body may have at most \(limit) bytes.") }
}
