import AnomalyDetection
import Foundation
import Testing
import TimeSeries

@testable import Workbench

private let sample = SampleKind.contextual.series(rows: 900, seed: 2)

/// What is written for others to read.
@Suite struct ExportTests {
    private func judged() async throws -> (analysis: Analysis, judgements: Judgements, notes: Notes) {
        var analysis = try await analysis(of: sample)
        analysis.update { $0.settings.flags = .top }
        let event = try #require(analysis.result?.events.first)
        var (judgements, notes) = (Judgements(), Notes())
        judgements.judge(event.rows, as: .anomaly)
        notes.write("=1+1, <b>\"bold\"</b> & more", on: event.rows)
        return (analysis, judgements, notes)
    }

    @Test func eventsAreWrittenWithVerdictsAndNotesInBothNotations() async throws {
        let (analysis, judgements, notes) = try await judged()
        let export = EventExport(analysis, judgements: judgements, notes: notes)
        let events = try #require(analysis.result).events
        let lines = export.text(.csv).split(separator: "\n")
        #expect(lines.count == events.count + 1)
        #expect(
            lines[0] == "rank,start,end,first_row,last_row,rows,peak,mean,times_typical,lstm_peak,transformer_peak,verdict,note")
        #expect(lines[1].hasSuffix(#",anomaly,"'=1+1, <b>""bold""</b> & more""#), "no formula for a spreadsheet")
        struct Line: Decodable {
            let rank, rows: Int
            let peak: Float
            let typical: Float?
            let verdict, note: String?

            enum CodingKeys: String, CodingKey {
                case rank, rows, peak, verdict, note
                case typical = "times_typical"
            }
        }
        let read = try export.text(.jsonl).split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        #expect(read.map(\.rows) == events.map(\.rows.count) && read.map(\.peak) == events.map(\.peak))
        #expect(read.map(\.rank).sorted() == Array(1...events.count))
        #expect(read[0].note == notes[0].value && read[0].verdict == "anomaly")
        #expect(read.allSatisfy { ($0.typical ?? 0) > 1 }, "what is flagged differs more than usual")
    }

    /// A verdict stays in what is written where the settings flag its rows no longer, without a rank.
    @Test func whatIsJudgedAndNotFlaggedIsWrittenToo() async throws {
        var analysis = try await analysis(of: sample)
        analysis.update { ($0.settings.flags, $0.settings.top) = (.top, 1) }
        let flagged = try #require(analysis.result?.events.first)
        let other = (flagged.rows.lowerBound > 300 ? 100 : 700)..<(flagged.rows.lowerBound > 300 ? 104 : 704)
        var judgements = Judgements()
        judgements.judge(other, as: .seenBefore)
        analysis.update { $0.judgements = judgements }
        #expect(analysis.result?.events.count == 1 && analysis.unflaggedEvents.map(\.rows) == [other])
        let lines = EventExport(analysis, judgements: judgements, notes: Notes()).text(.csv).split(separator: "\n")
        #expect(lines.count == 3 && lines.count { $0.hasPrefix(",") && $0.hasSuffix(",seen_before,") } == 1, "\(lines)")
        #expect(EventExport(analysis).text(.csv).split(separator: "\n").count == 2, "without verdicts what is flagged alone")
        let page = Report(analysis, judgements: judgements, notes: Notes()).html()
        #expect(page.contains("<h2>Judged, not flagged</h2>"))
    }

    @Test func theReportIsOnePageThatAsksForNothingAndShowsWhatWasWrittenAsText() async throws {
        let (analysis, judgements, notes) = try await judged()
        let page = Report(analysis, judgements: judgements, notes: notes).html()
        #expect(page.contains("=1+1, &lt;b&gt;&quot;bold&quot;&lt;/b&gt; &amp; more") && !page.contains("<b>\"bold"))
        for outside in ["http://", "https://", "<script", "src=", "url(", "@import"] { #expect(!page.contains(outside)) }
        let events = try #require(analysis.result).events
        #expect(page.components(separatedBy: "<figure>").count - 1 == events.count)
        #expect(page.components(separatedBy: "<svg class=\"plot\"").count - 1 == events.count + 1 + 3)
        for tag in ["svg", "table", "figure", "div", "tr", "td"] {
            #expect(
                page.components(separatedBy: "<\(tag)").count == page.components(separatedBy: "</\(tag)>").count, "\(tag)")
        }
    }

    @Test func statisticsLeaveGapsOut() {
        let statistics = ColumnStatistics(
            Series(name: "s", channels: [.init(name: "v", values: [4, .nan, 1, 3, 2, .nan, 5])]), channel: 0)
        #expect(statistics.count == 5 && statistics.gaps == 2)
        #expect(statistics.low == 1 && statistics.lowerQuartile == 2 && statistics.median == 3)
        #expect(statistics.upperQuartile == 4 && statistics.high == 5 && statistics.mean == 3)
        #expect(abs(statistics.deviation - 2.0.squareRoot()) < 1e-12 && statistics.period == nil)
        let empty = ColumnStatistics(Series(name: "s", channels: [.init(name: "v", values: [.nan])]), channel: 0)
        #expect(empty.count == 0 && empty.mean.isNaN && empty.median.isNaN && empty.deviation.isNaN)
        let large = ColumnStatistics(Series(name: "s", channels: [.init(name: "v", values: [1e160, .nan, 3e160])]), channel: 0)
        #expect(abs(large.deviation / 1e160 - 1) < 1e-12)
    }

    @Test func aKeptRunTellsWhatAnotherDoesNotFlag() async throws {
        var analysis = try await judged().analysis
        let kept = try #require(KeptRun(analysis))
        #expect(kept.models.kinds == [.lstm, .transformer] && kept.models.values.map(\.seed) == [1, 2])
        analysis.update { $0.settings.top = 1 }
        let present = try #require(KeptRun(analysis))
        #expect(present.events(missingIn: kept).isEmpty)
        #expect(kept.events(missingIn: present).count == kept.events.count - present.events.count)
        #expect(KeptRun(Analysis(series: sample, models: .standard)) == nil)
    }

    @Test func rowsOfTheFileAreWrittenAndNoOthers() async throws {
        let kept = (0..<sample.rowCount).filter { $0 % 17 != 5 && !(400..<420).contains($0) }
        let file = sample.selecting(rows: kept)
        let completed = try #require(Grid(of: file)).completed(file)
        #expect(completed.rowCount == sample.rowCount)
        let filled = try await lines(of: completed)
        #expect(filled.map(\.row) == kept.map { $0 + 1 })
        #expect(filled.map(\.value) == file.channels[0].values)
        let every = try #require(GridStep("10min"))
        let laid = try #require(sample.resampled(Resampling(every: every)))
        #expect(laid.rowCount == sample.rowCount / 2)
        let own = try await lines(of: laid)
        #expect(own.map(\.row) == Array(1...sample.rowCount) && own.map(\.value) == sample.channels[0].values)
        #expect(stride(from: 0, to: own.count, by: 2).allSatisfy { own[$0].score == own[$0 + 1].score })
    }

    private struct Line: Decodable {
        let row: Int
        let value: Double
        let score: Float?

        enum CodingKeys: String, CodingKey {
            case row, value
            case score = "combined_score"
        }
    }

    /// What is written of a series.
    private func lines(of series: Series) async throws -> [Line] {
        var text = ""
        ScoreExport(series: series, result: try #require(try await analysis(of: series).result)).write(.jsonl) { text += $0 }
        return try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }
}
