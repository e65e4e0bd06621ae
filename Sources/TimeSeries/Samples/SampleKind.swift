import Foundation

/// Kinds of labelled synthetic series.
public enum SampleKind: String, CaseIterable, Sendable {
    case point, contextual, collective, frequency, amplitude, trend
    case missingBeat = "missing-beat"
    case longRange = "long-range"
    case ramp, walk, steps, sawtooth, variance, seasons, weekly

    /// The kinds with one sort of anomaly each, on a level that stays.
    public static let steady: [SampleKind] = [
        .point, .contextual, .collective, .frequency, .amplitude, .trend, .missingBeat, .longRange,
    ]
    /// The kinds whose level or swing moves by itself, with anomalies of several sorts.
    public static let moving: [SampleKind] = [.ramp, .walk, .steps, .sawtooth, .variance, .seasons]
    /// The kinds with holidays, which stand in a calendar.
    public static let holding: [SampleKind] = [.weekly]

    /// The name of a file that holds such a series.
    public var fileName: String { rawValue + ".csv" }

    /// What is odd in a series of this kind.
    public var summary: String {
        switch self {
        case .point: "single spikes and drops on a daily rhythm"
        case .contextual: "values that are common, but not at that time of day"
        case .collective: "stretches in which a lively signal stands still"
        case .frequency: "stretches in which the rhythm runs faster"
        case .amplitude: "stretches in which the swing shrinks or grows"
        case .trend: "slow drifts away from a level and back"
        case .missingBeat: "heartbeats that do not come"
        case .longRange: "pulses of a kind that is common, but not due in the slow cycle"
        case .ramp: "spikes, late, still, fast and swollen stretches of a rhythm on a level that rises"
        case .walk: "the same on a level that walks at random"
        case .steps: "the same on a level that jumps now and then"
        case .sawtooth: "leaps, stand-stills and wrong rates of a counter that starts again and again"
        case .variance: "the same as in ramp in a rhythm whose swing and noise change slowly"
        case .seasons: "the same as in ramp in a rhythm of days, weeks and a slow season"
        case .weekly: "hours of quiet weekdays and busy weekends: odd Tuesdays and missing bursts; holidays stand in a calendar"
        }
    }

    /// Monday, 2024-01-01, in microseconds since 1970.
    static let start: Int64 = 1_704_067_200_000_000

    /// A series of this kind with labels.
    /// - Parameters:
    ///   - rows: number of rows, one every five minutes or, in a weekly rhythm, every hour, at least 600. The first 40 % hold no anomaly, but for the
    ///     part of one that a heartbeat or pulse running at that place may add.
    ///   - seed: the same seed gives the same numbers.
    ///   - isClean: whether the anomalies are left out.
    public func series(rows: Int, seed: UInt64, isClean: Bool = false) -> Series {
        precondition(rows >= 600, "a generated series needs at least 600 rows")
        var sketch = Sketch(rows: rows, seed: seed, isClean: isClean)
        switch self {
        case .point: sketch.point()
        case .contextual: sketch.contextual()
        case .collective: sketch.collective()
        case .frequency: sketch.frequency()
        case .amplitude: sketch.amplitude()
        case .trend: sketch.trend()
        case .missingBeat: sketch.missingBeat()
        case .longRange: sketch.longRange()
        case .ramp: sketch.ramp()
        case .walk: sketch.walk()
        case .steps: sketch.steps()
        case .sawtooth: sketch.sawtooth()
        case .variance: sketch.variance()
        case .seasons: sketch.seasons()
        case .weekly: sketch.weekly()
        }
        var notation = TimeFormat.Notation()
        notation.timeSeparator = UInt8(ascii: "T")
        notation.hasSeconds = true
        notation.zone = .utc
        let times = (0..<rows).map { Self.start + Int64($0) * (self == .weekly ? 3_600_000_000 : 300_000_000) }
        return Series(
            name: fileName,
            // Adding zero takes the sign from a negative zero.
            channels: [Series.Channel(name: "value", values: sketch.values.map { ($0 * 1000).rounded() / 1000 + 0 })],
            time: TimeAxis(microseconds: times, format: .iso8601(notation)), labels: sketch.labels)
    }
}

/// A series being drawn: values, labels and the source of randomness.
struct Sketch {
    var values: [Double]
    var labels: [Bool]
    var random: SeededGenerator
    let rows: Int
    /// Whether no anomaly is drawn.
    let isClean: Bool
    /// Days, counted from the first, that are holidays.
    var holidays: [Int] = []

    init(rows: Int, seed: UInt64, isClean: Bool) {
        self.rows = rows
        self.isClean = isClean
        values = [Double](repeating: 0, count: rows)
        labels = [Bool](repeating: false, count: rows)
        random = SeededGenerator(seed: seed)
    }

