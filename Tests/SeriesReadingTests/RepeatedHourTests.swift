import Foundation
import TestSupport
import Testing
import TimeSeries

@testable import SeriesReading

/// Times of a clock that is set, without a word of its zone.
@Suite struct RepeatedHourTests {
    private static let clocks = ["Europe/Berlin", "Europe/London", "America/New_York", "Australia/Sydney"]

    /// A year of rows as such a clock shows them, from a random minute on; each holds its number.
    private func file(_ identifier: String, every minutes: Int, random: inout SeededGenerator) throws -> Data {
        let clock = try #require(TimeZone(identifier: identifier))
        let form = DateFormatter()
        (form.locale, form.timeZone, form.dateFormat) = (Locale(identifier: "en_US_POSIX"), clock, "yyyy-MM-dd HH:mm")
        let start = 1_700_000_000 / 3600 * 3600 + minutes * 60 * Int.random(in: 0..<200, using: &random)
        let rows = (0..<(366 * 1440 / minutes)).map { row in
            "\(form.string(from: Date(timeIntervalSince1970: TimeInterval(start + row * minutes * 60)))),\(row)"
        }
        return Data((["time,v"] + rows).joined(separator: "\n").utf8) + Data("\n".utf8)
    }

    @Test(arguments: clocks, [30, 60]) func rowsOfTheHourThatComesTwiceKeepTheOrderOfTheFile(_ clock: String, minutes: Int) throws
    {
        forRandomSeeds(3) { seed, random in
            let reading = try SeriesReader.open(data: file(clock, every: minutes, random: &random), name: "s.csv")
            let values = reading.series.channels[0].values
            #expect(values == values.indices.map(Double.init), "seed \(seed): in order, none merged")
            #expect(reading.understanding.time?.zone == clock && reading.understanding.steps?.empty == 0, "seed \(seed)")
            #expect(reading.series.notices.contains { $0.contains("summer time ends") && $0.contains("--zone") }, "seed \(seed)")
        }
    }

    /// What goes back by an hour on any other day is out of order, and what the user says of the zone holds.
    @Test func otherHoursThatStandTwiceAreNotTakenForIt() throws {
        func read(_ day: String, zone: String? = nil) throws -> Reading {
            let minutes = Array(0..<180) + Array(120..<400)
            let rows = minutes.map { String(format: "\(day) %02d:%02d,%d", $0 / 60, $0 % 60, $0) }
            var options = SeriesReader.Options()
            options.zone = zone
            return try SeriesReader.open(
                data: Data((["time,v"] + rows).joined(separator: "\n").utf8), name: "s.csv", options: options)
        }
        #expect(try read("2024-10-27").understanding.time?.zone == "Europe/Berlin")
        for day in ["2024-10-26", "2024-07-07"] {
            let other = try read(day)
            #expect(other.understanding.time?.zone == nil && other.series.notices.contains { $0.contains("into time order") })
        }
        #expect(try read("2024-10-27", zone: "UTC").understanding.time?.zone == "UTC")
    }
}
