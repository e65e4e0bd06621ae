import AnomalyDetection
import ArgumentParser
import Foundation
import Synchronization
import TimeSeries

/// VUS-PR of both models and the ensemble over labelled files and the generated kinds, at the default recipe or
/// another one.
struct DetectionBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detection", abstract: "How well both models and the ensemble find labelled anomalies.",
        discussion: """
            Files are given as PATH or PATH:TRAINING_ROWS. --set changes a value of the recipe, for example \
            --set maskedPeriods=1. One line a series, then means.
            """)

    @Argument(help: "Labelled files.") var files: [String] = []
    @Option(name: .customLong("set"), help: "NAME=VALUE of the recipe; repeat for several.") var changes: [String] = []
    @Option(help: "Seeds 1 to this.") var seeds = 1
    @Flag(help: "The generated kinds too.") var kinds = false
    @Option(help: "Only the generated kind of this name.") var kind: String?
    @Option(help: "Rows of generated series.") var rows = 3000
    @Flag(help: "Means alone.") var brief = false

    private struct Subject: Sendable {
        let group: String
        let series: Series
        let trainingRows: Int
    }

    private struct Outcome: Sendable {
        let group: String
        let name: String
        let seed: Int
        let scores: [String: Double]
    }

    func run() throws {
        let recipe = try changedRecipe()
        let work = try subjects().flatMap { subject in (1...seeds).map { (subject, $0) } }
        let outcomes = Mutex<[Outcome]>([])
        let failures = Mutex<[String]>([])
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 2) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < work.count else { return }
                do {
                    let outcome = try measure(work[index].0, recipe, seed: work[index].1)
                    outcomes.withLock { $0.append(outcome) }
                } catch { failures.withLock { $0.append("\(work[index].0.series.name): \(error)") } }
            }
        }
        if let failure = failures.withLock({ $0.first }) { throw ValidationError(failure) }
        report(outcomes.withLock { $0 })
    }

    private func changedRecipe() throws -> Recipe {
        let data = try JSONEncoder().encode(Recipe())
        guard var values = try JSONSerialization.jsonObject(with: data) as? [String: Any] else { return Recipe() }
        for change in changes {
            let parts = change.split(separator: "=").map(String.init)
            guard parts.count == 2, values[parts[0]] != nil, let number = Double(parts[1]) else {
                throw ValidationError(
                    "--set takes NAME=VALUE with a name of the recipe: \(values.keys.sorted().joined(separator: ", ")).")
            }
            values[parts[0]] = number == number.rounded() ? Int(number) : number
        }
        return try JSONDecoder().decode(Recipe.self, from: JSONSerialization.data(withJSONObject: values))
    }

    private func subjects() throws -> [Subject] {
        var subjects = try files.map { file in
            let parts = file.split(separator: ":").map(String.init)
            let series = try SeriesReader.read(path: parts[0])
            return Subject(
                group: "files", series: series, trainingRows: parts.count > 1 ? Int(parts[1]) ?? series.rowCount : series.rowCount
            )
        }
        let wanted = SampleKind.allCases.filter { kinds || $0.rawValue == kind }
        subjects += wanted.map { Subject(group: "kinds", series: $0.series(rows: rows, seed: 7), trainingRows: rows) }
        return subjects
    }

    private func measure(_ subject: Subject, _ recipe: Recipe, seed: Int) throws -> Outcome {
        guard let labels = subject.series.labels else { throw ValidationError("\(subject.series.name) has no labels.") }
        var calibrated: [[Float]] = []
        for kind in ModelKind.allCases {
            let plan = DetectorPlan.standard(
                kind, for: subject.series, trainingRows: subject.trainingRows, seed: UInt64(seed), recipe: recipe)
            let detector = try Training(plan, series: subject.series, trainingRows: subject.trainingRows).run()
            let calibration = Calibration(.excess, referenceErrors: detector.referenceErrors)
            calibrated.append(calibration(try detector.errors(of: subject.series).errors))
        }
        let combined = try Ensemble(lstmWeight: 0.5, transformerWeight: 0.5).combine(
            lstm: calibrated[0], transformer: calibrated[1])
        let buffer = dominantPeriod(of: subject.series.channels[0].values) ?? 125
        var scores: [String: Double] = [:]
        for (name, values) in zip(["lstm", "transformer", "ensemble"], calibrated + [combined]) {
            scores[name] = try Measures(scores: values, labels: labels, buffer: buffer).vusPR
        }
        return Outcome(group: subject.group, name: subject.series.name, seed: seed, scores: scores)
    }

    private func report(_ outcomes: [Outcome]) {
        func line(_ name: String, _ own: [Outcome]) {
            let figures = ["lstm", "transformer", "ensemble"].map { key -> String in
                let values = own.compactMap { $0.scores[key] }
                let mean = values.reduce(0, +) / Double(values.count)
                let spread = (values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)).squareRoot()
                return String(format: seeds > 1 && own.first?.name == own.last?.name ? "%.3f±%.3f" : "%.3f", mean, spread)
            }
            print(([name] + figures).joined(separator: "\t"))
        }
        print(["series", "lstm", "transformer", "ensemble"].joined(separator: "\t"))
        for group in ["files", "kinds"] {
            let own = outcomes.filter { $0.group == group }
            guard !own.isEmpty else { continue }
            if !brief { for name in Set(own.map(\.name)).sorted() { line(name, own.filter { $0.name == name }) } }
            line("mean of \(group)", own)
        }
    }
}
