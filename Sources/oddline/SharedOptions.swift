import AnomalyDetection
import ArgumentParser
import Foundation
import TimeSeries
import Workbench

extension Calibration.Method: ExpressibleByArgument {}
extension SampleKind: ExpressibleByArgument {}
extension ScoreExport.Format: ExpressibleByArgument {}

/// Which series to read, and how.
struct SeriesOptions: ParsableArguments {
    @Option(name: .customLong("column"), help: "A value column to use; repeat for several. All numeric columns otherwise.")
    var columns: [String] = []

    @Option(help: "The column that holds times; found by name or type otherwise.")
    var time: String?

    @Option(help: "The table to read from an SQLite file.")
    var table: String?

    @Option(help: "A query to read from an SQLite file, in place of a table.")
    var query: String?

    func read(_ path: String) throws -> Series {
        let series = try SeriesReader.read(
            path: path, options: SeriesReader.Options(timeColumn: time, table: table, query: query, columns: columns))
        for notice in series.notices { printError("oddline: \(series.name): \(notice)") }
        return series
    }
}

/// How models are trained.
struct TrainingOptions: ParsableArguments {
    @Option(help: "Train on the first N rows only; on all rows otherwise.")
    var trainRows: Int?

    @Option(help: "Where the random numbers begin; the same seed gives the same models.")
    var seed: UInt64 = 1

    func validate() throws {
        if let trainRows, trainRows < Training.fewestRows {
            throw ValidationError("--train-rows must be at least \(Training.fewestRows).")
        }
    }

    /// Trains both models at the same time; a bar a model on standard error when that is a terminal.
    func train(on series: Series) async throws -> [ScoredModel] {
        if let trainRows, trainRows > series.rowCount {
            throw DetectionError.tooFewRows(series: series.name, rows: series.rowCount, needed: trainRows)
        }
        let bars = ProgressBars()
        var models: [ScoredModel] = []
        var failure: DetectionError?
        let cancellation = Cancellation()
        for await report in ModelTraining(series: series, trainingRows: trainRows, seed: seed).run(cancellation: cancellation) {
            switch report {
            case .training(let progress): bars.show(progress.model, share: 0.95 * progress.share, note: "epoch \(progress.epoch)")
            case .scoring(let kind, let share): bars.show(kind, share: 0.95 + 0.05 * share, note: "scoring")
            case .finished(let model):
                bars.show(model.detector.kind, share: 1, note: "done")
                models.append(model)
            case .failed(let error):
                failure = failure ?? error
                cancellation.cancel()
            }
        }
        bars.finish()
        if let failure { throw failure }
        return models
    }
}

/// How scores are combined and flagged.
struct EnsembleOptions: ParsableArguments {
    @Option(help: "Weight of the LSTM's score, 0 to 1.")
    var lstmWeight: Float = AnalysisSettings().lstmWeight

    @Option(help: "Weight of the Transformer's score, 0 to 1.")
    var transformerWeight: Float = AnalysisSettings().transformerWeight

    @Option(help: "Quantile of the combined scores from which rows are flagged, 0 to 1.")
    var threshold: Double = AnalysisSettings().threshold

    @Option(help: "Rows over which scores are averaged; 1 leaves them as they are.")
    var smoothing: Int = AnalysisSettings().smoothing

    @Option(help: "How errors become scores: \(Calibration.Method.allCases.map(\.rawValue).joined(separator: ", ")).")
    var calibration: Calibration.Method = AnalysisSettings().calibration

    func validate() throws {
        guard (0...1).contains(threshold) else { throw ValidationError("--threshold must be between 0 and 1.") }
        guard (1...100_000).contains(smoothing) else { throw ValidationError("--smoothing must be between 1 and 100000.") }
        do {
            _ = try Ensemble(lstmWeight: lstmWeight, transformerWeight: transformerWeight)
        } catch { throw ValidationError(error.description) }
    }

    var settings: AnalysisSettings {
        var settings = AnalysisSettings()
        settings.lstmWeight = lstmWeight
        settings.transformerWeight = transformerWeight
        settings.threshold = threshold
        settings.smoothing = smoothing
        settings.calibration = calibration
        return settings
    }
}

/// Progress of both models on one line of standard error; silent when that is not a terminal.
final class ProgressBars {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shares: [ModelKind: (Double, String)] = [:]

    func show(_ kind: ModelKind, share: Double, note: String) {
        guard isTerminal else { return }
        shares[kind] = (share, note)
        let parts = ModelKind.allCases.compactMap { kind -> String? in
            guard let (share, note) = shares[kind] else { return nil }
            let filled = Int(share * 20)
            let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: 20 - filled)
            return "\(kind.title) \(bar) \(Int(share * 100))% \(note)"
        }
        FileHandle.standardError.write(Data(("\r\u{1B}[K" + parts.joined(separator: "   ")).utf8))
    }

    func finish() {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}

/// The two model files in a folder.
struct ModelFolder {
    let url: URL

    init(_ path: String) { url = URL(fileURLWithPath: path, isDirectory: true) }

    func file(_ kind: ModelKind) -> URL { url.appendingPathComponent("\(kind.rawValue).safetensors") }

    func save(_ models: [ScoredModel]) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for model in models { try model.detector.save(to: file(model.detector.kind)) }
    }

    func load(scoring series: Series) throws -> [ScoredModel] {
        try ModelKind.allCases.map { try ScoredModel(scoring: series, with: try Detector(loadingFrom: file($0))) }
    }
}
