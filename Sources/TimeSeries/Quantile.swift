/// The `probability`-quantile of values in rising order, by linear interpolation; they must not be empty.
public func quantile<Value: BinaryFloatingPoint>(ofSorted values: [Value], _ probability: Double) -> Value {
    precondition(!values.isEmpty, "a quantile needs at least one value")
    let position = min(max(probability, 0), 1) * Double(values.count - 1)
    let lower = Int(position)
    let upper = min(lower + 1, values.count - 1)
    let share = Value(position - Double(lower))
    return values[lower] + share * (values[upper] - values[lower])
}

/// The mean of values in rising order and their standard deviation over all of them, in the unit of the values; NaN where there are
/// none.
package func meanAndDeviation(ofSorted values: [Double]) -> (mean: Double, deviation: Double) {
    guard let low = values.first, let high = values.last else { return (.nan, .nan) }
    let mean = values.reduce(0, +) / Double(values.count)
    // Squared in units of a power of two, which changes no digit, so that neither large nor small units overflow.
    let unit = max(abs(low), abs(high), .leastNormalMagnitude).binade
    let squares = values.reduce(0) { sum, value in
        let difference = (value - mean) / unit
        return sum + difference * difference
    }
    return (mean, (squares / Double(values.count)).squareRoot() * unit)
}
