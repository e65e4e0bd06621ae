import Foundation
import TimeSeries

/// Where an anomaly is put into a series, and by chance how. One place has all sizes of its kind, so that they differ in their size
/// alone.
struct InjectionPlace: Sendable {
    let kind: InjectedKind
    /// The first row that differs.
    let row: Int
    /// The channel that is odd, where it is one.
    let channel: Int
    /// Where the random numbers begin.
    let seed: UInt64
}

/// Puts anomalies into rows.
struct Injector: Sendable {
    /// Rows in a cycle.
    let period: Int
    /// The channels' spreads, each in its channel's unit.
    let spreads: [Double]

    /// Rows beyond those that are wanted that an anomaly may take up.
    var spare: Int { period }

    /// `rows` with an anomaly from row `place.row` on, which is counted as the rows of `channels` are.
    /// - Parameters:
    ///   - channels: the values of each channel, of `spare` rows more than are wanted where there are so many.
    ///   - count: rows that are wanted; those that lack at the end are as they were a period before.
    func inject(_ place: InjectionPlace, size: Double, into channels: [[Double]], count: Int) -> [[Double]] {
        let odd = place.kind.isOfTime ? Array(channels.indices) : [place.channel]
        var injected = channels
        for channel in odd where size > 0 {
            var random = SeededGenerator(seed: place.seed)
            change(&injected[channel], place, size: size, spread: spreads[channel], &random)
        }
        return injected.map { values in
            var values = Array(values.prefix(count))
            while values.count < count { values.append(values[max(0, values.count - period)]) }
            return values
        }
    }

    private func change(
        _ values: inout [Double], _ place: InjectionPlace, size: Double, spread: Double, _ random: inout SeededGenerator
    ) {
        let rows = place.row..<min(values.count, place.row + place.kind.rows(size: size, period: period))
        let sign = random.uniform() < 0.5 ? -1.0 : 1
        let reach = size * spread
        switch place.kind {
        case .spike, .levelShift: for row in rows { values[row] += sign * reach }
        case .dip:
            for (place, row) in rows.enumerated() {
                values[row] -= reach * sin(Double.pi * (Double(place) + 0.5) / Double(rows.count))
            }
        case .drift:
            for (place, row) in rows.enumerated() { values[row] += sign * reach * Double(place + 1) / Double(rows.count) }
        case .noise: for row in rows { values[row] += reach * random.normal() }
        case .swing:
            let mean = mean(values[rows])
            for row in rows { values[row] = mean + (values[row] - mean) * (1 + size) }
        case .stuck:
            let held = values[rows.lowerBound]
            for row in rows where !values[row].isNaN { values[row] = held }
        case .zero: for row in rows where !values[row].isNaN { values[row] = 0 }
        case .missingCycle: for (row, rise) in zip(rows, rises(values, rows)) { values[row] -= size * rise }
        case .extraCycle:
            let later = rows.map { min($0 + period / 2, values.count - 1) }
            let rises = rises(values, rows.lowerBound..<min(values.count, rows.upperBound + period / 2))
            for (row, other) in zip(rows, later) { values[row] += size * rises[other - rows.lowerBound] }
        case .swapped:
            let half = rows.count / 2
            let (first, second) = (values[rows].prefix(half), values[rows].dropFirst(half))
            values.replaceSubrange(rows, with: Array(second) + Array(first))
        case .apart:
            let ahead = rows.map { values[min($0 + period / 2, values.count - 1)] }
            for (row, value) in zip(rows, ahead) { values[row] = value }
        case .stretched, .squeezed:
            let own = place.row..<min(values.count, place.row + period)
            let speed = place.kind == .stretched ? 1 / (1 + size) : 1 + size
            values.replaceSubrange(own, with: played(values[own], speed: speed, rows: rows.count))
        }
    }

    /// What rises out of the median of some rows, or sinks below it, whichever reaches farther; 0 elsewhere.
    private func rises(_ values: [Double], _ rows: Range<Int>) -> [Double] {
        let present = values[rows].filter { !$0.isNaN }.sorted()
        guard let low = present.first, let high = present.last else { return rows.map { _ in 0 } }
        let median = quantile(ofSorted: present, 0.5)
        return values[rows].map { high - median >= median - low ? max(0, $0 - median) : min(0, $0 - median) }
    }

    private func mean(_ values: ArraySlice<Double>) -> Double {
        let present = values.filter { !$0.isNaN }
        return present.reduce(0, +) / Double(max(1, present.count))
    }

    /// Values as they are met at another speed; between two of them a line is drawn.
    private func played(_ values: ArraySlice<Double>, speed: Double, rows: Int) -> [Double] {
        let last = values.endIndex - 1
        return (0..<rows).map { row in
            let place = Double(values.startIndex) + Double(row) * speed
            let before = min(Int(place), last)
            let share = min(place - Double(before), 1)
            return values[before] + (share > 0 ? share * (values[min(before + 1, last)] - values[before]) : 0)
        }
    }
}
