import AnomalyDetection
import ArgumentParser
import Files
import Foundation
import Invocation
import Persistence
import SeriesReading
import TimeSeries
import Work
import Workbench

extension SampleKind: ExpressibleByArgument {}
extension ScoreExport.Format: ExpressibleByArgument {}

/// Which rows are expected to differ.
struct ExpectedOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Rows that are expected to differ and not flagged; repeat for several: \"Sun 02:00..04:00\", \"daily 22:00..06:00\", "
                + "\"yearly 12-24..12-26\", \"holidays DE\", FROM..TO, an iCalendar file, or a file with a rule a line. Behind "
                + "\"maintenance\" they are not learnt either.",
            valueName: "rule|file"))
    var expected: [String] = []

    /// The rules that are named.
    /// - Throws: `ExpectedRuleError`, `CalendarError`, `SeriesError.unreadable`.
    func rules() throws -> [ExpectedRule] { try expected.flatMap { try RuleSource.rules(named: $0) } }

    /// The rules, each of which can hold rows of a series.
    /// - Throws: as `rules()`.
    func rules(of series: Series) throws -> [ExpectedRule] {
        let rules = try rules()
        for rule in rules { try rule.check(series) }
        return rules
    }
}

/// How models are trained.
struct TrainingOptions: ParsableArguments {
    @Option(help: "Train on the first N rows only, of many series on those of each; on all rows otherwise.")
    var trainRows: Int?

    @Option(
        help: ArgumentHelp(
            "Train on these rows only, such as 2024-01..2024-03 or 1..400 where there are no times; repeat for several.",
            valueName: "from..to"))
    var train: [String] = []

    @Option(help: ArgumentHelp("Leave these rows out of training; repeat for several.", valueName: "from..to"))
    var exclude: [String] = []

    @Option(help: "Where the random numbers begin; the same seed gives the same models.")
    var seed: UInt64 = 1

    func validate() throws {
        if let trainRows, trainRows < Training.fewestRows {
            throw ValidationError("--train-rows must be at least \(Training.fewestRows).")
        }
        if trainRows != nil, chosen.namesRows {
            throw ValidationError("--train-rows names the first rows; leave it out beside --train and --exclude.")
        }
        if (train + exclude).contains(where: { RowSpan($0) == nil }) {
            throw ValidationError("--train and --exclude take FROM..TO, as in 2024-01-01..2024-03-31.")
        }
    }

    /// Trains the models on a series, all of which they then score.
    /// - Parameter rules: maintenance, which is not learnt.
    func train(on series: Series, _ rules: [ExpectedRule]) async throws -> [ScoredModel] {
        var models: [ScoredModel] = []
        let task = try task(series, rules)
        try await run(ModelTraining(task, scoring: series, models: Program.models)) {
            if case .finished(let model) = $0 { models.append(model) }
        }
        return models
    }

    /// Trains the models and no more.
    /// - Parameter key: whose models they are, where there are many.
    /// - Returns: the models in their usual order.
    func learn(_ task: TrainingTask, key: String? = nil) async throws -> [any Detector] {
        var detectors = PerModel<any Detector>()
        try await run(ModelTraining(task, models: Program.models), key: key) {
            if case .learnt(let detector) = $0 { detectors[detector.kind] = detector }
        }
        return Program.models.kinds.compactMap { detectors[$0] }
    }

    /// Whether not all rows are learnt.
    var choosesRows: Bool { trainRows != nil || chosen.namesRows }

    /// The rows that are named.
    private var chosen: ChosenRows { chosen([]) }

    private func chosen(_ rules: [ExpectedRule]) -> ChosenRows {
        ChosenRows(
            learnt: train.compactMap { RowSpan($0) }, excluded: exclude.compactMap { RowSpan($0) }, first: trainRows, rules: rules
        )
    }

    /// Training on the rows of a series that were asked for.
    /// - Throws: `DetectionError.tooManyTrainingRows`, `ChoiceError`.
    func task(_ series: Series, _ rules: [ExpectedRule]) throws -> TrainingTask {
        if let trainRows, trainRows > series.fileRowCount {
            throw DetectionError.tooManyTrainingRows(series: series.name, rows: series.fileRowCount, wanted: trainRows)
        }
        return try task(ofMany: series, rules)
    }

