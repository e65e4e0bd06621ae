/// Splits the bytes of a delimited text file into fields (RFC 4180: quoted fields may hold
/// delimiters, line ends and doubled quotes; lines end in LF, CRLF or CR). Where a space is the delimiter, runs of spaces and tabs
/// stand between fields, and those at the ends of a line mean nothing.
struct CSVScanner {
    /// One field: where its bytes lie, without surrounding quotes.
    struct Field {
        var start: Int
        var end: Int
        /// Whether the field holds doubled quotes, which stand for one.
        var hasEscapes = false
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let delimiter: UInt8
    private(set) var position: Int
    /// The line, from 1, on which the next record begins.
    private(set) var line = 1
    /// The line on which the record that was read last begins, blank lines before it counted.
    private(set) var recordLine = 1
    /// Whether anything but spaces has stood between a closing quote and the next delimiter.
    private(set) var hasTextBehindQuotes = false
    /// Lines that are no records wherever they stand, without the blanks around them.
    private let passing: [[UInt8]]
    /// A bit for each byte of ASCII with which one of them begins.
    private var passedFirst: (low: UInt64, high: UInt64) = (0, 0)
    /// The header as it comes again with other fields in front.
    var repeatedHeader: TableLayout.RepeatedHeader?
    /// Fields in a row where a line right above those lines that has not as many is no record either.
    var passesAbove: Int?
    /// At how many places such lines stood.
    private(set) var passedPlaces = 0

    init(bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8, passing: [[UInt8]] = []) {
        self.bytes = bytes
        self.delimiter = delimiter
        self.passing = passing
        for line in passing {
            guard let first = line.first, first < 128 else { continue }
            if first < 64 { passedFirst.low |= 1 << first } else { passedFirst.high |= 1 << (first - 64) }
        }
        let hasMark = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
        position = hasMark ? 3 : 0
    }

    /// Reads the next record that is not a blank line into `fields`; `false` at the end.
    mutating func next(into fields: inout [Field], file: String) throws(SeriesError) -> Bool {
        fields.removeAll(keepingCapacity: true)
        repeat {
            while true {
                if dividesByBlanks { skipBlanks() }
                guard position < bytes.count, bytes[position] == 0x0A || bytes[position] == 0x0D else { break }
                endLine()
            }
        } while passLines()
        guard position < bytes.count else { return false }
        recordLine = line
        while true {
            fields.append(try field(file: file))
            if dividesByBlanks { skipBlanks() }
            guard position < bytes.count else { return true }
            if dividesByBlanks {
                guard bytes[position] == 0x0A || bytes[position] == 0x0D else { continue }
                endLine()
                return true
            }
            if bytes[position] == delimiter {
                position += 1
                if position == bytes.count { fields.append(Field(start: position, end: position)) }
            } else {
                endLine()
                return true
            }
            if position == bytes.count { return true }
        }
    }

    /// Goes on behind lines that are no records, if such stand here.
    /// - Returns: whether any stood.
    @discardableResult mutating func passLines() -> Bool {
        guard !passing.isEmpty || repeatedHeader != nil, let first = passedEnd() else { return false }
        var end: Int? = first
        while let found = end {
            skipLine(endingAt: found)
            end = passedEnd()
        }
        passedPlaces += 1
        return true
    }

    /// Where a line ends that is no record and begins here.
    private func passedEnd() -> Int? {
        guard position < bytes.count else { return nil }
        if let repeatedHeader, let end = end(of: repeatedHeader, at: position) { return end }
        if let end = passedEnd(at: position) { return end }
        guard let width = passesAbove else { return nil }
        let end = lineEnd(position)
        var next = end
        while next < bytes.count, bytes[next] == 0x0A || bytes[next] == 0x0D { next += 1 }
        guard next < bytes.count, passedEnd(at: next) != nil, fieldCount(position..<end) != width else { return nil }
        return end
    }

    private func lineEnd(_ start: Int) -> Int { bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count }

    private func fieldCount(_ range: Range<Int>) -> Int {
        guard dividesByBlanks else { return bytes[range].count { $0 == delimiter } + 1 }
        return bytes[range].split { $0 == 0x20 || $0 == 0x09 }.count
    }

    /// Where a header ends that comes again here.
    private func end(of header: TableLayout.RepeatedHeader, at position: Int) -> Int? {
        var place = position
        func isBetween(_ byte: UInt8) -> Bool { dividesByBlanks ? byte == 0x20 || byte == 0x09 : byte == delimiter }
        for _ in 0..<header.skipped {
            while dividesByBlanks, place < bytes.count, isBetween(bytes[place]) { place += 1 }
            if !dividesByBlanks, place > position { place += 1 }
            while place < bytes.count, !isBetween(bytes[place]), bytes[place] != 0x0A, bytes[place] != 0x0D { place += 1 }
        }
        guard place > position, bytes.count - place >= header.rest.count,
            bytes[place..<place + header.rest.count].elementsEqual(header.rest)
        else { return nil }
        place += header.rest.count
        while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
        return place == bytes.count || bytes[place] == 0x0A || bytes[place] == 0x0D ? place : nil
    }

