import Synchronization

/// A flag that one thread raises and another polls.
public final class Cancellation: Sendable {
    private let flag = Atomic(false)

    /// A flag that is down.
    public init() {}

    /// Asks the work to stop.
    public func cancel() { flag.store(true, ordering: .relaxed) }
    /// Whether somebody asked.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
