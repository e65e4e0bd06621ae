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
    /// Do what takes long, in turns of the accounts.
    let turns: Turns<Int64>
    /// What is held of bodies, and of answers.
    let (bodies, answers): (Allowance, Allowance)
    /// The longest body that is read where it arrives, in bytes; a longer one goes to the workers. Operations that take no longer
    /// ones have no share of `bodies`: their bodies are bounded by the connections, and none of them waits for long ones.
    private static let short = 65_536

    init(deadline: Duration, turns: Turns<Int64>, _ limits: ServiceLimits) {
        (self.deadline, self.turns) = (deadline, turns)
        bodies = Allowance(
            most: limits.bodyBytes, mostOfOne: limits.bodyBytesPerUser, refusal: "Too much is being sent at once; try again.")
        answers = Allowance(
            most: limits.answerBytes, mostOfOne: limits.answerBytesPerUser,
            refusal: "Too much is waiting to be taken; take the answers before and try again.")
    }

    /// The members of a body that is one JSON object of at most `limit` bytes. The clock of `eventLoop` counts, which
    /// goes on whatever keeps the threads of tasks busy.
    /// - Throws: `Problem` 415, 413 or 408, `JSONError`.
    func members(
        of request: Request, limit: Int, _ share: Allowance.Share, for account: Int64, timedBy eventLoop: any EventLoop
    ) async throws -> [JSON.Member] {
        let type = request.headers[values: .contentType].joined(separator: ",").lowercased().split(separator: ";")
            .map { $0.trimmingCharacters(in: .whitespaces).replacing("\"", with: "") }
        guard type.first == "application/json", type.dropFirst().allSatisfy({ $0 == "charset=utf-8" }) else {
            throw Problem(.unsupportedMediaType, "Send the body as application/json in UTF-8.")
        }
        guard request.headers[.contentEncoding] == nil else {
            throw Problem(.unsupportedMediaType, "Send the body as it is, without a Content-Encoding.")
        }
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit { throw tooLong(limit) }
        let bytes = try await bytes(limit > Self.short ? share : nil, of: request.body, limit: limit, eventLoop)
        let json = bytes.count <= Self.short ? try JSON(bytes) : try await turns.run(for: account) { try JSON(bytes) }
        guard case .object(let members) = json else { throw JSONError.malformed }
        return members
    }

    private func bytes(
        _ share: Allowance.Share?, of body: RequestBody, limit: Int, _ eventLoop: any EventLoop
    ) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { [self] in
                var bytes: [UInt8] = []
                for try await part in body {
                    try share?.take(part.readableBytes)
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
