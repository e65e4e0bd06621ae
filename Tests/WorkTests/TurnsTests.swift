import Foundation
import Synchronization
import Testing

@testable import Work

/// What was seen of the work, on whichever thread.
private final class Seen: Sendable {
    let order = Mutex<[String]>([])
    /// How much of each asker's is done now, and at most was.
    let atOnce = Mutex<(now: [Int: Int], most: [Int: Int], count: Int)>(([:], [:], 0))
}

@Suite struct TurnsTests {
    /// Keeps the only thread busy until told otherwise.
    private static func hold(
        _ turns: Turns<String>
    ) async throws -> (open: DispatchSemaphore, done: Task<Void, any Error>) {
        let (seen, open) = (Seen(), DispatchSemaphore(value: 0))
        let done = Task {
            try await turns.run(for: "door") {
                seen.order.withLock { $0.append("begun") }
                open.wait()
            }
        }
        try await waitUntil { !seen.order.withLock { $0.isEmpty } }
        return (open, done)
    }

    private static func waitUntil(_ isSo: () -> Bool) async throws {
        while !isSo() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func whoeverAsksForLittleDoesNotWaitForAllThatAnotherAskedForBefore() async throws {
        let turns = Turns<String>(Workers(count: 1), most: 100, mostOfOne: 50, mostAtOnce: 1)
        let (open, done) = try await Self.hold(turns)
        let seen = Seen()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (asker, count) in [("greedy", 20), ("modest", 2), ("late", 1)] {
                for number in 1...count {
                    let before = turns.waitingCount
                    group.addTask { try await turns.run(for: asker) { seen.order.withLock { $0.append("\(asker)\(number)") } } }
                    try await Self.waitUntil { turns.waitingCount > before }
                }
            }
            open.signal()
            try await group.waitForAll()
        }
        try await done.value
        let done23 = seen.order.withLock { $0 }
        #expect(done23.prefix(5) == ["greedy1", "modest1", "late1", "greedy2", "modest2"], "\(done23)")
        #expect(done23.count == 23 && done23.last == "greedy20")
    }

    @Test func tooMuchIsRefusedOfOneAndOfAll() async throws {
        let turns = Turns<String>(Workers(count: 1), most: 3, mostOfOne: 2, mostAtOnce: 1)
        let (open, done) = try await Self.hold(turns)
        let waiting = Mutex<[Task<Void, any Error>]>([])
        for asker in ["ann", "ann", "bob"] {
            let before = turns.waitingCount
            waiting.withLock { $0.append(Task { try await turns.run(for: asker) {} }) }
            try await Self.waitUntil { turns.waitingCount > before }
            if asker == "ann", before == 1 {
                await #expect(throws: Workers.Busy.self) { try await turns.run(for: "ann") {} }
            }
        }
        await #expect(throws: Workers.Busy.self) { try await turns.run(for: "carla") {} }
        open.signal()
        for task in waiting.withLock({ $0 }) { try await task.value }
        try await done.value
        try await turns.run(for: "carla") {}
    }

    /// One asker's work never takes all threads, and all of it is done.
    @Test func nobodyTakesMoreThanHisShareOfTheThreads() async throws {
        let turns = Turns<Int>(Workers(count: 3), most: 1000, mostOfOne: 500, mostAtOnce: 2)
        let seen = Seen()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<300 {
                let asker = index % 10 == 0 ? 1 : 0
                group.addTask {
                    try await turns.run(for: asker) {
                        seen.atOnce.withLock {
                            $0.now[asker, default: 0] += 1
                            $0.most[asker] = max($0.most[asker, default: 0], $0.now[asker, default: 0])
                        }
                        usleep(200)
                        seen.atOnce.withLock {
                            $0.now[asker, default: 0] -= 1
                            $0.count += 1
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let (_, most, count) = seen.atOnce.withLock { $0 }
        #expect(count == 300 && most.values.allSatisfy { $0 <= 2 }, "\(most)")
    }
}
