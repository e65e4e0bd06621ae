/// The `probability`-quantile of values in rising order, by linear interpolation; they must not be empty.
public func quantile<Value: BinaryFloatingPoint>(ofSorted values: [Value], _ probability: Double) -> Value {
    precondition(!values.isEmpty, "a quantile needs at least one value")
    let position = min(max(probability, 0), 1) * Double(values.count - 1)
    let lower = Int(position)
    let upper = min(lower + 1, values.count - 1)
    let share = Value(position - Double(lower))
    return values[lower] + share * (values[upper] - values[lower])
}
