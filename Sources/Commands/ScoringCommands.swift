import AnomalyDetection
import ArgumentParser
import Foundation
import Invocation
import Persistence
import SeriesReading
import TimeSeries
import Work
import Workbench

struct TrainCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "train", abstract: "Trains the models on a series and saves them.",
            discussion:
                "Writes \(Program.models.kinds.map(\.fileName).joined(separator: " and ")) into a folder that `score --model` reads. Of "
                + "many series (--key) each has a folder within it, named by its key, or all have one pair together (--shared)."
        )
    }

    @Argument(
        help: "A CSV file or JSON lines (also gzip-compressed), an SQLite file, or - for standard input.", completion: .file())
    var file: String?

    @Option(name: [.short, .long], help: "The folder for the models; FILE.models otherwise.")
    var output: String?

    @Flag(help: "Of many series, train one pair on the rows of all of them, in place of a pair a key.")
    var shared = false

    @OptionGroup var seriesOptions: SeriesOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var expecting: ExpectedOptions

    func validate() throws {
        try seriesOptions.validate(hasFile: file != nil)
        if shared, keys.column == nil { throw ValidationError("--shared is for many series; name their --key.") }
        try seriesOptions.validate(key: keys.column)
        try keys.validate(hasFile: file != nil)
    }

    func run() async throws {
        try await reportingErrors {
            let name = file == "-" ? nil : file
            let folder = ModelFolder(output ?? (name ?? "oddline") + ".models")
            if let column = keys.column, let file { return try await trainKeys(column, of: file, into: folder) }
            try folder.check()
            let series = try seriesOptions.read(file, by: .configured())
            let detectors = try await training.learn(training.task(series, expecting.rules(of: series)))
            try folder.save(detectors)
            for detector in detectors { try printWords(folder.summary(of: detector)) }
        }
    }
}

