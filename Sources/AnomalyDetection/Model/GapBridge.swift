/// The last values of a channel that were measured, from which gaps are bridged.
///
/// A short gap is bridged by the cubic that meets the values beside it with the slopes of the parabolas through each and its own
/// neighbours (Bessel; de Boor, A Practical Guide to Splines, 1978, chapter IV), so that a crest between two measured values stays
/// one; where the rhythm does not turn in the gap, it stays between the two. A long one is bridged by a straight line.
struct GapBridge: Sendable {
    /// A value that was measured, and its row.
    struct Known: Sendable {
        let row: Int
        let value: Double
    }

    /// The last one, and the two before it.
    private(set) var last: Known?
    private var second: Known?, third: Known?

    /// The first row whose value a further one can change.
    var certain: Int {
        guard let last else { return 0 }
        guard let second, second.row + 1 < last.row else { return last.row + 1 }
        return second.row + 1
    }

    /// Takes the next value that was measured.
    /// - Parameters:
    ///   - longGap: the rows of a gap that is too long for a cubic, at the least.
    ///   - fill: called with each row of a gap whose value is known now or is another one now.
    mutating func take(_ value: Double, row: Int, longGap: Int, fill: (Int, Double) -> Void) {
        let next = Known(row: row, value: value)
        if let last {
            if let second { bridge(third, second, last, next, longGap, fill) }
            bridge(second, last, next, nil, longGap, fill)
        }
        (third, second, last) = (second, last, next)
    }

    /// Bridges the gap between `start` and `end`, which lie between `before` and `after`.
    private func bridge(
        _ before: Known?, _ start: Known, _ end: Known, _ after: Known?, _ longGap: Int, _ fill: (Int, Double) -> Void
    ) {
        let length = Double(end.row - start.row)
        guard end.row - start.row > 1 else { return }
        let rise = end.value - start.value
        guard end.row - start.row <= longGap else {
            for row in (start.row + 1)..<end.row { fill(row, start.value + Double(row - start.row) / length * rise) }
            return
        }
        let slopes = (length * Self.slope(before, start, end), length * Self.slope(start, end, after))
        let turns = slopes.0 * slopes.1 < 0
        for row in (start.row + 1)..<end.row {
            let part = Double(row - start.row) / length, rest = 1 - part
            // The straight line, and by how much the slopes differ from its own.
            let value = start.value + part * rise + part * rest * (rest * (slopes.0 - rise) - part * (slopes.1 - rise))
            fill(row, turns ? value : min(max(value, min(start.value, end.value)), max(start.value, end.value)))
        }
    }

    /// The slope at a value of the parabola through it and its neighbours; of the straight line where it has one alone.
    private static func slope(_ before: Known?, _ own: Known, _ after: Known?) -> Double {
        func rise(_ one: Known, _ other: Known) -> (slope: Double, length: Double) {
            let length = Double(other.row - one.row)
            return ((other.value - one.value) / length, length)
        }
        switch (before.map { rise($0, own) }, after.map { rise(own, $0) }) {
        case (let left?, let right?):
            return (left.slope * right.length + right.slope * left.length) / (left.length + right.length)
        case (let only?, nil), (nil, let only?): return only.slope
        case (nil, nil): return 0
        }
    }
}
