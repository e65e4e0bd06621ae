import TimeSeries

/// What holds for the first rows of a column but not for all: that it is empty, or that it counts rows.
struct WholeColumns: Sendable {
    /// Columns whose first values stand further down than the rows of the sample.
    fileprivate(set) var late: Set<Int> = []
    /// Columns that rise by one from row to row in the sample and not in all rows.
    fileprivate(set) var uneven: Set<Int> = []
    /// Columns that rise in the sample and fall further down, other than back to the number with which they begin.
    fileprivate(set) var falling: Set<Int> = []
    /// Columns that fall in the sample and rise further down.
    fileprivate(set) var rising: Set<Int> = []
}

/// How the whole numbers of a column go on over all rows.
private struct Counting {
    let column: Int
    private var first: Double?, last: Double?
    private(set) var isEven = true, isRising = true, isFalling = true

    init(column: Int) { self.column = column }

    mutating func take(_ field: UnsafeBufferPointer<UInt8>) {
        guard let value = NumberParser.double(field, decimalComma: false) else { return }
        if let last, value >= last { isFalling = false }
        if let last, value != last + 1 {
            isEven = false
            if value <= last, value != first, value != 0, value != 1 { isRising = false }
        }
        if first == nil { first = value }
        last = value
    }
}

extension TableDecision {
    /// Rows by which a column is judged whose first values stand far down.
    private static let mostLate = 200

    /// Looks at all rows of a table of which the sample holds some, where columns seem to be empty or to count rows.
    mutating func lookAtWholeColumns() {
        guard isWhole, !sample.isAll else { return }
        let empty = facts.indices.filter { facts[$0].present.isEmpty }
        var counting = facts.indices.filter { mayCount($0) }.map { Counting(column: $0) }
        var found = empty.map { _ in [UnsafeBufferPointer<UInt8>]() }
        guard !empty.isEmpty || !counting.isEmpty else { return }
        let marks = form.marks
        forEachRow { scanner, fields in
            for index in counting.indices where counting[index].column < fields.count {
                counting[index].take(scanner.slice(fields[counting[index].column]))
            }
            var isDone = counting.isEmpty
            for (index, column) in empty.enumerated() where found[index].count < Self.mostLate {
                isDone = false
                guard column < fields.count, fields[column].start < fields[column].end else { continue }
                let field = scanner.slice(fields[column])
                if !marks.contains(field) { found[index].append(field) }
            }
            return !isDone
        }
        for (column, fields) in zip(empty, found) where !fields.isEmpty {
            facts[column] = ColumnFacts(fields, marks: marks)
            wholeColumns.late.insert(column)
        }
        wholeColumns.uneven = Set(counting.filter { !$0.isEven }.map(\.column))
        wholeColumns.falling = Set(counting.filter { !$0.isRising && !$0.isFalling }.map(\.column))
        wholeColumns.rising = Set(counting.filter { !$0.isFalling }.map(\.column))
    }

    /// Whether a column seems to count rows and is called so, or as a time is.
    private func mayCount(_ column: Int) -> Bool {
        let isNameless = column < form.layout.names.count && form.layout.names[column].isEmpty
        let name = form.names[column]
        guard facts[column].isNumeric,
            ColumnNames.isCounter(name, nameless: isNameless) || ColumnNames.isTime(name) || ColumnNames.isElapsed(name)
        else { return false }
        let values = sample.columns[column].prefix(sample.neighbours).compactMap { NumberParser.double($0, decimalComma: false) }
        let pairs = values.adjacentPairs()
        return values.count > 2 && (pairs.allSatisfy { $0 < $1 } || pairs.allSatisfy { $0 > $1 })
    }
}
