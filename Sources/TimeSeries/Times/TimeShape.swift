/// What a text could be as a time: the patterns that its numbers, words and marks allow, the likeliest first.
struct TimeShape {
    /// A part of a pattern, and where what it stands for ends in the text.
    struct Part {
        var spelling: String
        var end: Int
        /// Whether it names a day, so that a time of day can follow.
        var hasDay = false
        /// Whether it names a year.
        var hasYear = true
        /// Whether it is two numbers, which are a day and a month only below a clock or behind a weekday.
        var isBare = false
    }

    /// A number or a word.
    enum Element {
        case number(digits: Int)
        case month
        case letters(String)

        var digits: Int {
            if case .number(let digits) = self { digits } else { 0 }
        }
    }

    let bytes: UnsafeBufferPointer<UInt8>

    /// The patterns of the whole text. Those of `isUnusual` put the day before the month behind a year, or have hours after 12 with PM.
    func patterns(isUnusual: Bool = false) -> [String] {
        if let inner = withoutBrackets {
            return TimeShape(bytes: inner.bytes).patterns(isUnusual: isUnusual).map { inner.opening + $0 + inner.closing }
        }
        let start = blanksEnd(at: 0)
        var starts = [Part(spelling: "", end: start)]
        if let weekday = weekday(at: start) { starts.append(weekday) }
        var found: [String] = []
        for first in starts {
            for date in dates(at: first.end, isUnusual) where !date.isBare || !atEnd(date.end) || !first.spelling.isEmpty {
                found += tails(after: date, isUnusual).map { first.spelling + date.spelling + $0 }
            }
            found += timeFirst(at: first.end, isUnusual).map { first.spelling + $0 }
        }
        return found
    }

    /// What stands between brackets, as in a log, of which one may be missing; `nil` where no time begins or ends with one.
    private var withoutBrackets: (bytes: UnsafeBufferPointer<UInt8>, opening: String, closing: String)? {
        let opens = bytes.first == UInt8(ascii: "[")
        // The name of a zone may stand in brackets at the end.
        let closes = bytes.last == UInt8(ascii: "]") && (opens || !bytes.contains(UInt8(ascii: "[")))
        guard opens || closes, bytes.count > 2 else { return nil }
        let inner = bytes[(opens ? 1 : 0)..<(bytes.count - (closes ? 1 : 0))]
        return (UnsafeBufferPointer(rebasing: inner), opens ? "[" : "", closes ? "]" : "")
    }

    // What stands behind a date: nothing, a time of day, a zone, and behind them the year of a date without one.
    private func tails(after date: Part, _ isUnusual: Bool) -> [String] {
        if atEnd(date.end) { return [""] }
        guard date.hasDay else { return [] }
        var found = zones(at: date.end).filter { atEnd($0.end) && date.hasYear }.map(\.spelling)
        guard let mark = mark(at: date.end) else { return found }
        for time in times(at: mark.end, needsColon: !date.hasYear, isUnusual) {
            let begun = mark.spelling + time.spelling
            if atEnd(time.end) { found.append(begun) }
            for zone in zones(at: time.end) {
                if atEnd(zone.end) { found.append(begun + zone.spelling) }
                if !date.hasYear, let year = year(at: zone.end) { found.append(begun + zone.spelling + year) }
            }
            if !date.hasYear, let year = year(at: time.end) { found.append(begun + year) }
        }
        return found
    }

    private func timeFirst(at start: Int, _ isUnusual: Bool) -> [String] {
        times(at: start, needsColon: true, isUnusual).flatMap { time -> [String] in
            guard let mark = mark(at: time.end) else { return [] }
            return dates(at: mark.end, isUnusual).filter { atEnd($0.end) && $0.hasDay && !$0.isBare }.map {
                time.spelling + mark.spelling + $0.spelling
            }
        }
    }

    private func year(at start: Int) -> String? {
        let end = blanksEnd(at: start)
        return end > start && digits(at: end) == 4 && atEnd(end + 4) ? " %Y" : nil
    }

    private func weekday(at start: Int) -> Part? {
        guard let (word, _, end) = word(at: start), CalendarNames.isWeekday(word),
            let mark = marks(at: pointEnd(at: end), most: 2)
        else { return nil }
        return Part(spelling: "%a" + mark.spelling, end: mark.end)
    }
}

// Reading without taking.
extension TimeShape {
    func cursor(at position: Int) -> ByteCursor { ByteCursor(bytes: bytes, position: position) }

    func blanksEnd(at start: Int) -> Int {
        var cursor = cursor(at: start)
        cursor.skipBlanks()
        return cursor.position
    }

    func atEnd(_ position: Int) -> Bool { blanksEnd(at: position) == bytes.count }

    /// How many digits stand from here on.
    func digits(at start: Int) -> Int {
        guard start < bytes.count else { return 0 }
        return bytes[start...].prefix { $0 &- 0x30 < 10 }.count
    }

    func word(at start: Int) -> (word: Word, text: String, end: Int)? {
        var cursor = cursor(at: start)
        guard let word = cursor.word() else { return nil }
        return (word, String(decoding: bytes[start..<cursor.position], as: UTF8.self), cursor.position)
    }

    func byte(at position: Int) -> UInt8? { position < bytes.count ? bytes[position] : nil }

    func isMark(_ mark: Unicode.Scalar, at position: Int) -> Bool { byte(at: position) == UInt8(ascii: mark) }

    /// The end of a point that may stand here.
    func pointEnd(at position: Int) -> Int { isMark(".", at: position) ? position + 1 : position }

    func element(at start: Int) -> (element: Element, end: Int)? {
        let count = digits(at: start)
        if count > 0 { return (.number(digits: count), start + count) }
        guard let (word, text, end) = word(at: start) else { return nil }
        guard CalendarNames.month(word) != nil else { return (.letters(text), end) }
        // The point of "Jan. 30" says nothing, that of "30.Jan.2021" parts.
        let point = pointEnd(at: end)
        return (.month, digits(at: point) > 0 ? end : point)
    }

    /// At most so many marks and runs of blanks between the parts of a date; `nil` where there are none.
    func marks(at start: Int, most: Int = 3, among known: String = "/-.,_") -> Part? {
        var part = Part(spelling: "", end: start)
        for _ in 0..<most {
            let end = blanksEnd(at: part.end)
            if end > part.end {
                part.spelling += " "
                part.end = end
            } else if let byte = byte(at: part.end), byte < 0x80, known.utf8.contains(byte) {
                part.spelling += String(UnicodeScalar(byte))
                part.end += 1
            } else {
                break
            }
        }
        return part.end > start ? part : nil
    }

    /// What parts a date from a time of day: blanks, `T`, a colon, a hyphen and such.
    private func mark(at start: Int) -> Part? {
        if let (_, text, end) = word(at: start), text.utf8.count == 1, text.uppercased() == "T" {
            return Part(spelling: text, end: end)
        }
        return marks(at: start, among: "-,_:/")
    }
}
