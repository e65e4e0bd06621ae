/// The median of each of `count` equal stretches of `rows`, each widened on both sides to at least `width` rows, so that
/// it tells the level rather than the place within a period. NaN where a stretch itself holds no value.
///
/// Of more than 127 values in a stretch as many are taken, evenly spread: their median lies within five hundredths of the
/// middle rank in two cases of three, which is less than a dot of the plots, and its cost does not grow with the rows.
public func levels(of values: [Double], rows: Range<Int>, count: Int, width: Int) -> [Double] {
    guard count > 0, !rows.isEmpty else { return [] }
    let most = 127
    var taken: [Double] = []
    taken.reserveCapacity(most)
    return (0..<count).map { column in
        let start = rows.lowerBound + column * rows.count / count
        let stretch = start..<max(start + 1, rows.lowerBound + (column + 1) * rows.count / count)
        let missing = max(0, width - stretch.count)
        let wide = max(0, stretch.lowerBound - missing / 2)..<min(values.count, stretch.upperBound + missing - missing / 2)
        guard !wide.isEmpty else { return .nan }
        taken.removeAll(keepingCapacity: true)
        let picks = min(wide.count, most)
        for pick in 0..<picks {
            let value = values[wide.lowerBound + (2 * pick + 1) * wide.count / (2 * picks)]
            if !value.isNaN { taken.append(value) }
        }
        guard !taken.isEmpty else { return .nan }
        taken.sort()
        return taken[taken.count / 2]
    }
}
