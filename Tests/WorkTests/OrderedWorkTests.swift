import Foundation
import Synchronization
import Testing
import TimeSeries

@testable import Work

/// A thing to work on: its number, how large it is, and how often its work gives way to other threads.
private struct Thing: Sendable {
    let number: Int
    let size: Int
    let turns: Int
}

private struct Refusal: Error, Equatable {
    let number: Int
}

/// Work of drawn sizes, and what was seen of it.
private final class Trial: Sendable {
    struct Seen {
        var handedOver: [Int] = []
        var (handing, working, mostWorking, workers) = (0, 0, 0, 0)
        var largestBatch = 0
        /// Things and bytes that were held when the next thing was asked for.
        var (mostThings, mostBytes) = (0, 0)
        /// Whether two outcomes were handed over at once.
        var handedOverTogether = false
    }

    let threads: Int
    let mostAtOnce: Int
    let byteLimit: Int
    let things: [Thing]
    let handOverTurns: Int
    let seen = Mutex(Seen())

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func draw(_ range: ClosedRange<Int>) -> Int {
            range.lowerBound + Int(random.uniform() * Double(range.count))
        }
        threads = draw(1...4)
        mostAtOnce = draw(1...6)
        // Above all that can be held, or so low that it is reached.
        byteLimit = draw(0...1) == 0 ? .max : draw(0...40)
        let slowest = draw(0...30)
        handOverTurns = draw(0...2) * 10
        things = (0..<draw(0...150)).map { Thing(number: $0, size: draw(0...9), turns: draw(0...slowest)) }
    }

    /// - Parameters:
    ///   - lastRead: in place of the thing of this number, reading fails.
    ///   - refused: the outcome of this number is not taken.
    func run(lastRead: Int? = nil, refused: Int? = nil) throws {
        var given = 0
        try OrderedWork(threads: threads, mostAtOnce: mostAtOnce, mostBytes: byteLimit) { (thing: Thing) in thing.size }.run {
            [self] in
            seen.withLock { seen in
                let held = things[seen.handedOver.count..<given]
                seen.mostThings = max(seen.mostThings, held.count)
                // The last came in when there was room; that it is large is no fault.
                seen.mostBytes = max(seen.mostBytes, held.dropLast().reduce(0) { $0 + $1.size })
            }
            if given == lastRead { throw Refusal(number: given) }
            guard given < things.count else { return nil }
            given += 1
            return things[given - 1]
        } worker: { [self] in
            seen.withLock { $0.workers += 1 }
            return { [self] batch in work(on: batch) }
        } handOver: { [self] (number: Int) in
            if number == refused { throw Refusal(number: number) }
            seen.withLock {
                $0.handedOverTogether = $0.handedOverTogether || $0.handing > 0
                $0.handing += 1
            }
            giveWay(handOverTurns)
            seen.withLock {
                $0.handing -= 1
                $0.handedOver.append(number)
            }
        }
    }

    private func work(on batch: [Thing]) -> [Int] {
        seen.withLock {
            $0.working += 1
            $0.mostWorking = max($0.mostWorking, $0.working)
            $0.largestBatch = max($0.largestBatch, batch.count)
        }
        for thing in batch { giveWay(thing.turns) }
        seen.withLock { $0.working -= 1 }
        return batch.map(\.number)
    }

    private func giveWay(_ turns: Int) {
        for _ in 0..<turns { sched_yield() }
    }

    func with<Value>(_ body: (Seen) -> Value) -> Value { seen.withLock { body($0) } }
}

@Suite struct OrderedWorkTests {
    @Test func outcomesComeInOrderWithinTheLimits() throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            let trial = Trial(seed: seed)
            try trial.run()
            trial.with { seen in
                #expect(seen.handedOver == Array(trial.things.indices), "seed \(seed)")
                #expect(!seen.handedOverTogether, "seed \(seed)")
                #expect(seen.mostWorking <= trial.threads && seen.workers <= trial.threads, "seed \(seed)")
                #expect(seen.largestBatch <= trial.mostAtOnce, "seed \(seed)")
                #expect(seen.mostThings <= 3 * trial.threads * trial.mostAtOnce, "seed \(seed)")
                #expect(seen.mostBytes <= trial.byteLimit, "seed \(seed)")
            }
        }
    }

    @Test func whatWasReadBeforeReadingFailsIsHandedOver() throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            let trial = Trial(seed: seed)
            let last = trial.things.count * Int(seed % 4) / 3
            #expect(throws: Refusal(number: last), "seed \(seed)") { try trial.run(lastRead: last) }
            trial.with { seen in #expect(seen.handedOver == Array(0..<last), "seed \(seed)") }
        }
    }

    @Test func nothingIsHandedOverAfterAnOutcomeThatWasNotTaken() throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            let trial = Trial(seed: seed)
            let refused = trial.things.count * Int(seed % 3) / 3
            guard refused < trial.things.count else { continue }
            #expect(throws: Refusal(number: refused), "seed \(seed)") { try trial.run(refused: refused) }
            trial.with { seen in #expect(seen.handedOver == Array(0..<refused), "seed \(seed)") }
        }
    }

    @Test func anOutcomeThatIsNotTakenEndsTheWorkWhileMoreIsWaitedFor() throws {
        let moreComes = DispatchSemaphore(value: 0)
        let reader = Reader(moreComes: moreComes)
        #expect(throws: Refusal(number: 1)) {
            try OrderedWork(threads: 2, mostAtOnce: 3, mostBytes: .max) { (_: Int) in 1 }.run {
                try reader.next()
            } worker: {
                { $0 }
            } handOver: { (number: Int) in
                if number == 1 { throw Refusal(number: number) }
            }
        }
        #expect(!reader.gaveUp)
        moreComes.signal()
    }

    @Test(.timeLimit(.minutes(5))) func aWorkerThatLosesAThingIsAMistakeOfTheProgram() async {
        await #expect(processExitsWith: .failure) {
            try OrderedWork(threads: 1, mostAtOnce: 4, mostBytes: .max) { (_: Int) in 1 }.run {
                7
            } worker: {
                { Array($0.dropLast()) }
            } handOver: { (_: Int) in
            }
        }
    }
}

/// Gives 0 and 1 and then waits for more, a minute at the most.
private final class Reader: Sendable {
    private let moreComes: DispatchSemaphore
    private let state = Mutex((given: 0, gaveUp: false))

    init(moreComes: DispatchSemaphore) { self.moreComes = moreComes }

    /// Whether the minute passed.
    var gaveUp: Bool { state.withLock { $0.gaveUp } }

    func next() throws -> Int? {
        let number = state.withLock {
            $0.given += 1
            return $0.given - 1
        }
        if number < 2 { return number }
        let came = moreComes.wait(timeout: .now() + 60)
        state.withLock { $0.gaveUp = came == .timedOut }
        return nil
    }
}
