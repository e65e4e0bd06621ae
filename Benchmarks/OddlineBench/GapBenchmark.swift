import AnomalyDetection
import ArgumentParser
import Foundation
import TimeSeries
import Work
import Workbench

/// What gaps cost: labelled series from which rows are taken away, scored beside the whole ones.
struct GapBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gaps", abstract: "VUS-PR over the measured rows, and false events at gaps, where rows are emptied.",
        discussion: """
            Each generated kind is trained and scored whole, and then with rows emptied: once trained with the gaps, and once \
            scored by the models of the whole series. Emptied rows lie two windows away from what is labelled where that is \
            possible. VUS-PR is that of the measured rows in both cases. Events are counted that lie beside a gap, hold \
            nothing labelled, and are not there in the whole series.
            """)

    @Option(help: "Seeds of the series, with commas between; models use the same.") var seeds = "3,5"
    @Option(help: "Generated kinds, with commas between; all where none is named.") var kinds = ""
    @Option(help: "Patterns of gaps, with commas between; all where none is named.") var patterns = ""
    @Option(help: "Rows of a series.") var rows = 3000
    @Option(help: "Series that are worked on at the same time.") var threads = 1

    /// What one series with one pattern gave.
    private struct Outcome: Sendable {
        let kind: SampleKind
        let pattern: GapPattern
        /// VUS-PR over the measured rows: whole, trained with the gaps, and scored by the models of the whole series.
        let whole: Double, trained: Double, scored: Double
        /// False events beside a gap, trained with the gaps and scored by the models of the whole series.
        let trainedEvents: Int, scoredEvents: Int
        /// Labelled stretches with an event in the whole series and none here, trained with the gaps.
        let lost: Int
    }

    func run() throws {
        func named<Value: RawRepresentable & CaseIterable>(_ text: String) throws -> [Value] where Value.RawValue == String {
            if text.isEmpty { return Array(Value.allCases) }
            return try text.split(separator: ",").map {
                guard let value = Value(rawValue: String($0)) else { throw ValidationError("\($0) is not known.") }
                return value
            }
        }
        let (kinds, patterns): ([SampleKind], [GapPattern]) = (try named(kinds), try named(patterns))
        let work = seeds.split(separator: ",").compactMap { UInt64($0) }.flatMap { seed in kinds.map { ($0, seed) } }
        let outcomes = try measured(work, threads: threads, name: { $0.0.rawValue }) { kind, seed in
            try measure(kind, patterns, seed: seed)
        }
        report(outcomes.flatMap(\.self), patterns)
    }

    private func measure(_ kind: SampleKind, _ patterns: [GapPattern], seed: UInt64) throws -> [Outcome] {
        let series = kind.series(rows: rows, seed: seed)
        let buffer = Measures.buffer(for: series)
        let whole = try Judged(series, trained: nil, seed: seed)
        return try patterns.map { pattern in
            let isEmptied = pattern.emptied(series, seed: seed)
            let gapped = series.emptied(in: AnomalyDetection.labelledRanges(isEmptied))
            let measured = isEmptied.indices.filter { !isEmptied[$0] }
            func quality(_ judged: Judged) throws -> Double {
                try Measures(
                    scores: measured.map { judged.result.combined[$0] }, labels: measured.map { series.labels?[$0] ?? false },
                    buffer: buffer
                ).vusPR
            }
            let trained = try Judged(gapped, trained: nil, seed: seed)
            let scored = try Judged(gapped, trained: whole.detectors, seed: seed)
            func events(_ judged: Judged) -> Int { judged.falseEvents(beside: isEmptied, of: series, reach: buffer / 2, whole) }
            let found = labelledRanges(measured: isEmptied, of: series).filter { rows in
                !whole.result.events(overlapping: rows).isEmpty && trained.result.events(overlapping: rows).isEmpty
            }
            let outcome = Outcome(
                kind: kind, pattern: pattern, whole: try quality(whole), trained: try quality(trained),
                scored: try quality(scored), trainedEvents: events(trained), scoredEvents: events(scored), lost: found.count)
            let line = String(
                format: "%@\t%d\t%@\t%.3f\t%.3f\t%.3f\t%d\t%d\t%d\n", kind.rawValue, Int(seed), pattern.rawValue, outcome.whole,
                outcome.trained, outcome.scored, outcome.trainedEvents, outcome.scoredEvents, outcome.lost)
            FileHandle.standardError.write(Data(line.utf8))
            return outcome
        }
    }

    /// Labelled stretches of which something was measured.
    private func labelledRanges(measured isEmptied: [Bool], of series: Series) -> [Range<Int>] {
        AnomalyDetection.labelledRanges(series.labels ?? []).filter { !$0.allSatisfy { isEmptied[$0] } }
    }

    private func report(_ outcomes: [Outcome], _ patterns: [GapPattern]) {
        print(
            "| rows emptied | series | whole | trained with gaps | worst loss | scored with gaps | worst loss | "
                + "false events beside gaps, trained | scored | anomalies lost |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        func line(_ title: String, _ own: [Outcome]) {
            func mean(_ value: KeyPath<Outcome, Double>) -> Double {
                own.reduce(0) { $0 + $1[keyPath: value] } / Double(own.count)
            }
            func worst(_ value: KeyPath<Outcome, Double>) -> String {
                guard let worst = own.max(by: { $0.whole - $0[keyPath: value] < $1.whole - $1[keyPath: value] }) else {
                    return ""
                }
                return String(format: "%.3f (%@)", worst.whole - worst[keyPath: value], worst.kind.rawValue)
            }
            let (whole, trained, scored) = (mean(\.whole), mean(\.trained), mean(\.scored))
            let counts = [\Outcome.trainedEvents, \.scoredEvents, \.lost].map { key in
                "\(own.reduce(0) { $0 + $1[keyPath: key] })"
            }
            // Where windows hold too little, a series has no scores.
            func text(_ value: Double) -> String { value.isFinite ? String(format: "%.3f", value) : "–" }
            let figures = [
                title, "\(own.count)", text(whole), text(trained), worst(\.trained), text(scored), worst(\.scored),
            ]
            print("| " + (figures + counts).joined(separator: " | ") + " |")
        }
        for pattern in patterns { line(pattern.title, outcomes.filter { $0.pattern == pattern }) }
        line("mean", outcomes)
    }
}

