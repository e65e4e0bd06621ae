import Foundation

/// Runs `body` on a thread of its own, with as large a stack as the main thread has by default, 8 MiB, for which the libraries that
/// are called are written.
public func startThread(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 8 << 20
    thread.start()
}

/// The results of `body` for 0 ..< `count`, on as many threads as there are cores. `body` must write
/// nothing that another call of it reads or writes.
public func inParallel<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    withoutActuallyEscaping(body) { body in
        // Not shared beyond this call: `concurrentPerform` returns after the last call of `body`.
        nonisolated(unsafe) let body = body
        return [Result](unsafeUninitializedCapacity: count) { results, initialized in
            // No two calls write to one place: each index is performed once and initialises its own element.
            nonisolated(unsafe) let base = results.baseAddress
            DispatchQueue.concurrentPerform(iterations: count) { index in
                (base.map { $0 + index })?.initialize(to: body(index))
            }
            initialized = count
        }
    }
}
