import Foundation
import Testing

/// Tests that wait for programs, on threads of their own: those of the concurrency runtime, one a core, are left to tests that compute.
struct Waiting: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(WaitingThreads.shared, operation: function)
    }
}

extension Trait where Self == Waiting {
    /// Runs the tests on the threads of `WaitingThreads`.
    static var waiting: Self { Self() }
}

/// As many threads as programs are driven at once.
private final class WaitingThreads: TaskExecutor {
    static let shared = WaitingThreads()
    private let queue = OperationQueue()

    /// One more than there commonly are cores: most of the time a driven program is waited for.
    private init() { queue.maxConcurrentOperationCount = 3 }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
