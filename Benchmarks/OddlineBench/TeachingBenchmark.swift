import AnomalyDetection
import ArgumentParser
import Foundation
import Synchronization
import TimeSeries
import Work
import Workbench

/// What verdicts are worth: a simulated analyst judges events of labelled series and tells the truth.
struct TeachingBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "teaching",
        abstract: "Average precision after 0, 5, 10 and 20 verdicts of an analyst who answers truthfully.",
        discussion: """
            The analyst lets the highest events be flagged, goes to the one on which the models disagree most, and judges it an \
            anomaly where one of its rows is labelled. Average precision is measured over all rows, and over those that no \
            verdict is about, with the scores as taught and as they were. Files are given as for `detection`.
            """)

    @OptionGroup var study: StudyOptions
    @Option(help: "Events that are flagged, 1 to 100.") var top = 20

    /// Verdicts after which is measured.
    private static let stops = [0, 5, 10, 20]

    /// Average precision after some verdicts.
    private struct Figures: Sendable {
        /// Over all rows.
        let all: Double
        /// Over rows that no verdict is about, untaught and taught; `nil` where none of them is labelled.
        let rest: (untaught: Double, taught: Double)?
        /// Verdicts given.
        let verdicts: Int
    }

    func run() throws {
        let study = try study.study
        let labelled = study.subjects.filter { $0.series.labels?.contains(true) == true }
        let work = labelled.flatMap { subject in (1...study.seeds).map { (subject, $0) } }
        let outcomes = Mutex<[(group: String, figures: [Figures])]>([])
        let failures = Mutex<[String]>([])
        let next = Atomic(0)
        inParallel(self.study.threads) { _ in
            while case let index = next.add(1, ordering: .relaxed).oldValue, index < work.count {
                let (subject, seed) = work[index]
                do {
                    let figures = try measure(subject, seed: seed, study)
                    outcomes.withLock { $0.append((subject.group, figures)) }
                    let line = figures.map { String(format: "%.4f", $0.all) }.joined(separator: "\t")
                    FileHandle.standardError.write(Data("\(subject.group)\t\(subject.series.name)\t\(seed)\t\(line)\n".utf8))
                } catch { failures.withLock { $0.append("\(subject.series.name): \(error)") } }
            }
        }
        if let failure = failures.withLock({ $0.first }) { throw ValidationError(failure) }
        report(outcomes.withLock { $0 }, groups: study.groups)
    }

    private func measure(_ subject: DetectionStudy.Subject, seed: Int, _ study: DetectionStudy) throws -> [Figures] {
        let series = subject.series
        let labels = series.labels ?? []
        var settings = AnalysisSettings(models: .standard)
        (settings.flags, settings.top) = (.top, top)
        var analysis = Analysis(series: series, models: .standard, settings: settings)
        analysis.use(
            try Models.standard.all.map { model in
                try ScoredModel(scoring: series, with: study.detector(model, Recipes(), subject, seed: seed))
            })
        let untaught = analysis.result?.combined ?? []
        var figures: [Figures] = []
        for verdict in 0...(Self.stops.last ?? 0) {
            if Self.stops.contains(verdict), let taught = analysis.result?.combined {
                let judged = analysis.judgements.reduce(into: Set<Int>()) { $0.formUnion($1.rows) }
                let rest = labels.indices.filter { !judged.contains($0) }
                func precision(_ scores: [Float]) -> Double? {
                    try? PrecisionRecallCurve(scores: rest.map { scores[$0] }, labels: rest.map { labels[$0] }).averagePrecision
                }
                let pair = precision(untaught).flatMap { before in precision(taught).map { (before, $0) } }
                figures.append(
                    Figures(
                        all: try PrecisionRecallCurve(scores: taught, labels: labels).averagePrecision, rest: pair,
                        verdicts: analysis.judgements.count))
            }
            guard let next = analysis.nextToJudge else { continue }
            let rows = analysis.events[next].rows
            analysis.update { $0.judgements.judge(rows, as: labels[rows].contains(true) ? .anomaly : .normal) }
        }
        return figures
    }

    private func report(_ outcomes: [(group: String, figures: [Figures])], groups: [String]) {
        let stops = Self.stops
        print(
            "| group | " + stops.map { "\($0)" }.joined(separator: " | ") + " | "
                + stops.dropFirst().map { "unjudged rows, \($0)" }.joined(separator: " | ") + " | verdicts |")
        print("|---|" + String(repeating: "---|", count: 2 * stops.count))
        for group in groups {
            let own = outcomes.filter { $0.group == group }.map(\.figures)
            guard !own.isEmpty else { continue }
            func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
            let all = stops.indices.map { stop in String(format: "%.3f", mean(own.map { $0[stop].all })) }
            let rest = stops.indices.dropFirst().map { stop in
                let pairs = own.compactMap { $0[stop].rest }
                guard !pairs.isEmpty else { return "" }
                return String(format: "%.3f → %.3f (%d)", mean(pairs.map(\.untaught)), mean(pairs.map(\.taught)), pairs.count)
            }
            let verdicts = mean(own.map { Double($0[stops.count - 1].verdicts) })
            print("| " + ([group] + all + rest + [String(format: "%.1f", verdicts)]).joined(separator: " | ") + " |")
        }
    }
}
