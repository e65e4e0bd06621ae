import AnomalyDetection
import ArgumentParser
import Foundation
import SeriesReading
import TimeSeries

/// Rules for flags over scores that are kept, so that nothing is trained to compare them.
struct FlagBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flags", abstract: "How well rules for flags find labelled events in scores that were written.",
        discussion: """
            Files are given as GROUP=SERIES:SCORES, where SCORES is what `oddline score SERIES --output SCORES` wrote. Series of \
            the group clean are those in which nothing should be flagged.
            """)

    @Argument(help: "Labelled files and their scores.") var files: [String]

    func run() throws {
        let outcomes = try files.map(outcome)
        let groups = outcomes.map(\.group).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        print("| group | series | events' F1 | best level | false events in 10,000 rows |\n|---|---|---|---|---|")
        for group in groups {
            let own = outcomes.filter { $0.group == group }
            let isLabelled = group != FlagStudy.clean
            let figures = [own.mean { $0.flags[0].f1 }.mean, own.mean(\.bestEventF1).mean].map { String(format: "%.3f", $0) }
            let rate = Double(own.reduce(0) { $0 + $1.flags[0].falseEvents }) / Double(own.reduce(0) { $0 + $1.rows }) * 10_000
            let cells = [group, "\(own.count)"] + (isLabelled ? figures : ["", ""]) + [String(format: "%.2f", rate)]
            print("| " + cells.joined(separator: " | ") + " |")
        }
        FlagStudy(outcomes: outcomes, groups: groups.filter { $0 != FlagStudy.clean } + groups.filter { $0 == FlagStudy.clean })
            .report()
    }

    private func outcome(_ file: String) throws -> DetectionStudy.Outcome {
        let halves = file.split(separator: "=", maxSplits: 1).map(String.init)
        let paths = (halves.last ?? "").split(separator: ":").map(String.init)
        guard halves.count == 2, paths.count == 2 else { throw ValidationError("Give GROUP=SERIES:SCORES.") }
        let series = try SeriesReader.read(path: paths[0])
        let lines = try String(contentsOfFile: paths[1], encoding: .utf8).split(separator: "\n")
        guard let column = lines.first?.split(separator: ",").firstIndex(of: "combined_score") else {
            throw ValidationError("\(paths[1]) has no combined_score.")
        }
        // A line a row of the file, by its position: a series may lack rows of it, or have others.
        var byPosition: [Int: Float] = [:]
        for line in lines.dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            if let position = Int(cells[0]) { byPosition[position] = Float(cells[column]) }
        }
        let scores = (0..<series.rowCount).map { row in
            series.isAbsent(row) ? Float.nan : byPosition[series.rowNumber(row)] ?? .nan
        }
        var outcome = DetectionStudy.Outcome(group: halves[0], name: series.name, seed: 1)
        let labels = series.labels ?? []
        let (labelled, reach) = (labelledRanges(labels), Measures.buffer(for: series) / 2)
        outcome.rows = series.rowCount
        outcome.flags = FlagStudy.outcomes(scores, labelled: labelled, reach: reach)
        guard !labelled.isEmpty else { return outcome }
        outcome.bestEventF1 = try EventMeasures.bestF1(
            scores, Ranking(scores, labels: labels), labelled: labelled, reach: reach)
        return outcome
    }
}
