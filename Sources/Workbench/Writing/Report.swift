import AnomalyDetection
import Foundation
import TimeSeries

/// A report for people without a terminal: one HTML page that needs nothing beside itself, with the series, the scores, the
/// settings, and every event with what was decided and written about it.
public struct Report: Sendable {
    private let analysis: Analysis
    private let judgements: Judgements
    private let notes: Notes
    /// What would be found, where that is known.
    private let sensitivity: Sensitivity?
    /// The channel that is drawn.
    private let channel: Int
    /// Events that are drawn one by one: those with the highest peaks.
    private static let drawnEvents = 24

    /// Reports on an analysis.
    /// - Parameter sensitivity: what would be found, which costs seconds to find out; left out where `nil`.
    public init(
        _ analysis: Analysis, judgements: Judgements, notes: Notes, sensitivity: Sensitivity? = nil, channel: Int = 0
    ) {
        self.analysis = analysis
        self.sensitivity = sensitivity
        self.judgements = judgements
        self.notes = notes
        self.channel = channel
    }

    /// The page.
    public func html() -> String {
        let events = ranked
        return Self.page(
            "\(analysis.series.name): what is odd", analysis.models,
            [
                "<h1>\(escaped(analysis.series.name))</h1>", "<p>\(escaped(summary(events)))</p>", overview(), legend(),
                "<h2>Events</h2>", table(events), unflagged(), expected(),
                "<h2>The \(min(events.count, Self.drawnEvents)) highest</h2>", figures(events.prefix(Self.drawnEvents)),
                sensitivity.map(found) ?? "", "<h2>Settings</h2>", settings(), "<h2>Columns</h2>", columns(),
            ])
    }

    /// What a report on several series tells of this one: plots, events, and as many of the highest as two rows of a page hold.
    func section() -> String {
        let events = ranked
        return [
            "<p>\(escaped(summary(events)))</p>", overview(), legend(), table(events), unflagged(), expected(),
            figures(events.prefix(6)),
        ].joined(separator: "\n")
    }

    private var ranked: [Event] { (analysis.result?.events ?? []).sorted { $0.peak > $1.peak } }

    private func figures(_ events: some Sequence<Event>) -> String {
        "<div class=grid>" + events.map(figure).joined(separator: "\n") + "</div>"
    }

