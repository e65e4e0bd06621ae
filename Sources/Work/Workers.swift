import Foundation
import Synchronization

/// Threads of its own for work that blocks for long: hashing, reading, scoring. The threads that run `async`
/// functions are as few as the processors have cores; whoever blocks one of them stops everybody else.
///
/// Work begins in the order in which it was submitted. `Workers(count: 1)` is a lane: each piece of work begins
/// when the one before has ended, so that what is stored is stored in order.
public final class Workers: Sendable {
    /// Thrown by `Turns` for work that would have to wait for too much other work.
    public struct Busy: Error {}

    private let queue = Queue()
    private let count: Int

    /// Starts `count` threads, which wait until there is something to do and end with the last reference to this
    /// value, after all that was submitted.
    /// - Parameter niceness: how far the threads stand back behind others of the process, 0 to 19.
    public init(count: Int, niceness: Int32 = 0) {
        precondition(count > 0, "work needs at least one thread")
        self.count = count
        for _ in 0..<count {
            startThread { [queue] in
                // On Linux, 0 is the thread that asks.
                if niceness > 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
                while let work = queue.next() { work() }
            }
        }
    }

    deinit { queue.close(waking: count) }

    /// Runs `body` on one of the threads and waits for it without blocking a thread; a cancelled task waits too.
    /// - Throws: what `body` throws.
    public func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            submit { continuation.resume(with: Result { try body() }) }
        }
    }

    /// Has `body` run on one of the threads and returns at once.
    public func submit(_ body: @escaping @Sendable () -> Void) { queue.add(body) }

    /// Waits until all is done that was submitted before, without blocking a thread.
    public func drain() async {
        let (count, gate, arrived) = (count, DispatchSemaphore(value: 0), Arrivals())
        await withCheckedContinuation { continuation in
            // Each thread takes one, and the last comes when all others have nothing before it.
            queue.add(
                (0..<count).map { _ in
                    {
                        guard arrived.count() == count else { return gate.wait() }
                        for _ in 1..<max(1, count) { gate.signal() }
                        continuation.resume()
                    }
                })
        }
    }

    /// How many have come.
    private final class Arrivals: Sendable {
        private let number = Mutex(0)

        func count() -> Int {
            number.withLock {
                $0 += 1
                return $0
            }
        }
    }

    /// What is to be done, first come first served.
    private final class Queue: Sendable {
        private let waiting = Mutex<[@Sendable () -> Void]>([])
        private let changed = DispatchSemaphore(value: 0)

        func add(_ work: @escaping @Sendable () -> Void) { add([work]) }

        /// Adds work that nothing comes between.
        func add(_ works: [@Sendable () -> Void]) {
            waiting.withLock { $0 += works }
            for _ in works { changed.signal() }
        }

        /// Waits for work; `nil` when the queue is closed and all is done.
        func next() -> (@Sendable () -> Void)? {
            changed.wait()
            return waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        }

        func close(waking threads: Int) { for _ in 0..<threads { changed.signal() } }
    }
}
