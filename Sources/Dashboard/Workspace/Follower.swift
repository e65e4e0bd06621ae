import AnomalyDetection
import Foundation
import Persistence
import SeriesReading
import TimeSeries
import Work

/// Reads a file that grows until its flag is raised.
struct Follower: Sendable {
    let path: String
    let options: SeriesReader.Options
    let run: Cancellation
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
            report(.appended(run: run, SeriesTail.Growth(rows: whole)))
        }
        while !run.isCancelled {
            let growth = try tail.read()
            if !growth.isEmpty { report(.appended(run: run, growth)) }
            Thread.sleep(forTimeInterval: Self.pause)
        }
    }
}

/// Why an open series cannot be followed.
private struct FollowingError: Error, CustomStringConvertible {
    let name: String
    var description: String {
        "\(name) no longer begins with the rows that are open; open it again, then press \(NamedKey.follow.name)."
    }
}
