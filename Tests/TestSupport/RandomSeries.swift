import Foundation
import Testing
import TimeSeries

/// Checks `law` on `count` cases drawn at random. What it throws is an issue that names the seed; its expectations
/// name the seed themselves.
public func forRandomSeeds(_ count: Int, _ law: (UInt64, inout SeededGenerator) throws -> Void) {
    for _ in 0..<count {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        do { try law(seed, &random) } catch { Issue.record("seed \(seed): \(error)") }
    }
}

extension SeededGenerator {
    /// One of some elements, at random.
    public mutating func choose<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }

    /// Whether something happens that does so in a share of the cases.
    public mutating func happens(_ share: Double) -> Bool { uniform() < share }

    /// A finite number of any size: of any bits, with few decimals, whole, or a zero with a sign.
    public mutating func number() -> Double {
        switch Int.random(in: 0..<5, using: &self) {
        case 0:
            let value = Double(bitPattern: next())
            return value.isFinite ? value : 1.5
        case 1: return Double(Int.random(in: -10_000...10_000, using: &self)) / 100
        case 2: return Double(Int.random(in: -1_000_000...1_000_000, using: &self))
        case 3: return happens(0.5) ? 0 : -0.0
        default: return normal() * pow(10, Double(Int.random(in: -8...8, using: &self)))
        }
    }

    /// A column name that is neither a value nor a name with a meaning, from letters, marks and delimiters.
    public mutating func name(_ index: Int) -> String {
        let marks = ["a", "é", ",", ";", "|", "\"", " ", "\u{301}", "'", ".", "1", "-"]
        return "c\(index)" + (0..<Int.random(in: 0...6, using: &self)).map { _ in choose(marks) }.joined()
    }

    /// Rising instants in a notation that can tell them apart; now and then none.
    public mutating func times(_ rows: Int) -> TimeAxis {
        var format: TimeFormat
        var unit: Int64 = 1_000_000
        var start: Int64 = 0
        switch Int.random(in: 0..<4, using: &self) {
        case 0: return .rowNumbers
        case 1:
            let digits = Int.random(in: 0...6, using: &self)
            format = .unixSeconds(fractionDigits: digits)
            for _ in 0..<digits { unit /= 10 }
            start = Int64.random(in: 300_000_000...4_000_000_000, using: &self) * 1_000_000
        case 2:
            (format, unit) = (.unixMilliseconds, 1000)
            start = Int64.random(in: 300_000_000...9_900_000_000, using: &self) * 1_000_000
        default:
            let notation: TimeFormat.Notation
            (notation, unit) = self.notation()
            format = .iso8601(notation)
            // Years 1 to 9990, at midnight UTC and, below, in whole minutes of the zone.
            start = Int64.random(in: -719_000...2_929_000, using: &self) * 86_400_000_000
            if notation.timeSeparator == nil { unit = 86_400_000_000 }
        }
        var now = start
        return TimeAxis(
            microseconds: (0..<rows).map { _ in
                now += unit * Int64.random(in: 0...50, using: &self)
                return now
            }, format: format)
    }

    /// A calendar notation and the shortest step it can write, in microseconds.
    public mutating func notation() -> (TimeFormat.Notation, unit: Int64) {
        var notation = TimeFormat.Notation()
        notation.dateSeparator = choose([0x2D, 0x2F])
        guard happens(0.8) else { return (notation, 86_400_000_000) }
        notation.timeSeparator = choose([0x20, 0x54])
        let minutes = Int.random(in: -1439...1439, using: &self)
        notation.zone = choose([.none, .utc, .offset(minutes: minutes, colon: happens(0.5))])
        notation.hasSeconds = happens(0.7)
        guard notation.hasSeconds else { return (notation, 60_000_000) }
        notation.fractionDigits = Int.random(in: 0...6, using: &self)
        return (notation, (0..<notation.fractionDigits).reduce(1_000_000) { unit, _ in unit / 10 })
    }

    /// A series of 1 to 60 rows and 1 to 4 channels with gaps, times, labels, or without.
    public mutating func series() -> Series {
        let rows = Int.random(in: 1...60, using: &self)
        let channels = (0..<Int.random(in: 1...4, using: &self)).map { index in
            var values = (0..<rows).map { _ in happens(0.1) ? .nan : number() }
            values[Int.random(in: 0..<rows, using: &self)] = 2.5
            return Series.Channel(name: name(index), values: values)
        }
        let labels = happens(0.5) ? (0..<rows).map { _ in happens(0.2) } : nil
        return Series(name: "random.csv", channels: channels, time: times(rows), labels: labels)
    }
}

/// What two series must share bit for bit; all gaps are alike.
public struct Content: Equatable {
    public let names: [String]
    public let bits: [[UInt64]]
    public let time: TimeAxis
    public let labels: [Bool]?

    public init(_ series: Series) {
        names = series.channels.map(\.name)
        bits = series.channels.map { $0.values.map { ($0.isNaN ? .nan : $0).bitPattern } }
        time = series.time
        labels = series.labels
    }
}

extension Series {
    /// The series with other values in one channel.
    public func changing(channel index: Int = 0, _ change: (inout [Double]) -> Void) -> Series {
        var channels = channels
        change(&channels[index].values)
        return with(channels)
    }
}
