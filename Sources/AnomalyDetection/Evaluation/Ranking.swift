/// Scores with their labels in falling order: what every measure over all thresholds begins with. NaN counts as lowest.
///
/// Sorting takes three passes over the scores, whatever they are (radix sort on their bits), so that a million rows are ranked
/// in hundredths of a second; several measures can share one ranking.
public struct Ranking: Sendable {
    /// The bits of each score, turned so that they rise as scores fall, and below them whether the row is labelled.
    private let keys: [UInt64]
    /// Labelled rows.
    let positives: Int
    /// Rows.
    var count: Int { keys.count }

    /// Ranks scores, each of which has a label.
    public init(_ scores: [Float], labels: [Bool]) {
        precondition(scores.count == labels.count, "one label a score")
        positives = labels.count { $0 }
        keys = sortedByRadix(zip(scores, labels).map { Self.key($0) << 1 | ($1 ? 1 : 0) }, bits: 1..<33)
    }

    /// A whole number of 32 bits that falls as the score rises; -0 and 0 are the same.
    @inline(__always)
    private static func key(_ score: Float) -> UInt64 {
        let bits = ((score.isNaN ? -.infinity : score) + 0).bitPattern
        return UInt64(bits & 0x8000_0000 == 0 ? ~(bits | 0x8000_0000) : bits)
    }

    /// The score of a rank, the highest first.
    func score(atRank rank: Int) -> Float {
        let key = UInt32(truncatingIfNeeded: keys[rank] >> 1)
        return Float(bitPattern: key & 0x8000_0000 == 0 ? ~key & 0x7FFF_FFFF : key)
    }

    /// Hands over, for each distinct score, falling, the labelled and unlabelled rows at or above it.
    @inline(__always)
    func forEachThreshold(_ body: (_ hits: Int, _ misses: Int) -> Void) {
        keys.withUnsafeBufferPointer { keys in
            var (hits, index) = (0, 0)
            while index < keys.count {
                let score = keys[index] >> 1
                while index < keys.count, keys[index] >> 1 == score {
                    hits += Int(keys[index] & 1)
                    index += 1
                }
                body(hits, index - hits)
            }
        }
    }

    /// Sum over thresholds of the step in recall times the precision.
    var averagePrecision: Double {
        var (sum, before) = (0.0, 0)
        forEachThreshold { hits, misses in
            if hits > before { sum += Double(hits - before) * Double(hits) / Double(hits + misses) }
            before = hits
        }
        return sum / Double(positives)
    }
}

/// The numbers in rising order of some of their bits; those alike in these keep their order.
private func sortedByRadix(_ numbers: [UInt64], bits: Range<UInt64>) -> [UInt64] {
    let width: UInt64 = 11
    var (from, to) = (numbers, [UInt64](repeating: 0, count: numbers.count))
    for shift in stride(from: bits.lowerBound, to: bits.upperBound, by: Int(width)) {
        let mask = (UInt64(1) << min(width, bits.upperBound - shift)) - 1
        var places = [Int](repeating: 0, count: Int(mask) + 2)
        from.withUnsafeBufferPointer { from in
            to.withUnsafeMutableBufferPointer { to in
                places.withUnsafeMutableBufferPointer { places in
                    for number in from { places[Int(number >> shift & mask) + 1] += 1 }
                    for bin in 1..<places.count { places[bin] += places[bin - 1] }
                    for number in from {
                        let bin = Int(number >> shift & mask)
                        to[places[bin]] = number
                        places[bin] += 1
                    }
                }
            }
        }
        swap(&from, &to)
    }
    return from
}
