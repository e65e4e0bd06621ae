import Dispatch

/// The results of `body` for 0 ..< `count`, each on a thread of its own where there are cores. The calls
/// share only what they read.
func inParallel<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    withoutActuallyEscaping(body) { body in
        nonisolated(unsafe) let body = body
        return [Result](unsafeUninitializedCapacity: count) { results, initialized in
            nonisolated(unsafe) let base = results.baseAddress
            DispatchQueue.concurrentPerform(iterations: count) { index in
                (base.map { $0 + index })?.initialize(to: body(index))
            }
            initialized = count
        }
    }
}
