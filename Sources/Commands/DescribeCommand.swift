import ArgumentParser
import Invocation
import SeriesReading

struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Tells how a file is read: its time, its channels, what is left out and why.",
        discussion: """
            Nothing is trained. Each decision can be made otherwise by the options that `train`, `score` and `evaluate` take too. With \
            --format json the keys are format, encoding, delimiter, decimal, header_line, time {columns, format, zone, step, order, \
            first, last}, channels, left_out [{column, why}], labels, key, series, rows, steps {every, aggregate, \
            count, empty, merged, cut}, gaps {channel: count}, units {channel: unit}, notices.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(help: "The file: CSV and other text, JSON, SQLite, gzip-compressed or not, Parquet, Excel …; - for standard input.")
    var file: String?

    @OptionGroup var seriesOptions: SeriesOptions

    @Option(name: [.short, .long], help: "How to write it: text or json.")
    var format = Format.text

    func validate() throws { try seriesOptions.validate(hasFile: file != nil) }

    func run() async throws {
        try await reportingErrors {
            let understanding = try seriesOptions.describe(file, by: .configured())
            if format == .json {
                try writeResult(understanding.json + "\n")
            } else {
                try printWords(understanding.text)
            }
        }
    }
}
