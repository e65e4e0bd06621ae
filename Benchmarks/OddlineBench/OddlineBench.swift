import ArgumentParser

/// Measurements of the program's parts, one JSON line each; `Benchmarks/README.md` tells how to run them.
@main
struct OddlineBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "oddline-bench", abstract: "Measures Oddline's speed.",
        subcommands: [
            EngineBenchmark.self, PeakBenchmark.self, DetectionBenchmark.self, ContextBenchmark.self, RecipeSearch.self,
            FlagBenchmark.self,
            TeachingBenchmark.self, FollowingBenchmark.self, GapBenchmark.self,
            CombiningBenchmark.self, ComparingBenchmark.self, ScoringBenchmark.self,
            LoginBenchmark.self, FingerprintBenchmark.self,
            ReadingBenchmark.self,
            DownSamplingBenchmark.self, DashboardBenchmark.self, TerminalBenchmark.self,
        ])
}
