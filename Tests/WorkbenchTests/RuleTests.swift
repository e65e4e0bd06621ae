import Accounts
import AnomalyDetection
import Foundation
import Persistence
import TestSupport
import Testing
import TimeSeries
import Work

@testable import Workbench

/// Rules of expected rows, and what follows from them.
@Suite struct RuleTests {
    private let series = SampleKind.contextual.series(rows: 900, seed: 2)

    private func rule(_ rows: Range<Int>, _ purpose: String = "") throws -> ExpectedRule {
        try ExpectedRule("\(purpose)\(rows.lowerBound + 1)..\(rows.upperBound)")
    }

    @Test func expectedRowsAreNotFlaggedAndStandApart() async throws {
        var analysis = try await analysis(of: series.counted)
        let before = try #require(analysis.result)
        let event = try #require(before.events.max { $0.peak < $1.peak })
        let expected = try rule(event.rows)
        analysis.update { $0.rules = [expected] }
        let after = try #require(analysis.result)
        #expect(after.events.allSatisfy { !$0.rows.overlaps(event.rows) })
        #expect(after.expectedEvents.contains { $0.rows.overlaps(event.rows) } && !after.isFlagged(event.peakRow))
        #expect(after.combined == before.combined, "scores stay as they are")
        #expect(analysis.events.allSatisfy { !$0.rows.overlaps(event.rows) })
        analysis.update { $0.rules = [] }
        #expect(analysis.result == before, "without rules all is as it was")
    }

    @Test func noRuleEverLeavesAnExpectedRowFlagged() async throws {
        let models = try await trained(series.counted)
        forRandomSeeds(40) { seed, random in
            var analysis = Analysis(series: series.counted, models: .standard)
            analysis.use(models)
            let spans = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                let start = Int.random(in: 0..<890, using: &random)
                return start..<min(900, start + Int.random(in: 1...200, using: &random))
            }
            let rules = try spans.map { try rule($0, random.happens(0.5) ? "maintenance " : "") }
            let flags = random.choose(AnalysisSettings.Flags.allCases)
            let threshold = random.uniform()
            let judged = random.happens(0.4) ? analysis.events.first?.rows : nil
            analysis.update {
                $0.rules = rules
                ($0.settings.flags, $0.settings.threshold) = (flags, threshold)
                if let judged { $0.judgements.judge(judged, as: .normal) }
            }
            let result = try #require(analysis.result)
            for row in spans.joined() { #expect(!result.isFlagged(row), "seed \(seed): row \(row), \(flags) \(threshold)") }
            #expect(result.expectedEvents.allSatisfy { result.expected.contains($0.peakRow) }, "seed \(seed)")
        }
    }

    @Test func theLevelIsFoundAmongRowsThatNoRuleExpects() async throws {
        var analysis = try await analysis(of: series.counted)
        analysis.update { ($0.settings.flags, $0.settings.top) = (.top, 1) }
        let first = try #require(analysis.result?.events.first)
        let expected = try rule(first.rows)
        analysis.update { $0.rules = [expected] }
        let second = try #require(analysis.result?.events.first)
        #expect(second.peak < first.peak && analysis.result?.expectedEvents.isEmpty == false, "another one is the highest now")
    }

    @Test func rowsThatComeAreExpectedToo() async throws {
        let models = try await trained(series.counted.prefix(800))
        var followed = Analysis(series: series.counted.prefix(800), models: .standard)
        followed.use(models)
        let rules = [try rule(780..<860)]
        followed.update { $0.rules = rules }
        try followed.append(series.counted.rows(800..<900))
        var whole = Analysis(series: series.counted, models: .standard)
        whole.use(try models.map { try ScoredModel(scoring: series.counted, with: $0.detector) })
        whole.update { $0.rules = rules }
        #expect(
            followed.result?.events == whole.result?.events && followed.result?.expectedEvents == whole.result?.expectedEvents)
        followed.forget(first: 100)
        #expect(followed.expected.rows == [680..<760], "rows are counted from the first of the file")
    }

    @Test func maintenanceIsNotLearntAndWhatIsNormalIs() throws {
        let rules = [try rule(100..<200), try rule(300..<350, "maintenance ")]
        let task = try ChosenRows(rules: rules).task(series.counted, seed: 1)
        let values = task.series.channels[0].values
        #expect(values.indices.filter { values[$0].isNaN } == Array(300..<350))
    }

    @Test func exportsAndReportsListWhatIsExpectedApart() async throws {
        var analysis = try await analysis(of: series.counted)
        let event = try #require(analysis.events.first)
        #expect(!EventExport(analysis).text(.csv).contains("expected"))
        let storm = try ExpectedRule("\(event.rows.lowerBound + 1)..\(event.rows.upperBound) # a storm")
        analysis.update { $0.rules = [storm] }
        let lines = EventExport(analysis).text(.csv).split(separator: "\n")
        #expect(lines[0].hasSuffix(",expected") && lines.last?.hasSuffix(",a storm") == true)
        #expect(lines.count { $0.hasSuffix("a storm") } == 1 && lines.last?.first == ",", "it has no rank")
        let page = Report(analysis, judgements: Judgements(), notes: Notes()).html()
        #expect(page.contains("1 more is expected by rules") && page.contains("<h2>Expected</h2>") && page.contains("a storm"))
    }

    @Test func rulesAreStoredBySeriesAndGoWithItWhenItGrows() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let locations = Locations(dataDirectory: folder.path, environment: [:])
        let database = try OddlineDatabase(at: locations.database)
        let accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4))
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: "correct horse battery")
        let library = UserLibrary(
            session: try accounts.login(identifier: "ann", password: "correct horse battery"), database: database,
            locations: locations, models: .standard)
        let part = series.prefix(800)
        let shelf = try library.open(part, at: "/a.csv")
        let (one, two) = (try ExpectedRule("1..5"), try ExpectedRule("maintenance Sun # b"))
        try shelf.change(adding: [one, two, one])
        #expect(try shelf.rules() == [one, two])
        #expect(try library.shelf(of: series, at: "/a.csv").rules() == [one, two], "of more rows of the same file too")
        #expect(try library.open(series, at: "/a.csv").rules() == [one, two] && shelf.rules().isEmpty)
        let grown = library.shelf(of: series.identity)
        try grown.change(removing: [one], adding: [try ExpectedRule("7..9")])
        #expect(try grown.rules().map(\.text) == ["maintenance Sun # b", "7..9"])
        let many = try (1...(ExpectedRule.most + 1)).map { try ExpectedRule("\($0)..\($0)") }
        #expect(throws: RuleError.tooMany) { try grown.replace(rules: many) }
        #expect(try grown.rules().count == 2, "nothing is changed where there are too many")
    }
}

extension Series {
    /// The same without times.
    fileprivate var counted: Series {
        var series = self
        series.time = .rowNumbers
        return series
    }
}
