import AnomalyDetection
import ArgumentParser
import Foundation
import Invocation
import SeriesReading
import Synchronization
import TimeSeries
import Work
import Workbench

/// Whether the input holds many series, and what is done with one that cannot be worked with.
struct KeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The input holds many series, CSV or JSON lines, and this column tells to which a row belongs. The rows of a key lie "
                + "together, as `sort` by key leaves them; a key that comes back is an error of that key.", valueName: "column"))
    var key: String?

    @Flag(help: "The same as --key key.")
    var many = false

    @Flag(help: "End at the first key that cannot be worked with; otherwise it is told in one line, and the others go on.")
    var failFast = false

    /// The column of keys where there are many series.
    var column: String? { key ?? (many ? "key" : nil) }

    func validate() throws {
        if failFast, column == nil { throw ValidationError("--fail-fast is for many series; name their --key.") }
    }

    /// Whether there is a file or a stream where there are many series.
    func validate(hasFile: Bool) throws {
        if column != nil, !hasFile { throw ValidationError("--key reads a file or standard input, not a database.") }
    }
}

/// Tells of keys that cannot be worked with, each once.
final class BadKeys: Sendable {
    private let failsFast: Bool
    /// In UTF-8: two that look alike are two.
    private let keys = Mutex<Set<[UInt8]>>([])

    init(failsFast: Bool) { self.failsFast = failsFast }

    var areNone: Bool { keys.withLock { $0.isEmpty } }

    /// - Throws: `ExitCode.failure` where one is the end.
    func tell(_ key: String, _ error: any Error) throws {
        if keys.withLock({ $0.insert(Array(key.utf8)).inserted }) {
            let (name, sentence) = ("key \(shown(key: key))", "\(error)")
            printError("oddline: " + (sentence.contains(name) ? "" : name + ": ") + sentence)
        }
        if failsFast { throw ExitCode.failure }
    }
}

extension ScoreCommand {
    /// Scores a stream of many series key by key, in the order of the stream.
    func scoreKeys(
        _ column: String, of file: String, models folder: String, _ settings: AnalysisSettings, by readers: ReaderPrograms
    ) throws {
        let models = ModelFolder(folder)
        let shared = try models.areShared() ? models.load() : nil
        var stream = try seriesOptions.stream(file, key: column, by: readers)
        if let shared {
            stream.form.channelNames = shared.channelNames(for: stream.form.channelNames) {
                printError("oddline: \(stream.form.name): \($0)")
            }
        }
        let scoring = try KeyedScoring(
            stream, models: Program.models,
            detectors: shared.map { .shared($0) } ?? .ofKey { try models.folder(ofKey: $0).load() },
            settings: settings, rules: try expecting.rules(), content: onlyEvents ? .events : .scores, format: format)
        let bad = BadKeys(failsFast: keys.failFast)
        try writeResult(scoring.beginning)
        try OrderedWork(
            threads: threads ?? ProcessInfo.processInfo.activeProcessorCount, mostAtOnce: Self.keysAtOnce, mostBytes: 16 << 20
        ) { (rows: KeyedRows) in rows.byteCount }.run {
            try stream.next()
        } worker: {
            scoring.makeWorker()
        } handOver: { (outcome: KeyedScoring.Outcome) in
            switch outcome.text {
            case .success(let text): try writeResult(text)
            case .failure(let error): try bad.tell(outcome.key, error)
            }
        }
        if !bad.areNone { throw ExitCode(2) }
    }

    /// As many keys are scored together as fill the networks' batches with the first windows of each.
    private static let keysAtOnce = 10
}

extension TrainCommand {
    /// Trains on a stream of many series: one pair on all of them, or a pair a key.
    func trainKeys(_ column: String, of file: String, into folder: ModelFolder) async throws {
        try folder.refuseMixing(shared: shared)
        try folder.check()
        var stream = try seriesOptions.stream(file, key: column, by: .configured())
        let bad = BadKeys(failsFast: keys.failFast)
        var all: [Series] = []
        while let rows = try stream.next() {
            do {
                let series = try stream.form.series(rows)
                guard series.rowCount >= Training.fewestRows else {
                    throw DetectionError.tooFewRows(
                        series: series.name, rows: series.rowCount, needed: Training.fewestRows)
                }
                let task = try training.task(ofMany: series, expecting.rules())
                if shared {
                    all += task.parts.map { task.series.rows($0) }
                } else {
                    let own = try folder.folder(ofKey: rows.key)
                    let detectors = try await training.learn(task, key: rows.key)
                    try own.save(detectors)
                    try printWords("\(printable(rows.key)): \(own.url.path)")
                }
            } catch { try bad.tell(rows.key, error) }
        }
        if shared, !all.isEmpty {
            let detectors = try await training.learn(TrainingTask(all: all, seed: training.seed))
            for series in all {
                for detector in detectors where series.rowCount < detector.windowLength {
                    printError(
                        "oddline: \(series.name): its \(series.rowCount) rows are fewer than the \(detector.windowLength) that the "
                            + "\(detector.kind.title) looks at together, so it learnt nothing from them.")
                }
            }
            try folder.save(detectors)
            for detector in detectors { try printWords(folder.summary(of: detector)) }
        }
        if shared, all.isEmpty { throw ExitCode.failure }
        if !bad.areNone { throw ExitCode(2) }
    }
}
