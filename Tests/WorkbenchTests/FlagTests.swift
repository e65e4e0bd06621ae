import AnomalyDetection
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
