/// A stretch of a series as people name it: `FROM..TO`, both included, of which one may be missing.
///
/// Both are times as `TimeAxis.row(at:)` takes them, a year, a month, a day, an hour or an instant, of which `TO` is included to its
/// end; what is no time is the number of a row, from 1.
public struct RowSpan: Sendable, Equatable {
    /// What was written.
    public let text: String
    private let from: Substring, to: Substring
    /// The rows, where they were not written.
    private let chosen: Range<Int>?

    /// Rows of a series, counted from 0.
    public init(rows: Range<Int>) {
        (text, from, to, chosen) = ("rows \(rows.lowerBound + 1) to \(rows.upperBound)", "", "", rows)
    }

    /// Takes `FROM..TO`; `nil` without the two points, or with nothing on either side.
    public init?(_ text: String) {
        guard let sign = text.firstRange(of: "..") else { return nil }
        func trimmed(_ part: Substring) -> Substring {
            let start = part.drop { $0 == " " }
            return start.prefix(upTo: start.lastIndex { $0 != " " }.map(start.index(after:)) ?? start.startIndex)
        }
        (self.text, from, to) = (text, trimmed(text[..<sign.lowerBound]), trimmed(text[sign.upperBound...]))
        chosen = nil
        if from.isEmpty && to.isEmpty { return nil }
    }

    /// As `init` takes it, for a series: rows that were chosen by their numbers in the file, from 1.
    public func written(in series: Series) -> String {
        guard let chosen else { return text }
        return "\(chosen.lowerBound + series.forgottenRows + 1)..\(chosen.upperBound + series.forgottenRows)"
    }

    /// The rows that lie in it.
    /// - Returns: `nil` where an end is neither a time nor a number; an empty range where no row lies in it.
    public func rows(in series: Series) -> Range<Int>? {
        if let chosen { return chosen.clamped(to: 0..<series.rowCount) }
        let all = 0..<series.rowCount
        guard let first = from.isEmpty ? all : Self.rows(from, in: series),
            let last = to.isEmpty ? all : Self.rows(to, in: series)
        else { return nil }
        return first.lowerBound..<max(first.lowerBound, last.upperBound)
    }

    /// The rows in which a year, a month, a day, an hour or an instant lies, else the row of a number; empty where there is none.
    private static func rows(_ text: Substring, in series: Series) -> Range<Int>? {
        if let times = series.time.microseconds, let period = series.time.period(of: String(text)) {
            let first = times.partitioningIndex { $0 >= period.lowerBound }
            return first..<max(first, times.partitioningIndex { $0 >= period.upperBound })
        }
        guard let number = Int(text), number > 0 else { return nil }
        let first = number - 1 - min(number - 1, series.forgottenRows)
        return first < series.rowCount ? first..<(first + 1) : series.rowCount..<series.rowCount
    }
}

extension Series {
    /// The series with nothing measured in some rows.
    public func emptied(in spans: [Range<Int>]) -> Series {
        guard spans.contains(where: { !$0.isEmpty }) else { return self }
        return with(
            channels.map { channel in
                var values = channel.values
                for row in spans.joined() { values[row] = .nan }
                return Channel(name: channel.name, values: values)
            })
    }
}
