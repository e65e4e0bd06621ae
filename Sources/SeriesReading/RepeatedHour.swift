import TimeSeries

extension RawReading {
    /// Where clocks are set as in most places that do so: an hour back at 03:00, 02:00 and 02:00 in autumn, and at 03:00 in April.
    private static let clocks = ["Europe/Berlin", "Europe/London", "America/New_York", "Australia/Sydney"]

    /// Takes times that go back for an hour, or stand twice, just where a clock is set for that clock's, so that rows keep the order of
    /// the file. Nothing is changed where anything else is out of order, or where a time is one that the clock leaves out.
    mutating func readRepeatedHour(_ options: SeriesReader.Options) {
        guard options.zone == nil, understanding.key == nil, let written = series.time.microseconds, series.rowCount > 2,
            case .iso8601(let notation) = series.time.format, notation.zone == .none, !Self.isRising(written)
        else { return }
        // Most rows that are out of order are so for another reason.
        let early = written.adjacentPairs().lazy.filter { $0 >= $1 }
        guard early.allSatisfy({ $0 - $1 <= 3_600_000_000 }) else { return }
        for clock in Self.clocks.compactMap({ WallClock($0) }) {
            var times = written
            let turns = clock.toUTC(&times)
            guard turns.missing == 0, turns.repeated > 0, Self.isRising(times) else { continue }
            form.zone = clock
            series.time = TimeAxis(microseconds: times, format: .finest(times, zone: clock.zone))
            understanding.time?.zone = clock.identifier
            understanding.notices.append(
                "Times go back an hour where summer time ends, and are read as \(clock.identifier) has them (--zone names another)."
            )
            return
        }
    }

    private static func isRising(_ times: [Int64]) -> Bool { times.adjacentPairs().allSatisfy { $0 < $1 } }
}
