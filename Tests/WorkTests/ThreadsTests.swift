import Synchronization
import Testing

@testable import Work

@Suite struct ThreadsTests {
    @Test(arguments: [0, 1, 2, 7, 1000])
    func resultsComeInTheOrderOfTheirIndices(count: Int) {
        #expect(mapInParallel(count) { "\($0)" } == (0..<count).map { "\($0)" })
    }

    @Test func everyIndexIsCalledOnceBeforeTheLoopReturns() {
        let called = Mutex<[Int]>([])
        inParallel(500) { index in called.withLock { $0.append(index) } }
        #expect(called.withLock { $0.sorted() } == Array(0..<500))
    }

    @Test func aThreadOfItsOwnHasTheStackThatLibrariesExpect() async {
        // 6 MiB of frames, more than threads are given otherwise.
        @Sendable func depth(_ left: Int) -> Int {
            withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 16) { buffer in
                buffer.initializeMemory(as: UInt8.self, repeating: 1)
                return left == 0 ? 1 : 1 + depth(left - 1)
            }
        }
        let depths = AsyncStream<Int>.makeStream()
        startThread {
            depths.continuation.yield(depth(6))
            depths.continuation.finish()
        }
        #expect(await depths.stream.first { _ in true } == 7)
    }

    @Test func aCancellationStaysRaised() {
        let cancellation = Cancellation()
        #expect(!cancellation.isCancelled)
        cancellation.cancel()
        cancellation.cancel()
        #expect(cancellation.isCancelled)
    }
}
