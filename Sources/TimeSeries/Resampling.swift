import Foundation

/// How the rows of a file are laid on even steps: how long one is, and what becomes of the rows that lie in it.
public struct Resampling: Sendable, Equatable {
    /// The step.
    public let every: GridStep
    /// What becomes of the rows of a step.
    public let aggregation: Aggregation
    /// Whether steps begin half a step before where most rows lie, so that rows that come a little early or late lie in one of their own; else
    /// they begin where clocks and calendars do.
    fileprivate let isCentred: Bool

    /// What becomes of the measured values of a channel in a step; a step without any is a gap, but for their count.
    public enum Aggregate: String, Sendable, CaseIterable, Codable {
        case mean, last, minimum = "min", maximum = "max", sum, count
    }

    /// What becomes of rows that are made one.
    public struct Aggregation: Sendable, Equatable {
        /// In all channels but some.
        public let aggregate: Aggregate
        /// In these, by their names.
        public let ofChannels: [String: Aggregate]

        /// Means, unless something else is wanted.
        public init(_ aggregate: Aggregate = .mean, ofChannels: [String: Aggregate] = [:]) {
            (self.aggregate, self.ofChannels) = (aggregate, ofChannels)
        }

        /// What becomes of the rows of a channel.
        func of(_ channel: Series.Channel, _ rows: Range<Int>) -> Double {
            (ofChannels[channel.name] ?? aggregate).of(channel.values[rows])
        }
    }

    /// Steps and what becomes of their rows.
    public init(every: GridStep, _ aggregation: Aggregation = Aggregation()) {
        (self.every, self.aggregation, isCentred) = (every, aggregation, false)
    }

    /// What is guessed for rows that lie on no grid: steps about as long as most are, of a length that clocks have.
    /// - Returns: `nil` without times, or where all are the same.
    public init?(guessing series: Series, _ aggregation: Aggregation = Aggregation()) {
        guard let times = series.time.microseconds?.prefix(SeriesProfile.rows) else { return nil }
        let steps = times.adjacentPairs().map { $1 - $0 }.filter { $0 > 0 }.sorted()
        guard !steps.isEmpty else { return nil }
        every = GridStep(microseconds: Self.nearestOrdinary(steps[steps.count / 2]))
        (self.aggregation, isCentred) = (aggregation, true)
    }

    /// The time that people measure by which is nearest to `step` microseconds, by their ratio.
    private static func nearestOrdinary(_ step: Int64) -> Int64 {
        ordinary.min { abs(log(Double($0) / Double(step))) < abs(log(Double($1) / Double(step))) } ?? step
    }

    /// The time that people measure by that is the same as `step` microseconds but for a hundredth; itself where there is none.
    static func ordinary(near step: Int64) -> Int64 {
        let nearest = nearestOrdinary(step)
        return abs(Double(nearest) / Double(step) - 1) <= 0.01 ? nearest : step
    }

    /// Times that people measure by, from a microsecond to four weeks.
    private static let ordinary: [Int64] = {
        let (second, minute, hour, day): (Int64, Int64, Int64, Int64) = (1_000_000, 60_000_000, 3_600_000_000, GridStep.day)
        var all = [1, 2, 5, 10, 15, 20, 30].flatMap { [$0 * second, $0 * minute] } + [1, 2, 3, 4, 6, 8, 12].map { $0 * hour }
        all += [day, 2 * day, 7 * day, 14 * day, 28 * day]
        var decimal: Int64 = 1
        while decimal < second {
            all += [decimal, 2 * decimal, 5 * decimal]
            decimal *= 10
        }
        return all
    }()
}

/// The rows of a file of which those of a series were made, and where they went.
public final class GridSource: Sendable {
    /// The rows, in order of time.
    public let rows: Series
    /// The row of the series that each became part of; rising.
    public let places: [Int]

    init(rows: Series, places: [Int]) { (self.rows, self.places) = (rows, places) }

