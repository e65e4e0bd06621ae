import AnomalyDetection
import ArgumentParser
import Foundation
import Invocation
import TimeSeries
import Work
import Workbench

struct ExamineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "examine", abstract: "Tells what would be found: the smallest anomaly of each kind, and what that costs.",
        discussion: """
            Anomalies of a dozen kinds and several sizes are put into rows that were held out from training, each in ten places, and \
            scored. A kind is found from the smallest size that the settings flag nine times in ten. False events are those flagged in \
            the held-out rows as they are. Trains the models first unless --model names a folder of trained ones; --seed is that of the \
            places too. With --format json the keys are file, flags, level, held_out {first_row, last_row, rows, seconds}, false_events \
            {count, a_week or in_10000_rows}, kinds [{kind, unit, smallest, sizes [{size, found}]}]; sizes of unit spreads are in those of a \
            channel, times are beyond once, periods and cycles those of the series.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(
        help: "A CSV file or JSON lines (also gzip-compressed), an SQLite file, or - for standard input.", completion: .file())
    var file: String?

    @Option(help: "A folder of models written by `train`.")
    var model: String?

    @Option(name: [.short, .long], help: "How to write it: text or json.")
    var format = Format.text

    @OptionGroup var seriesOptions: SeriesOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var ensemble: EnsembleOptions
    @OptionGroup var expecting: ExpectedOptions
    @OptionGroup var configured: ConfigurationOptions

    func validate() throws {
        try seriesOptions.validate(hasFile: file != nil)
        if model != nil, training.choosesRows {
            throw ValidationError("--train-rows, --train and --exclude are for training, without --model.")
        }
    }

    func run() async throws {
        try await reportingErrors {
            let source = try configured.source()
            let settings = try ensemble.settings(source)
            var series = try seriesOptions.read(file, by: source.readers)
            let rules = try expecting.rules(of: series)
            var scored: [ScoredModel]
            if let model {
                (series, scored) = try ModelFolder(model).load(scoring: series)
            } else {
                scored = try await training.train(on: series, rules)
            }
            var analysis = Analysis(series: series, models: Program.models, settings: settings)
            analysis.decide { $0.rules = rules }
            analysis.use(scored)
            let sensitivity = try Sensitivity(of: analysis, seed: training.seed)
            if format == .json {
                try writeResult(try json(sensitivity, analysis))
            } else {
                try printWords(text(sensitivity, analysis))
            }
        }
    }

    private func text(_ sensitivity: Sensitivity, _ analysis: Analysis) -> String {
        let (series, examination) = (analysis.series, sensitivity.examination)
        let held = examination.heldOut
        let flags = Setting.flags.value(analysis.settings)
        var lines = [
            "\(series.name): anomalies in \(Examination.places) places each, from \(timeLabel(series, row: held.lowerBound)) to "
                + "\(timeLabel(series, row: held.upperBound - 1))",
            "false events   \(sensitivity.falseEventsText)",
            sensitivity.level.isFinite
                ? String(format: "flagged from   %.3g (%@)", sensitivity.level, flags)
                : "flagged from   no score: nothing would be found (\(flags))",
            "",
            "kind               found from    by size",
        ]
        for finding in sensitivity.findings {
            let sizes = finding.sizes
            let tried =
                "\(sensitivity.text(sizes[0], of: finding.kind)) to \(sensitivity.text(sizes[sizes.count - 1], of: finding.kind))"
            lines.append(
                finding.kind.title.padded(to: 19) + sensitivity.text(finding).padded(to: 14)
                    + Sensitivity.bars(finding.shares).padded(to: 8) + tried)
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func json(_ sensitivity: Sensitivity, _ analysis: Analysis) throws -> String {
        let (series, examination, events) = (analysis.series, sensitivity.examination, sensitivity.falseEvents)
        var held: [String: Any] = [
            "first_row": series.rowNumber(examination.heldOut.lowerBound),
            "last_row": series.rowNumber(examination.heldOut.upperBound - 1), "rows": events.rows,
        ]
        held["seconds"] = events.seconds
        let kinds = sensitivity.findings.map { finding -> [String: Any] in
            [
                "kind": finding.kind.rawValue, "unit": finding.kind.unit.rawValue,
                "smallest": finding.smallest as Any? ?? NSNull(),
                "sizes": zip(finding.sizes, finding.shares).map { ["size": $0, "found": $1] },
            ]
        }
        let object: [String: Any] = [
            "file": series.name, "flags": Setting.flags.value(analysis.settings),
            "level": sensitivity.level.isFinite ? Double(sensitivity.level) as Any : NSNull(), "held_out": held,
            "false_events": ["count": events.count, events.seconds == nil ? "in_10000_rows" : "a_week": events.rate]
                as [String: Any],
            "kinds": kinds,
        ]
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

extension String {
    /// The text with blanks behind it, so many signs long at the least.
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
