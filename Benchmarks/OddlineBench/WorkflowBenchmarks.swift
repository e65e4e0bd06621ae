import AnomalyDetection
import ArgumentParser
import Foundation
import SeriesReading
import Synchronization
import TimeSeries
import Work
import Workbench

/// The detectors at default settings, trained for an epoch: scoring costs the same as after a whole run.
func quickDetectors(for series: Series) throws -> [any Detector] {
    let rows = min(series.rowCount, 4000)
    let task = TrainingTask(series: series.prefix(rows), trainingRows: rows, seed: 1)
    return try Recipes(changes: ["lstm.epochs=1", "transformer.epochs=1"]).models.all.map {
        try $0.train(task, Cancellation()) { _ in }.detector
    }
}

/// Scoring of a long series by both models at default settings, one model a core.
struct ScoringBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scoring", abstract: "Rows per second scored by both models at the same time, and memory.")

    @Option(help: "Rows.") var rows = 1_000_000

    func run() throws {
        let series = SampleKind.contextual.series(rows: rows, seed: 1)
        let detectors = try quickDetectors(for: series)
        let before = peakMemory()
        let failures = Mutex<[String]>([])
        let elapsed = ContinuousClock().measure {
            inParallel(detectors.count) { index in
                do { _ = try detectors[index].errors(of: series) } catch { failures.withLock { $0.append("\(error)") } }
            }
        }
        if let failure = failures.withLock({ $0.first }) { throw ValidationError(failure) }
        let seconds = elapsed / .seconds(1)
        printJSON([
            "benchmark": "scoring", "rows": rows, "seconds": rounded(seconds), "rows_per_s": Int(Double(rows) / seconds),
            "bytes_per_row_over_input": (peakMemory() - before) * 1024 / rows,
        ])
    }
}

/// Combining, thresholding and gathering events again, as at each move of a slider.
struct CombiningBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "combining", abstract: "Milliseconds to combine, threshold and gather events.")

    @Option(help: "Rows.") var rows = 1_000_000

    func run() throws {
        let scores = PerModel([(ModelKind.lstm, noise(rows).map(abs)), (.transformer, noise(rows).map(abs))])
        let ensemble = try Ensemble(PerModel([(.lstm, 0.4), (.transformer, 0.6)]))
        let rule = ThresholdRule.gap
        var events = 0
        let seconds = medianSeconds(warmUp: 2, count: 11) {
            let combined = ExtentBlocks(ensemble.combine(scores))
            let levels = rule.levels(for: combined)
            events = EventRule().events(combined: combined, scores: scores, levels: levels).count
        }
        printJSON(["benchmark": "combining", "rows": rows, "events": events, "milliseconds": rounded(seconds * 1000)])
    }
}

/// The comparison with labels, as the dashboard shows it.
struct ComparingBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "comparing", abstract: "Seconds to measure models and ensemble against labels, and to find the best weights."
    )

    @Option(help: "Rows.") var rows = 1_000_000

    func run() throws {
        let series = SampleKind.contextual.series(rows: rows, seed: 1)
        let labels = series.labels ?? []
        let (one, other) = (noise(rows), noise(rows))
        func scores(_ noise: [Float]) -> [Float] { zip(noise, labels).map { min(1, abs($0) / 8 + ($1 ? 0.2 : 0)) } }
        let known = PerModel([(ModelKind.lstm, scores(one)), (.transformer, scores(other))])
        let settings = AnalysisSettings(models: .standard)
        let result = AnalysisResult(
            scores: known, combined: ExtentBlocks(settings.ensemble.combine(known)), rule: settings.rule)
        var failure: String?
        let seconds = medianSeconds(warmUp: 0, count: 3) {
            do { _ = try Comparison(series: series, result: result, settings: settings) } catch { failure = "\(error)" }
        }
        if let failure { throw ValidationError(failure) }
        printJSON(["benchmark": "comparing", "rows": rows, "seconds": rounded(seconds)])
    }
}

/// Reading of a CSV file with a time and a value column.
struct ReadingBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reading", abstract: "Seconds to read a CSV file.")

    @Argument(help: "The file; see Benchmarks/README.md for one of a million rows.") var file: String

    func run() throws {
        var rows = 0
        var failure: String?
        let seconds = medianSeconds(warmUp: 1, count: 5) {
            do { rows = try SeriesReader.read(path: file).rowCount } catch { failure = "\(error)" }
        }
        if let failure { throw ValidationError(failure) }
        printJSON(["benchmark": "reading", "rows": rows, "seconds": rounded(seconds)])
    }
}

/// Reducing a series to the extents that a plot draws.
struct DownSamplingBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down-sampling", abstract: "Milliseconds to reduce a series to 240 columns.")

    @Option(help: "Rows.") var rows = 1_000_000

    func run() {
        let values = noise(rows).map(Double.init)
        var columns = 0
        let seconds = medianSeconds(warmUp: 2, count: 11) { columns = extents(of: values, rows: 0..<rows, count: 240).count }
        printJSON(["benchmark": "down-sampling", "rows": rows, "columns": columns, "milliseconds": rounded(seconds * 1000)])
    }
}

func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
