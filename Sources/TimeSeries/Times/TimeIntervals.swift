extension TimeNotation {
    /// What may stand between the beginning and the end of an interval.
    private static let dividers = [" - ", " – ", "--", "/"]

    /// The notations of texts that each hold the beginning and the end of an interval, `2022-05-01T00:00/2022-05-01T00:15`: they read
    /// the beginning. None where an end is no time of the same notation or a clock alone, or lies before the beginning in more than one
    /// of twenty.
    static func intervals(_ texts: [[UInt8]]) -> [TimeNotation] {
        for divider in dividers {
            let halves = texts.compactMap { split($0, Array(divider.utf8)) }
            guard halves.count == texts.count else { continue }
            return patterns(halves.map(\.beginning)).filter { notation in
                let steps = halves.map { notation.step($0.beginning, $0.end) }
                return steps.allSatisfy { $0 != nil } && steps.count { $0.map { $0 < 0 } ?? false } * 20 <= steps.count
            }.compactMap { try? TimeNotation(.pattern(TimePattern($0.name + divider + "%*"))) }
        }
        return []
    }

    /// The time from the beginning to the end; 0 where the end is a clock. `nil` where one is no time.
    private func step(_ beginning: [UInt8], _ end: [UInt8]) -> Int64? {
        guard let first = beginning.withUnsafeBufferPointer({ instant($0) }) else { return nil }
        if let last = end.withUnsafeBufferPointer({ instant($0) }) { return last - first }
        return end.withUnsafeBufferPointer { ClockTime.instant($0) == nil ? nil : 0 }
    }

    /// A text at the divider in its middle, as there may be others in the times; what stands in brackets behind the end is none of it.
    private static func split(_ text: [UInt8], _ divider: [UInt8]) -> (beginning: [UInt8], end: [UInt8])? {
        let places = text.indices.filter { text[$0...].starts(with: divider) }
        guard places.count % 2 == 1, case let middle = places[places.count / 2], middle > 0 else { return nil }
        var end = text[(middle + divider.count)...]
        if end.last == UInt8(ascii: ")"), let bracket = end.lastIndex(of: UInt8(ascii: "(")) { end = end[..<bracket] }
        while end.last == 0x20 { end.removeLast() }
        return end.isEmpty ? nil : (Array(text[..<middle]), Array(end))
    }

    /// Whether times are intervals, of which the beginning is read.
    package var isInterval: Bool {
        guard case .pattern(let pattern) = kind else { return false }
        return pattern.has(.rest)
    }
}
