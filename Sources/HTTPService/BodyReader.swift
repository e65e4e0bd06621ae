import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Persistence

/// Reads the bodies of requests.
struct BodyReader: Sendable {
    /// How long a body may take to arrive.
    let deadline: Duration
    /// Read what takes long.
    let workers: Workers
    /// The longest body that is read where it arrives, in bytes; a longer one goes to the workers.
    private static let short = 65_536

    /// The members of a body that is one JSON object of at most `limit` bytes. The clock of `eventLoop` counts, which
    /// goes on whatever keeps the threads of tasks busy.
    /// - Throws: `Problem` 415, 413 or 408, `JSONError`.
    func members(of request: Request, limit: Int, timedBy eventLoop: any EventLoop) async throws -> [JSON.Member] {
        let type = request.headers[.contentType]?.split(separator: ";").first?.trimmingCharacters(in: .whitespaces).lowercased()
        guard type == "application/json" else { throw Problem(.unsupportedMediaType, "Send the body as application/json.") }
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit { throw tooLong(limit) }
        let bytes = try await bytes(of: request.body, limit: limit, eventLoop)
        let json = bytes.count <= Self.short ? try JSON(bytes) : try await workers.run { try JSON(bytes) }
        guard case .object(let members) = json else { throw JSONError.malformed }
        return members
    }

    private func bytes(of body: RequestBody, limit: Int, _ eventLoop: any EventLoop) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                var bytes: [UInt8] = []
                for try await part in body {
                    bytes += part.readableBytesView
                    guard bytes.count <= limit else { throw tooLong(limit) }
                }
                return bytes
            }
            group.addTask {
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
