import AnomalyDetection
import ArgumentParser
import Digest
import Foundation
import SeriesReading
import TimeSeries
import Work

/// Labelled series and how well the models find what is odd in them.
struct DetectionStudy {
    /// A series, the rows to train on, and the group whose mean it enters.
    struct Subject: Sendable {
        let group: String
        let series: Series
        let trainingRows: Int
    }

    /// What one seed gave on one series.
    struct Outcome: Sendable {
        let group: String
        let name: String
        let seed: Int
        /// Measures by detector; none where nothing is labelled.
        var measures: [String: Measures] = [:]
        /// VUS-PR of the ensemble by calibration, at LSTM weights 0, 0.1 ... 1 beside the rest for the Transformer.
        var byWeight: [Calibration.Method: [Double]] = [:]
        /// What each of `FlagStudy.rules` flags of the ensemble's scores, the default first.
        var flags: [FlagStudy.Outcome] = []
        /// F1 of the ensemble's events at the best level in hindsight.
        var bestEventF1 = 0.0
        /// Rows of the series.
        var rows = 0
        /// Seconds of training and scoring one model after the other.
        var seconds = 0.0

        /// A line that tells of progress.
        var line: String {
            let figures = detectors.map { String(format: "%@ %.4f", $0, measures[$0]?.vusPR ?? .nan) }
            let (eventF1, events) = flags.first.map { ($0.f1, $0.events) } ?? (.nan, 0)
            return "\(group)\t\(name)\t\(seed)\t" + figures.joined(separator: "\t")
                + String(format: "\tF1 %.4f\tbest %.4f\tevents %d\trows %d\t%.1f s", eventF1, bestEventF1, events, rows, seconds)
        }
    }

    static let detectors = ["lstm", "transformer", "ensemble"]
    /// LSTM weights that are compared.
    static let weights = (0...10).map { Float($0) / 10 }
    let subjects: [Subject]
    let seeds: Int
    /// Where trained models are kept and found again.
    let cache: URL?

    /// Files given as PATH, PATH:TRAINING_ROWS or GROUP=PATH:TRAINING_ROWS, generated kinds, and some of these without
    /// anomalies; models are kept in the folder `cache`.
    init(files: [String], kinds: [SampleKind], clean: [SampleKind] = [], rows: Int, seeds: Int, cache: URL? = nil) throws {
        self.seeds = seeds
        self.cache = cache
        subjects =
            try files.map { file in
                let halves = file.split(separator: "=", maxSplits: 1).map(String.init)
                let parts = halves[halves.count - 1].split(separator: ":").map(String.init)
                let series = try SeriesReader.read(path: parts[0])
                let rows = parts.count > 1 ? Int(parts[1]) ?? series.rowCount : series.rowCount
                return Subject(group: halves.count > 1 ? halves[0] : "files", series: series, trainingRows: rows)
            }
            + kinds.map {
                let group = SampleKind.moving.contains($0) ? "moving kinds" : "kinds"
                return Subject(group: group, series: $0.series(rows: rows, seed: 7), trainingRows: rows)
            }
            + clean.map {
                Subject(group: "clean", series: $0.series(rows: 10_000, seed: 11, isClean: true), trainingRows: 10_000)
            }
    }

    /// The groups in the order of the subjects.
    var groups: [String] { subjects.map(\.group).reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }

    /// Trains and measures every series with every seed, one on each core.
    /// Tells of each on standard error.
    /// - Throws: the first failure, when all have ended.
    func outcomes(_ recipes: Recipes, threads: Int = 2) throws -> [Outcome] {
        let work = subjects.flatMap { subject in (1...seeds).map { (subject, $0) } }
        return try measured(work, threads: threads, name: { $0.0.series.name }) { subject, seed in
            let outcome = try measure(subject, recipes, seed: seed)
            FileHandle.standardError.write(Data("\(outcome.line)\n".utf8))
            return outcome
        }
    }

    /// The model of a kind trained on a subject, or the one that was kept.
    func detector(_ model: Model, _ recipes: Recipes, _ subject: Subject, seed: Int) throws -> any Detector {
        let file = try cache.map { folder in
            let name = [
                subject.series.identity.text, "\(subject.trainingRows)", "\(seed)", try recipes.fingerprint, model.kind.fileName,
            ]
            return folder.appendingPathComponent(name.joined(separator: "-"))
        }
        if let file, let kept = try? recipes.models.load(model.kind, from: file) { return kept }
        let task = TrainingTask(series: subject.series, trainingRows: subject.trainingRows, seed: UInt64(seed))
        let detector = try model.train(task, Cancellation()) { _ in }.detector
        if let file { try recipes.models.save(detector, to: file) }
        return detector
    }

