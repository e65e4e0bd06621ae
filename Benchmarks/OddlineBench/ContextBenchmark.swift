import AnomalyDetection
import ArgumentParser
import Foundation
import TimeSeries

/// What each model makes of a longer window where a value is wrong only in relation to something far away.
struct ContextBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context", abstract: "Both models on the long-range series, over the length of their windows.",
        discussion: """
            Pulses of two shapes follow a cycle of 192 rows; an anomaly is a pulse of the shape that is not due, so that \
            nothing within two pulses of it looks odd. Errors are averaged over one pulse. Prints average precision as a \
            table and as bars.
            """)

    @Option(help: "Window lengths in rows.") var lengths = [64, 128, 256, 512, 1024]
    @Option(help: "Seeds 1 to this.") var seeds = 1
    @Option(help: "Rows of the series.") var rows = 6000

    func run() throws {
        let study = try DetectionStudy(files: [], kinds: [.longRange], rows: rows, seeds: seeds)
        let results = try lengths.map { length -> (length: Int, lstm: Double, transformer: Double) in
            var recipes = Recipes()
            let window = WindowRule(periods: 1, shortest: length, longest: length)
            (recipes.lstm.window, recipes.transformer.window) = (window, window)
            var averaging = ErrorAveraging()
            (averaging.shortPeriods, averaging.longPeriods, averaging.longShortest) = (0.125, 0.125, 1)
            averaging.within = window
            (recipes.lstm.averaging, recipes.transformer.averaging) = (averaging, averaging)
            let outcomes = try study.outcomes(recipes)
            return (length, outcomes.mean("lstm", \.aucPR).mean, outcomes.mean("transformer", \.aucPR).mean)
        }
        print("| window | LSTM | Transformer | difference |\n|---|---|---|---|")
        for result in results {
            print(
                String(
                    format: "| %d | %.3f | %.3f | %+.3f |", result.length, result.lstm, result.transformer,
                    result.transformer - result.lstm))
        }
        print("")
        for result in results {
            for (name, value) in [("LSTM", result.lstm), ("Transformer", result.transformer)] {
                let bar = String(repeating: "█", count: Int((value * 50).rounded()))
                print(
                    String(
                        format: "%5d rows  %@ %.2f %@", result.length, name.padding(toLength: 11, withPad: " ", startingAt: 0),
                        value, bar))
            }
        }
    }
}
