import AnomalyDetection
import Foundation
import Testing
import TimeSeries
import Work

@testable import Workbench

@Suite(.serialized) struct FlagTests {
    @Test func nothingIsFlaggedInAConstantSeries() async throws {
        let series = Series(name: "flat", channels: [.init(name: "v", values: [Double](repeating: 4, count: 600))])
        let result = try #require(try await analysis(of: series).result)
        #expect(result.events.isEmpty && result.level == .infinity)
        #expect(result.combined.allSatisfy { $0 < 0.1 })
    }

    @Test func flagsDependNeitherOnTheUnitNorOnTheOriginOfValues() async throws {
        let series = SampleKind.collective.series(rows: 1201, seed: 7)
        let values = series.channels[0].values.map { ($0 * 1024).rounded() / 1024 }
        func events(_ values: [Double]) async throws -> [Range<Int>] {
            let series = Series(name: "values", channels: [.init(name: "v", values: values)])
            return try #require(try await analysis(of: series).result).events.map(\.rows)
        }
        let (plain, other) = (try await events(values), try await events(values.map { 8 * $0 - 4096 }))
        #expect(!plain.isEmpty && plain == other)
    }

    @Test func atMostOneEventInTenThousandRowsIsFlaggedInASeriesWithoutAnomalies() async throws {
        let series = SampleKind.ramp.series(rows: 10_000, seed: 11, isClean: true)
        let result = try #require(try await analysis(of: series).result)
        #expect(result.events.count <= 1, "\(result.events.map(\.rows))")
    }

    @Test func ordinaryRowsAreNotFlaggedWhereNothingStandsApart() async throws {
        var events = 0
        for seed in 501...503 as ClosedRange<UInt64> {
            let series = SampleKind.contextual.series(rows: 3000, seed: seed, isClean: true)
            events += try #require(try await analysis(of: series).result).events.count
        }
        #expect(events <= 1, "in 9,000 rows")
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func aMonthOnANewLevelIsOneEvent(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let month = 300 + Int(random.uniform() * 600)
        let values = (0..<1095).map { day in
            10 * sin(2 * Double.pi * Double(day) / 7) + random.normal() + ((month..<(month + 30)).contains(day) ? 100.0 : 0)
        }
        let series = Series(name: "three years of days", channels: [.init(name: "v", values: values)])
        let events = try #require(try await analysis(of: series).result).events
        #expect(events.count == 1 && events.allSatisfy { $0.rows.clamped(to: month..<(month + 30)).count == 30 })
    }

    /// Spikes of 10 are found beside one of 1,000.
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func aHugeSpikeHidesNoOthers(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var values = (0..<3000).map { sin(2 * Double.pi * Double($0) / 50) + 0.1 * random.normal() }
        for (row, height) in [(700, 10.0), (1500, 10), (1900, 1000), (2300, 10)] { values[row] += height }
        let series = Series(name: "spikes", channels: [.init(name: "v", values: values)])
        let events = try #require(try await analysis(of: series).result).events
        for row in [700, 1500, 1900, 2300] { #expect(events.contains { $0.rows.contains(row) }, "\(row)") }
    }

    @Test func whatStandsApartIsFlaggedAndNothingElse() async throws {
        let series = SampleKind.collective.series(rows: 3000, seed: 7)
        let analysis = try await analysis(of: series)
        let result = try #require(analysis.result)
        let comparison = try Comparison(series: series, result: result, settings: analysis.settings)
        let combined = try #require(comparison.lines.last)
        #expect(combined.events.found.allSatisfy { $0 } && combined.events.precision == 1)
        #expect(combined.events.f1 == 1 && combined.bestEventF1 == 1)
    }

    @Test func aComparisonStopsWhenAsked() async throws {
        let series = SampleKind.contextual.series(rows: 900, seed: 2)
        let analysis = try await analysis(of: series)
        let result = try #require(analysis.result)
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: DetectionError.cancelled) {
            try Comparison(series: series, result: result, settings: analysis.settings, cancellation: cancellation)
        }
    }
}