    private func measure(_ subject: Subject, _ recipes: Recipes, seed: Int) throws -> Outcome {
        let (series, models) = (subject.series, recipes.models)
        var outcome = Outcome(group: subject.group, name: series.name, seed: seed)
        let errors = PerModel(
            try models.all.map { model in
                let detector = try detector(model, recipes, subject, seed: seed)
                let began = ContinuousClock.now
                let errors = try detector.errors(of: series).errors
                outcome.seconds += detector.summary.seconds + (ContinuousClock.now - began) / .seconds(1)
                return (model.kind, (reference: detector.referenceErrors, errors: errors))
            })
        func scores(_ method: Calibration.Method) -> PerModel<[Float]> {
            errors.mapValues { Calibration(method, referenceErrors: $0.reference)($0.errors) }
        }
        let standard = scores(.excess)
        let combined = models.ensemble.combine(standard)
        outcome.rows = series.rowCount
        let labels = series.labels ?? []
        let (labelled, buffer) = (labelledRanges(labels), Measures.buffer(for: series))
        outcome.flags = FlagStudy.outcomes(combined, labelled: labelled, reach: buffer / 2)
        guard !labelled.isEmpty else { return outcome }
        func measures(_ scores: [Float]) throws -> Measures { try Measures(scores: scores, labels: labels, buffer: buffer) }
        outcome.bestEventF1 = try EventMeasures.bestF1(
            combined, Ranking(combined, labels: labels), labelled: labelled, reach: buffer / 2)
        outcome.measures = Dictionary(uniqueKeysWithValues: zip(Self.detectors, try (standard.values + [combined]).map(measures)))
        for method in Calibration.Method.allCases {
            let own = scores(method)
            outcome.byWeight[method] = try Self.weights.map { weight in
                let ensemble = try Ensemble(PerModel([(.lstm, weight), (.transformer, 1 - weight)]))
                return try measures(ensemble.combine(own)).vusPR
            }
        }
        return outcome
    }

    /// VUS-PR of both yardsticks on every series.
    func yardsticks() throws -> [Outcome] {
        try subjects.filter { $0.series.labels?.contains(true) == true }.map { subject in
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
        mean { $0.measures[detector]?[keyPath: measure] ?? .nan }
    }

    /// The same of any figure.
    func mean(_ figure: (DetectionStudy.Outcome) -> Double) -> (mean: Double, spread: Double) {
        let bySeed = Dictionary(grouping: self, by: \.seed).values.map { outcomes in
            outcomes.reduce(0) { $0 + figure($1) } / Double(outcomes.count)
        }
        let mean = bySeed.reduce(0, +) / Double(bySeed.count)
        return (mean, (bySeed.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(bySeed.count)).squareRoot())
    }
}

/// The recipes of the two networks.
struct Recipes: Codable {
    var lstm = LSTMRecipe()
    var transformer = TransformerRecipe()

    /// Twelve digits that differ where recipes do.
    var fingerprint: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return hexadecimal(SHA256.hash(try encoder.encode(self)).prefix(6))
        }
    }

    init() {}

    var models: Models {
        Models([
            Model(.lstm, weight: Models.standard.ensemble.weight(of: .lstm), recipe: lstm),
            Model(.transformer, weight: Models.standard.ensemble.weight(of: .transformer), recipe: transformer),
        ])
    }

    /// The defaults with `NAME=VALUE` changes, where a name is a path such as `lstm.window.periods`; one that begins with
    /// `averaging` changes both recipes.
    init(changes: [String]) throws {
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(Recipes()))
        guard var values = object as? [String: Any] else { throw ValidationError("The recipe cannot be changed.") }
        for change in changes {
            let parts = change.split(separator: "=").map(String.init)
            guard parts.count == 2, let number = Double(parts[1]) else { throw ValidationError("--set takes NAME=VALUE.") }
            let value: Any = number == number.rounded() ? Int(number) : number
            let names = parts[0].hasPrefix("averaging.") ? ["lstm.", "transformer."].map { $0 + parts[0] } : [parts[0]]
            for name in names { try Self.set(value, at: name.split(separator: ".").map(String.init)[...], in: &values) }
        }
        self = try JSONDecoder().decode(Recipes.self, from: JSONSerialization.data(withJSONObject: values))
    }

    private static func set(_ value: Any, at path: ArraySlice<String>, in values: inout [String: Any]) throws {
        guard let name = path.first, let old = values[name] else {
            throw ValidationError("--set takes a name among \(values.keys.sorted().joined(separator: ", ")).")
        }
        guard var inner = old as? [String: Any] else { return values[name] = value }
        try set(value, at: path.dropFirst(), in: &inner)
        values[name] = inner
    }
}
