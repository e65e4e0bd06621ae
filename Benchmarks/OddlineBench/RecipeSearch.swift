import AnomalyDetection
import ArgumentParser
import Foundation

/// One change of the recipe at a time, and what would have been chosen without each of the files.
struct RecipeSearch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "The ensemble's VUS-PR for one change of the recipe at a time.",
        discussion: """
            A second table guards against settings that fit the series at hand: for each group, the change that is best in the \
            mean of the other groups, and what it gives in the group left out.
            """)

    @OptionGroup var study: StudyOptions
    @Option(name: .customLong("set"), parsing: .upToNextOption, help: "Changes to try, each NAME=VALUE,NAME=VALUE.")
    var changes = Self.tried

    private static let tried = [
        "averaging.shortPeriods=0.125", "averaging.shortPeriods=0.5", "averaging.longPeriods=2", "averaging.longShortest=40",
        "averaging.longShortest=80", "lstm.coverage=8",
        "lstm.coverage=2", "lstm.window.periods=2", "lstm.latentSize=5", "lstm.latentSize=16", "lstm.noise=0",
        "transformer.window.shortest=128", "transformer.window.periods=2", "transformer.bottleneckSize=5",
        "transformer.bottleneckSize=16", "transformer.noise=0", "transformer.maskedShare=0.15",
        "transformer.maskedPeriods=0.25", "transformer.maskedPeriods=1",
    ]

    private struct Trial {
        let name: String
        /// The ensemble's mean by group.
        let means: [String: Double]

        /// The mean over all groups but one.
        func mean(without group: String?) -> Double {
            let others = means.filter { $0.key != group }.values
            return others.reduce(0, +) / Double(others.count)
        }
    }

    func run() throws {
        let study = try study.study
        write("| change | " + (study.groups + ["mean of groups"]).joined(separator: " | ") + " |")
        write("|---|" + String(repeating: "---|", count: study.groups.count + 1))
        let trials = try ([""] + changes).map { change -> Trial in
            let recipes = try Recipes(changes: change.split(separator: ",").map(String.init))
            let outcomes = try study.outcomes(recipes, threads: self.study.threads)
            let means = study.groups.map { group in outcomes.filter { $0.group == group }.mean("ensemble").mean }
            let trial = Trial(
                name: change.isEmpty ? "none (the default)" : change,
                means: Dictionary(uniqueKeysWithValues: zip(study.groups, means)))
            let figures = (means + [trial.mean(without: nil)]).map { String(format: "%.3f", $0) }
            write("| " + ([trial.name] + figures).joined(separator: " | ") + " |")
            return trial
        }
        write("\n| left out | best without it | on it | the default on it |\n|---|---|---|---|")
        for group in study.groups {
            guard let best = trials.max(by: { $0.mean(without: group) < $1.mean(without: group) }) else { continue }
            write(
                String(
                    format: "| %@ | %@ | %.3f | %.3f |", group, best.name, best.means[group] ?? .nan,
                    trials[0].means[group] ?? .nan))
        }
    }

    /// Shows a line at once, since each takes minutes.
    private func write(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
