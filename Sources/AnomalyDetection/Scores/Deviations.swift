import CScores
import TimeSeries

/// How the rows of a series differ from what the models expect of them, and how alike two places are in that.
///
/// A place is known by the window around it: the signed differences of each channel from each model's picture. Two windows
/// `a` and `b` are alike by `(2 a·b / (a·a + b·b))²`, or not at all where `a·b` is below 0: 1 where they are equal, 0 where they
/// have nothing in common or one is small beside the other. There is no bandwidth to choose.
public struct Deviations: Sendable {
    /// Rows in a window.
    let length: Int
    /// Rows of the series.
    let rowCount: Int
    /// Differences, `[rows, models · channels]`, in scaled units within `±RobustScaling.limit`; 0 in gaps.
    private let values: [Float]
    /// The squared length of the window that begins at each row.
    private let energies: [Float]

    /// How many periods of the series a window is long: of a quarter, a half and one they did alike (`Benchmarks/README.md`). The
    /// fewest rows are the shortest window that has a shape, the most the period that is assumed where there is none; neither was
    /// measured against others.
    private static let periods = 0.5, lengths = 8...64

    /// Of `series` from each model's picture of it.
    /// - Parameter pictures: a model's scaling, and its picture in scaled units, `[rows, channels]`.
    public init(_ series: Series, pictures: [(scaling: RobustScaling, values: [Float])]) {
        let (rows, channels) = (series.rowCount, series.channels.count)
        let wanted = Int(Self.periods * Double(series.profile.period ?? FallbackPeriod.model))
        length = min(rows, min(max(wanted, Self.lengths.lowerBound), Self.lengths.upperBound))
        rowCount = rows
        let width = channels * pictures.count
        var values = [Float](repeating: 0, count: rows * width)
        for (index, picture) in pictures.enumerated() {
            let scaled = picture.scaling.scaled(series, limit: PreparedSeries.limit)
            for row in 0..<rows {
                for channel in 0..<channels where !series.channels[channel].values[row].isNaN {
                    let difference = scaled[row * channels + channel] - picture.values[row * channels + channel]
                    // Beside long gaps a model may have no picture.
                    if difference.isNaN { continue }
                    values[row * width + index * channels + channel] =
                        min(max(difference, -RobustScaling.limit), RobustScaling.limit)
                }
            }
        }
        self.values = values
        var (energies, sum) = ([Float](), 0.0)
        func energy(_ row: Int) -> Double {
            values[(row * width)..<((row + 1) * width)].reduce(0) { $0 + Double($1) * Double($1) }
        }
        for row in 0..<rows {
            sum += energy(row)
            if row >= length { sum -= energy(row - length) }
            if row >= length - 1 { energies.append(Float(max(0, sum))) }
        }
        self.energies = energies
    }

    private var width: Int { rowCount > 0 ? values.count / rowCount : 0 }

    /// The row of `rows` that differs most.
    func farthest(in rows: Range<Int>) -> Int {
        let squares = rows.map { row in values[(row * width)..<((row + 1) * width)].reduce(0) { $0 + $1 * $1 } }
        return rows.lowerBound + (squares.indices.max { squares[$0] < squares[$1] } ?? 0)
    }

    /// How alike the window around each row is to the one around `row`, 0 to 1; 0 where no window has its middle.
    /// Cost: rows · window · models · channels multiplications.
    func likeness(to row: Int) -> [Float] {
        let (width, windows, half) = (width, energies.count, length / 2)
        var likeness = [Float](repeating: 0, count: rowCount)
        guard width > 0, windows > 0 else { return likeness }
        let own = max(0, min(windows - 1, row - half))
        let products = [Float](unsafeUninitializedCapacity: windows) { products, count in
            values.withUnsafeBufferPointer { values in
                guard let first = values.baseAddress else { return }
                ok_window_products(first, width, first + own * width, length * width, windows, products.baseAddress)
            }
            count = windows
        }
        for window in 0..<windows {
            let sum = energies[window] + energies[own]
            let share = sum > 0 ? min(1, max(0, 2 * products[window] / sum)) : 0
            likeness[window + half] = share * share
        }
        return likeness
    }
}
