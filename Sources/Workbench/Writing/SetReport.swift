import AnomalyDetection
import Foundation

/// A report on several files: one HTML page with a table of them, and of each the plots, the events and the highest of these. Files are
/// added one after the other, so that only the page is held.
public struct SetReport: Sendable {
    private let title: String
    private let models: Models
    private var lines: [[String]] = []
    private var sections: [String] = []

    /// Begins without files.
    public init(_ title: String, models: Models) { (self.title, self.models) = (title, models) }

    /// Adds a file whose models have scored.
    public mutating func add(_ analysis: Analysis, notes: Notes, path: String) {
        let overview = SeriesOverview(analysis)
        lines.append([
            path, "\(overview.rowCount)", overview.models.map(\.title).joined(separator: ", "),
            "\(overview.flagged)", "\(overview.judged)", "\(overview.open)",
            overview.peak.map { String(format: "%.3g", $0) } ?? "",
        ])
        sections.append(
            "<h2 id=f\(lines.count)>\(escaped(path))</h2>"
                + Report(analysis, judgements: analysis.judgements, notes: notes).section())
    }

    /// Adds a file of which nothing can be told, and why.
    public mutating func add(_ path: String, problem: String) { lines.append([path, "", problem, "", "", "", ""]) }

    /// The page.
    public func html() -> String {
        let heads = ["file", "rows", "models", "flagged", "judged", "open", "highest peak"]
        return Report.page(
            title, models,
            [
                "<h1>\(escaped(title))</h1>", "<p>\(lines.count) files, \(sections.count) with models.</p>",
                htmlTable(heads, lines),
            ] + sections)
    }
}
