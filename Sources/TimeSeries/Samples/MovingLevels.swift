import Foundation

/// Series whose level or swing moves by itself. What is odd in them is odd in its shape: a spike, a stretch half a
/// period late, one that stands still, one that runs fast and one that swings too far, in turn.
extension Sketch {
    /// The sorts of anomaly that stand on a moving level.
    private enum Sort: CaseIterable {
        case spike, shifted, still, fast, swollen

        /// Rows that one lasts, for a rhythm of 48 rows.
        var length: Int {
            switch self {
            case .spike: 2
            case .shifted: 24
            case .still: 36
            case .fast: 64
            case .swollen: 48
            }
        }
    }

    /// A rhythm of 48 rows on `level`, with a `swing` and noise that may differ from row to row, and the anomalies.
    private mutating func draw(level: [Double], swing: (Int) -> Double = { _ in 1 }, noise: Double = 0.6) {
        for row in 0..<rows {
            values[row] = level[row] + swing(row) * (wave(row, period: 48) + noise * random.normal())
        }
        for (index, slot) in stretches(length: 1).enumerated() {
            let sort = Sort.allCases[index % Sort.allCases.count]
            let stretch = slot.lowerBound..<min(rows, slot.lowerBound + sort.length)
            let sign = random.uniform() < 0.5 ? -1.0 : 1.0
            let stop = values[stretch.lowerBound]
            for row in stretch {
                let quiet = swing(row) * noise * random.normal()
                switch sort {
                case .spike: values[row] += sign * swing(row) * 18
                case .shifted: values[row] = level[row] + swing(row) * wave(row + 24, period: 48) + quiet
                case .still: values[row] = stop + 0.2 * quiet
                case .fast:
                    let fast = stretch.lowerBound + (row - stretch.lowerBound) * 5 / 2
                    values[row] = level[row] + swing(row) * wave(fast, period: 48) + quiet
                case .swollen: values[row] = level[row] + swing(row) * 1.8 * wave(row, period: 48) + quiet
                }
            }
            mark(stretch)
        }
    }

    /// A level that rises by two swings in a thousand rows.
    mutating func ramp() { draw(level: (0..<rows).map { 50 + 0.04 * Double($0) }) }

    /// A level that takes a random step at each row.
    mutating func walk() {
        var level = 50.0
        let levels = (0..<rows).map { _ in
            level += 0.35 * random.normal()
            return level
        }
        draw(level: levels)
    }

    /// A level that jumps every few hundred rows, as it does from the beginning.
    mutating func steps() {
        var (level, left) = (50.0, 150)
        let levels = (0..<rows).map { _ in
            if left == 0 {
                level += (random.uniform() < 0.5 ? -1 : 1) * (8 + 16 * random.uniform())
                left = 100 + Int(random.uniform() * 200)
            }
            left -= 1
            return level
        }
        draw(level: levels)
    }

    /// A counter that grows faster by day than by night and starts again at 2,000; what is odd is how it grows.
    mutating func sawtooth() {
        var rates = (0..<rows).map { 10 + 0.6 * wave($0, period: 48) + 0.5 * random.normal() }
        for (index, slot) in stretches(length: 1).enumerated() {
            let length = [2, 24, 30, 36][index % 4]
            let stretch = slot.lowerBound..<min(rows, slot.lowerBound + length)
            for row in stretch {
                switch index % 4 {
                case 0: rates[row] = 120
                case 1: rates[row] = 0
                case 2: rates[row] = 25 + 0.5 * random.normal()
                default: rates[row] = 10 + 0.6 * wave(row + 24, period: 48) + 0.5 * random.normal()
                }
            }
            mark(stretch)
        }
        var count = 0.0
        for row in 0..<rows {
            count += rates[row]
            if count >= 2000 { count -= 2000 }
            values[row] = count
        }
    }

    /// A rhythm whose swing and noise grow and shrink threefold over a thousand rows.
    mutating func variance() {
        draw(level: [Double](repeating: 50, count: rows), swing: { exp(0.55 * sin(2 * Double.pi * Double($0) / 1000)) })
    }

    /// Days of 48 rows within weeks of 336 within a slow season.
    mutating func seasons() {
        draw(
            level: (0..<rows).map { row in
                let week = 8 * sin(2 * Double.pi * Double(row) / 336) + (row / 48 % 7 >= 5 ? -10 : 0)
                return 50 + week + 15 * sin(2 * Double.pi * Double(row) / 1700)
            })
    }
}
