import TimeSeries

/// Order statistics of many scores without sorting them: a histogram over the leading bits of the numbers
/// finds the few among which the wanted one lies.
struct OrderStatistics {
    /// Scores that are numbers.
    let count: Int
    private let scores: [Float]
    /// `starts[bin]` is how many scores lie below a bin of the leading bits.
    private let starts: [Int]
    /// The bits that are left out: there are about as many bins as scores, from sign and exponent alone to 14 bits.
    private let shift: UInt32

    /// Counts `scores`, NaN left out; `nil` when none is left.
    init?(_ scores: [Float]) {
        let leading = min(max(9, Int.bitWidth - scores.count.leadingZeroBitCount), 14)
        let shift = UInt32(32 - leading)
        self.shift = shift
        var bins = [Int](repeating: 0, count: 1 << leading)
        bins.withUnsafeMutableBufferPointer { bins in
            scores.withUnsafeBufferPointer { scores in
                for score in scores where !score.isNaN { bins[Int(Self.key(score) >> shift)] += 1 }
            }
        }
        var total = 0
        starts = bins.map { size in
            defer { total += size }
            return total
        }
        guard total > 0 else { return nil }
        count = total
        self.scores = scores
    }

    /// A whole number that rises with the score; -0 and 0 are the same.
    @inline(__always)
    private static func key(_ score: Float) -> UInt32 {
        let bits = (score + 0).bitPattern
        return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
    }

    /// The quantile, 0 to 1, by linear interpolation between neighbouring order statistics.
    func quantile(_ probability: Double) -> Float {
        let position = min(max(probability, 0), 1) * Double(count - 1)
        let lower = Int(position)
        let low = value(atRank: lower)
        let share = Float(position - Double(lower))
        return share == 0 ? low : low + share * (value(atRank: lower + 1) - low)
    }

    /// The score of a rank from 0, the smallest first.
    func value(atRank rank: Int) -> Float {
        precondition((0..<count).contains(rank), "a rank lies within the scores")
        let last = starts.partitioningIndex { $0 > rank } - 1
        let bin = UInt32(last)
        var candidates: [Float] = []
        scores.withUnsafeBufferPointer { scores in
            for score in scores where !score.isNaN && Self.key(score) >> shift == bin { candidates.append(score) }
        }
        candidates.sort()
        return candidates[rank - starts[last]]
    }
}
