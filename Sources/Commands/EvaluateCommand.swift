import AnomalyDetection
import ArgumentParser
import Foundation
import Invocation
import SeriesReading
import TimeSeries
import Workbench

struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measures the models, the ensemble and two yardsticks against a label column.",
        discussion: """
            Models are trained on the spot. The yardsticks are the deviation from a rolling median and the distance to \
            the most similar window elsewhere. The buffer of VUS is the dominant period of the values. event-P, \
            event-R and event-F1 are precision, recall and F1 of the events that the rule for flags gives, labels widened by \
            half a period; best-F1 is the largest at any level. Rows that rules expect (--expected) count as scored 0. Of \
            several files those that cannot be measured are told and left out; where one was named, the status is 2.
            """)

    @Argument(help: "Labelled files, or folders of CSV files.")
    var files: [String] = []

    @Option(help: "Train with this many seeds, the first of which is --seed.")
    var seeds = 1

    @Flag(help: "One JSON object a line.") var json = false
    @Flag(help: "Comma-separated values.") var csv = false

    @OptionGroup var seriesOptions: SeriesOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var ensemble: EnsembleOptions
    @OptionGroup var expecting: ExpectedOptions
    @OptionGroup var configured: ConfigurationOptions

    func validate() throws {
        try seriesOptions.validate(hasFile: !files.isEmpty)
        guard (1...100).contains(seeds) else { throw ValidationError("--seeds must be between 1 and 100.") }
        guard !(json && csv) else { throw ValidationError("Choose one of --json and --csv.") }
    }

    /// How one detector did on one file.
    private struct Line {
        let file: String
        let detector: String
        let seed: String
        let measures: Measures
        let events: EventMeasures
        let bestF1: Double
        let seconds: Double

        static let names = ["VUS-PR", "VUS-ROC", "AUC-PR", "AUC-ROC", "F1", "event-P", "event-R", "event-F1", "best-F1"]
        var figures: [Double] {
            [
                measures.vusPR, measures.vusROC, measures.aucPR, measures.aucROC, measures.standardF1, events.precision,
                events.recall, events.f1, bestF1,
            ]
        }
    }

    func run() async throws {
        try await reportingErrors {
            let source = try configured.source()
            let settings = try ensemble.settings(source)
            if !json { try write(["file", "detector", "seed"] + Line.names + ["seconds"]) }
            var lines: [Line] = []
            let paths: [String?] = files.isEmpty ? [nil] : files.flatMap(expanded)
            if paths.isEmpty { throw Unmeasured(description: "\(printable(files[0])): no file in it holds a series; name one.") }
            var failed = 0
            for path in paths {
                do {
                    for line in try await evaluate(seriesOptions.read(path, by: source.readers), settings) {
                        lines.append(line)
                        try write(line)
                    }
                } catch let error where paths.count > 1 && (error is SeriesError || error is Unmeasured) {
                    printError("oddline: \(error)")
                    if path.map(files.contains) == true { failed += 1 }
                }
            }
            if lines.isEmpty { throw ExitCode.failure }
            if paths.count > 1 || seeds > 1, !json { try writeMeans(of: lines) }
            if failed > 0 { throw ExitCode(2) }
        }
    }

    private func writeMeans(of lines: [Line]) throws {
        var detectors: [String] = []
        for line in lines where !detectors.contains(line.detector) { detectors.append(line.detector) }
        for detector in detectors {
            let own = lines.filter { $0.detector == detector }
            let means = Line.names.indices.map { index in own.reduce(0) { $0 + $1.figures[index] } / Double(own.count) }
            try write(["mean", detector, ""] + means.map { String(format: "%.4f", $0) } + [""])
        }
    }

    /// A file, or those of a folder by name.
    private func expanded(_ path: String) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { return [path] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter(SeriesReader.isReadable).sorted().map { path + "/" + $0 }
    }

    /// Why a file cannot be measured.
    private struct Unmeasured: Error, CustomStringConvertible {
        let description: String
    }

    private func evaluate(_ series: Series, _ settings: AnalysisSettings) async throws -> [Line] {
        guard let labels = series.labels else {
            throw SeriesError.noSuchColumn(file: series.name, column: "label", known: series.channels.map(\.name))
        }
        guard labels.contains(true), labels.contains(false) else {
            throw Unmeasured(
                description: "\(series.name): the labels are the same in all rows, so that there is nothing to tell apart; "
                    + "name another column with --labels.")
        }
        let values = series.channels[0].values
        let buffer = Measures.buffer(for: series)
        let labelled = labelledRanges(labels)
        let rules = try expecting.rules(of: series)
        let expected = ExpectedRows(rules, in: series)
        var lines: [Line] = []
        func add(
            _ detector: String, _ seed: String, _ scores: [Float], flagging: [Float]? = nil, since started: Date
        ) throws {
            let seconds = Date().timeIntervalSince(started)
            let scores = expected.measured(scores)
            let ranking = Ranking(scores, labels: labels)
            let measures = try Measures(ranking, scores: scores, labels: labels, buffer: buffer)
            let blocks = ExtentBlocks(expected.measured(flagging ?? scores))
            let flagged = EventRule().runs(of: blocks, levels: settings.rule.levels(for: blocks))
            let best = try EventMeasures.bestF1(scores, ranking, labelled: labelled, reach: buffer / 2)
            lines.append(
                Line(
                    file: series.name, detector: detector, seed: seed, measures: measures,
                    events: EventMeasures(flagged: flagged, labelled: labelled, reach: buffer / 2), bestF1: best,
                    seconds: seconds))
        }
        for offset in 0..<seeds {
            var training = training
            training.seed &+= UInt64(offset)
            let started = Date()
            var analysis = Analysis(series: series, models: Program.models, settings: settings)
            analysis.decide { $0.rules = rules }
            analysis.use(try await training.train(on: series, rules))
            guard let result = analysis.result else { throw DetectionError.noScores }
            let seed = String(training.seed)
            for (kind, scores) in result.scores { try add(kind.name, seed, scores, since: started) }
            try add("ensemble", seed, result.combined, since: started)
        }
        for yardstick in Yardstick.allCases {
            let started = Date()
            let scores = yardstick.scores(of: values, period: buffer)
            let calibrated = Calibration(.excess, referenceErrors: scores.sorted())(scores)
            try add(yardstick.rawValue, "", scores, flagging: calibrated, since: started)
        }
        return lines
    }

    private func write(_ line: Line) throws {
        guard json else {
            return try write(
                [line.file, line.detector, line.seed] + line.figures.map { String(format: "%.4f", $0) }
                    + [String(format: "%.1f", line.seconds)])
        }
        var object: [String: Any] = ["file": line.file, "detector": line.detector, "seconds": line.seconds]
        if let seed = Int(line.seed) { object["seed"] = seed }
        for (name, value) in zip(Line.names, line.figures) { object[name] = value }
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        try writeResult(String(decoding: data, as: UTF8.self) + "\n")
    }

    private func write(_ cells: [String]) throws {
        if csv { return try writeResult(cells.map(csvField).joined(separator: ",") + "\n") }
        let widths = [40, 14, 4, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8]
        let padded = zip(cells, widths).map { $0.count < $1 ? $0 + String(repeating: " ", count: $1 - $0.count) : $0 }
        try printWords(padded.joined(separator: " "))
    }
}
