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

    /// The notations of texts that end in two clocks, `00:00-00:15`, the second nearly always as long behind the first: they read the
    /// first. None where the second is one of two at most, as an offset from UTC is.
    static func clockIntervals(_ texts: [[UInt8]]) -> [TimeNotation] {
        for divider in ["-", "–"] + dividers[..<2] {
            let halves = texts.compactMap { splitAtLast($0, Array(divider.utf8)) }
            guard halves.count == texts.count, Set(halves.map(\.end)).count > 2 else { continue }
            let lengths = halves.compactMap { half in length(from: half.beginning, to: half.end) }
            guard lengths.count == texts.count, let first = lengths.first, first > 0,
                lengths.count(where: { $0 == first }) * 10 >= lengths.count * 9
            else { continue }
            let beginnings = halves.map(\.beginning)
            let clocks = ["%H:%M", "%H:%M:%S"].compactMap { try? TimeNotation(name: $0) }.filter { $0.reads(beginnings) }
            return (clocks.isEmpty ? patterns(beginnings) : clocks).compactMap {
                try? TimeNotation(.pattern(TimePattern($0.name + divider + "%*")))
            }
        }
        return []
    }

    /// A text at the last divider; `nil` without one, and where nothing stands before or behind it.
    private static func splitAtLast(_ text: [UInt8], _ divider: [UInt8]) -> (beginning: [UInt8], end: [UInt8])? {
        guard let place = text.indices.last(where: { text[$0...].starts(with: divider) }), place > 0,
            place + divider.count < text.count
        else { return nil }
        return (Array(text[..<place]), Array(text[(place + divider.count)...]))
    }

    /// The time of day from the clock at the end of a text to another clock, across midnight too; `nil` where one is none.
    private static func length(from beginning: [UInt8], to end: [UInt8]) -> Int64? {
        func clock(_ text: some Collection<UInt8>) -> Int64? {
            guard text.contains(UInt8(ascii: ":")) else { return nil }
            return Array(text).withUnsafeBufferPointer { ClockTime.instant($0) }
        }
        let begun = beginning.lastIndex { $0 == 0x20 || $0 == UInt8(ascii: "T") }.map { beginning[($0 + 1)...] } ?? beginning[...]
        guard let first = clock(begun), let last = clock(end) else { return nil }
        return last > first ? last - first : last - first + 86_400_000_000
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

    /// Whether a date alone is read as midnight, though times have a clock.
    package var readsDatesAlone: Bool {
        guard case .pattern(let pattern) = kind else { return false }
        return pattern.readsDatesAlone
    }

    /// Whether times are intervals, of which the beginning is read.
    package var isInterval: Bool {
        guard case .pattern(let pattern) = kind else { return false }
        return pattern.has(.rest)
    }
}
