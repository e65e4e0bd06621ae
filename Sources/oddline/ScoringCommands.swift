import AnomalyDetection
import ArgumentParser
import Foundation
import TimeSeries
import Workbench

struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Trains both models on a series and saves them.",
        discussion: "Writes lstm.safetensors and transformer.safetensors into a folder that `score --model` reads.")

    @Argument(help: "A CSV file (also gzip-compressed), an SQLite file, or - for standard input.")
    var file: String

    @Option(name: [.short, .long], help: "The folder for the models; FILE.models otherwise.")
    var output: String?

    @OptionGroup var seriesOptions: SeriesOptions
    @OptionGroup var training: TrainingOptions

    func run() async throws {
        try await reportingErrors {
            let series = try seriesOptions.read(file)
            let models = try await training.train(on: series)
            let folder = ModelFolder(output ?? (file == "-" ? "oddline.models" : file + ".models"))
            try folder.save(models)
            for model in models.sorted(by: { $0.detector.kind.rawValue < $1.detector.kind.rawValue }) {
                let (plan, summary) = (model.detector.plan, model.detector.summary)
                print(
                    "\(plan.kind.title): window \(plan.windowLength), \(summary.epochs) epochs (best \(summary.bestEpoch)), "
                        + "validation loss \(summary.validationLosses[summary.bestEpoch - 1]), "
                        + String(format: "%.1f s", summary.seconds) + ", \(folder.file(plan.kind).path)")
            }
        }
    }
}

struct ScoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Scores every row of a series.",
        discussion: """
            Writes row, timestamp, the value columns, lstm_score, transformer_score, combined_score and is_flagged. \
            Trains both models first unless --model names a folder of trained ones.
            """)

    @Argument(help: "A CSV file (also gzip-compressed), an SQLite file, or - for standard input.")
    var file: String

    @Option(help: "A folder of models written by `train`.")
    var model: String?

    @Option(name: [.short, .long], help: "Where to write; standard output otherwise.")
    var output: String?

    @Option(help: "csv or jsonl.")
    var format: ScoreExport.Format = .csv

    @OptionGroup var seriesOptions: SeriesOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var ensemble: EnsembleOptions

    func run() async throws {
        try await reportingErrors {
            let series = try seriesOptions.read(file)
            var analysis = Analysis(series: series, settings: ensemble.settings)
            if let model {
                analysis.use(try ModelFolder(model).load(scoring: series))
            } else {
                analysis.use(try await training.train(on: series))
            }
            guard let result = analysis.result else { throw DetectionError.noScores }
            let export = ScoreExport(series: series, result: result)
            if let output {
                try writeWhole(export, to: URL(fileURLWithPath: output))
            } else {
                try export.write(format) { try FileHandle.standardOutput.write(contentsOf: Data($0.utf8)) }
            }
        }
    }

    private func writeWhole(_ export: ScoreExport, to url: URL) throws {
        var data = Data()
        export.write(format) { data.append(contentsOf: $0.utf8) }
        do {
            try data.write(to: url, options: .atomic)
        } catch {
            throw SeriesError.unreadable(file: url.lastPathComponent, reason: "it cannot be written there")
        }
    }
}

struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measures both models and the ensemble against a label column.",
        discussion: "The buffer of VUS is the dominant period of the values. Scores are from models trained on the spot.")

    @Argument(help: "Labelled files.")
    var files: [String]

    @OptionGroup var seriesOptions: SeriesOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var ensemble: EnsembleOptions

    func run() async throws {
        try await reportingErrors {
            print(row(["file", "model", "VUS-PR", "VUS-ROC", "AUC-PR", "AUC-ROC", "F1", "seconds"]))
            var totals: [(String, Measures)] = []
            for file in files {
                let series = try seriesOptions.read(file)
                guard let labels = series.labels else {
                    throw SeriesError.noSuchColumn(file: series.name, column: "label", known: series.channels.map(\.name))
                }
                let started = Date()
                var analysis = Analysis(series: series, settings: ensemble.settings)
                analysis.use(try await training.train(on: series))
                guard let result = analysis.result else { throw DetectionError.noScores }
                let seconds = Date().timeIntervalSince(started)
                let buffer = dominantPeriod(of: series.channels[0].values) ?? 125
                for (name, scores) in [("lstm", result.lstm), ("transformer", result.transformer), ("ensemble", result.combined)]
                {
                    let measures = try Measures(scores: scores, labels: labels, buffer: buffer)
                    totals.append((name, measures))
                    print(row([series.name, name] + figures(measures) + [String(format: "%.1f", seconds)]))
                }
            }
            if files.count > 1 {
                for name in ["lstm", "transformer", "ensemble"] {
                    let own = totals.filter { $0.0 == name }.map(\.1)
                    let mean = [\Measures.vusPR, \.vusROC, \.aucPR, \.aucROC, \.standardF1].map { path in
                        String(format: "%.4f", own.map { $0[keyPath: path] }.reduce(0, +) / Double(own.count))
                    }
                    print(row(["mean", name] + mean))
                }
            }
        }
    }

    private func figures(_ measures: Measures) -> [String] {
        [measures.vusPR, measures.vusROC, measures.aucPR, measures.aucROC, measures.standardF1].map { String(format: "%.4f", $0) }
    }

    private func row(_ cells: [String]) -> String {
        let widths = [44, 12, 8, 8, 8, 8, 8, 8]
        return zip(cells, widths).map { $0.count < $1 ? $0 + String(repeating: " ", count: $1 - $0.count) : $0 }.joined(
            separator: " ")
    }
}

struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Writes a labelled synthetic series.",
        discussion: "Kinds: " + SampleKind.allCases.map { "\($0.rawValue) (\($0.summary))" }.joined(separator: "; ") + ".")

    @Argument(help: "The kind: \(SampleKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind: SampleKind

    @Option(help: "Number of rows, at least 600.")
    var rows = 3000

    @Option(help: "Where the random numbers begin.")
    var seed: UInt64 = 1

    @Option(name: [.short, .long], help: "Where to write; standard output otherwise.")
    var output: String?

    func validate() throws {
        guard (600...10_000_000).contains(rows) else { throw ValidationError("--rows must be between 600 and 10000000.") }
    }

    func run() async throws {
        try await reportingErrors {
            let text = kind.series(rows: rows, seed: seed).csv()
            if let output {
                do {
                    try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
                } catch {
                    throw SeriesError.unreadable(file: output, reason: "it cannot be written there")
                }
            } else {
                try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
            }
        }
    }
}
