import Hummingbird
import NIOCore
import Synchronization

/// How many bytes are held at once, of one account and of all: of bodies that are read, of answers that are not taken yet.
final class Allowance: Sendable {
    private let (most, mostOfOne): (Int, Int)
    private let refusal: String
    private let taken = Mutex<(total: Int, of: [Int64: Int])>((0, [:]))

    /// - Parameter refusal: what is said to whoever would take more.
    init(most: Int, mostOfOne: Int, refusal: String) {
        (self.most, self.mostOfOne, self.refusal) = (most, mostOfOne, refusal)
    }

    /// A share of an account, or of those who are not known, which takes nothing yet.
    func share(of account: Int64?) -> Share { Share(of: self, account ?? 0) }

    /// What one request takes. It is given back with the last copy of this value.
    final class Share: Sendable {
        private let allowance: Allowance
        private let account: Int64
        private let bytes = Mutex(0)

        fileprivate init(of allowance: Allowance, _ account: Int64) { (self.allowance, self.account) = (allowance, account) }

        deinit {
            let count = bytes.withLock { $0 }
            allowance.taken.withLock { taken in
                taken.total -= count
                let rest = taken.of[account, default: count] - count
                taken.of[account] = rest > 0 ? rest : nil
            }
        }

        /// - Throws: `Problem` 503 where all is taken, or all of the account's part.
        func take(_ count: Int) throws {
            let isGranted = allowance.taken.withLock { taken in
                let mine = taken.of[account, default: 0]
                guard taken.total + count <= allowance.most, mine + count <= allowance.mostOfOne else { return false }
                taken.total += count
                taken.of[account] = mine + count
                return true
            }
            guard isGranted else { throw Problem.later(allowance.refusal, seconds: 5) }
            bytes.withLock { $0 += count }
        }
    }
}

/// An answer that is written but not sent.
struct Written: Sendable {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    var bytes: [UInt8] = []

    /// Longer ones count as held until they are taken, in bytes.
    private static let short = 65_536

    /// What is sent. A long body goes out in pieces, the next when the client has taken the one before.
    /// - Throws: `Problem` 503 where `allowance` does not hold it.
    func response(_ allowance: Allowance, for account: Int64?) throws -> Response {
        let buffer = ByteBuffer(bytes: bytes)
        guard bytes.count > Self.short else {
            return Response(status: status, headers: headers, body: bytes.isEmpty ? .init() : .init(byteBuffer: buffer))
        }
        let share = allowance.share(of: account)
        try share.take(bytes.count)
        let body = ResponseBody(contentLength: bytes.count) { writer in
            var rest = buffer
            while let piece = rest.readSlice(length: min(Self.short, rest.readableBytes)), piece.readableBytes > 0 {
                try await writer.write(piece)
            }
            withExtendedLifetime(share) {}
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }
}
