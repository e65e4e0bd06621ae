import AnomalyDetection
import Testing
import TimeSeries
import Work

@testable import Workbench

@Suite struct SensitivityTests {
    private static let series = SampleKind.contextual.series(rows: 1000, seed: 6)

    /// What follows the settings is what would be found out anew.
    @Test func whatFollowsTheSettingsIsWhatIsFoundOutAnew() async throws {
        var analysis = try await analysis(of: Self.series)
        var live = try Sensitivity(of: analysis)
        let changes: [[String: String]] = [
            ["threshold": "0.97"], ["lstm_weight": "0.2"], ["smoothing": "5"], ["calibration": "rank"],
            ["flags": "top", "top": "3"],
            ["flags": "gap", "calibration": "excess", "smoothing": "1"],
        ]
        for change in changes {
            try analysis.update { try $0.settings.set(change, models: .standard) }
            live.follow(analysis)
            let anew = try Sensitivity(of: analysis)
            #expect(
                live.findings == anew.findings && live.level == anew.level && live.falseEvents == anew.falseEvents, "\(change)")
        }
        #expect(live.findings.contains { $0.smallest != nil })
    }

    /// A lower threshold finds smaller anomalies and costs more events.
    @Test func aLowerThresholdFindsMoreAndCostsMore() async throws {
        var analysis = try await analysis(of: Self.series)
        var sensitivity = try Sensitivity(of: analysis)
        var before: (share: Double, events: Int) = (2, .max)
        for threshold in [0.5, 0.9, 0.99, 0.999] {
            try analysis.update { try $0.settings.set(["flags": "quantile", "threshold": "\(threshold)"], models: .standard) }
            sensitivity.follow(analysis)
            let share = sensitivity.findings.reduce(0) { $0 + $1.share }
            #expect(share <= before.share || before.share == 2)
            before = (share, sensitivity.falseEvents.count)
        }
    }

    /// What is judged an anomaly is no false event; what is judged normal is one as long as it is flagged.
    @Test func eventsThatAreJudgedAnomaliesAreNotFalse() async throws {
        var analysis = try await analysis(of: Self.series)
        try analysis.update { try $0.settings.set(["flags": "quantile", "threshold": "0.9"], models: .standard) }
        var sensitivity = try Sensitivity(of: analysis)
        let before = sensitivity.falseEvents
        let event = try #require(
            analysis.result?.events.last { $0.rows.overlaps(sensitivity.examination.heldOut) }, "some rows are flagged there")
        analysis.update { $0.judgements.judge(event.rows, as: .anomaly) }
        sensitivity.follow(analysis)
        #expect(sensitivity.falseEvents.count < before.count && sensitivity.falseEvents.rows == before.rows)
        let seconds = try #require(before.seconds)
        #expect(seconds == 300 * Double(before.rows) && before.rate == Double(before.count) * 604_800 / seconds)
    }

    @Test func sizesAreToldInTheirOwnUnits() async throws {
        let sensitivity = try Sensitivity(of: try await analysis(of: Self.series))
        #expect(sensitivity.text(1, of: .spike) == "1 spread" && sensitivity.text(0.5, of: .dip) == "0.5 spreads")
        #expect(sensitivity.text(0.5, of: .swing) == "1.5 times" && sensitivity.text(0.25, of: .missingCycle) == "25 %")
        #expect(sensitivity.text(1, of: .missingCycle) == "100 %")
        #expect(sensitivity.text(1, of: .stuck) == "\(sensitivity.examination.period) rows")
        #expect(Sensitivity.bars([0, 0.5, 1]) == " ▄█")
    }

    @Test func nothingIsExaminedBeforeAModelHasScored() {
        let analysis = Analysis(series: Self.series, models: .standard)
        #expect(throws: DetectionError.noScores) { try Sensitivity(of: analysis) }
    }

    @Test func aReportTellsWhatWouldBeFound() async throws {
        let analysis = try await analysis(of: Self.series)
        let sensitivity = try Sensitivity(of: analysis)
        let page = Report(analysis, judgements: Judgements(), notes: Notes(), sensitivity: sensitivity).html()
        #expect(page.contains("<h2>What would be found</h2>") && page.contains("level shift"))
        #expect(page.contains(sensitivity.falseEventsText))
        #expect(!Report(analysis, judgements: Judgements(), notes: Notes()).html().contains("What would be found"))
    }
}
