import AnomalyDetection
import ArgumentParser
import Foundation
import TimeSeries

/// VUS-PR of both models, the ensemble and the yardsticks over labelled files and the generated kinds.
struct DetectionBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detection", abstract: "How well both models and the ensemble find labelled anomalies.",
        discussion: """
            Files are given as PATH or PATH:TRAINING_ROWS. --set changes a value of the recipe, for example \
            --set transformer.maskedPeriods=1. One line of a Markdown table a series, then means; then the ensemble's mean for each \
            calibration and weight.
            """)

    @OptionGroup var study: StudyOptions
    @Option(name: .customLong("set"), help: "NAME=VALUE of the recipe; repeat for several.") var changes: [String] = []

    func run() throws {
        let study = try study.study
        let outcomes = try study.outcomes(Recipes(changes: changes))
        let yardsticks = try study.yardsticks()
        let detectors = DetectionStudy.detectors
        print("| series | LSTM | Transformer | ensemble | rolling median | nearest window |\n|---|---|---|---|---|---|")
        func line(_ name: String, _ isOwn: (DetectionStudy.Outcome) -> Bool) {
            let figures = detectors.map { detector in
                let (mean, spread) = outcomes.filter(isOwn).mean(detector)
                return study.seeds > 1 ? String(format: "%.3f±%.3f", mean, spread) : String(format: "%.3f", mean)
            }
            let simple = Yardstick.allCases.map { String(format: "%.3f", yardsticks.filter(isOwn).mean($0.rawValue).mean) }
            print("| " + ([name] + figures + simple).joined(separator: " | ") + " |")
        }
        for group in ["files", "kinds"] where outcomes.contains(where: { $0.group == group }) {
            for name in Set(outcomes.filter { $0.group == group }.map(\.name)).sorted() { line(name) { $0.name == name } }
            line("mean of \(group)") { $0.group == group }
        }
        if Set(outcomes.map(\.group)).count > 1 { line("mean of all") { _ in true } }
        reportWeights(outcomes)
    }

    /// The ensemble's mean for each calibration and weight of the LSTM.
    private func reportWeights(_ outcomes: [DetectionStudy.Outcome]) {
        let weights = DetectionStudy.weights
        print("\n| calibration, LSTM weight | " + weights.map { String(format: "%.1f", $0) }.joined(separator: " | ") + " |")
        print("|---|" + String(repeating: "---|", count: weights.count))
        for method in Calibration.Method.allCases {
            for group in ["files", "kinds"] where outcomes.contains(where: { $0.group == group }) {
                let own = outcomes.filter { $0.group == group }.compactMap { $0.byWeight[method] }
                let means = weights.indices.map { index in own.reduce(0) { $0 + $1[index] } / Double(own.count) }
                print(
                    "| \(method.rawValue), \(group) | " + means.map { String(format: "%.3f", $0) }.joined(separator: " | ") + " |"
                )
            }
        }
    }
}

/// Which series a study looks at.
struct StudyOptions: ParsableArguments {
    @Argument(help: "Labelled files.") var files: [String] = []
    @Option(help: "Seeds 1 to this.") var seeds = 1
    @Flag(help: "The generated kinds too.") var kinds = false
    @Option(help: "Only the generated kind of this name.") var kind: String?
    @Option(help: "Rows of generated series.") var rows = 3000

    var study: DetectionStudy {
        get throws {
            let wanted = SampleKind.allCases.filter { kinds || $0.rawValue == kind }
            return try DetectionStudy(files: files, kinds: wanted, rows: rows, seeds: seeds)
        }
    }
}