/// A series as the program judges it: its models and what follows from their scores.
private struct Judged {
    let detectors: [any Detector]
    let result: AnalysisResult

    /// Scores `series` by models that are trained, or are trained on it.
    init(_ series: Series, trained: [any Detector]?, seed: UInt64) throws {
        var analysis = Analysis(series: series, models: .standard)
        let scored = try Models.standard.all.enumerated().map { index, model in
            if let detector = trained?[index] { return try ScoredModel(scoring: series, with: detector) }
            let task = TrainingTask(series: series, trainingRows: series.rowCount, seed: seed)
            return try model.train(task, Cancellation()) { _ in }.scoring(series)
        }
        analysis.use(scored)
        guard let result = analysis.result else { throw DetectionError.noScores }
        detectors = scored.map(\.detector)
        self.result = result
    }

    /// Events that lie within three rows of an emptied one, with nothing labelled within `reach` of them, and that are not
    /// there in the whole series.
    func falseEvents(beside isEmptied: [Bool], of series: Series, reach: Int, _ whole: Judged) -> Int {
        let all = 0..<series.rowCount
        return result.events.count { event in
            func near(_ distance: Int) -> Range<Int> {
                ((event.rows.lowerBound - distance)..<(event.rows.upperBound + distance)).clamped(to: all)
            }
            return near(3).contains { isEmptied[$0] } && !near(reach).contains { series.labels?[$0] == true }
                && whole.result.events(overlapping: near(3)).isEmpty
        }
    }
}
