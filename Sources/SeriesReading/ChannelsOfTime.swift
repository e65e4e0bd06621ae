import TimeSeries

/// Channels that turn out to say the time or to count rows, once all rows are read.
extension RawReading {
    /// Rows from which on numbers that go on so evenly are no chance.
    private static let fewestRows = 50
    /// The rows from which on it is told that a channel rises by one.
    private static let fewestTold = 10
    /// Microseconds of the units in which time is counted.
    private static let units: [Double] = [1e-3, 1, 1e3, 1e6, 6e7, 3.6e9, 8.64e10]

    /// Leaves out channels that rise as the time does in one of its units, and those that count all rows from 0 or 1 on; says which
    /// others rise by one.
    mutating func leaveOutClocks(_ decision: TableDecision) {
        let options = decision.options
        guard options.columns.isEmpty else { return }
        var (clocks, counters, rising): ([String], [String], [String]) = ([], [], [])
        for channel in series.channels where !options.taken.contains(channel.name) {
            let isEven = Self.risesByOne(channel.values)
            if isEven, series.rowCount >= Self.fewestTold, !decision.isNameless { rising.append(channel.name) }
            guard series.rowCount >= Self.fewestRows else { continue }
            if let times = series.time.microseconds, Self.says(times, channel.values) {
                clocks.append(channel.name)
            } else if isEven, [0, 1].contains(channel.values[0]) {
                counters.append(channel.name)
            }
        }
        leaveOut(channels: clocks, .saysTheTime)
        leaveOut(channels: counters + namelessCounters(decision).filter { !options.taken.contains($0) }, .countsRows)
        let left = Set(series.channels.map(\.name))
        for name in rising where left.contains(name) {
            understanding.notices.append(
                "Column \(name) rises by one from row to row (--ignore \(SeriesError.shellWord(name)) leaves it out).")
        }
    }

    private static func risesByOne(_ values: [Double]) -> Bool {
        values.count > 1 && values.adjacentPairs().allSatisfy { $1 == $0 + 1 }
    }

    /// Whether numbers are times but for where they begin, in one of the units of time.
    private static func says(_ times: [Int64], _ values: [Double]) -> Bool {
        guard let first = values.first, let last = values.last, let begin = times.first, let end = times.last, end > begin,
            last > first
        else { return false }
        let length = Double(end - begin)
        guard let unit = units.first(where: { abs((last - first) * $0 / length - 1) < 0.001 }) else { return false }
        // Numbers may be rounded where times are not, and the other way round.
        let tolerance = max(first == first.rounded() && last == last.rounded() ? 0.5 : 1e-3, 1e-6 * abs(last))
        return zip(times, values).allSatisfy { time, value in
            abs(first + Double(time - begin) / unit - value) <= tolerance
        }
    }

    /// Says which units stand behind the numbers of channels.
    mutating func tellUnits() {
        let units = understanding.columns.compactMap { column in
            column.role == .channel ? column.unit.map { "\(column.name) \($0)" } : nil
        }
        if !units.isEmpty { understanding.notices.append("Units behind numbers: \(listed(units)).") }
    }
}
