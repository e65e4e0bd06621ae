import AnomalyDetection
import Foundation
import Persistence
import SeriesReading
import Synchronization
import TimeSeries
import Work

/// One following of a file, which goes on until it is cancelled. The next piece of the file is read when the one before is being
/// scored, so that no more rows wait than one look brings (`SeriesTail`).
public final class Following: Sendable {
    private let end = Cancellation(), isFull = Atomic(false)

    /// Begins.
    public init() {}

    /// Ends it.
    public func cancel() { end.cancel() }
    /// Whether it was ended.
    var isCancelled: Bool { end.isCancelled }
    /// Whether rows wait that no model has been asked about.
    var waits: Bool { isFull.load(ordering: .relaxed) }
    /// Says that rows wait now.
    func brings() { isFull.store(true, ordering: .relaxed) }
    /// Says that none waits any more.
    func isTaken() { isFull.store(false, ordering: .relaxed) }
}

/// Reads a file that grows until its flag is raised.
struct Follower: Sendable {
    let path: String
    let options: SeriesReader.Options
    let run: Following
    let report: @Sendable (Answer) -> Void

    /// Between two looks at the file's size, in seconds: soon enough for somebody who watches, and no work worth counting.
    private static let pause = 0.2

    /// Reports the rows behind those of `series`, those there are already first. Blocks the thread.
    /// - Throws: `SeriesError`, and where the file no longer begins with the rows of `series`.
    func follow(behind series: Series) throws {
        var (whole, tail) = try SeriesTail.open(path: path, options: options)
        let count = series.forgottenRows + series.rowCount
        guard whole.rowCount >= count, series.identity == whole.identity(ofFirst: count) else {
            throw FollowingError(name: series.name)
        }
        if whole.rowCount > count {
            whole = whole.selecting(rows: Array(count..<whole.rowCount))
            hand(SeriesTail.Growth(rows: whole))
        }
        while !run.isCancelled {
            if !run.waits { hand(try tail.read()) }
            Thread.sleep(forTimeInterval: Self.pause)
        }
    }

    private func hand(_ growth: SeriesTail.Growth) {
        guard !growth.isEmpty else { return }
        run.brings()
        report(.appended(run: run, growth))
    }
}

/// Why an open series cannot be followed.
private struct FollowingError: Error, CustomStringConvertible {
    let name: String
    var description: String {
        "\(name) no longer begins with the rows that are open; open it again, then press \(NamedKey.follow.name)."
    }
}
