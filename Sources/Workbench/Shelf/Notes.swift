import AnomalyDetection

/// What an analyst wrote about rows of a series.
public struct Note: Sendable, Equatable {
    /// The rows, counted from 0.
    public let rows: Range<Int>
    /// What was written, never empty.
    public let text: String

    /// A note on rows.
    public init(rows: Range<Int>, text: String) {
        self.rows = rows
        self.text = text
    }
}

/// The notes on a series, which follow the rule of `Judgements`: no two of them overlap, since the later one replaces those
/// that it overlaps, and a note is about the event that it overlaps.
public struct Notes: Sendable, Equatable, RandomAccessCollection {
    /// The most characters of a note.
    public static let longest = 500
    private var sorted: [Note] = []

    /// None.
    public init() {}

    /// Takes notes in the order in which they were written.
    public init(_ notes: some Sequence<Note>) { for note in notes { write(note.text, on: note.rows) } }

    public var startIndex: Int { sorted.startIndex }
    public var endIndex: Int { sorted.endIndex }
    /// The notes in order of their rows.
    public subscript(index: Int) -> Note { sorted[index] }

    /// Writes on rows in place of all notes that they overlap; an empty text takes those away. No rows change nothing.
    public mutating func write(_ text: String, on rows: Range<Int>) {
        guard !rows.isEmpty else { return }
        sorted.removeAll { $0.rows.overlaps(rows) }
        guard !text.isEmpty else { return }
        let place = sorted.firstIndex { $0.rows.lowerBound > rows.lowerBound } ?? sorted.endIndex
        sorted.insert(Note(rows: rows, text: String(text.prefix(Self.longest))), at: place)
    }

    /// What was written about an event: the note with the most rows in common, of equals the earliest; empty without one.
    public func text(on rows: Range<Int>) -> String {
        var best: (text: String, common: Int)?
        for note in sorted where note.rows.overlaps(rows) {
            let common = note.rows.clamped(to: rows).count
            if common > best?.common ?? 0 { best = (note.text, common) }
        }
        return best?.text ?? ""
    }
}
