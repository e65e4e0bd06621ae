extension TimeNotation {
    /// All notations that read every one of some texts, the likeliest first: several only where the texts do not settle the order of
    /// day, month and two-digit year. Numbers alone are none of them; those are for `numericGuesses`. Of intervals the beginning is
    /// read.
    ///
    /// - Parameter samples: texts of one column, gaps left out; the more there are, the fewer notations are left.
    /// - Complexity: O(samples).
    package static func guesses<Texts: Collection>(_ samples: Texts) -> [TimeNotation]
    where Texts.Element: Collection, Texts.Element.Element == UInt8 {
        let texts = samples.map { Array($0) }
        guard let richest = texts.max(by: { changes($0) < changes($1) }), richest.count <= 80 else { return [] }
        // With points a date is likelier than a clock.
        let hasPoints = richest.contains(UInt8(ascii: ".")) && !richest.contains(UInt8(ascii: ":"))
        for plain in hasPoints ? [iso] : [iso, clock] where plain.reads(texts) { return [plain] }
        if texts.allSatisfy({ number($0) != nil || number($0, decimalComma: true) != nil }) { return [] }
        let spans = clockIntervals(texts)
        if !spans.isEmpty { return spans }
        let found = patterns(texts)
        if !found.isEmpty { return found }
        let withDates = datesAlone(texts)
        if !withDates.isEmpty { return withDates }
        return hasPoints && clock.reads(texts) ? [clock] : intervals(texts)
    }

    /// The patterns of a date and a clock that read every one of some texts of which fewer than half are dates alone, as spreadsheets
    /// write midnight where no other text has it; the likeliest first.
    private static func datesAlone(_ texts: [[UInt8]]) -> [TimeNotation] {
        let dates = texts.filter { !$0.contains(UInt8(ascii: ":")) }
        guard !dates.isEmpty, dates.count * 2 < texts.count else { return [] }
        let found = patterns(texts) { spelling in
            let bytes = Array(spelling.utf8)
            let hour = bytes.indices.first { place in
                place > 0 && bytes[place - 1] == UInt8(ascii: "%")
                    && (bytes[place] == UInt8(ascii: "H") || bytes[place] == UInt8(ascii: "I"))
            }
            // Behind the last part of the date.
            guard let hour, let last = bytes[..<(hour - 1)].lastIndex(of: UInt8(ascii: "%")), last + 2 < hour else { return nil }
            let date = String(decoding: bytes[..<(last + 2)], as: UTF8.self)
            guard date.contains("%d") || date.contains("%j"), !spelling.contains("%z"), !spelling.contains("%Z") else {
                return nil
            }
            return date + "[" + String(decoding: bytes[(last + 2)...], as: UTF8.self) + "]"
        }
        // Where midnight has a clock elsewhere, a date alone is a day.
        return found.filter { notation in
            !texts.contains { $0.contains(UInt8(ascii: ":")) && notation.instant($0).map { $0 % 86_400_000_000 == 0 } == true }
        }
    }

    /// The patterns that read every one of some texts, the likeliest first.
    /// - Parameter spelled: makes another pattern of one that reads the text of most parts.
    static func patterns(_ texts: [[UInt8]], spelled: (String) -> String? = { $0 }) -> [TimeNotation] {
        guard let richest = texts.max(by: { changes($0) < changes($1) }) else { return [] }
        for isUnusual in [false, true] {
            let spellings = richest.withUnsafeBufferPointer { TimeShape(bytes: $0).patterns(isUnusual: isUnusual) }.compactMap(
                spelled)
            let found = distinct(spellings.compactMap { try? TimeNotation(.pattern(TimePattern($0))) }.filter { $0.reads(texts) })
            if !found.isEmpty { return nearFirst(found, texts) }
        }
        return []
    }

    /// All notations by which every one of some numbers is a plausible time, the strictest first: dates without marks and years of
    /// 1500 to 2200, seconds to nanoseconds since 1970 of 1990 to 2100, days of a spreadsheet of 1954 to 2064. Whether a column of
    /// numbers is a time is for its name and its order to say; elapsed time is never guessed.
    package static func numericGuesses<Texts: Collection>(_ samples: Texts, decimalComma: Bool = false) -> [TimeNotation]
    where Texts.Element: Collection, Texts.Element.Element == UInt8 {
        let texts = samples.map { Array($0) }
        let numbers = texts.compactMap { number($0, decimalComma: decimalComma) }
        guard !texts.isEmpty, numbers.count == texts.count else { return [] }
        let areWhole = numbers.allSatisfy(\.isWhole)
        return (areWhole ? wholeNumbers : fractions).filter { notation, range in
            texts.allSatisfy { text in
                text.withUnsafeBufferPointer { notation.instant($0, decimalComma: decimalComma) }.map(range.contains) ?? false
            }
        }.map(\.0)
    }

    private typealias Plausible = (notation: TimeNotation, instants: Range<Int64>)
    /// The notations of numbers with the instants that are plausible, the strictest first.
    private static let wholeNumbers = numberNotations(areWhole: true), fractions = numberNotations(areWhole: false)

    private static func numberNotations(areWhole: Bool) -> [Plausible] {
        let dates = [
            areWhole ? "%Y%m%d%H%M%S" : "%Y%m%d%H%M%S.%f", "%Y%m%d%H%M", "%Y%m%d%H", "%Y%m%d", "%d%m%Y", "%m%d%Y", "%Y%j", "%Y%m",
            "%y%m%d", "%Y",
        ]
        let years = { (first: Int64, last: Int64) in
            (days(year: first, month: 1, day: 1) * 86_400_000_000)..<(days(year: last + 1, month: 1, day: 1) * 86_400_000_000)
        }
        var found = dates.compactMap { try? TimeNotation(.pattern(TimePattern($0))) }.map { ($0, years(1500, 2200)) }
        found += TimeCount.allCases.filter(\.isUnix).map { (.count($0), years(1990, 2100)) }
        found.append((.count(.excel), years(1954, 2064)))
        found += (areWhole ? [TimeCount.ordinal, .datenum] : [.datenum]).map { (.count($0), years(1950, 2060)) }
        if !areWhole { found += [TimeCount.decimalMonth, .decimalYear].map { (.count($0), years(1500, 2200)) } }
        return found
    }

    /// The abbreviation of a zone at the end of a text that is otherwise a time, where it stands for several zones or for none that is
    /// known: `IST` in `2017-04-11 06:00 IST`. `nil` where the text is no time, or says its zone well.
    package static func unknownZone(_ text: some Collection<UInt8>) -> String? {
        let text = Array(text)
        guard let blank = text.lastIndex(of: 0x20), case let last = text[(blank + 1)...], (2...5).contains(last.count),
            last.allSatisfy({ ($0 | 0x20) &- 0x61 < 26 }), case let name = String(decoding: last, as: UTF8.self),
            CalendarNames.offset(Word(name)) == nil, case let rest = text[..<blank], rest.contains(UInt8(ascii: ":")),
            !guesses([rest]).isEmpty, guesses([text]).isEmpty
        else { return nil }
        return name
    }

    /// Whether all texts are times that are written so.
    package func reads(_ texts: [[UInt8]]) -> Bool { texts.allSatisfy { instant($0) != nil } }

    /// The same as `instant` of bytes at hand.
    package func instant(_ text: [UInt8]) -> Int64? { text.withUnsafeBufferPointer { instant($0) } }

    private static func number(_ text: [UInt8], decimalComma: Bool = false) -> DecimalNumber? {
        text.withUnsafeBufferPointer { DecimalNumber($0, decimalComma: decimalComma) }
    }

    /// How often digits, letters, blanks and marks follow each other: the most where a text has most parts.
    private static func changes(_ text: [UInt8]) -> Int {
        func kind(_ byte: UInt8) -> Int { byte &- 0x30 < 10 ? 0 : Word.isLetter(byte) ? 1 : byte == 0x20 ? 2 : 3 }
        return text.adjacentPairs().count { kind($0) != kind($1) }
    }

    private static func distinct(_ notations: [TimeNotation]) -> [TimeNotation] {
        var seen: Set<TimeNotation> = []
        return notations.filter { seen.insert($0).inserted }
    }

    /// The notations by which the texts lie within a time of a like size as by the best of them, before the others: a year taken for
    /// a day scatters what lies together over decades.
    private static func nearFirst(_ notations: [TimeNotation], _ texts: [[UInt8]]) -> [TimeNotation] {
        let spans = notations.map { notation in
            let instants = texts.compactMap { notation.instant($0) }
            guard let least = instants.min(), let most = instants.max() else { return 0.0 }
            return Double(most - least)
        }
        guard let shortest = spans.min() else { return notations }
        let near = notations.indices.filter { spans[$0] <= 50 * shortest }
        let far = notations.indices.filter { spans[$0] > 50 * shortest }
        return (near + far).map { notations[$0] }
    }
}