    /// Stretches of about `length` rows in the last 60 %, far apart: one for every 600 rows, at least 3.
    mutating func stretches(length: Int) -> [Range<Int>] {
        if isClean { return [] }
        let count = max(3, rows / 600)
        let first = rows * 2 / 5
        let slot = (rows - first) / count
        return (0..<count).map { index in
            let span = max(1, Int(Double(length) * (0.8 + 0.4 * random.uniform())))
            let free = max(1, slot - span - 10)
            let start = first + index * slot + Int(random.uniform() * Double(free))
            return start..<min(rows, start + span)
        }
    }

    mutating func mark(_ rows: Range<Int>) {
        for row in rows { labels[row] = true }
    }

    func wave(_ row: Int, period: Double) -> Double {
        let angle = 2 * Double.pi * Double(row) / period
        return 10 * sin(angle) + 3 * sin(2 * angle + 0.8)
    }

    private mutating func drawWave(period: Double, noise: Double) {
        for row in 0..<rows { values[row] = 50 + wave(row, period: period) + noise * random.normal() }
    }

    mutating func point() {
        drawWave(period: 48, noise: 0.8)
        for stretch in stretches(length: 1) {
            let row = stretch.lowerBound
            values[row] += (random.uniform() < 0.5 ? -1 : 1) * (12 + 8 * random.uniform())
            mark(row..<(row + 1))
        }
    }

    mutating func contextual() {
        drawWave(period: 48, noise: 0.6)
        for stretch in stretches(length: 14) {
            for row in stretch { values[row] = 50 + wave(row + 24, period: 48) + 0.6 * random.normal() }
            mark(stretch)
        }
    }

    mutating func collective() {
        drawWave(period: 40, noise: 0.8)
        for stretch in stretches(length: 36) {
            let level = values[stretch.lowerBound]
            for row in stretch { values[row] = level + 0.15 * random.normal() }
            mark(stretch)
        }
    }

    mutating func frequency() {
        drawWave(period: 48, noise: 0.6)
        for stretch in stretches(length: 64) {
            for row in stretch {
                let fast = stretch.lowerBound + (row - stretch.lowerBound) * 5 / 2
                values[row] = 50 + wave(fast, period: 48) + 0.6 * random.normal()
            }
            mark(stretch)
        }
    }

    mutating func amplitude() {
        drawWave(period: 32, noise: 0.5)
        for (index, stretch) in stretches(length: 48).enumerated() {
            let factor = index.isMultiple(of: 2) ? 0.35 : 1.8
            for row in stretch { values[row] = 50 + (values[row] - 50) * factor }
            mark(stretch)
        }
    }

    mutating func trend() {
        drawWave(period: 48, noise: 0.8)
        for stretch in stretches(length: 72) {
            let sign = random.uniform() < 0.5 ? -1.0 : 1.0
            for row in stretch {
                let share = Double(row - stretch.lowerBound) / Double(stretch.count)
                values[row] += sign * 16 * sin(Double.pi * share)
            }
            mark(stretch)
        }
    }

    mutating func missingBeat() {
        for row in 0..<rows { values[row] = 0.03 * random.normal() + 0.08 * sin(Double(row) / 97) }
        let missing = stretches(length: 1).map(\.lowerBound)
        var start = 8
        // To the end: a stretch without a beat there would be an anomaly of its own.
        while start < rows {
            let length = 60 + Int(random.uniform() * 3) - 1
            if missing.contains(where: { $0 >= start && $0 < start + length }) {
                mark(((start + 8)..<(start + 44)).clamped(to: 0..<rows))
            } else {
                for (offset, height) in heartbeat where start + offset < rows { values[start + offset] += height }
            }
            start += length
        }
    }

    /// One beat: a small P wave, the QRS complex and the T wave, as offsets in rows and heights.
    private var heartbeat: [(Int, Double)] {
        (0..<52).map { offset in
            let x = Double(offset)
            func bump(_ center: Double, _ width: Double, _ height: Double) -> Double {
                height * exp(-((x - center) / width) * ((x - center) / width))
            }
            return (
                offset, bump(8, 3.2, 0.18) + bump(16, 1.6, -0.25) + bump(20, 2, 1.5) + bump(24, 1.8, -0.4) + bump(36, 5.2, 0.35)
            )
        }
    }

    /// Pulses every 24 rows whose shape follows a cycle of eight pulses (192 rows); an anomaly is a
    /// pulse of the other shape, which looks normal in any window shorter than the cycle.
    mutating func longRange() {
        let cycle = [0, 0, 1, 0, 1, 1, 0, 1]
        let odd = Set(stretches(length: 1).map { $0.lowerBound / 24 })
        for row in 0..<rows {
            let pulse = row / 24
            let due = cycle[pulse % 8]
            let shape = odd.contains(pulse) ? 1 - due : due
            let share = Double(row % 24) / 24
            let smooth = exp(-pow((share - 0.5) / 0.16, 2))
            let double = exp(-pow((share - 0.3) / 0.09, 2)) + exp(-pow((share - 0.7) / 0.09, 2))
            values[row] = 20 + 10 * (shape == 0 ? smooth : double) + 0.4 * random.normal()
            if odd.contains(pulse) { labels[row] = true }
        }
    }
}
