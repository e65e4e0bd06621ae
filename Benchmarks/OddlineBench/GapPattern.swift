import TimeSeries

/// Ways to take rows from a series.
enum GapPattern: String, CaseIterable, Sendable {
    case blocks5, blocks20, blocks40, scattered20, scattered40, uneven, head, tail

    /// Rows in a block.
    private static let block = 150

    /// What it is called in tables.
    var title: String {
        switch self {
        case .blocks5: "5 % in blocks of 150"
        case .blocks20: "20 % in blocks of 150"
        case .blocks40: "40 % in blocks of 150"
        case .scattered20: "20 % scattered"
        case .scattered40: "40 % scattered"
        case .uneven: "all but every second, third or fifth"
        case .head: "the first fifth"
        case .tail: "the last fifth, about"
        }
    }

    /// Whether each row is emptied. Blocks and the tail keep two windows' distance from labelled rows where that is possible, and
    /// the largest of what was drawn elsewhere; no labelled row is emptied but in the tail.
    func emptied(_ series: Series, seed: UInt64) -> [Bool] {
        let rows = series.rowCount
        var random = SeededGenerator(seed: seed &* 7919 &+ UInt64(Self.allCases.firstIndex(of: self) ?? 0))
        let labels = series.labels ?? []
        switch self {
        case .blocks5: return blocks(rows / 20 / Self.block, series, random: &random)
        case .blocks20: return blocks(rows / 5 / Self.block, series, random: &random)
        case .blocks40: return blocks(rows * 2 / 5 / Self.block, series, random: &random)
        case .scattered20: return labels.map { random.uniform() < 0.2 && !$0 }
        case .scattered40: return labels.map { random.uniform() < 0.4 && !$0 }
        case .uneven:
            var next = 0
            return labels.enumerated().map { row, isOdd in
                guard row == next else { return !isOdd }
                next += [2, 3, 5][min(2, Int(random.uniform() * 3))]
                return false
            }
        case .head: return (0..<rows).map { $0 < rows / 5 }
        case .tail:
            let distances = Self.distances(from: labels)
            let starts = stride(from: rows * 7 / 10, through: rows * 17 / 20, by: 10)
            let start = starts.max { distances[$0] < distances[$1] } ?? rows * 4 / 5
            return (0..<rows).map { $0 >= start }
        }
    }

    private func blocks(_ count: Int, _ series: Series, random: inout SeededGenerator) -> [Bool] {
        var isEmptied = [Bool](repeating: false, count: series.rowCount)
        let distances = Self.distances(from: series.labels ?? [])
        let wanted = 2 * min(max(4 * (series.profile.period ?? FallbackPeriod.model), 168), 640)
        for _ in 0..<count {
            var best = (start: 0, distance: 0)
            for _ in 0..<40 {
                let start = Int(random.uniform() * Double(series.rowCount - Self.block))
                let rows = start..<(start + Self.block)
                let around = (start - 20)..<(rows.upperBound + 20)
                if around.clamped(to: isEmptied.indices).contains(where: { isEmptied[$0] }) { continue }
                let distance = min(wanted, rows.reduce(Int.max) { min($0, distances[$1]) })
                if distance > best.distance { best = (start, distance) }
            }
            if best.distance > 0 { for row in best.start..<(best.start + Self.block) { isEmptied[row] = true } }
        }
        return isEmptied
    }

    /// How far each row lies from the nearest labelled one; 0 for those themselves.
    private static func distances(from labels: [Bool]) -> [Int] {
        var distances = labels.map { $0 ? 0 : labels.count }
        for row in labels.indices.dropFirst() { distances[row] = min(distances[row], distances[row - 1] + 1) }
        for row in labels.indices.dropLast().reversed() { distances[row] = min(distances[row], distances[row + 1] + 1) }
        return distances
    }
}