    /// Training on the rows that were asked for of one of many series; on all where it has fewer.
    /// - Throws: `ChoiceError`.
    func task(ofMany series: Series, _ rules: [ExpectedRule]) throws -> TrainingTask {
        try chosen(rules).task(series, seed: seed)
    }

    /// Trains the models at the same time; a bar a model on standard error when that is a terminal.
    private func run(_ training: ModelTraining, key: String? = nil, take: (ModelTraining.Report) -> Void) async throws {
        let bars = ProgressBars(key: key)
        var failure: DetectionError?
        let cancellation = Cancellation()
        for await report in training.run(cancellation: cancellation) {
            switch report {
            case .training(let progress): bars.show(report, note: "epoch \(progress.epoch)")
            case .scoring: bars.show(report, note: "scoring")
            case .learnt, .finished: bars.show(report, note: "done")
            case .failed(let error):
                failure = failure ?? error
                cancellation.cancel()
            }
            take(report)
        }
        bars.finish()
        if let failure { throw failure }
    }
}

/// How scores are combined and flagged: an option for each setting of `AnalysisSettings.table`.
///
/// The argument parser finds options by looking at a value's members and reads them by name; both are made from the table
/// of settings here, so that a new setting is an option too.
struct EnsembleOptions: ParsableArguments, CustomReflectable {
    private static var table: [any AnySetting] { AnalysisSettings.table(Program.models) }
    private var options: [String: Option<String?>] = [:]

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init() {
        let defaults = AnalysisSettings(models: Program.models)
        for setting in Self.table {
            var help = setting.help.prefix(1).uppercased() + setting.help.dropFirst()
            if case .choice(let words) = setting.kind { help += ": " + words.joined(separator: ", ") }
            options[setting.name] = Option(
                name: .customLong(setting.name.replacing("_", with: "-")),
                help: ArgumentHelp("\(help). (default: \(setting.value(defaults)))", valueName: "value"))
        }
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        for setting in Self.table {
            options[setting.name] = try values.decode(Option<String?>.self, forKey: Key(stringValue: setting.name))
        }
    }

    var customMirror: Mirror {
        Mirror(self, children: Self.table.map { ($0.name, options[$0.name] as Any) as (String?, Any) })
    }

    func validate() throws { _ = try settings(SettingsSource(Program.models)) }

    /// The settings to begin with and, where something else was given, that.
    /// - Throws: `ValidationError` in the words of the setting.
    func settings(_ source: SettingsSource) throws -> AnalysisSettings {
        do {
            return try source.settings(with: options.compactMapValues(\.wrappedValue))
        } catch { throw ValidationError(error.description) }
    }
}

/// Where the settings to begin with are.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "The folder of config.toml, whose settings an analysis begins with; $XDG_CONFIG_HOME/oddline otherwise.")
    var dataDir: String?

    /// The program's settings and those of `config.toml`, of which standard error tells where there are any.
    func source() throws -> SettingsSource {
        let source = try SettingsSource(Program.models, readingFrom: Locations(dataDirectory: dataDir).configurationFile)
        if let notice = source.notice { printError("oddline: \(notice)") }
        return source
    }
}

/// Progress of the models on one line of standard error, as wide as the terminal allows; silent when that is none.
final class ProgressBars {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let key: String?
    private var shares = PerModel<(Double, String)>()

    /// Bars of the models of a key, where there are many.
    init(key: String? = nil) { self.key = key }

    func show(_ report: ModelTraining.Report, note: String) {
        guard isTerminal, let progress = report.progress else { return }
        shares[progress.model] = (progress.share, note)
        var window = winsize()
        let columns = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 0 ? Int(window.ws_col) : 80
        printProgress(line(columns: columns))
    }

    /// The line for so many columns: bars of 20 cells, or of as many as there are columns for.
    private func line(columns: Int) -> String {
        let title = key.map { printable($0).prefix(20) + ": " } ?? ""
        let captions = shares.map { kind, value in ("\(kind.title) ", " \(Int(value.0 * 100))% \(value.1)", value.0) }
        let taken = captions.reduce(title.count) { $0 + $1.0.count + $1.1.count } + 3 * (captions.count - 1)
        let width = max(0, min(20, (columns - 1 - taken) / captions.count))
        let parts = captions.map { before, after, share in
            let filled = Int(share * Double(width))
            return before + String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled) + after
        }
        return String((title + parts.joined(separator: "   ")).prefix(max(1, columns - 1)))
    }

    func finish() {
        if isTerminal { printProgress("") }
    }
}