    /// The same with some of the channels.
    func with(channels names: [String]) -> GridSource {
        let channels = names.compactMap { name in rows.channels.first { $0.name == name } }
        return GridSource(rows: rows.with(channels), places: places)
    }
}

extension Series {
    /// The series laid on even steps, its rows those of `source` then. Pauses are cut short as `Grid` does it, and of the rows of a
    /// step the earliest's position in the file is kept.
    /// - Returns: `nil` without times. They must not fall.
    public func resampled(_ resampling: Resampling) -> Series? {
        guard let times = time.microseconds, !times.isEmpty else { return nil }
        let cells = GridCells(resampling.every, zone: time.zone, centredOn: resampling.isCentred ? times : nil)
        let numbers = times.map(cells.number)
        let gaps = numbers.adjacentPairs().map { max(0, Int($1 - $0) - 1) }
        let longest = longestOf(gaps, rows: times.count)
        var (places, instants, starts): ([Int], [Int64], [Int]) = ([], [], [])
        places.reserveCapacity(times.count)
        for row in times.indices {
            let step = row > 0 ? numbers[row] - numbers[row - 1] : 1
            for place in stride(from: min(Int(step) - 1, longest), to: 0, by: -1) {
                instants.append(cells.instant(of: numbers[row] - Int64(place)))
                starts.append(row)
            }
            if step > 0 {
                instants.append(cells.instant(of: numbers[row]))
                starts.append(row)
            }
            places.append(instants.count - 1)
        }
        // A row's own rows of the file reach from where it starts to where the next one does; a gap's to where it starts itself.
        let ends = starts.dropFirst() + [times.count]
        let rows = zip(starts, ends).enumerated().map { place, bounds in places[bounds.0] == place ? bounds.0..<bounds.1 : 0..<0 }
        return laid(rows, at: instants, places, resampling.aggregation)
    }

    /// The series with rows of the same time made one, its rows those of `source` then; itself without such rows.
    public func merged(_ aggregation: Resampling.Aggregation) -> Series {
        guard let times = time.microseconds, times.adjacentPairs().contains(where: ==) else { return self }
        var (starts, places): ([Int], [Int]) = ([], [])
        for row in times.indices {
            if row == 0 || times[row] > times[row - 1] { starts.append(row) }
            places.append(starts.count - 1)
        }
        let rows = zip(starts, starts.dropFirst() + [times.count]).map { $0..<$1 }
        return laid(rows, at: starts.map { times[$0] }, places, aggregation)
    }

    /// - Parameters:
    ///   - rows: those that each new row is made of.
    ///   - places: the new row that each row becomes part of.
    private func laid(
        _ rows: [Range<Int>], at instants: [Int64], _ places: [Int], _ aggregation: Resampling.Aggregation
    ) -> Series {
        let laid = channels.map { channel in Channel(name: channel.name, values: rows.map { aggregation.of(channel, $0) }) }
        var series = Series(
            name: name, channels: laid, time: TimeAxis(microseconds: instants, format: time.format),
            labels: labels.map { labels in rows.map { labels[$0].contains(true) } },
            fileOrder: rows.map { $0.isEmpty ? 0 : rowNumber($0.lowerBound) }, notices: notices)
        series.source = GridSource(rows: self, places: places)
        return series
    }
}

extension Resampling.Aggregate {
    /// What becomes of some values; gaps among them do not count.
    fileprivate func of(_ values: ArraySlice<Double>) -> Double {
        let measured = values.lazy.filter { !$0.isNaN }
        let count = measured.count
        if self == .count { return Double(count) }
        guard count > 0 else { return .nan }
        return switch self {
        case .mean: measured.reduce(0, +) / Double(count)
        case .last: measured.last ?? .nan
        case .minimum: measured.min() ?? .nan
        case .maximum: measured.max() ?? .nan
        case .sum: measured.reduce(0, +)
        case .count: Double(count)
        }
    }
}
