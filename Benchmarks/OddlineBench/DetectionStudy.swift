import AnomalyDetection
import ArgumentParser
import Foundation
import Synchronization
import TimeSeries

/// Labelled series and how well the models find what is odd in them.
struct DetectionStudy {
    /// A series, the rows to train on, and the group whose mean it enters.
    struct Subject: Sendable {
        let group: String
        let series: Series
        let trainingRows: Int
    }

    /// What one seed gave on one series: measures by detector.
    struct Outcome: Sendable {
        let group: String
        let name: String
        let seed: Int
        let measures: [String: Measures]
        /// VUS-PR of the ensemble by calibration, at LSTM weights 0, 0.1 ... 1 beside the rest for the Transformer.
        var byWeight: [Calibration.Method: [Double]] = [:]
    }

    static let detectors = ["lstm", "transformer", "ensemble"]
    /// LSTM weights that are compared.
    static let weights = (0...10).map { Float($0) / 10 }
    let subjects: [Subject]
    let seeds: Int

    /// Files given as PATH or PATH:TRAINING_ROWS, and generated kinds.
    init(files: [String], kinds: [SampleKind], rows: Int, seeds: Int) throws {
        self.seeds = seeds
        subjects =
            try files.map { file in
                let parts = file.split(separator: ":").map(String.init)
                let series = try SeriesReader.read(path: parts[0])
                let rows = parts.count > 1 ? Int(parts[1]) ?? series.rowCount : series.rowCount
                return Subject(group: "files", series: series, trainingRows: rows)
            } + kinds.map { Subject(group: "kinds", series: $0.series(rows: rows, seed: 7), trainingRows: rows) }
    }

    /// Trains and measures every series with every seed, one on each core.
    /// - Throws: the first failure, when all have ended.
    func outcomes(_ recipe: Recipe) throws -> [Outcome] {
        let work = subjects.flatMap { subject in (1...seeds).map { (subject, $0) } }
        let outcomes = Mutex<[Outcome]>([])
        let failures = Mutex<[String]>([])
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 2) { _ in
            while case let index = next.add(1, ordering: .relaxed).oldValue, index < work.count {
                do {
                    let outcome = try Self.measure(work[index].0, recipe, seed: work[index].1)
                    outcomes.withLock { $0.append(outcome) }
                } catch { failures.withLock { $0.append("\(work[index].0.series.name): \(error)") } }
            }
        }
        if let failure = failures.withLock({ $0.first }) { throw ValidationError(failure) }
        return outcomes.withLock { $0 }
    }

    private static func measure(_ subject: Subject, _ recipe: Recipe, seed: Int) throws -> Outcome {
        let series = subject.series
        guard let labels = series.labels else { throw ValidationError("\(series.name) has no labels.") }
        var models: [(reference: [Float], errors: [Float])] = []
        for kind in ModelKind.allCases {
            let plan = DetectorPlan.standard(
                kind, for: series, trainingRows: subject.trainingRows, seed: UInt64(seed), recipe: recipe)
            let detector = try Training(plan, series: series, trainingRows: subject.trainingRows).run()
            models.append((detector.referenceErrors, try detector.errors(of: series).errors))
        }
        let buffer = Measures.buffer(for: series)
        func measures(_ scores: [Float]) throws -> Measures { try Measures(scores: scores, labels: labels, buffer: buffer) }
        func scores(_ method: Calibration.Method) -> [[Float]] {
            models.map { Calibration(method, referenceErrors: $0.reference)($0.errors) }
        }
        let standard = scores(.excess)
        let byDetector = [standard[0], standard[1], Ensemble.standard.combine(lstm: standard[0], transformer: standard[1])]
        var outcome = Outcome(
            group: subject.group, name: series.name, seed: seed,
            measures: Dictionary(uniqueKeysWithValues: zip(detectors, try byDetector.map(measures))))
        for method in Calibration.Method.allCases {
            let own = scores(method)
            outcome.byWeight[method] = try weights.map { weight in
                let ensemble = try Ensemble(lstmWeight: weight, transformerWeight: 1 - weight)
                return try measures(ensemble.combine(lstm: own[0], transformer: own[1])).vusPR
            }
        }
        return outcome
    }

    /// VUS-PR of both yardsticks on every series.
    func yardsticks() throws -> [Outcome] {
        try subjects.map { subject in
            let values = subject.series.channels[0].values
            let period = Measures.buffer(for: subject.series)
            let measures = try Yardstick.allCases.map { yardstick in
                let scores = yardstick.scores(of: values, period: period)
                return (yardstick.rawValue, try Measures(scores: scores, labels: subject.series.labels ?? [], buffer: period))
            }
            return Outcome(
                group: subject.group, name: subject.series.name, seed: 0, measures: Dictionary(uniqueKeysWithValues: measures))
        }
    }
}

extension [DetectionStudy.Outcome] {
    /// The mean of a measure over series, each counting once, and its standard deviation over seeds.
    func mean(_ detector: String, _ measure: KeyPath<Measures, Double> = \.vusPR) -> (mean: Double, spread: Double) {
        let bySeed = Dictionary(grouping: self, by: \.seed).values.map { outcomes in
            outcomes.reduce(0) { $0 + ($1.measures[detector]?[keyPath: measure] ?? .nan) } / Double(outcomes.count)
        }
        let mean = bySeed.reduce(0, +) / Double(bySeed.count)
        return (mean, (bySeed.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(bySeed.count)).squareRoot())
    }
}

extension Recipe {
    /// The defaults with `NAME=VALUE` changes.
    init(changes: [String]) throws {
        let data = try JSONEncoder().encode(Recipe())
        guard var values = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw ValidationError("The recipe cannot be changed.")
        }
        for change in changes {
            let parts = change.split(separator: "=").map(String.init)
            guard parts.count == 2, values[parts[0]] != nil, let number = Double(parts[1]) else {
                throw ValidationError(
                    "--set takes NAME=VALUE with a name of the recipe: \(values.keys.sorted().joined(separator: ", ")).")
            }
            values[parts[0]] = number == number.rounded() ? Int(number) : number
        }
        self = try JSONDecoder().decode(Recipe.self, from: JSONSerialization.data(withJSONObject: values))
    }
}
