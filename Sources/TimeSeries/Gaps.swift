/// `values` with each gap bridged by a straight line between the measured neighbours, and gaps at an
/// end given the nearest measured value; all gaps give zeros.
public func filled(_ values: [Double]) -> [Double] {
    guard values.contains(where: \.isNaN) else { return values }
    var result = values
    var previous: Int?
    for index in values.indices where !values[index].isNaN {
        let start = previous.map { $0 + 1 } ?? 0
        for gap in start..<index {
            guard let previous else {
                result[gap] = values[index]
                continue
            }
            let share = Double(gap - previous) / Double(index - previous)
            result[gap] = values[previous] + share * (values[index] - values[previous])
        }
        previous = index
    }
    let tail = previous.map { values[$0] } ?? 0
    for index in (previous.map { $0 + 1 } ?? 0)..<values.count { result[index] = tail }
    return result
}

/// `values` with those gaps bridged as by `filled` that are shorter than `longest` rows and have a measured value on both sides.
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
