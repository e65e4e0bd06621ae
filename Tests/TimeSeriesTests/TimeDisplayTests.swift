import TestSupport
import Testing

@testable import TimeSeries

@Suite struct TimeDisplayTests {
    @Test(arguments: [
        (["2023-01-01", "2023-01-02"], "2023-01-01"), (["2023-01-01", "2023-01-02 01:00"], "2023-01-01T00:00"),
        (["2023-01-01 00:00:05"], "2023-01-01T00:00:05"), (["2023-01-01", "2023-01-01 00:00:00.5"], "2023-01-01T00:00:00.0"),
        (["2023-01-01 00:00:00.25"], "2023-01-01T00:00:00.25"), (["2023-01-01 00:00:00.125"], "2023-01-01T00:00:00.125"),
        (["2023-01-01 00:00:00.1251"], "2023-01-01T00:00:00.125100"), (["1899-12-31 23:59:59.999"], "1899-12-31T23:59:59.999"),
    ])
    func timesAreShownAsFineAsTheyAre(times: [String], first: String) throws {
        let instants = try times.map(iso)
        #expect(TimeFormat.finest(instants).text(of: instants[0]) == first)
    }

    @Test func whatIsShownAsFineAsItIsReadsBack() {
        forRandomSeeds(500) { seed, random in
            let unit: Int64 = random.choose([1, 1000, 10_000, 100_000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000])
            let first = Int64.random(in: -60_000_000_000_000_000...200_000_000_000_000_000, using: &random) / unit * unit
            let instants = (0..<20).map { first + unit * Int64($0) }
            let zone: TimeFormat.Notation.Zone = random.choose([.none, .utc, .offset(minutes: 120, colon: true)])
            let format = TimeFormat.finest(instants, zone: zone)
            for instant in instants {
                guard case .iso8601(let notation) = format, notation.timeSeparator != nil || zone == .none else { continue }
                let text = Array(format.text(of: instant).utf8)
                #expect(text.withUnsafeBufferPointer { TimeNotation.iso.instant($0) } == instant, "seed \(seed)")
            }
        }
    }

    @Test func midnightsOfAZoneAreDates() throws {
        let clock = try #require(WallClock("Europe/Berlin"))
        let instants = try ["2023-03-25 23:00", "2023-03-26 22:00"].map(iso)
        let format = TimeFormat.finest(instants, zone: clock.zone)
        #expect(instants.map(format.text) == ["2023-03-26", "2023-03-27"])
    }

    @Test func numbersAndTimePassedAreShownAsSuch() {
        #expect(TimeFormat.unixMilliseconds.text(of: 1_677_974_400_000_250) == "1677974400000")
        #expect(
            TimeNotation.count(.unixMilliseconds).format(of: [1_677_974_400_000_250]).text(of: 1_677_974_400_000_250)
                == "1677974400000.250")
        #expect(TimeNotation.count(.unixMilliseconds).format(of: [5000]) == .unixMilliseconds)
        #expect(TimeNotation.count(.unix).format(of: [1_500_000]).text(of: -1_500_000) == "-1.5")
        #expect(TimeNotation.clock.format(of: [90_600_000_000]).text(of: 90_600_000_000) == "25:10")
        #expect(TimeNotation.count(.seconds).format(of: [10_500]).text(of: 10_500) == "00:00:00.010500")
        #expect(TimeNotation.count(.unixNanoseconds).format(of: [3_600_000_000]).text(of: 3_600_000_000) == "1970-01-01T01:00Z")
        let axis = TimeAxis(microseconds: [0, 900_000_000, 1_800_000_000], format: TimeNotation.clock.format(of: [900_000_000]))
        #expect(axis.row(at: "00:20") == 2)
    }

    @Test(arguments: [
        (["2023-01-01", "2023-01-02", "2023-01-03"], "P1D"), (["2023-01-01 00:00", "2023-01-01 01:00"], "PT1H"),
        (["2023-01-01 00:00:00", "2023-01-01 00:00:00.1"], "PT0.1S"), (["2023-01-01", "2023-02-01", "2023-03-01"], "P1M"),
        (["2023-01-31", "2023-02-28", "2023-03-31"], "P1M"), (["1983-01", "1983-04", "1983-07"], "P3M"),
        (["1901", "1902", "1903"], "P1Y"),
        (["2020-12-28", "2021-01-04"], "P7D"), (["2023-01-01 00:00", "2023-01-01 01:30"], "PT1H30M"),
        (["2023-01-01 00:00", "2023-01-02 12:00"], "P1DT12H"), (["2023-01-01 00:00:00", "2023-01-01 00:01:05"], "PT1M5S"),
        (["1903", "1902", "1901"], "P1Y"), (["2023-01-01", "2023-01-01", "2023-01-02"], "P1D"),
        (["2023-01-01", "2023-01-01"], nil), ([], nil),
    ])
    func theStepIsADurationOfTheCalendar(times: [String], expected: String?) throws {
        #expect(isoStep(of: try times.map(iso)) == expected)
    }

    @Test(arguments: [
        (["2023-01-31", "2023-02-28", "2023-03-31"], 1 as Int?), (["1901-01-01", "1902-01-01", "1903-01-01"], 12),
        (["2023-01-01", "2023-01-29", "2023-02-26"], nil), (["2023-01-01", "2023-01-02"], nil), ([], nil),
    ])
    func theProfileTellsMonthsOfTheCalendar(times: [String], months: Int?) throws {
        let axis = TimeAxis(microseconds: times.isEmpty ? nil : try times.map(iso), format: .iso8601(.init()))
        let values = times.isEmpty ? [1] : times.indices.map { Double($0) }
        let series = Series(name: "s", channels: [.init(name: "v", values: values)], time: axis)
        #expect(series.profile.monthStep == months)
    }

    @Test func theDayOfAZoneThatIsSetStaysADay() throws {
        let clock = try #require(WallClock("Europe/Berlin"))
        var column = (0..<10).map { Int64($0 + 19440) * 86_400_000_000 }
        clock.toUTC(&column)
        #expect(isoStep(of: column, zone: clock.zone) == "P1D")
    }

    @Test func anUnevenStepIsTheMedian() {
        #expect(isoStep(of: [0, 1, 3, 6, 10, 15].map { $0 * 1_000_000 }) == "PT3S")
    }
}
