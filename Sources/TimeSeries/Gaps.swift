/// `values` with each gap bridged by a straight line between the measured neighbours, and gaps at an
/// end given the nearest measured value; all gaps give zeros.
public func filled(_ values: [Double]) -> [Double] {
    var result = filled(values, shorterThan: .max)
    guard let first = values.firstIndex(where: { !$0.isNaN }), let last = values.lastIndex(where: { !$0.isNaN }) else {
        return values.map { _ in 0 }
    }
    for index in 0..<first { result[index] = values[first] }
    for index in (last + 1)..<values.count { result[index] = values[last] }
    return result
}

/// `values` with those gaps bridged by a straight line that are shorter than `longest` rows and have a measured value on both sides.
func filled(_ values: [Double], shorterThan longest: Int) -> [Double] {
    guard values.contains(where: \.isNaN) else { return values }
    var result = values
    var previous: Int?
    for index in values.indices where !values[index].isNaN {
        if let previous, index - previous - 1 < longest {
            for gap in (previous + 1)..<index {
                let share = Double(gap - previous) / Double(index - previous)
                result[gap] = values[previous] + share * (values[index] - values[previous])
            }
        }
        previous = index
    }
    return result
}