    /// A page of parts, which needs nothing beside itself.
    static func page(_ title: String, _ models: Models, _ parts: [String]) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escaped(title))</title>
        <style>
        \(style)
        \(models.kinds.enumerated().map { ".m\($0.offset){stroke:\(colors[$0.offset % colors.count])}" }
            .joined(separator: "\n"))
        </style>
        </head>
        <body>
        \(parts.joined(separator: "\n"))
        </body>
        </html>

        """
    }

    private func summary(_ events: [Event]) -> String {
        let series = analysis.series
        let judged = Verdict.allCases.map { verdict in
            (verdict, events.count { judgements.verdict(on: $0.rows) == verdict })
        }
        let verdicts = judged.filter { $0.1 > 0 }.map { "\($0.1) judged \($0.0.rawValue)" }.joined(separator: ", ")
        let span = "\(timeLabel(series, row: 0)) to \(timeLabel(series, row: series.rowCount - 1))"
        return "\(series.rowCount) rows, \(span). \(events.count) event\(events.count == 1 ? "" : "s") flagged"
            + (verdicts.isEmpty ? "; none judged." : "; \(verdicts).") + countOfExpected
    }

    private var countOfExpected: String {
        guard !analysis.rules.isEmpty else { return "" }
        let count = analysis.result?.expectedEvents.count ?? 0
        return " \(count) more \(count == 1 ? "is" : "are") expected by rules."
    }

    /// The events that rules expect, and the rules.
    private func expected() -> String {
        guard !analysis.rules.isEmpty else { return "" }
        let events = (analysis.result?.expectedEvents ?? []).map { event in
            [
                timeLabel(analysis.series, row: event.rows.lowerBound),
                timeLabel(analysis.series, row: event.rows.upperBound - 1),
                "\(event.rows.count)", digits(event.peak), analysis.occasion(of: event),
            ]
        }
        let expected = analysis.expected
        let rows = expected.byRule.map { $0.reduce(0) { $0 + $1.count } }
        let rules = zip(expected.rules, rows).map { [$0.title, $0.name, $0.purpose.rawValue, "\($1)"] }
        return "<h2>Expected</h2>" + htmlTable(["start", "end", "rows", "peak", "occasion"], events)
            + htmlTable(["rule", "name", "purpose", "rows"], rules)
    }

    // MARK: Plots

    private func overview() -> String {
        let series = analysis.series
        let rows = 0..<series.rowCount
        let plot = SVGPlot(width: 1000, height: 260)
        let values = series.channels[channel].values
        let spans = (analysis.result?.events ?? []).map { plot.span($0.rows, of: rows, class: "flag") }
        var parts = [
            plot.svg(
                title: series.channels[channel].name,
                spans + [plot.band(values, rows: rows, class: "series")] + plot.axes(values, rows: rows, series))
        ]
        let small = SVGPlot(width: 1000, height: 90)
        var scores = analysis.models.kinds.enumerated().compactMap { index, kind in
            analysis.result?.scores[kind].map { (title: kind.title, values: $0, style: "m\(index)") }
        }
        if let combined = analysis.result?.combined { scores.append(("Combined", combined, "combined")) }
        for score in scores {
            let values = score.values.map(Double.init)
            parts.append(
                small.svg(
                    title: "\(score.title) score",
                    [small.band(values, rows: rows, class: score.style, from: 0)] + small.heights(values, rows: rows, from: 0)))
        }
        return parts.joined(separator: "\n")
    }

    private func legend() -> String {
        let models = analysis.models.kinds.enumerated().map { index, kind in
            "<svg width=24 height=8><path class=m\(index) d='M0 4H24'/></svg> \(escaped(kind.title))"
        }
        return "<p class=legend><svg width=24 height=8><path class=series d='M0 4H24'/></svg> observed &nbsp; "
            + models.joined(separator: " &nbsp; ")
            + " &nbsp; <svg width=24 height=10><rect class=flag width=24 height=10 /></svg> flagged</p>"
    }

    /// An event with its surroundings: what was observed and what each model expected.
    private func figure(_ event: Event) -> String {
        let series = analysis.series
        let margin = max(40, event.rows.count * 2)
        let rows = max(0, event.rows.lowerBound - margin)..<min(series.rowCount, event.rows.upperBound + margin)
        let observed = Array(series.channels[channel].values[rows])
        var lines: [(values: [Double], style: String)] = []
        for (index, kind) in analysis.models.kinds.enumerated() {
            guard let model = analysis.scored[kind] else { continue }
            lines.append((model.expected(rows, channel: channel, of: series.channels.count), "m\(index)"))
        }
        lines.append((observed, "series"))
        let all = lines.flatMap(\.values).filter { !$0.isNaN }
        let (low, high) = (all.min() ?? 0, all.max() ?? 1)
        let plot = SVGPlot(width: 480, height: 160)
        let drawn = lines.map { plot.band($0.values, rows: 0..<rows.count, class: $0.style, from: low, to: high) }
        let text = [
            judgements.verdict(on: event.rows)?.rawValue ?? "not judged", notes.text(on: event.rows),
        ].filter { !$0.isEmpty }.joined(separator: ": ")
        return "<figure>"
            + plot.svg(title: eventText(series, event.rows), [plot.span(event.rows, of: rows, class: "flag")] + drawn)
            + "<figcaption><b>\(escaped(eventText(series, event.rows)))</b><br>\(escaped(text))</figcaption></figure>"
    }

    // MARK: Tables

    /// What was judged and is not flagged.
    private func unflagged() -> String {
        let events = analysis.unflaggedEvents
        return events.isEmpty ? "" : "<h2>Judged, not flagged</h2>" + table(events, isRanked: false)
    }

    private func table(_ events: [Event], isRanked: Bool = true) -> String {
        let kinds = analysis.models.kinds
        let heads = ["rank", "start", "end", "rows", "peak", "times typical"] + kinds.map(\.title) + ["verdict", "note"]
        let lines = events.enumerated().map { index, event in
            [
                isRanked ? "\(index + 1)" : "", timeLabel(analysis.series, row: event.rows.lowerBound),
                timeLabel(analysis.series, row: event.rows.upperBound - 1), "\(event.rows.count)", digits(event.peak),
                analysis.timesTypical(at: event.peakRow).map(digits) ?? "",
            ] + kinds.map { digits(event.modelPeaks[$0] ?? .nan) } + [
                judgements.verdict(on: event.rows)?.rawValue ?? "", notes.text(on: event.rows),
            ]
        }
        return htmlTable(heads, lines)
    }

    /// A bar a size of each kind of anomaly, and the smallest that would be found.
    private func found(_ sensitivity: Sensitivity) -> String {
        let lines = sensitivity.findings.map { finding in
            let bars = zip(finding.sizes, finding.shares).map { size, share in
                "<i class=\(share >= Examination.wanted ? "seen" : "missed") style='height:\(Int(2 + 18 * share))px' "
                    + "title='\(escaped(sensitivity.text(size, of: finding.kind))): \(Int((100 * share).rounded())) %'></i>"
            }
            return "<tr><td>\(escaped(finding.kind.title))</td><td class=bars>\(bars.joined())</td>"
                + "<td>\(escaped(sensitivity.text(finding)))</td><td>\(escaped(finding.kind.help))</td></tr>"
        }
        return
            "<h2>What would be found</h2><p>Anomalies of each kind were put into \(Examination.places) places of the rows that "
            + "were held out from training, in six sizes; found is the smallest that these settings flag nine times in ten. "
            + "False events to expect: \(escaped(sensitivity.falseEventsText)).</p><div class=scroll><table><tr><th>put in</th>"
            + "<th>small to large</th><th>found from</th><th>what it is</th></tr>\n\(lines.joined(separator: "\n"))</table></div>"
    }

    private func settings() -> String {
        var lines = AnalysisSettings.table(analysis.models).map { [$0.title, $0.text(analysis.settings), $0.help] }
        if let level = analysis.result?.level {
            lines.append(["Level", level.isFinite ? digits(level) : "none", "the score from which rows are flagged"])
        }
        return htmlTable(["setting", "value", "meaning"], lines)
    }

    private func columns() -> String {
        let lines = analysis.series.channels.indices.map { ColumnStatistics(analysis.series, channel: $0) }.map { column in
            [column.name, "\(column.count)", "\(column.gaps)"]
                + [
                    column.low, column.lowerQuartile, column.median, column.upperQuartile, column.high, column.mean,
                    column.deviation,
                ].map { String(format: "%.4g", $0) } + [column.period.map { "\($0) rows" } ?? "none"]
        }
        return htmlTable(
            [
                "column", "values", "gaps", "smallest", "lower quartile", "median", "upper quartile", "largest", "mean",
                "deviation", "period",
            ], lines)
    }

    private func digits(_ value: Float) -> String { value.isNaN ? "" : String(format: "%.3g", value) }

    private static let colors = ["#b3691a", "#1f8a63", "#6a5acd", "#a23b72"]

    private static let style = """
        :root { color-scheme: light dark; --text: #1c2430; --muted: #5c6776; --line: #c9d1dc; --back: #ffffff; \
        --flag: #f4c7c3; --series: #24577a; --combined: #7d3c98; --seen: #1f8a63 }
        @media (prefers-color-scheme: dark) { :root { --text: #d5dae3; --muted: #98a3b3; --line: #3b4556; --back: #11141a; \
        --flag: #5a2630; --series: #9fc6d9; --combined: #c48bdd; --seen: #67c8a2 } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 1060px; \
        margin: 2em auto; padding: 0 1em }
        h1 { margin-bottom: 0 } h2 { margin-top: 2em }
        svg.plot { width: 100%; height: auto; display: block; margin: .4em 0 }
        svg path { fill: none; stroke-width: 1.2; vector-effect: non-scaling-stroke }
        svg text { font: 11px system-ui, sans-serif; fill: var(--muted) }
        .series { stroke: var(--series) } .combined { stroke: var(--combined) } .frame { stroke: var(--line) }
        .flag { fill: var(--flag) }
        table { border-collapse: collapse; font-size: 13px } th, td { text-align: left; padding: .2em .7em .2em 0; \
        border-bottom: 1px solid var(--line); vertical-align: top }
        .scroll { overflow-x: auto } .legend { color: var(--muted) }
        .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 1em } figure { margin: 0 }
        figcaption { font-size: 13px } .bars { white-space: nowrap; line-height: 20px } \
        .bars i { display: inline-block; width: 14px; margin-right: 3px; vertical-align: bottom } \
        .seen { background: var(--seen) } .missed { background: var(--line) }
        """
}

extension ScoredModel {
    /// What the model expected of a channel in some rows, in the series' own units.
    public func expected(_ rows: Range<Int>, channel: Int, of channelCount: Int) -> [Double] {
        rows.map { detector.scaling.unscaled(errors.reconstruction[$0 * channelCount + channel], channel: channel) }
    }
}

/// A table that scrolls sideways where it is too wide.
func htmlTable(_ heads: [String], _ lines: [[String]]) -> String {
    let head = heads.map { "<th>\(escaped($0))</th>" }.joined()
    let body = lines.map { "<tr>" + $0.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>" }.joined(separator: "\n")
    return "<div class=scroll><table><tr>\(head)</tr>\n\(body)</table></div>"
}

/// `text` as HTML text.
func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
        .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
        .replacingOccurrences(of: "'", with: "&#39;")
}
