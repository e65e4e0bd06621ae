import Algorithms
import TimeSeries

/// Errors after a change for good: where the typical error of the rows before a row is more than `limit` times that of
/// the training rows, the row's error is divided by as much as it is more.
///
/// A change of level or rhythm is flagged while it is new, and after half of `rows` rows is what is normal now, so that what
/// is odd from then on still stands out. It depends on rows before alone.
/// - Parameters:
///   - errors: errors of the rows; NaN stays NaN and counts for nothing.
///   - typical: the median error of the training rows; 0 changes nothing.
///   - rows: how many rows before are looked at; nothing changes before half of them are known.
func adapted(_ errors: [Float], typical: Float, rows: Int, limit: Float = 2) -> [Float] {
    guard typical > 0, rows > 1 else { return errors }
    var window = SlidingMedian(capacity: rows)
    return errors.map { error in
        defer { window.push(error) }
        guard window.count >= rows / 2, let recent = window.median else { return error }
        return error / max(1, recent / (limit * typical))
    }
}

/// The median of the latest numbers, kept in order. Cost: one move within `capacity` numbers for each push.
struct SlidingMedian {
    private let capacity: Int
    private var arrived: [Float] = []
    private var oldest = 0
    private var sorted: [Float] = []

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { sorted.count }
    var median: Float? { sorted.isEmpty ? nil : quantile(ofSorted: sorted, 0.5) }

    /// Takes a number, dropping the oldest beyond the capacity; NaN is passed over.
    mutating func push(_ value: Float) {
        guard !value.isNaN else { return }
        if arrived.count < capacity {
            arrived.append(value)
        } else {
            sorted.remove(at: place(of: arrived[oldest]))
            arrived[oldest] = value
            oldest = (oldest + 1) % capacity
        }
        sorted.insert(value, at: place(of: value))
    }

    /// The first place whose number is not below `value`.
    private func place(of value: Float) -> Int { sorted.partitioningIndex { $0 >= value } }
}
