import Foundation

/// Work on many things on several threads; what comes of it is handed over in the order of the things, and no more things are
/// held than keep the threads busy.
public struct OrderedWork<Input: Sendable, Output: Sendable>: Sendable {
    private let threads: Int
    private let mostAtOnce: Int
    private let mostBytes: Int
    private let size: @Sendable (Input) -> Int

    /// What may be held for a thread, in times of what it takes together: what it works on, what it takes next, and what is done
    /// and waits for its turn.
    private static var batchesAThread: Int { 3 }

    /// - Parameters:
    ///   - threads: how many work at the same time.
    ///   - mostAtOnce: things that a thread takes together at the most.
    ///   - mostBytes: the size of all that is held from which on nothing more is taken in.
    ///   - size: the size of a thing.
    public init(threads: Int, mostAtOnce: Int, mostBytes: Int, size: @escaping @Sendable (Input) -> Int) {
        precondition(threads > 0 && mostAtOnce > 0, "work needs a thread, and a thing to work on")
        (self.threads, self.mostAtOnce, self.mostBytes, self.size) = (threads, mostAtOnce, mostBytes, size)
    }

    /// Works on all that `next` gives and returns when the last outcome is handed over.
    /// - Parameters:
    ///   - next: called on a thread of its own; `nil` ends the work. It is not waited for where `handOver` has failed.
    ///   - worker: makes what a thread works with; it is called on that thread when there is something to do, once. What it makes
    ///     gives an outcome a thing, in order.
    ///   - handOver: called for one outcome at a time, on any of the threads.
    /// - Throws: what `next` throws, after the outcomes of all that it gave before are handed over; what `handOver` throws, after
    ///   which nothing is handed over.
    public func run(
        next: sending @escaping () throws -> Input?, worker: @escaping @Sendable () -> ([Input]) -> [Output],
        handOver: @escaping @Sendable (Output) throws -> Void
    ) throws {
        let queue = OrderedQueue<Input, Output>()
        let ended = DispatchGroup()
        for _ in 0..<threads {
            ended.enter()
            startThread {
                var made: (([Input]) -> [Output])?
                while let batch = queue.take(share: threads, most: mostAtOnce) {
                    let work = made ?? worker()
                    made = work
                    queue.put(work(batch.map(\.input)), for: batch, handOver: handOver)
                }
                ended.leave()
            }
        }
        let limit = (things: Self.batchesAThread * threads * mostAtOnce, bytes: mostBytes)
        // Proof: it was sent here, and the one thread that reads calls it.
        nonisolated(unsafe) let next = next
        startThread {
            do {
                while let input = try next(), queue.add(input, bytes: size(input), limit: limit) {}
                queue.close(failing: nil)
            } catch {
                queue.close(failing: error)
            }
        }
        queue.waitForEnd()
        ended.wait()
        if let failure = queue.failure { throw failure }
    }
}

/// What waits, and what is done and not handed over.
///
/// Proof of `@unchecked Sendable`: every member is read and written with `condition` locked alone.
private final class OrderedQueue<Input: Sendable, Output: Sendable>: @unchecked Sendable {
    struct Item {
        let number: Int
        let input: Input
        let bytes: Int
    }

    private let condition = NSCondition()
    private var waiting: [Item] = []
    private var done: [Int: (output: Output, bytes: Int)] = [:]
    private var (added, handedOver, heldBytes) = (0, 0, 0)
    private var (isClosed, isHandingOver) = (false, false)
    /// What `handOver` threw, and what `next` threw.
    private var (problem, readingProblem): ((any Error)?, (any Error)?) = (nil, nil)

    var failure: (any Error)? {
        condition.lock()
        defer { condition.unlock() }
        return problem ?? readingProblem
    }

    /// Waits for room; `false` where the work has failed.
    func add(_ input: Input, bytes: Int, limit: (things: Int, bytes: Int)) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while problem == nil, added - handedOver >= limit.things || heldBytes > limit.bytes { condition.wait() }
        waiting.append(Item(number: added, input: input, bytes: bytes))
        added += 1
        heldBytes += bytes
        condition.broadcast()
        return problem == nil
    }

    /// Nothing more comes; where something failed, what was added before is worked on all the same.
    func close(failing error: (any Error)?) {
        condition.lock()
        defer { condition.unlock() }
        (isClosed, readingProblem) = (true, error)
        condition.broadcast()
    }

    /// Returns when all is handed over or that has failed.
    func waitForEnd() {
        condition.lock()
        defer { condition.unlock() }
        while problem == nil, !isClosed || handedOver < added { condition.wait() }
    }

    /// A thread's share of what waits, `nil` at the end.
    func take(share threads: Int, most: Int) -> [Item]? {
        condition.lock()
        defer { condition.unlock() }
        while waiting.isEmpty, !isClosed, problem == nil { condition.wait() }
        guard !waiting.isEmpty, problem == nil else { return nil }
        let count = min(most, (waiting.count + threads - 1) / threads)
        defer { waiting.removeFirst(count) }
        return Array(waiting[..<count])
    }

    /// Keeps outcomes and hands over all whose turn it is, unless another thread is at that.
    func put(_ outputs: [Output], for items: [Item], handOver: (Output) throws -> Void) {
        precondition(outputs.count == items.count, "a worker gives an outcome for each thing")
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        for (item, output) in zip(items, outputs) { done[item.number] = (output, item.bytes) }
        guard !isHandingOver else { return }
        isHandingOver = true
        while problem == nil, let next = done.removeValue(forKey: handedOver) {
            condition.unlock()
            let failure: (any Error)?
            do {
                try handOver(next.output)
                failure = nil
            } catch { failure = error }
            condition.lock()
            problem = problem ?? failure
            handedOver += 1
            heldBytes -= next.bytes
            condition.broadcast()
        }
        isHandingOver = false
    }
}
