import Digest

/// By what a series is known: SHA-256 of the names and values of its channels, in order, and of the numbers of channels and
/// rows. Series with the same names and numbers share it, whatever their times and labels; no others are known to.
public struct SeriesIdentity: Sendable, Hashable, CustomStringConvertible {
    /// 64 hexadecimal digits, as the database, model files and the HTTP API have it.
    public let text: String

    /// An identity that was written down.
    public init(text: String) { self.text = text }

    /// The text of the identity.
    public var description: String { text }
}

/// What has been hashed of a series so far, from which rows that come later go on.
///
/// A channel each has a digest of its own, since rows arrive across channels; the identity is the digest of theirs.
/// Cost: one pass over what is added, a millisecond for some 100,000 values.
struct IdentityHash: Sendable {
    private var columns: [SHA256]
    private var rowCount = 0

    /// What the first `count` rows give, by default all.
    init(of channels: [Series.Channel], count: Int = .max) {
        columns = [SHA256](repeating: SHA256(), count: channels.count)
        add(channels, from: 0, to: count)
    }

    /// Adds the rows of channels from `first` on.
    mutating func add(_ channels: [Series.Channel], from first: Int, to last: Int = .max) {
        precondition(channels.count == columns.count, "rows have the channels of the series")
        for (index, channel) in channels.enumerated() {
            channel.values.withUnsafeBufferPointer { values in
                var row = first
                let last = min(last, values.count)
                while row < last {
                    let end = min(row + 4096, last)
                    columns[index].add(UnsafeBufferPointer(rebasing: values[row..<end]))
                    row = end
                }
            }
        }
        rowCount += max(0, min(last, channels.first?.values.count ?? 0) - first)
    }

    /// The identity of channels with these names and the values that were added.
    func identity(names: [String]) -> SeriesIdentity {
        var hash = SHA256()
        func add(_ number: Int) { withUnsafeBytes(of: UInt64(number).littleEndian) { hash.update($0) } }
        add(columns.count)
        add(rowCount)
        for (name, column) in zip(names, columns) {
            add(name.utf8.count)
            hash.update(name.utf8)
            hash.update(column.finalize())
        }
        return SeriesIdentity(text: hexadecimal(hash.finalize()))
    }
}

extension SHA256 {
    /// Adds the bits of numbers, the lowest byte first; all gaps have the same.
    fileprivate mutating func add(_ values: UnsafeBufferPointer<Double>) {
        // Where no gap is and the memory holds the lowest byte first, the memory is what is hashed.
        if 1.littleEndian == 1, !values.contains(where: \.isNaN) { return update(UnsafeRawBufferPointer(values)) }
        let words = values.map { ($0.isNaN ? 0x7ff8_0000_0000_0000 : $0.bitPattern).littleEndian }
        words.withUnsafeBytes { update($0) }
    }
}
