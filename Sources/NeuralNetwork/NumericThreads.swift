import CKernels
import Work

/// Runs `body` with the calling thread readied for numeric work: denormals count as zero and the matrix
/// back end keeps to this one thread. Afterwards denormals are treated as before.
private func withNumericThread(_ body: () -> Void) {
    _ = backEndIsHeld
    let before = ok_prepare_thread()
    defer { ok_restore_thread(before) }
    body()
}

/// Runs `body` once for each of `count` threads, at the same time, each readied for numeric work, and returns when
/// all have ended. What `body` writes belongs to its thread alone.
func forEachThread(_ count: Int, _ body: (Int) -> Void) {
    guard count > 1 else { return withNumericThread { body(0) } }
    inParallel(count) { thread in withNumericThread { body(thread) } }
}
