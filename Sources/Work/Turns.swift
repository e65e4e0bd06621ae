import Synchronization

/// Work of many who ask, done by a few threads in turns: whoever has little to do does not wait behind all that another has asked
/// for, and nobody keeps more than his share of the threads.
public final class Turns<Asker: Hashable & Sendable>: Sendable {
    private typealias Piece = @Sendable () -> Void

    /// Who waits, in the order of their turns, for what; and how much of each is under way.
    private struct State {
        var order: [Asker] = []
        var waiting: [Asker: [Piece]] = [:]
        var running: [Asker: Int] = [:]
        /// Threads that came while all who wait had their share.
        var passedOver = 0
    }

    private let workers: Workers
    private let (most, mostOfOne, mostAtOnce): (Int, Int, Int)
    private let state = Mutex(State())

    /// - Parameters:
    ///   - most: pieces of work that wait, of all together.
    ///   - mostOfOne: pieces of one asker's that wait.
    ///   - mostAtOnce: pieces of one asker's that are done at once.
    public init(_ workers: Workers, most: Int, mostOfOne: Int, mostAtOnce: Int) {
        self.workers = workers
        (self.most, self.mostOfOne, self.mostAtOnce) = (most, mostOfOne, mostAtOnce)
    }

    /// Runs `body` when it is the asker's turn, and waits for it without blocking a thread.
    /// - Throws: `Workers.Busy` where too much waits already, and what `body` throws.
    public func run<R: Sendable>(for asker: Asker, _ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = state.withLock { state in
                let mine = state.waiting[asker]?.count ?? 0
                guard mine < mostOfOne, state.waiting.values.reduce(0, { $0 + $1.count }) < most else { return false }
                if mine == 0 { state.order.append(asker) }
                state.waiting[asker, default: []].append { continuation.resume(with: Result { try body() }) }
                return true
            }
            guard isTaken else { return continuation.resume(throwing: Workers.Busy()) }
            workers.submit { [self] in doNext() }
        }
    }

    /// How many pieces of work wait.
    var waitingCount: Int { state.withLock { $0.waiting.values.reduce(0) { $0 + $1.count } } }

    /// Does a piece of whoever's turn it is.
    private func doNext() {
        let next = state.withLock { state -> (asker: Asker, piece: Piece)? in
            guard let place = state.order.firstIndex(where: { state.running[$0, default: 0] < mostAtOnce }) else {
                state.passedOver += 1
                return nil
            }
            let asker = state.order.remove(at: place)
            guard var mine = state.waiting[asker], !mine.isEmpty else { return nil }
            let piece = mine.removeFirst()
            state.waiting[asker] = mine.isEmpty ? nil : mine
            if !mine.isEmpty { state.order.append(asker) }
            state.running[asker, default: 0] += 1
            return (asker, piece)
        }
        guard let next else { return }
        next.piece()
        let isOwed = state.withLock { state in
            let running = state.running[next.asker, default: 1] - 1
            state.running[next.asker] = running > 0 ? running : nil
            guard state.passedOver > 0 else { return false }
            state.passedOver -= 1
            return true
        }
        if isOwed { workers.submit { [self] in doNext() } }
    }
}