struct ScoreCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "score", abstract: "Scores every row of a series.",
            discussion: """
                Writes row, timestamp, the value columns, \(ScoreExport.scoreColumns(Program.models.kinds).joined(separator: ", ")) \
                and is_flagged. Trains the models first unless --model names a folder of trained ones. Many series are scored in one \
                stream (--key): each line begins with the key, keys come in the order of the stream and rows in that of time, what one \
                key's rows take is held, and nothing but the models is read. Of a folder every series in it and in the folders within is \
                scored, to a file each in the folder of --output, or with --only-events to one table. The status is 2 where a key or a \
                file could not be scored and the others are written.
                """)
    }

    @Argument(
        help: "A CSV file or JSON lines (also gzip-compressed), an SQLite file, a folder of them, or - for standard input.",
        completion: .file())
    var file: String?

    @Option(help: "A folder of models written by `train`.")
    var model: String?

    @Option(name: [.short, .long], help: "Where to write; standard output otherwise.")
    var output: String?

    @Option(help: "csv or jsonl.")
    var format: ScoreExport.Format = .csv

    @Flag(help: "Write a line a flagged event in place of a line a row.")
    var onlyEvents = false

    @Option(help: ArgumentHelp("Threads that score many series; as many as there are cores otherwise.", valueName: "count"))
    var threads: Int?

    @OptionGroup var seriesOptions: SeriesOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var ensemble: EnsembleOptions
    @OptionGroup var expecting: ExpectedOptions
    @OptionGroup var following: FollowingOptions
    @OptionGroup var configured: ConfigurationOptions

    func validate() throws {
        try seriesOptions.validate(hasFile: file != nil)
        if following.follow, output != nil { throw ValidationError("--follow writes to standard output, without --output.") }
        if following.follow, file == nil || file == "-" { throw ValidationError("--follow needs a file.") }
        if following.onEvent != nil, !following.follow { throw ValidationError("--on-event is for a file that grows: --follow.") }
        if following.onEventKinds != nil, following.onEvent == nil {
            throw ValidationError("--on-event-kinds is for --on-event.")
        }
        if following.alertState != nil, !following.follow {
            throw ValidationError("--alert-state is for a file that grows: --follow.")
        }
        if following.horizon != nil, !following.follow { throw ValidationError("--horizon is for a file that grows: --follow.") }
        if let file, FileSet.isFolder(file) {
            if following.follow || keys.column != nil {
                throw ValidationError("--follow and --key are for a file, not for a folder.")
            }
        }
        if following.follow, onlyEvents { throw ValidationError("--follow writes rows; --on-event is told of events.") }
        try keys.validate(hasFile: file != nil)
        if threads != nil, keys.column == nil { throw ValidationError("--threads is for many series; name their --key.") }
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be between 1 and 1024.") }
        if model != nil, training.choosesRows {
            throw ValidationError("--train-rows, --train and --exclude are for training, without --model.")
        }
        try seriesOptions.validate(key: keys.column)
        guard keys.column != nil else { return }
        if model == nil { throw ValidationError("--key is for models that are trained; name their folder by --model.") }
        if following.follow || output != nil {
            throw ValidationError("--key writes to standard output as it goes, without --follow and --output.")
        }
    }

    func run() async throws {
        try await reportingErrors {
            let source = try configured.source()
            let settings = try ensemble.settings(source)
            if let column = keys.column, let file, let model {
                return try scoreKeys(column, of: file, models: model, settings, by: source.readers)
            }
            if let file, FileSet.isFolder(file) { return try await scoreFolder(file, settings, by: source.readers) }
            let destination = output.map(Output.init)
            try destination?.check(reading: file)
            var tail: SeriesTail?
            let followed = following.follow ? file : nil
            let readers = source.readers
            let read =
                try followed.map { try seriesOptions.follow($0, &tail, by: readers) } ?? seriesOptions.read(file, by: readers)
            let analysis = try await self.analysis(of: read, settings)
            let series = analysis.series
            guard let result = analysis.result else { throw DetectionError.noScores }
            let export = ScoreExport(series: series, result: result)
            if let destination {
                var text = ""
                if onlyEvents { text = EventExport(analysis).text(format) } else { export.write(format) { text += $0 } }
                try destination.write(text)
            } else if onlyEvents {
                try writeResult(EventExport(analysis).text(format))
            } else {
                try export.write(format, to: writeResult)
            }
            if let followed, var tail {
                let horizon = following.horizon ?? source.configuration.horizon
                let told = try following.alertState.flatMap { try AlertState(at: $0).watch(of: series) }
                let watch = told ?? EventWatch(behind: series.rowCount, known: analysis.events)
                var growing = FollowedAnalysis(consume analysis, watch, horizon: horizon)
                try follow(followed, &tail, &growing, source.configuration)
            }
        }
    }

    /// A series with its scores, by models that are trained on it or that were named.
    func analysis(of read: Series, _ settings: AnalysisSettings) async throws -> Analysis {
        let rules = try expecting.rules(of: read)
        let (series, scored): (Series, [ScoredModel])
        if let model {
            (series, scored) = try ModelFolder(model).load(scoring: read)
        } else {
            (series, scored) = (read, try await training.train(on: read, rules))
        }
        var analysis = Analysis(series: series, models: Program.models, settings: settings)
        analysis.decide { $0.rules = rules }
        analysis.use(scored)
        return analysis
    }

    /// Writes a line a row that comes, scored when it came, and tells of new events, until the program is interrupted.
    private func follow(
        _ path: String, _ tail: inout SeriesTail, _ followed: inout FollowedAnalysis, _ configuration: ConfigurationFile
    ) throws {
        guard let settings = following.command(configuration) else {
            return try scoreRows(of: path, &tail, &followed, Cancellation()) { _ in }
        }
        let command = EventCommand(settings) { printError("oddline: \($0)") }
        let interruption = Interruption()
        let outcome = Result { try scoreRows(of: path, &tail, &followed, interruption.cancellation, tell: command.tell) }
        if let undelivered = command.finish() { printError("oddline: \(undelivered)") }
        interruption.endProgram()
        try outcome.get()
    }

    private func scoreRows(
        of path: String, _ tail: inout SeriesTail, _ followed: inout FollowedAnalysis, _ cancellation: Cancellation,
        tell: ([EventFacts]) -> Void
    ) throws {
        try tellOf(followed.catchUp(), path, followed, tell)
        while !cancellation.isCancelled {
            let growth = try tail.read()
            if let problem = growth.problems.first {
                let others = growth.problems.count - 1
                printError("oddline: \(problem)" + (others > 0 ? " (+\(others) more)" : ""))
            }
            guard let grown = growth.rows else {
                try waitForRows()
                continue
            }
            let news = try followed.append(
                try grown.selecting(channels: followed.analysis.series.channels.map(\.name)), cancellation: cancellation)
            let series = followed.analysis.series
            guard let result = followed.analysis.result else { throw DetectionError.noScores }
            try ScoreExport(series: series, result: result).write(format, from: news.rows.lowerBound, to: writeResult)
            try tellOf(news.changes, path, followed, tell)
        }
    }

    /// Tells what became of events. What is told is kept first: what ends the program meanwhile has nothing told twice.
    private func tellOf(
        _ changes: [EventNews], _ path: String, _ followed: FollowedAnalysis, _ tell: ([EventFacts]) -> Void
    ) throws {
        let series = followed.analysis.series
        if let state = following.alertState { try AlertState(at: state).keep(followed.told, of: series) }
        let facts = changes.map { EventFacts($0, in: series, path: path) }
        for event in facts where event.change == .begin {
            printError("oddline: \(series.name): new event from \(event.start) to \(event.end), peak \(event.peak).")
        }
        tell(facts.filter { following.kinds.contains($0.change) })
    }

    /// Waits a little; ends where nobody reads what is written any more.
    private func waitForRows() throws(SeriesError) {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        if poll(&output, 1, 200) > 0 { throw .unwritable(file: "standard output", reason: "nobody reads it any more") }
    }
}

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes trained models for other tools, as ONNX.",
        discussion: """
            Makes a folder for each model with model.onnx and data to test it with. Each takes windows [batch, time, channels] \
            and gives their reconstruction; the model's metadata say how windows are made of rows. What `train` writes can be \
            read by other tools as it is: safetensors, with parameters by name.
            """)

    @Argument(help: "A folder of models written by `train`.")
    var models: String

    @Option(name: [.short, .long], help: "The folder to write to.")
    var output: String

    func run() async throws {
        try await reportingErrors {
            // All of them are read before one is written.
            for detector in try ModelFolder(models).load() {
                let target = URL(fileURLWithPath: output, isDirectory: true).appendingPathComponent(detector.kind.name)
                let files = detector.filesForOtherTools
                guard !files.isEmpty else {
                    printError("oddline: the \(detector.kind.title) model has no form for other tools; it is left out.")
                    continue
                }
                for (name, data) in files.sorted(by: { $0.key < $1.key }) {
                    let file = target.appendingPathComponent(name)
                    do {
                        try FileManager.default.createDirectory(
                            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                    } catch { throw SeriesError.unwritable(file.path, because: error) }
                    try Output(file.path).write(data)
                }
                try printWords("\(detector.kind.title): \(target.appendingPathComponent("model.onnx").path)")
            }
        }
    }
}

struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Writes a labelled synthetic series.",
        discussion: "A kind with holidays has them written beside it as an iCalendar file. Kinds: "
            + SampleKind.allCases.map { "\($0.rawValue) (\($0.summary))" }.joined(separator: "; ") + ".")

    @Argument(help: "The kind: \(SampleKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind: SampleKind

    @Option(help: "Number of rows, at least 600.")
    var rows = 3000

    @Option(help: "Where the random numbers begin.")
    var seed: UInt64 = 1

    @Flag(help: "Leave the anomalies out.")
    var clean = false

    @Option(name: [.short, .long], help: "Where to write; standard output otherwise.")
    var output: String?

    func validate() throws {
        guard (600...10_000_000).contains(rows) else { throw ValidationError("--rows must be between 600 and 10000000.") }
    }

    func run() async throws {
        try await reportingErrors {
            let destination = Output(output ?? "-")
            try destination.check()
            try destination.write(kind.series(rows: rows, seed: seed, isClean: clean).csv())
            guard let output, let calendar = kind.calendar(rows: rows, seed: seed, isClean: clean) else { return }
            let beside = URL(fileURLWithPath: output).deletingPathExtension().appendingPathExtension("ics").path
            try Output(beside).write(Data(calendar.utf8))
            printError("oddline: the holidays of \(output) stand in \(beside).")
        }
    }
}
