/// A mark on rows of a series: a verdict, a note.
public struct RowMark<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The rows, counted from 0, never none.
    public let rows: Range<Int>
    /// What is said of them.
    public let value: Value

    /// A mark on rows.
    public init(rows: Range<Int>, value: Value) { (self.rows, self.value) = (rows, value) }
}

/// Marks on rows of a series in order of time, and the one rule for what they mean: no two of them overlap, since the later one
/// replaces those that it overlaps; and a mark is about an event when it overlaps it, the one with the most rows in common where
/// there are several.
public struct RowMarks<Value: Sendable & Equatable>: Sendable, Equatable, RandomAccessCollection {
    private var sorted: [RowMark<Value>] = []

    /// None.
    public init() {}

    /// Takes marks in the order in which they were made.
    public init(_ marks: some Sequence<RowMark<Value>>) { for mark in marks { self.mark(mark.rows, mark.value) } }

    public var startIndex: Int { sorted.startIndex }
    public var endIndex: Int { sorted.endIndex }
    /// The marks in order of their rows.
    public subscript(index: Int) -> RowMark<Value> { sorted[index] }

    /// Marks rows in place of all marks that they overlap; `nil` takes those away. No rows change nothing.
    public mutating func mark(_ rows: Range<Int>, _ value: Value?) {
        guard !rows.isEmpty else { return }
        sorted.removeAll { $0.rows.overlaps(rows) }
        guard let value else { return }
        let place = sorted.firstIndex { $0.rows.lowerBound > rows.lowerBound } ?? sorted.endIndex
        sorted.insert(RowMark(rows: rows, value: value), at: place)
    }

    /// Counts rows from `count` rows later on: of marks that reach before the first row the rest is left, if any is.
    public mutating func shift(by count: Int) {
        sorted = sorted.compactMap { mark in
            let rows = Swift.max(0, mark.rows.lowerBound - count)..<Swift.max(0, mark.rows.upperBound - count)
            return rows.isEmpty ? nil : RowMark(rows: rows, value: mark.value)
        }
    }

    /// What is said of an event: by the mark with the most rows in common, of equals the earliest.
    public func value(on rows: Range<Int>) -> Value? {
        var best: (value: Value, common: Int)?
        for mark in sorted where mark.rows.overlaps(rows) {
            let common = mark.rows.clamped(to: rows).count
            if common > best?.common ?? 0 { best = (mark.value, common) }
        }
        return best?.value
    }
}
