import AnomalyDetection
import Foundation
import SeriesReading
import TimeSeries
import Workbench

/// What was done in a session, each a line that can be typed after `:`. It is made of what the screens ask for and not of keys, so that
/// `oddline replay` comes to the same results however they were reached.
struct SessionLog: Sendable, Equatable {
    private(set) var lines: [String] = []
    /// Lines that were dropped, the oldest first.
    private(set) var dropped = 0
    /// The settings of the open series as the log has them.
    var settings: AnalysisSettings?
    /// Lines that are kept.
    static let most = 10_000

    mutating func add(_ line: String) {
        // A setting that moves step by step, and another look at the same file, are one line.
        let word = line.prefix { $0 != " " }
        if let last = lines.last, Self.replacing.contains(String(word)) || line == last, last.prefix(while: { $0 != " " }) == word
        {
            lines.removeLast()
        }
        lines.append(line)
        if lines.count > Self.most {
            dropped += lines.count - Self.most
            lines.removeFirst(lines.count - Self.most)
        }
    }

    /// Words of which only the last line in a row says something.
    private static let replacing: Set<String> = ["weights", "theme"]

    /// Notes what a series had when it was opened: how it is read, and what was decided about it before.
    mutating func note(_ opened: OpenedSeries) {
        if opened.options != SeriesReader.Options(), let text = Self.json(opened.options) { add("reading \(text)") }
        for rule in opened.rules { add("expect \(rule.text)") }
        settings = opened.defaults ?? AnalysisSettings(models: opened.models)
        note(opened.settings, opened.models)
        for mark in opened.judgements { add("judge \(Self.span(mark.rows)) \(mark.value.rawValue)") }
        for mark in opened.notes { add("note-on \(Self.span(mark.rows)) \(mark.value)") }
        var noted: [RunLabel] = []
        for label in opened.labels.values where !noted.contains(label) {
            noted.append(label)
            note(label, ofFile: opened.path)
        }
    }

    /// Notes models that were taken: trained so on the open file, or those of elsewhere, which a replay must find there.
    mutating func note(_ label: RunLabel, ofFile path: String) {
        if label.trainedOn == path, let (chosen, seed) = ChosenRows.typed(label.how, passingOver: true) {
            add("train \(chosen.words(seed: seed))")
        } else {
            add("load \(label.trainedOn.isEmpty ? "models of which it is not noted how they were trained" : label.trainedOn)")
        }
    }

    /// Notes the settings that have changed.
    mutating func note(_ new: AnalysisSettings, _ models: Models) {
        guard var here = settings, here != new else { return }
        settings = new
        let weights = models.kinds.map { "\(new.ensemble.weights[$0] ?? 0)" }.joined(separator: " ")
        if here.ensemble != new.ensemble {
            add("weights \(weights)")
            here.ensemble = new.ensemble
        }
        // A number may put its rule in force; the rule that is in force comes last.
        for _ in 0..<2 where here != new {
            for setting in AnalysisSettings.table(models) where setting.value(here) != setting.value(new) {
                guard (try? setting.enter(setting.value(new), in: &here)) != nil else { continue }
                let last = lines.last?.split(separator: " ").first.map(String.init)
                if last == setting.name { lines.removeLast() }
                add("\(setting.name) \(setting.value(new))")
            }
        }
    }

    /// Rows as they are named, from 1.
    static func span(_ rows: Range<Int>) -> String { "\(rows.lowerBound + 1)..\(rows.upperBound)" }

    static func json(_ options: SeriesReader.Options) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(options)).map { String(decoding: $0, as: UTF8.self) }
    }

    static func options(_ text: String) -> SeriesReader.Options? {
        try? JSONDecoder().decode(SeriesReader.Options.self, from: Data(text.utf8))
    }

    /// The log as a file.
    func text(of user: String) -> String {
        let beginning = dropped == 0 ? "" : "# The first \(grouped(dropped)) lines are not kept.\n"
        return "# What \(user) did in Oddline; `oddline replay FILE` does it again.\n" + beginning
            + lines.map { $0 + "\n" }.joined()
    }
}

extension SignedIn {
    /// Notes what an effect does as a line of command; what only looks or waits is not noted.
    mutating func note(_ effect: Effect) {
        switch effect {
        case .open(let path), .openToFollow(let path): log.add("open \(path)")
        case .openAs(let path, let options, _):
            if let text = SessionLog.json(options) { log.add("open-as \(path) \(text)") }
        case .readAgain(_, let options, _):
            if let text = SessionLog.json(options) { log.add("reading \(text)") }
        case .train(let series, let chosen, _, _, let seed):
            log.add("train \(chosen.written(in: series).words(seed: seed))")
        case .useModels(.path(let path), _, _): log.add("load \(path)")
        case .useModels(.run(let run), _, _): log.note(run.label, ofFile: workspace?.path ?? "")
        case .judge(_, let rows, let verdict):
            log.add("judge \(SessionLog.span(rows)) \(verdict?.rawValue ?? WorkspaceState.noVerdictWord)")
        case .write(_, let rows, let text): log.add("note-on \(SessionLog.span(rows)) \(text)")
        case .changeRules(_, let removed, let added):
            for rule in removed { log.add("unexpect \(rule.text)") }
            for rule in added { log.add("expect \(rule.text)") }
        case .store(_, let settings): if let models = workspace?.analysis.models { log.note(settings, models) }
        case .export(let request): log.add("\(request.content.command) \(request.path)")
        case .exportSet(let request): log.add("\(request.content.command) \(request.path)")
        case .storeTheme(let name): log.add("theme \(name)")
        default: break
        }
    }
}

extension ChosenRows {
    /// The stretches and the seed, as the command `train` takes them.
    fileprivate func words(seed: UInt64) -> String {
        words.isEmpty ? String(seed) : ShellCommand.text(words + ["--seed", String(seed)])
    }

    /// Takes what the command `train` takes: a seed, or options as the command line has them; `nil` for anything else.
    /// - Parameter passingOver: whether other options, which say how a file is read and what is expected, are passed over.
    static func typed(_ text: String, passingOver: Bool = false) -> (chosen: ChosenRows, seed: UInt64)? {
        if let seed = UInt64(text) { return (ChosenRows(), seed) }
        var (chosen, seed) = (ChosenRows(), UInt64(1))
        var words = ShellCommand.words(of: text)[...]
        if words.isEmpty { return nil }
        while let option = words.popFirst() {
            if passingOver, option.contains("=") { continue }
            guard let value = words.popFirst() else { return nil }
            switch option {
            case "--seed":
                guard let number = UInt64(value) else { return nil }
                seed = number
            case "--train", "--exclude":
                guard let span = RowSpan(value) else { return nil }
                if option == "--train" { chosen.learnt.append(span) } else { chosen.excluded.append(span) }
            default: if !passingOver { return nil }
            }
        }
        return (chosen, seed)
    }
}
