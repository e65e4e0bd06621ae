import Foundation

/// The rows of keys that do not lie together, sorted by key: keys in the order in which they begin, the rows of each in the order of the
/// file. Memory: the bytes of all rows and 16 bytes more for each stretch of rows of a key.
struct KeyedGathering {
    private var all: [KeyedRows] = []
    private var places: [String: Int] = [:]
    private var given = 0

    /// The most bytes of rows that are sorted in memory.
    static let mostBytes = 2 << 30

    /// Takes all that a stream gives.
    /// - Throws: `SeriesError.scatteredTooLarge` beyond so many bytes, and what the stream throws.
    init(_ stream: inout KeyedStream, file: String, mostBytes: Int = Self.mostBytes) throws(SeriesError) {
        var size = 0
        while let rows = try stream.nextStretch() {
            size += rows.byteCount
            guard size <= mostBytes else { throw .scatteredTooLarge(file: file, mostBytes: mostBytes) }
            if let place = places[rows.key] {
                all[place].append(rows)
            } else {
                places[rows.key] = all.count
                all.append(rows)
            }
        }
    }

    /// The rows of the next key.
    mutating func next() -> KeyedRows? {
        guard given < all.count else { return nil }
        defer { all[given - 1].free() }
        given += 1
        return all[given - 1]
    }
}

extension KeyedStream {
    /// Whether a path is that of an ordinary file, which can be read twice.
    static func isOrdinary(_ path: String) -> Bool {
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        return path != "-" && (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
    }

    /// Whether a key comes back behind others. What is wrong otherwise is told when the rows are read.
    mutating func isScattered() -> Bool {
        while let rows = try? nextStretch() {
            if case .scatteredKey = rows.problem { return true }
        }
        return false
    }
}
