import AnomalyDetection
import SeriesReading
import TerminalUI
import TimeSeries
import Workbench

/// What is to be written to a file.
public struct ExportRequest: Sendable {
    /// What the file holds.
    public enum Content: String, Sendable {
        case scores, events, report, rules

        /// The command that writes it.
        var command: String {
            switch self {
            case .scores: "export"
            case .events: "export-events"
            case .report: "report"
            case .rules: "rules"
            }
        }
    }

    /// What is written.
    let content: Content
    let analysis: Analysis
    let judgements: Judgements
    let notes: Notes
    /// What would be found, where that is known.
    let sensitivity: Sensitivity?
    /// The file of the series.
    let source: String
    /// The channel that a report draws.
    let channel: Int
    /// Where to.
    public let path: String
    /// Whether a file that is there may go.
    var mayOverwrite = false
}

extension WorkspaceState {
    /// Writes something to `path`, or to a file named after the series.
    func write(_ content: ExportRequest.Content, to path: String?) -> [Effect] {
        let only = reading.options.only.map { "-" + $0.value.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined() }
            .joined()
        let stem = (analysis.series.name.split(separator: ".").first.map(String.init) ?? "series") + only.prefix(40)
        let ending =
            switch content {
            case .report: ".html"
            case .rules: ".txt"
            case .scores, .events: SeriesFormat.csvEnding
            }
        let request = ExportRequest(
            content: content, analysis: analysis, judgements: judgements, notes: notes, sensitivity: sensitivity,
            source: self.path, channel: channel,
            path: path ?? "\(stem)-\(content.rawValue)\(ending)")
        return [.export(request)]
    }

    /// Notes a text on rows.
    mutating func note(_ text: String, on rows: Range<Int>, _ frame: inout Frame) -> [Effect] {
        guard !text.isEmpty || !notes.text(on: rows).isEmpty else {
            frame.say("\(eventText(analysis.series, rows)): there was no note, and there is none.")
            return []
        }
        let before = moment
        notes.write(text, on: rows)
        let done = eventText(analysis.series, rows) + (text.isEmpty ? ": note taken away" : ": noted")
        history.record(maker: nil, from: before, to: moment) { _ in done }
        frame.say(done)
        follow(keepsOrder: true)
        return storing([.write(known, stored(rows), text)])
    }
}
