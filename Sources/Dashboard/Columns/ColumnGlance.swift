import AnomalyDetection
import SeriesReading
import TimeSeries

/// What is shown of a column of a file: what it is taken for, its first values and a line through its numbers.
public struct ColumnGlance: Sendable {
    /// As the file calls it, and options.
    let name: String
    /// As the user calls it, if otherwise.
    let alias: String?
    let role: Understanding.Role
    let unit: String?
    /// What stands in its first rows.
    let first: [String]
    /// How many values are missing; `nil` where it is no channel.
    let gaps: Int?
    /// The lowest and highest of its numbers in stretches; none where it holds none.
    let line: [Extent]

    /// Stretches of a line, two for a cell.
    static let stretches = 96

    /// The columns of a file, in their order. Cost: one pass over all values.
    static func all(of reading: Reading) -> [ColumnGlance] {
        let (series, understanding) = (reading.series, reading.understanding)
        let gaps = Dictionary(understanding.gaps.map { ($0.channel, $0.count) }) { first, _ in first }
        let channels = Dictionary(series.channels.map { ($0.name, $0.values) }) { first, _ in first }
        return understanding.columns.map { column in
            let values = column.role == .channel ? channels[column.alias ?? column.name] ?? [] : column.sketch
            let line = values.isEmpty ? [] : extents(of: values, rows: 0..<values.count, count: stretches)
            return ColumnGlance(
                name: column.name, alias: column.alias, role: column.role, unit: column.unit, first: column.first,
                gaps: column.role == .channel ? gaps[column.name] ?? 0 : nil, line: line)
        }
    }

    /// What it is taken for, in a word or two.
    var kind: String {
        switch role {
        case .channel: "channel"
        case .time: "time"
        case .label: "label"
        case .key: "key"
        case .leftOut: "left out"
        }
    }

    /// A sentence on it.
    var detail: String {
        var text = alias.map { "\($0), in the file \(name): " } ?? "\(name): "
        if case .leftOut(let why) = role { text += "left out, since \(why.clause)" } else { text += kind }
        if let unit { text += ", in \(unit)" }
        if let gaps, gaps > 0 { text += ", \(counted(gaps, "gap"))" }
        return text
    }

    /// The line in fewer stretches, or as it is.
    func line(in count: Int) -> [Extent] {
        guard count > 0, line.count > count else { return line }
        return (0..<count).map { place in
            let stretch = line[(place * line.count / count)..<((place + 1) * line.count / count)].filter { !$0.low.isNaN }
            guard let low = stretch.map(\.low).min(), let high = stretch.map(\.high).max() else {
                return Extent(low: .nan, high: .nan)
            }
            return Extent(low: low, high: high)
        }
    }
}
