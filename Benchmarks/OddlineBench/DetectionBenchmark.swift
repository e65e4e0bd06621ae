import AnomalyDetection
import ArgumentParser
import Foundation
import TimeSeries

/// VUS-PR of both models, the ensemble and the yardsticks over labelled files and the generated kinds.
struct DetectionBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detection", abstract: "How well both models and the ensemble find labelled anomalies.",
        discussion: """
            Files are given as PATH, PATH:TRAINING_ROWS or GROUP=PATH:TRAINING_ROWS. --set changes a value of the recipe, for \
            example --set transformer.maskedPeriods=1. One line of a Markdown table a series; then the means of groups, with \
            F1 of flagged events; then the rules for flags; then the ensemble's mean for each calibration and weight.
            """)

    @OptionGroup var study: StudyOptions
    @Option(name: .customLong("set"), help: "NAME=VALUE of the recipe; repeat for several.") var changes: [String] = []

    func run() throws {
        let study = try study.study
        let outcomes = try study.outcomes(Recipes(changes: changes), threads: self.study.threads)
        reportSeries(outcomes, try study.yardsticks(), study)
        reportGroups(outcomes, study)
        FlagStudy(outcomes: outcomes, groups: study.groups).report()
        reportWeights(outcomes, study)
    }

    private func text(_ figure: (mean: Double, spread: Double), _ study: DetectionStudy) -> String {
        study.seeds > 1 ? String(format: "%.3f±%.3f", figure.mean, figure.spread) : String(format: "%.3f", figure.mean)
    }

    private func reportSeries(
        _ outcomes: [DetectionStudy.Outcome], _ yardsticks: [DetectionStudy.Outcome], _ study: DetectionStudy
    ) {
        print("| series | LSTM | Transformer | ensemble | rolling median | nearest window |\n|---|---|---|---|---|---|")
        func line(_ name: String, _ isOwn: (DetectionStudy.Outcome) -> Bool) {
            let figures = DetectionStudy.detectors.map { text(outcomes.filter(isOwn).mean($0), study) }
            let simple = Yardstick.allCases.map { String(format: "%.3f", yardsticks.filter(isOwn).mean($0.rawValue).mean) }
            print("| " + ([name] + figures + simple).joined(separator: " | ") + " |")
        }
        for group in study.groups where group != "clean" {
            for name in Set(outcomes.filter { $0.group == group }.map(\.name)).sorted() {
                line(name) { $0.group == group && $0.name == name }
            }
            line("mean of \(group)") { $0.group == group }
        }
    }

    private func reportGroups(_ outcomes: [DetectionStudy.Outcome], _ study: DetectionStudy) {
        print("\n| group | LSTM | Transformer | ensemble | events' F1 | best level | events in 10,000 rows | seconds a series |")
        print("|---|---|---|---|---|---|---|---|")
        for group in study.groups {
            let own = outcomes.filter { $0.group == group }
            let isLabelled = own.contains { !$0.measures.isEmpty }
            let figures =
                DetectionStudy.detectors.map { own.mean($0) } + [own.mean { $0.flags[0].f1 }, own.mean(\.bestEventF1)]
            let rate = own.mean { Double($0.flags[0].events) / Double($0.rows) * 10_000 }.mean
            print(
                "| \(group), \(own.count / study.seeds) | "
                    + figures.map { isLabelled ? text($0, study) : "" }.joined(separator: " | ")
                    + String(format: " | %.2f | %.1f |", rate, own.mean(\.seconds).mean))
        }
    }

    /// The ensemble's mean for each calibration and weight of the LSTM.
    private func reportWeights(_ outcomes: [DetectionStudy.Outcome], _ study: DetectionStudy) {
        let weights = DetectionStudy.weights
        print("\n| calibration, LSTM weight | " + weights.map { String(format: "%.1f", $0) }.joined(separator: " | ") + " |")
        print("|---|" + String(repeating: "---|", count: weights.count))
        for method in Calibration.Method.allCases {
            for group in study.groups where group != "clean" {
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
    @Flag(help: "The generated kinds too, with a level that stays.") var kinds = false
    @Flag(help: "The generated kinds with a moving level too.") var moving = false
    @Flag(help: "Generated series without anomalies too, which nothing should be flagged in.") var clean = false
    @Option(help: "Only the generated kind of this name.") var kind: String?
    @Option(help: "Rows of generated series.") var rows = 3000
    @Option(help: "Series that are worked on at the same time.") var threads = 2
    @Option(help: "A folder in which trained models are kept and found again.") var cache: String?

    var study: DetectionStudy {
        get throws {
            let wanted = SampleKind.allCases.filter {
                kinds && SampleKind.steady.contains($0) || moving && SampleKind.moving.contains($0) || $0.rawValue == kind
            }
            return try DetectionStudy(
                files: files, kinds: wanted, clean: clean ? SampleKind.allCases : [], rows: rows, seeds: seeds,
                cache: cache.map { URL(fileURLWithPath: $0, isDirectory: true) })
        }
    }
}
