import Files
import Foundation
import Persistence
import SeriesReading
import TimeSeries

/// What was told of the events of a file that is followed, kept in a file of its own, so that who follows it again tells nothing twice
/// and what came meanwhile once.
public struct AlertState: Sendable {
    /// What is kept.
    private struct Content: Codable {
        /// What the series was known by, and how many rows it had.
        let identity: String
        let rowCount: Int
        /// Rows are counted from the first of the file.
        let watch: EventWatch
    }

    private let url: URL

    /// Kept at a path.
    public init(at path: String) { url = URL(fileURLWithPath: path) }

    /// What was told of a series; `nil` where nothing was, or of another one.
    /// - Throws: `SeriesError.unreadable` for a file that is something else.
    public func watch(of series: Series) throws -> EventWatch? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        guard let data = try? Data(contentsOf: url), let content = try? JSONDecoder().decode(Content.self, from: data) else {
            throw SeriesError.unreadable(file: url.path, reason: "it does not hold what was told of events; name another file")
        }
        guard content.rowCount <= series.rowCount, series.identity(ofFirst: content.rowCount).text == content.identity else {
            return nil
        }
        return content.watch
    }

    /// Keeps what was told of a series.
    /// - Throws: `FileError`.
    public func keep(_ watch: EventWatch, of series: Series) throws {
        var watch = watch
        watch.shift(by: series.forgottenRows)
        let content = Content(
            identity: series.identity.text, rowCount: series.forgottenRows + series.rowCount, watch: watch)
        try Destination(url.path).write(try JSONEncoder().encode(content))
    }
}
