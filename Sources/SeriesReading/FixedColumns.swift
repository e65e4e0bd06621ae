/// Where the fields of rows stand that are laid out in columns, in characters from the beginning of a line.
struct FixedColumns {
    /// A range for each column, from the least beginning to the last end of its fields; none meets another.
    let ranges: [Range<Int>]

    /// - Parameter rows: rows of as many fields.
    /// - Returns: `nil` where fields of two columns stand in one place, or only one blank lies between any two.
    init?(_ rows: [LayoutFinder.Record], width: Int, bytes: UnsafeBufferPointer<UInt8>) {
        guard width > 1, rows.count > 2 else { return nil }
        var (starts, ends) = (Array(repeating: Int.max, count: width), Array(repeating: 0, count: width))
        for row in rows {
            guard let places = Self.places(of: row, in: bytes), places.count == width else { return nil }
            for (column, place) in places.enumerated() {
                starts[column] = min(starts[column], place.lowerBound)
                ends[column] = max(ends[column], place.upperBound)
            }
        }
        let gaps = zip(ends, starts.dropFirst()).map { $1 - $0 }
        guard gaps.allSatisfy({ $0 >= 0 }), gaps.contains(where: { $0 > 1 }) else { return nil }
        ranges = zip(starts, ends).map { $0..<$1 }
    }

    /// The most words of a line that make one name.
    private static let mostWords = 2

    /// The columns over which the words of a line stand, from the left; `nil` where one stands over two or beside all, and where more
    /// than two stand over one.
    func columns(of line: LayoutFinder.Record, in bytes: UnsafeBufferPointer<UInt8>) -> [Int]? {
        guard let words = Self.places(of: line, in: bytes) else { return nil }
        var columns: [Int] = []
        for word in words {
            guard let end = ranges.last?.upperBound, word.lowerBound <= end + 1 else { return nil }
            let over = ranges.indices.filter { ranges[$0].overlaps(word) }
            guard over.count < 2 else { return nil }
            let nearest = ranges.indices.min { distance(word, $0) < distance(word, $1) } ?? 0
            columns.append(over.first ?? nearest)
        }
        let counts = Dictionary(columns.map { ($0, 1) }, uniquingKeysWith: +)
        guard counts.values.allSatisfy({ $0 <= Self.mostWords }) else { return nil }
        return zip(columns, columns.dropFirst()).allSatisfy({ $0 <= $1 }) ? columns : nil
    }

    private func distance(_ word: Range<Int>, _ column: Int) -> Int {
        max(ranges[column].lowerBound - word.upperBound, word.lowerBound - ranges[column].upperBound, 0)
    }

    /// Where the fields of a record stand in their line; `nil` where they are quoted or tabs stand between them.
    private static func places(of record: LayoutFinder.Record, in bytes: UnsafeBufferPointer<UInt8>) -> [Range<Int>]? {
        guard let first = record.fields.first, let last = record.fields.last else { return nil }
        var start = first.start
        while start > 0, bytes[start - 1] != 0x0A, bytes[start - 1] != 0x0D { start -= 1 }
        guard !bytes[start..<last.end].contains(where: { $0 == 0x09 || $0 == 0x22 }) else { return nil }
        var (places, at, offset): ([Range<Int>], Int, Int) = ([], 0, start)
        /// Goes on to a byte; those that begin no character are not counted.
        func place(of end: Int) -> Int {
            while offset < end {
                if bytes[offset] & 0xC0 != 0x80 { at += 1 }
                offset += 1
            }
            return at
        }
        for field in record.fields {
            let begin = place(of: field.start)
            places.append(begin..<place(of: field.end))
        }
        return places
    }
}

/// The header above rows in columns of fixed places.
struct FixedHeader {
    /// The lines of the header, the one that names most columns first.
    let lines: [LayoutFinder.Record]
    /// A name for each column, empty where none stands over it, and for each line below the first what it says of each.
    let names: [String], below: [[String]]
    /// Whether a name is what all lines say.
    let areJoined: Bool
}

extension LayoutFinder {
    /// The header above rows in fixed columns where it has several lines, or not as many words as rows have fields: words belong to
    /// the column over which they stand. The header begins with the line that names most columns; a line of which a word stands
    /// over two columns, or with three over one, is a title. What lies below it are units where it says something of numbers alone, else more of the names.
    func fixedHeader(above first: Int, _ records: [Record], _ looks: [FieldLook], _ layout: TableLayout) -> FixedHeader? {
        guard layout.delimiter == TableLayout.blanks else { return nil }
        let lines = Array(linesOfWords(above: first, records, looks))
        guard lines.count > 1 || lines.first.map({ $0.fields.count != layout.width }) == true else { return nil }
        let rows = records[first...].filter { $0.fields.count == layout.width && !isRule($0, layout.width) && holdsNumbers($0) }
        guard let fixed = FixedColumns(Array(rows.prefix(60)), width: layout.width, bytes: bytes) else { return nil }
        var found: [(line: Record, words: [String])] = []
        for line in lines.reversed() {
            guard let columns = fixed.columns(of: line, in: bytes) else { break }
            var words = Array(repeating: "", count: layout.width)
            for (column, field) in zip(columns, line.fields) {
                words[column] += (words[column].isEmpty ? "" : " ") + text(field)
            }
            found.insert((line, words), at: 0)
        }
        func named(_ words: [String]) -> Int { words.count { !$0.isEmpty } }
        guard let most = found.map({ named($0.words) }).max(), most * 2 >= layout.width,
            let top = found.firstIndex(where: { named($0.words) == most })
        else { return nil }
        let below = found[(top + 1)...]
        // One line of as many words needs no looking at places.
        guard found.count - top > 1 || found[top].line.fields.count != layout.width else { return nil }
        let areUnits = below.allSatisfy { line in
            looks.indices.allSatisfy { line.words[$0].isEmpty || looks[$0] != .text && looks[$0] != .time }
        }
        let names = looks.indices.map { column in
            (areUnits ? [found[top]] : Array(found[top...])).map { $0.words[column] }.filter { !$0.isEmpty }
                .joined(separator: " ")
        }
        return FixedHeader(
            lines: found[top...].map(\.line), names: names, below: areUnits ? below.map(\.words) : [], areJoined: !areUnits)
    }

    /// The lines right above the rows that hold words alone, with no blank line or rule among them.
    private func linesOfWords(above first: Int, _ records: [Record], _ looks: [FieldLook]) -> ArraySlice<Record> {
        var end = first
        while end > 0, isRule(records[end - 1], looks.count) { end -= 1 }
        var start = end
        while start > 0, end - start < Self.mostHeaderLines, isOfWords(records[start - 1], looks),
            start == end || records[start - 1].endLine == records[start].line
        {
            start -= 1
        }
        return records[start..<end]
    }
}
