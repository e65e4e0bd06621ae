import AnomalyDetection
import SeriesReading
import TimeSeries

/// Words of a command line.
public enum ShellCommand {
    /// The words as a shell takes them, one after the other.
    public static func text(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

    /// A word as a shell takes it.
    static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty && word.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || plain.contains($0)) }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// The words of a line as a shell takes them apart: by blanks, but where they stand in quotes.
    public static func words(of line: String) -> [String] {
        var (words, word, quote) = ([String](), String?.none, Character?.none)
        var isEscaped = false
        for sign in line {
            switch (sign, quote) {
            case _ where isEscaped:
                word = (word ?? "") + String(sign)
                isEscaped = false
            case ("\\", let open) where open != "'": isEscaped = true
            case (let sign, let open?) where sign == open: quote = nil
            case ("'", nil), ("\"", nil): (quote, word) = (sign, word ?? "")
            case (" ", nil):
                if let word { words.append(word) }
                word = nil
            default: word = (word ?? "") + String(sign)
            }
        }
        if let word { words.append(word) }
        return words
    }

    private static let plain = Set("0123456789_./:=,@%+-".unicodeScalars)

    /// An option with its value, which may begin as an option does.
    static func option(_ name: String, _ value: String) -> [String] {
        value.hasPrefix("-") ? ["--\(name)=\(value)"] : ["--\(name)", value]
    }
}

/// The commands that give again what an analysis shows.
public struct Reproduction: Sendable, Equatable {
    /// The commands, to be run one after the other; none where that is not known.
    public let commands: [String]
    /// What they cannot give, or why there are none; a sentence.
    public let remark: String?

    /// Finds the commands: one that trains the models as they were trained, one that scores.
    /// - Parameters:
    ///   - path: the file of the series.
    ///   - options: how it is read.
    ///   - labels: whose models score it.
    ///   - defaults: the settings with which an analysis begins here.
    public init(
        of analysis: Analysis, path: String, options: SeriesReader.Options, labels: PerModel<RunLabel>, defaults: AnalysisSettings
    ) {
        let used = analysis.scored.kinds.map { labels[$0] }
        guard let first = used.first, let label = first, !label.how.isEmpty, used.allSatisfy({ $0?.id == label.id }) else {
            commands = []
            remark =
                used.isEmpty
                ? DetectionError.noScores.description
                : Set(used.map { $0?.id }).count > 1
                    ? "The models are of more than one run; train them together for a command that gives these scores."
                    : "It is not noted how the models were trained; train them again for a command that gives these scores."
            return
        }
        let stem = label.trainedOn.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? "oddline"
        let isFound = label.how == RunLabel.asFound
        let folder = isFound ? label.trainedOn : stem + ".models"
        let train = ShellCommand.text(["oddline", "train", label.trainedOn]) + " " + label.how
        let score =
            ["oddline", "score", path] + options.words(channels: analysis.series.channels.map(\.name)) + ["--model", folder]
            + analysis.rules.flatMap { ShellCommand.option("expected", $0.text) }
            + analysis.settings.words(unlike: defaults, models: analysis.models)
        let own = path.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? "series"
        let scoring = ShellCommand.text(score + ["-o", own + "-scores.csv"])
        commands = isFound ? [scoring] : [train + " " + ShellCommand.text(["-o", folder]), scoring]
        remark =
            analysis.judgements.lessons.isEmpty
            ? nil : "Verdicts have taught the scores, which a command does not know: the log of the session does."
    }
}

extension SeriesReader.Options {
    /// The options as words of the command line.
    /// - Parameter channels: the channels of the series that was read so.
    public func words(channels: [String]) -> [String] {
        // What columns are called here is not what their file calls them.
        let original = Dictionary(renamed.map { ($0.value, $0.key) }) { first, _ in first }
        let wanted = taken.isEmpty ? columns : channels.map { original[$0] ?? $0 }
        let several: [(String, [String])] = [
            ("time", timeColumns), ("column", wanted), ("ignore", taken.isEmpty ? ignored : []),
            ("only", only.map { "\($0.column)=\($0.value)" }), ("missing", missing), ("aggregate", aggregateTexts),
        ]
        let single: [(String, String?)] = [
            ("time-format", timeFormat), ("zone", zone), ("labels", labels), ("table", table), ("query", query),
            ("decimal", decimal.map { String(UnicodeScalar($0)) }), ("delimiter", delimiter.map(Self.delimiterText)),
            ("header-line", headerLine.map(String.init)), ("every", every?.text),
        ]
        return several.flatMap { name, values in values.flatMap { ShellCommand.option(name, $0) } }
            + single.flatMap { name, value in value.map { ShellCommand.option(name, $0) } ?? [] }
    }

    private static func delimiterText(_ byte: UInt8) -> String {
        byte == delimiter("tab") ? "tab" : byte == delimiter("blanks") ? "blanks" : String(UnicodeScalar(byte))
    }
}

extension AnalysisSettings {
    /// The settings as options of the command line where they differ from those with which an analysis begins.
    func words(unlike defaults: AnalysisSettings, models: Models) -> [String] {
        let program = AnalysisSettings(models: models)
        let table = Self.table(models)
        var names = Set(
            table.filter { $0.value(self) != $0.value(program) || $0.value(self) != $0.value(defaults) }.map(\.name))
        // A number may put its rule in force, and weights count together.
        func gives(_ names: Set<String>) -> Bool {
            var given = defaults
            let values = table.filter { names.contains($0.name) }.map { ($0.name, $0.value(self)) }
            return (try? given.set(Dictionary(uniqueKeysWithValues: values), models: models)) != nil && given == self
        }
        if !gives(names) { names = Set(table.map(\.name)) }
        return table.filter { names.contains($0.name) }.flatMap {
            ShellCommand.option($0.name.replacing("_", with: "-"), $0.value(self))
        }
    }
}

extension ChosenRows {
    /// The stretches as they are written for a series: by its times where it has them.
    public func written(in series: Series) -> ChosenRows {
        var written = self
        written.learnt = learnt.compactMap { RowSpan($0.written(in: series)) }
        written.excluded = excluded.compactMap { RowSpan($0.written(in: series)) }
        return written
    }

    /// The stretches as options of the command line.
    public var words: [String] {
        learnt.flatMap { ShellCommand.option("train", $0.text) } + excluded.flatMap { ShellCommand.option("exclude", $0.text) }
    }

    /// How models were trained, as options of the command line, for a shell.
    /// - Parameters:
    ///   - options: how the file of the series was read.
    public func command(_ series: Series, _ options: SeriesReader.Options, seed: UInt64) -> String {
        let rows = written(in: series).words + (first.map { ["--train-rows", String($0)] } ?? [])
        let maintenance = rules.filter { $0.purpose == .maintenance }.flatMap { ShellCommand.option("expected", $0.text) }
        let words = options.words(channels: series.channels.map(\.name))
        return ShellCommand.text(words + rows + maintenance + ["--seed", String(seed)])
    }
}
