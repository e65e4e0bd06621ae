/// Averages of one channel's errors over the rows around each, which go on as rows come.
///
/// Sums run on from the first row, so that averages are the same numbers however the rows came.
struct RowAverages: Sendable {
    /// The rows whose errors are kept.
    private(set) var rows = 0..<0
    private var errors: [Float] = []
    /// Sums of the errors before each row that is kept and before the end, and how many they are; NaN is passed over.
    private var sums = [0.0], counts = [0]

    /// Puts errors in place of those from row `first` on.
    mutating func replace(from first: Int, with new: [Float]) {
        let place = first - rows.lowerBound
        errors.removeLast(errors.count - place)
        sums.removeLast(sums.count - place - 1)
        counts.removeLast(counts.count - place - 1)
        errors += new
        var (sum, count) = (sums[place], counts[place])
        for error in new {
            sum += error.isNaN ? 0 : Double(error)
            count += error.isNaN ? 0 : 1
            sums.append(sum)
            counts.append(count)
        }
        rows = rows.lowerBound..<(first + new.count)
    }

    /// The mean of the errors of `width` rows around a row, as `movingAverage` gives it; but where more rows lack an
    /// error on one side, as many more count on the other, so that rows beside a gap are averaged over as many as others are.
    func mean(around row: Int, width: Int) -> Float {
        let own = errors[row - rows.lowerBound]
        guard width > 1, !own.isNaN else { return own }
        var low = max(rows.lowerBound, row - (width - 1) / 2) - rows.lowerBound
        var high = min(rows.upperBound, row + width / 2 + 1) - rows.lowerBound
        if counts[high] - counts[low] < high - low {
            let place = row - rows.lowerBound
            let before = place - low - (counts[place] - counts[low])
            let after = high - place - (counts[high] - counts[place])
            (low, high) = (max(0, low - max(0, after - before)), min(rows.count, high + max(0, before - after)))
        }
        return Float((sums[high] - sums[low]) / Double(counts[high] - counts[low]))
    }

    /// Forgets rows before `row`.
    mutating func drop(before row: Int) {
        let count = row - rows.lowerBound
        guard count > 0 else { return }
        errors = Array(errors[count...])
        sums = Array(sums[count...])
        counts = Array(counts[count...])
        rows = row..<rows.upperBound
    }
}
