import CKernels
import Dispatch

/// Runs `body` with the calling thread readied for numeric work: denormals count as zero and the matrix
/// back end keeps to this one thread. Afterwards the thread is as it was.
public func withNumericThread<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let before = ok_prepare_thread()
    defer { ok_restore_thread(before) }
    return try body()
}

/// Runs `body` once for each of `count` threads, at the same time, each readied for numeric work.
func forEachThread(_ count: Int, _ body: @Sendable (Int) -> Void) {
    guard count > 1 else { return withNumericThread { body(0) } }
    DispatchQueue.concurrentPerform(iterations: count) { thread in withNumericThread { body(thread) } }
}