/// The model files in a folder.
struct ModelFolder {
    let url: URL

    init(_ path: String) { url = URL(fileURLWithPath: path, isDirectory: true) }

    func file(_ kind: ModelKind) -> URL { Program.models.file(kind, in: url) }

    /// The folder of one key's models within this one.
    /// - Throws: `SeriesError.longKey`.
    func folder(ofKey key: String) throws(SeriesError) -> ModelFolder {
        guard let name = folderName(ofKey: key) else { throw .longKey(key: key) }
        return ModelFolder(url.appendingPathComponent(name).path)
    }

    /// One line on how a model was trained and where it is.
    func summary(of detector: any Detector) -> String {
        let summary = detector.summary
        return "\(detector.kind.title): window \(detector.windowLength), \(summary.epochs) epochs (best \(summary.bestEpoch)), "
            + "validation loss \(summary.validationLosses[summary.bestEpoch - 1]), "
            + String(format: "%.1f s", summary.seconds) + ", \(file(detector.kind).path)"
    }

    /// That models could be saved here now, before any is trained.
    /// - Throws: `SeriesError.unwritable`.
    func check() throws(SeriesError) {
        do { try checkFolder(url) } catch { throw .unwritable(file: printable(url.path), reason: error.description) }
    }

    func save(_ detectors: [any Detector]) throws {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw SeriesError.unwritable(url.path, because: error)
        }
        for detector in detectors { try Program.models.save(detector, to: file(detector.kind)) }
    }

    /// Whether models are for all series, or there is a folder of them for each key.
    /// - Throws: `DetectionError.noModels`, `.mixedModels`.
    func areShared() throws(DetectionError) -> Bool {
        guard isShared || holdsKeys else { throw .noModels(folder: url.path) }
        guard !(isShared && holdsKeys) else { throw .mixedModels(folder: url.path) }
        return isShared
    }

    /// That models of the other kind are not in it, which would be taken for those that are saved or the reverse.
    /// - Throws: `DetectionError.mixedModels`.
    func refuseMixing(shared: Bool) throws(DetectionError) {
        if shared ? holdsKeys : isShared { throw .mixedModels(folder: url.path) }
    }

    private var isShared: Bool { holdsModels(url) }

    private var holdsKeys: Bool {
        (try? FileManager.default.contentsOfDirectory(atPath: url.path))?.contains {
            holdsModels(url.appendingPathComponent($0))
        } == true
    }

    private func holdsModels(_ folder: URL) -> Bool {
        Program.models.kinds.contains {
            var isFolder: ObjCBool = false
            let path = Program.models.file($0, in: folder).path
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }

    /// The models that are there; what is missing is told.
    func load() throws -> [any Detector] {
        let (detectors, missing) = try Program.models.load(folder: url)
        if !missing.isEmpty {
            let titles = missing.map(\.title).joined(separator: " and ")
            printError("oddline: \(url.path): holds no \(titles) model; the others score without it.")
        }
        return detectors
    }

    /// The models, and the series' channels in the order in which these know them.
    func load(scoring series: Series) throws -> (Series, [ScoredModel]) {
        let detectors = try load()
        let names = detectors.channelNames(for: series.channels.map(\.name)) { printError("oddline: \(series.name): \($0)") }
        let series = try series.selecting(channels: names)
        return (series, try detectors.map { try ScoredModel(scoring: series, with: $0) })
    }
}

extension [any Detector] {
    /// The channels of a series in the order in which the models know them.
    /// - Parameter remark: takes a sentence where the series has others in place of some.
    func channelNames(for names: [String], remark: (String) -> Void) -> [String] {
        guard let known = first?.channelNames, known != names else { return names }
        if Set(known).isSubset(of: names) {
            let more = names.filter { !known.contains($0) }
            if !more.isEmpty {
                remark("the models do not know \(listed(more)), which \(more.count == 1 ? "is" : "are") left out.")
            }
            return known
        }
        guard known.count == names.count else { return names }
        remark(
            "the models were trained on \(listed(known)); "
                + "\(listed(names)) \(names.count == 1 ? "is" : "are") taken in their place.")
        return names
    }
}
