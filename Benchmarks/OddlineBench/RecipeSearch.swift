import AnomalyDetection
import ArgumentParser
import Foundation

/// One change of the recipe at a time, and what would have been chosen without each of the files.
struct RecipeSearch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "The ensemble's VUS-PR for one change of the recipe at a time.",
        discussion: """
            A second table guards against settings that fit the files at hand: for each file, the change that is best on the \
            other files and the kinds together, and what it gives on the file left out.
            """)

    @OptionGroup var study: StudyOptions
    @Option(name: .customLong("set"), parsing: .upToNextOption, help: "Changes to try, each NAME=VALUE,NAME=VALUE.")
    var changes = Self.tried

    private static let tried = [
        "lstm.window.periods=2", "lstm.latentSize=5", "lstm.latentSize=16", "lstm.noise=0", "lstm.epochs=80",
        "transformer.window.shortest=128", "transformer.window.periods=2", "transformer.bottleneckSize=5",
        "transformer.bottleneckSize=16", "transformer.noise=0", "transformer.epochs=80", "transformer.maskedShare=0.15",
        "transformer.maskedPeriods=0.25", "transformer.maskedPeriods=1", "transformer.maskedPasses=0",
        "averaging.shortPeriods=0.1", "averaging.shortPeriods=0.5", "averaging.longPeriods=1", "averaging.longShortest=40",
        "averaging.longShare=0.5", "averaging.longShare=0.85", "averaging.adaptationPeriods=0",
    ]

    private struct Trial {
        let name: String
        let outcomes: [DetectionStudy.Outcome]

        /// The ensemble's mean over all series but one.
        func mean(without file: String?) -> Double { outcomes.filter { $0.name != file }.mean("ensemble").mean }
    }

    func run() throws {
        let study = try study.study
        write("| change | LSTM, Transformer, ensemble: files | kinds | all, ensemble |\n|---|---|---|---|")
        let trials = try ([""] + changes).map { change -> Trial in
            let recipes = try Recipes(changes: change.split(separator: ",").map(String.init))
            let trial = Trial(name: change.isEmpty ? "none (the default)" : change, outcomes: try study.outcomes(recipes))
            let groups = ["files", "kinds"].map { group in
                DetectionStudy.detectors.map { detector in
                    String(format: "%.3f", trial.outcomes.filter { $0.group == group }.mean(detector).mean)
                }.joined(separator: ", ")
            }
            let line =
                "| " + ([trial.name] + groups + [String(format: "%.3f", trial.mean(without: nil))]).joined(separator: " | ")
            write(line + " |")
            return trial
        }
        write("\n| left out | best without it | on it | the default on it |\n|---|---|---|---|")
        for file in study.subjects.filter({ $0.group == "files" }).map(\.series.name) {
            guard let best = trials.max(by: { $0.mean(without: file) < $1.mean(without: file) }) else { continue }
            func own(_ trial: Trial) -> Double { trial.outcomes.filter { $0.name == file }.mean("ensemble").mean }
            write(String(format: "| %@ | %@ | %.3f | %.3f |", file, best.name, own(best), own(trials[0])))
        }
    }
    /// Shows a line at once, since each takes minutes.
    private func write(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
