extension RandomAccessCollection {
    /// The index from which on `belongs` holds, in a collection in which it holds for none, then for all; `endIndex` where it
    /// never does. Complexity: O(log `count`).
    @inlinable
    package func partitioningIndex(where belongs: (Element) throws -> Bool) rethrows -> Index {
        var (low, count) = (startIndex, count)
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if try belongs(self[middle]) {
                count = half
            } else {
                (low, count) = (index(after: middle), count - half - 1)
            }
        }
        return low
    }
}

extension Collection {
    /// Each element with the one after it.
    @inlinable
    package func adjacentPairs() -> Zip2Sequence<Self, SubSequence> { zip(self, dropFirst()) }

    /// The parts, none of them empty, within which each element and the one after it belong `together`.
    @inlinable
    package func chunked(by together: (Element, Element) throws -> Bool) rethrows -> [SubSequence] {
        var parts: [SubSequence] = []
        var (start, last) = (startIndex, startIndex)
        while start < endIndex {
            let next = index(after: last)
            if try next == endIndex || !together(self[last], self[next]) {
                parts.append(self[start..<next])
                start = next
            }
            last = next
        }
        return parts
    }
}
