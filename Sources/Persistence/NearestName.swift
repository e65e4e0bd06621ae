/// What to say of a name that there is not: the one that was meant, or all that there are.
/// - Returns: part of a sentence, such as `the nearest is "lock_minutes"`.
public func suggestion(for name: String, among known: [String]) -> String {
    guard let nearest = nearestName(to: name, among: known) else { return "there are \(known.joined(separator: ", "))" }
    return "the nearest is \"\(nearest)\""
}

/// The name that takes the fewest letters more, less or other to be `name`; `nil` where even that takes more than a third of them.
private func nearestName(to name: String, among known: [String]) -> String? {
    let word = Array(name.lowercased().prefix(64))
    let nearest = known.map { ($0, distance(word, Array($0.lowercased()))) }.min { $0.1 < $1.1 }
    guard let (found, distance) = nearest, 3 * distance <= max(word.count, found.count) else { return nil }
    return found
}

/// How many letters have to be put in, left out, replaced or exchanged with their neighbour (Damerau, 1964).
private func distance(_ one: [Character], _ other: [Character]) -> Int {
    var rows = [[Int]](repeating: Array(0...other.count), count: one.count + 1)
    for row in rows.indices { rows[row][0] = row }
    for row in one.indices {
        for column in other.indices {
            var least = min(rows[row][column + 1], rows[row + 1][column]) + 1
            least = min(least, rows[row][column] + (one[row] == other[column] ? 0 : 1))
            if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                least = min(least, rows[row - 1][column - 1] + 1)
            }
            rows[row + 1][column + 1] = least
        }
    }
    return rows[one.count][other.count]
}
