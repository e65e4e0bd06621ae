/// A stretch of a series as people name it: `FROM..TO`, both included, of which one may be missing.
///
/// Both are times as `TimeAxis.row(at:)` takes them, a year, a month, a day, an hour or an instant, of which `TO` is included to its
/// end; where a series has no times they are numbers of rows, from 1.
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
        func trimmed(_ part: Substring) -> Substring { part.drop { $0 == " " }.prefix { $0 != "\n" } }
        (self.text, from, to) = (text, trimmed(text[..<sign.lowerBound]), trimmed(text[sign.upperBound...]))
        chosen = nil
        if from.isEmpty && to.isEmpty { return nil }
    }

    /// The rows that lie in it.
    /// - Returns: `nil` where an end is no time, or no number where there are no times; an empty range where no row lies in it.
    public func rows(in series: Series) -> Range<Int>? {
        if let chosen { return chosen.clamped(to: 0..<series.rowCount) }
        var (first, end) = (0, series.rowCount)
        if let times = series.time.microseconds {
            if !from.isEmpty {
                guard let period = series.time.period(of: String(from)) else { return nil }
                first = times.partitioningIndex { $0 >= period.lowerBound }
            }
            if !to.isEmpty {
                guard let period = series.time.period(of: String(to)) else { return nil }
                end = times.partitioningIndex { $0 >= period.upperBound }
            }
        } else {
            func number(_ text: Substring) -> Int? { Int(text).flatMap { $0 > 0 ? $0 : nil } }
            if !from.isEmpty {
                guard let row = number(from) else { return nil }
                first = min(row - 1 - min(row - 1, series.forgottenRows), end)
            }
            if !to.isEmpty {
                guard let row = number(to) else { return nil }
                end = min(max(0, row - series.forgottenRows), end)
            }
        }
        return first..<max(first, end)
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
