import AnomalyDetection
import ArgumentParser
import Foundation
import TimeSeries
import Work
import Workbench

/// A long series to which rows are appended: what a tick of following costs, and what is kept.
struct FollowingBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "following", abstract: "Milliseconds a row that is appended to a long series, and memory.")

    @Option(help: "Rows before.") var rows = 1_000_000
    @Option(help: "Rows that are appended.") var appended = 10_000
    @Option(help: "Rows that come together.") var tick = 1
    @Option(help: "Rows that are kept; all otherwise.") var horizon: Int?
    @Option(help: "What flags, as the setting says it.") var flags = "gap"
    @Flag(help: "The analysis before is held while rows are scored, as the dashboard's screen holds it.") var held = false

    func run() throws {
        let whole = SampleKind.contextual.series(rows: rows + appended, seed: 1)
        let detectors = try quickDetectors(for: whole)
        let start = whole.prefix(rows)
        var analysis = Analysis(series: start, models: .standard)
        analysis.use(try detectors.map { try ScoredModel(scoring: start, with: $0) })
        try analysis.update { try $0.settings.set(["flags": flags], models: .standard) }
        var followed = FollowedAnalysis(analysis, horizon: horizon)
        analysis = Analysis(series: start.prefix(1), models: .standard)
        let before = peakMemory()
        var (milliseconds, events, most): ([Double], Int, Int) = ([], 0, 0)
        for first in stride(from: rows, to: rows + appended, by: tick) {
            let coming = whole.rows(first..<min(first + tick, rows + appended))
            let copy = held ? followed.analysis : nil
            let elapsed = try ContinuousClock().measure { events += try followed.append(coming).events.count }
            withExtendedLifetime(copy) {}
            milliseconds.append(elapsed / .milliseconds(1) / Double(coming.rowCount))
            most = max(most, followed.analysis.series.rowCount)
        }
        let sorted = milliseconds.sorted()
        printJSON([
            "benchmark": "following", "rows": rows, "appended": appended, "tick": tick, "flags": flags, "held": held,
            "events": events,
            "ms_per_row_median": rounded(quantile(ofSorted: sorted, 0.5)),
            "ms_per_row_p99": rounded(quantile(ofSorted: sorted, 0.99)), "most_rows_kept": most,
            "peak_kib_over_before": peakMemory() - before,
        ])
    }
}
