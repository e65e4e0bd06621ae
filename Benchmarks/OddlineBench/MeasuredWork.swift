import ArgumentParser
import Synchronization
import Work

/// What `measure` gives for each piece of some work, so many at the same time, in the order in which they end.
/// - Throws: the first failure with the name of its piece, when all have ended.
func measured<Piece, Outcome: Sendable>(
    _ work: [Piece], threads: Int, name: (Piece) -> String, _ measure: (Piece) throws -> Outcome
) throws -> [Outcome] {
    let outcomes = Mutex<[Outcome]>([])
    let failures = Mutex<[String]>([])
    let next = Atomic(0)
    inParallel(threads) { _ in
        while case let index = next.add(1, ordering: .relaxed).oldValue, index < work.count {
            do {
                let outcome = try measure(work[index])
                outcomes.withLock { $0.append(outcome) }
            } catch { failures.withLock { $0.append("\(name(work[index])): \(error)") } }
        }
    }
    if let failure = failures.withLock({ $0.first }) { throw ValidationError(failure) }
    return outcomes.withLock { $0 }
}
