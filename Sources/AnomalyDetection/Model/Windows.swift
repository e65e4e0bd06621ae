import TimeSeries

/// A series made ready for the networks: scaled, gaps filled and marked.
struct PreparedSeries: Sendable {
    let rowCount: Int
    let channelCount: Int
    /// Scaled values, `[rowCount, channels]`.
    let values: [Float]
    /// 1 where a value was measured, 0 in a gap, `[rowCount, channels]`; `nil` where there is no gap.
    let measured: [Float]?

    init(_ series: Series, scaling: RobustScaling) {
        rowCount = series.rowCount
        channelCount = series.channels.count
        values = scaling.scaled(series)
        guard series.channels.contains(where: { $0.values.contains(where: \.isNaN) }) else {
            measured = nil
            return
        }
        var marks = [Float](repeating: 1, count: rowCount * channelCount)
        for (index, channel) in series.channels.enumerated() {
            for row in 0..<rowCount where channel.values[row].isNaN { marks[row * channelCount + index] = 0 }
        }
        measured = marks
    }

    /// The scaled values of the window that starts at `start`.
    func window(_ start: Int, _ length: Int) -> ArraySlice<Float> {
        values[(start * channelCount)..<((start + length) * channelCount)]
    }

    /// Whether any value of `row` was measured.
    func isMeasured(_ row: Int) -> Bool {
        guard let measured else { return true }
        return measured[(row * channelCount)..<((row + 1) * channelCount)].contains(1)
    }
}

/// The first rows of windows that cover `rows` rows: every `stride`-th, and one that ends with the last
/// row, so that every row lies in a window.
func windowStarts(rows: Int, length: Int, stride step: Int) -> [Int] {
    precondition(rows >= length && length > 0 && step > 0, "windows must fit the rows")
    var starts = Array(stride(from: 0, through: rows - length, by: step))
    if starts.last != rows - length { starts.append(rows - length) }
    return starts
}
