import Foundation

/// Runs `body` on a thread of its own, with as large a stack as the main thread has by default, 8 MiB, for which the libraries that
/// are called are written.
public func startThread(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 8 << 20
    thread.start()
}

/// Calls `body` with each of 0 ..< `count`, on as many threads as there are cores, and returns when all calls have ended. A call
/// must write nothing that another reads or writes.
public func inParallel(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
        // Proof: `concurrentPerform` returns after the last call of `body`, and no call writes what another reads or writes.
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: count) { body($0) }
    }
}

/// What `body` gives for each of 0 ..< `count`, in order, as `inParallel` calls it.
public func mapInParallel<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { results, initialized in
        let base = results.baseAddress
        // Each index is called once and initialises its own element.
        inParallel(count) { index in (base.map { $0 + index })?.initialize(to: body(index)) }
        initialized = count
    }
}