    /// Where a line ends that is always the same, is no record and begins at a place.
    private func passedEnd(at position: Int) -> Int? {
        let byte = bytes[position]
        // Rows begin with a digit mostly, and such lines do not.
        let mayBegin =
            byte <= 0x20 || byte > 127 || (byte < 64 ? passedFirst.low >> byte : passedFirst.high >> (byte - 64)) & 1 == 1
        guard mayBegin else { return nil }
        for line in passing {
            var place = position
            while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
            guard bytes.count - place >= line.count, bytes[place..<place + line.count].elementsEqual(line) else { continue }
            place += line.count
            while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
            if place == bytes.count || bytes[place] == 0x0A || bytes[place] == 0x0D { return place }
        }
        return nil
    }

    /// Goes on where a record begins, which stands on a line.
    mutating func jump(to position: Int, line: Int) { (self.position, self.line) = (max(position, self.position), line) }

    private var dividesByBlanks: Bool { delimiter == TableLayout.blanks }

    private mutating func skipBlanks() {
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    }

    /// Goes on behind the line whose end is at `end`.
    mutating func skipLine(endingAt end: Int) {
        position = end
        if position < bytes.count { endLine() }
    }

    private mutating func endLine() {
        if bytes[position] == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A { position += 1 }
        position += 1
        line += 1
    }

    /// The most bytes that a field may have, so that a file without the delimiters and line ends that are looked for is told
    /// early. A number, a time or a name has fewer than a hundred.
    static let longestField = 1 << 20

    private mutating func field(file: String) throws(SeriesError) -> Field {
        if position < bytes.count, bytes[position] == 0x22 { return try quotedField(file: file) }
        var start = position
        let limit = min(bytes.count, position + Self.longestField)
        while position < limit, !endsField(bytes[position]) { position += 1 }
        if position < bytes.count, !endsField(bytes[position]) { throw longField(file, line) }
        var end = position
        while start < end, bytes[start] == 0x20 { start += 1 }
        // A tab at the end of a line is a blank too where tabs divide nothing.
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 && delimiter != 0x09 { end -= 1 }
        return Field(start: start, end: end)
    }

    private func endsField(_ byte: UInt8) -> Bool {
        byte == delimiter || byte == 0x0A || byte == 0x0D || byte == 0x09 && dividesByBlanks
    }

    private func longField(_ file: String, _ line: Int) -> SeriesError {
        .longField(file: file, line: line, mostBytes: Self.longestField)
    }

    private mutating func quotedField(file: String) throws(SeriesError) -> Field {
        let opening = line
        position += 1
        var field = Field(start: position, end: position)
        let limit = min(bytes.count, position + Self.longestField)
        while position < limit {
            if bytes[position] == 0x22 {
                if position + 1 < bytes.count, bytes[position + 1] == 0x22 {
                    field.hasEscapes = true
                    position += 1
                } else {
                    // Blanks alone are nothing, as they are without quotes.
                    let isBlank = bytes[field.start..<position].allSatisfy { $0 == 0x20 || $0 == 0x09 }
                    field.end = isBlank ? field.start : position
                    position += 1
                    while position < bytes.count, !endsField(bytes[position]) {
                        if bytes[position] != 0x20 {
                            hasTextBehindQuotes = true
                            // The quote that closes the field is then one that opens another in a later row.
                            guard line == opening else { throw .tornQuote(file: file, line: opening) }
                        }
                        position += 1
                    }
                    return field
                }
            } else if bytes[position] == 0x0A {
                line += 1
            }
            position += 1
        }
        throw limit < bytes.count ? longField(file, opening) : .unclosedQuote(file: file, line: opening)
    }

    /// The text of a field, invalid UTF-8 replaced.
    func text(_ field: Field) -> String {
        guard field.hasEscapes else { return String(decoding: slice(field), as: UTF8.self) }
        var bytes: [UInt8] = []
        var isDoubled = false
        for byte in slice(field) {
            isDoubled = byte == 0x22 && !isDoubled
            if !isDoubled { bytes.append(byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the text of a field needs no replacing.
    func isUTF8(_ field: Field) -> Bool { String(validating: slice(field), as: UTF8.self) != nil }

    /// The bytes of a field.
    func slice(_ field: Field) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[field.start..<field.end])
    }
}
