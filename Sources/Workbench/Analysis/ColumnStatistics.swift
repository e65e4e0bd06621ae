import TimeSeries

/// What the values of one column are like, gaps left out.
public struct ColumnStatistics: Sendable, Equatable {
    /// The column's name.
    public let name: String
    /// Rows with a value, and without one.
    public let count: Int, gaps: Int
    /// Smallest value, lower quartile, median, upper quartile and largest; NaN where there are no values.
    public let low: Double, lowerQuartile: Double, median: Double, upperQuartile: Double, high: Double
    /// Mean, and standard deviation over all rows with a value.
    public let mean: Double, deviation: Double
    /// The dominant period in rows; `nil` without one.
    public let period: Int?

    /// Looks at a column of a series; sorts a copy of it.
    public init(_ series: Series, channel index: Int) {
        let channel = series.channels[index]
        name = channel.name
        let values = channel.values.filter { !$0.isNaN }.sorted()
        (count, gaps) = (values.count, channel.values.count - values.count)
        func quantile(_ share: Double) -> Double { values.isEmpty ? .nan : TimeSeries.quantile(ofSorted: values, share) }
        (low, lowerQuartile, median) = (quantile(0), quantile(0.25), quantile(0.5))
        (upperQuartile, high) = (quantile(0.75), quantile(1))
        (mean, deviation) = meanAndDeviation(ofSorted: values)
        period = series.profile.period(ofChannel: index)
    }
}
