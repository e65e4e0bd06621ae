import Foundation
import Synchronization
import Testing

@testable import Work

@Suite struct WorkersTests {
    private struct Failure: Error, Equatable { let number: Int }

    @Test func resultsAndErrorsComeBackToWhoAsked() async throws {
        let workers = Workers(count: 3)
        let results = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for number in 0..<200 { group.addTask { (number, try await workers.run { number * number }) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(results == Dictionary(uniqueKeysWithValues: (0..<200).map { ($0, $0 * $0) }))
        await #expect(throws: Failure(number: 7)) { try await workers.run { throw Failure(number: 7) } }
        #expect(try await workers.run { 1 } == 1, "an error ends the work, not the thread")
    }

    @Test func oneWorkerIsALaneThatKeepsTheOrder() async throws {
        let lane = Workers(count: 1)
        let done = Mutex<[Int]>([])
        for number in 0..<1000 { lane.submit { done.withLock { $0.append(number) } } }
        try await lane.run {}
        #expect(done.withLock { $0 } == Array(0..<1000))
    }

    @Test func asMuchRunsAtOnceAsThereAreThreadsAndNoMore() async throws {
        for count in [1, 2, 5] {
            let workers = Workers(count: count)
            let running = Mutex((now: 0, most: 0))
            let gate = DispatchSemaphore(value: 0)
            let met = DispatchSemaphore(value: 0)
            for _ in 0..<count * 3 {
                workers.submit {
                    running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                    met.signal()
                    gate.wait()
                    running.withLock { $0.now -= 1 }
                }
            }
            let all = Workers(count: 1)
            try await all.run {
                for _ in 0..<count { met.wait() }
                for _ in 0..<count * 3 { gate.signal() }
                for _ in 0..<count * 2 { met.wait() }
            }
            #expect(running.withLock { $0.most } == count)
        }
    }

    /// Work that blocks holds up none of the threads that tasks share: there are fewer of those than blocks here.
    @Test func blockedWorkersLeaveTheThreadsOfTasksFree() async throws {
        let workers = Workers(count: 64)
        let gate = DispatchSemaphore(value: 0)
        let blocked = (0..<64).map { number in
            Task {
                try await workers.run {
                    gate.wait()
                    return number
                }
            }
        }
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 0..<100 { group.addTask { number } }
            return await group.reduce(0, +)
        }
        #expect(sum == 4950)
        for _ in 0..<64 { gate.signal() }
        var numbers: [Int] = []
        for task in blocked { numbers.append(try await task.value) }
        #expect(numbers == Array(0..<64))
    }

    @Test func whatWasSubmittedIsDoneEvenWhenNobodyHoldsTheWorkersAnyMore() async throws {
        let done = AsyncStream<Int>.makeStream()
        do {
            let workers = Workers(count: 2)
            for number in 0..<100 { workers.submit { done.continuation.yield(number) } }
        }
        var numbers: Set<Int> = []
        for await number in done.stream.prefix(100) { numbers.insert(number) }
        #expect(numbers == Set(0..<100))
    }
}
