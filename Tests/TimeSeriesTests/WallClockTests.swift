import Foundation
import TestSupport
import Testing

@testable import TimeSeries

private func utc(_ texts: [String], _ zone: String = "Europe/Berlin") throws -> [String] {
    let clock = try #require(WallClock(zone))
    var column = try texts.map(iso)
    clock.toUTC(&column)
    return column.map { TimeFormat.finest([$0, 1 * 60_000_000], zone: .none).text(of: $0) }
}

@Suite struct WallClockTests {
    @Test func theHourThatComesTwiceIsReadTwice() throws {
        let shown = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"].map { "2023-10-29 " + $0 }
        let wanted = ["23:30", "00:00", "00:30", "01:00", "01:30", "02:00"].enumerated().map {
            ($0.offset == 0 ? "2023-10-28T" : "2023-10-29T") + $0.element
        }
        #expect(try utc(shown) == wanted)
        #expect(try utc(shown.reversed()) == wanted.reversed())
        // Hours.
        #expect(
            try utc(["2023-10-29 01:00", "2023-10-29 02:00", "2023-10-29 02:00", "2023-10-29 03:00"])
                == ["2023-10-28T23:00", "2023-10-29T00:00", "2023-10-29T01:00", "2023-10-29T02:00"])
        // Several sensors share each time.
        #expect(
            try utc(["01:00", "01:00", "02:00", "02:00", "02:00", "02:00", "03:00", "03:00"].map { "2023-10-29 " + $0 })
                == ["28T23:00", "28T23:00", "29T00:00", "29T00:00", "29T01:00", "29T01:00", "29T02:00", "29T02:00"].map {
                    "2023-10-" + $0
                })
        // One series below the other.
        #expect(try utc(shown + shown) == wanted + wanted)
        // Only the second pass is there, and only the first.
        #expect(try utc(["2023-10-29 02:15", "2023-10-29 02:45", "2023-10-29 03:15"]).first == "2023-10-29T01:15")
        #expect(try utc(["2023-10-29 01:45", "2023-10-29 02:15"]).last == "2023-10-29T00:15")
        #expect(try utc(["2023-10-29 02:30"]) == ["2023-10-29T00:30"])
    }

    @Test func theHourThatIsMissingLeavesNoGap() throws {
        let clock = try #require(WallClock("Europe/Berlin"))
        var column = try ["2023-03-26 01:30", "2023-03-26 03:00", "2023-03-26 02:30"].map(iso)
        let turns = clock.toUTC(&column)
        #expect(turns == WallClock.Turns(repeated: 0, missing: 1))
        #expect(try column == ["2023-03-26 00:30", "2023-03-26 01:00", "2023-03-26 01:30"].map(iso))
    }

    @Test func whatAClockShowedIsTheInstantAtWhichItDidSo() {
        let zones = [
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Europe/Moscow", "America/Sao_Paulo",
            "+05:45",
        ]
        forRandomSeeds(40) { seed, random in
            let name = random.choose(zones)
            let clock = try #require(WallClock(name))
            let step = Int64(random.choose([5, 10, 15, 30])) * 60_000_000
            let start = Int64.random(in: 0...1_900_000_000, using: &random) / 1800 * 1_800_000_000
            let instants = (0..<20_000).map { start + Int64($0) * step }
            var column = instants.map { $0 + Int64(clock.minutes(at: $0)) * 60_000_000 }
            let newestFirst = random.happens(0.3)
            if newestFirst { column.reverse() }
            clock.toUTC(&column)
            if newestFirst { column.reverse() }
            #expect(column == instants, "\(name), seed \(seed)")
        }
    }

    @Test func anOffsetIsThatOfTheDatabaseOfZones() {
        forRandomSeeds(500) { seed, random in
            let name = random.choose(["Europe/Berlin", "America/St_Johns", "Europe/Istanbul", "Pacific/Apia", "Asia/Tehran"])
            let clock = try #require(WallClock(name))
            let zone = try #require(TimeZone(identifier: name))
            let second = Int.random(in: 0...4_000_000_000, using: &random)
            let wanted = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))) / 60
            #expect(clock.minutes(at: Int64(second) * 1_000_000) == wanted, "\(name), seed \(seed)")
        }
    }

    @Test func aZoneIsKnownByItsNameOrItsOffset() {
        for (given, name) in [
            ("europe/berlin", "Europe/Berlin"), ("UTC", "UTC"), ("gmt", "UTC"), ("Z", "UTC"), ("+1", "+01:00"),
            ("UTC+2", "+02:00"),
            ("-0330", "-03:30"), ("GMT-5", "-05:00"),
        ] {
            #expect(WallClock(given)?.identifier == name)
        }
        for none in ["CET", "IST", "", "Europe", "Europe/Nowhere", "Mars/Base", "+25:00", "../../etc/localtime", "Berlin"] {
            #expect(WallClock(none) == nil, "\(none)")
        }
        #expect(WallClock("UTC")?.zone == .utc)
        #expect(WallClock("+01:00")?.zone == .offset(minutes: 60, colon: true))
    }

    @Test func aTimeIsShownWithTheOffsetOfItsInstant() throws {
        let clock = try #require(WallClock("Europe/Berlin"))
        let instants = try ["2023-10-29 00:30", "2023-10-29 01:30"].map(iso)
        let format = TimeFormat.finest(instants, zone: clock.zone)
        #expect(
            instants.map(format.text)
                == ["2023-10-29T02:30:00+02:00", "2023-10-29T02:30:00+01:00"].map { $0.replacing(":00+", with: "+") })
        let axis = TimeAxis(microseconds: instants, format: format)
        #expect(axis.row(at: "2023-10-29 02:30") == 0)
        #expect(axis.row(at: "2023-10-29 03:30") == nil)
        #expect(axis.row(at: "2023-10-29T02:30+01:00") == 1)
    }
}
