import TimeSeries

/// What a field may hold, by a look at its bytes alone.
enum FieldLook: Equatable {
    /// Nothing, or a mark of a gap.
    case gap
    /// Digits with at most a decimal sign and an exponent.
    case number
    /// A number with something around it or between its digits.
    case decorated
    /// Digits with what stands between those of a date or a clock.
    case time
    case text

    init(_ field: UnsafeBufferPointer<UInt8>, marks: GapMarks = .usual) {
        if marks.contains(field) {
            self = .gap
        } else if NumberParser.double(field, decimalComma: false) != nil || NumberParser.double(field, decimalComma: true) != nil
            || NumberParser.isInfinity(field)
        {
            self = .number
        } else if Self.isTime(field) {
            self = .time
        } else {
            self = NumberShape(field) == nil ? .text : .decorated
        }
    }

    var isNumber: Bool { self == .number || self == .decorated }

    /// Whether a field of this look may stand in a column of fields of another.
    func fits(_ column: FieldLook) -> Bool { self == column || self == .number && column == .decorated }

    /// Words that stand in times, in lower case, up to their first four letters: months, weekdays, halves of a day, zones.
    private static let words: Set<String> = Set(
        """
        jan feb mar apr may jun jul aug sep sept oct nov dec janu febr marc apri june july augu octo nove dece mon tue wed thu fri \
        sat sun mond tues wedn thur frid satu sund am pm a p m utc gmt z t q w h st nd rd th cet cest eet eest est edt cst cdt mst \
        mdt pst pdt bst ist jst wet west msk mär märz mai juni juli okt dez janv fév févr mars avr avri juin juil aoû août déc \
        ene abr ago dic mrt mei day days
        """.split(separator: " ").map(String.init))

    /// Weekdays in two letters, which many other names begin with: they stand before a date with points alone.
    private static let shortWeekdays: Set<String> = ["mo", "di", "mi", "do", "fr", "sa", "so", "ma", "wo", "vr", "za", "zo"]

    /// Whether a field may be a time: digits, what divides those of times, and the words of times. A number is none.
    private static func isTime(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        guard field.count <= 80 else { return false }
        // The name of a zone behind its offset, as Java and browsers write it.
        for (opening, closing) in [(UInt8(ascii: "["), UInt8(ascii: "]")), (UInt8(ascii: "("), UInt8(ascii: ")"))] {
            guard field.last == closing, let open = field.lastIndex(of: opening), open > 7 else { continue }
            return isTime(UnsafeBufferPointer(rebasing: field[..<open]))
        }
        var (digits, dividers, words, months) = (0, 0, 0, 0)
        let points = field.count { $0 == 0x2E }
        var word: [UInt8] = []
        func isWordOfTimes(_ word: [UInt8]) -> Bool {
            let text = String(decoding: word, as: UTF8.self).lowercased()
            if word.count > 2, TimeNotation.isMonth(text) { months += 1 }
            return Self.words.contains(String(text.prefix(4))) || Self.words.contains(text)
                || points == 2 && Self.shortWeekdays.contains(text)
        }
        for byte in field {
            if (byte | 0x20) &- 0x61 < 26 || byte >= 0x80 {
                word.append(byte)
                continue
            }
            if !word.isEmpty {
                guard isWordOfTimes(word) else { return false }
                words += 1
                word = []
            }
            switch byte {
            case 0x30...0x39: digits += 1
            case 0x2D, 0x2F, 0x3A: dividers += 1
            case 0x2E, 0x2C, 0x20, 0x2B, 0x28, 0x29, 0x5B, 0x5D, 0x5F: continue
            default: return false
            }
        }
        if !word.isEmpty {
            guard isWordOfTimes(word) else { return false }
            words += 1
        }
        guard digits > 0, dividers + words > 0 || points == 2 else { return false }
        // `71.5 W` is a number with a unit, `2014M11` a month.
        if dividers > 0 || points == 2 || NumberShape(field) == nil { return true }
        // `1991 Jul` is a month too, as `Jul 1991` is.
        return digits == 4 && words == 1 && months == 1 && points == 0
    }
}

/// What marks a missing value.
struct GapMarks: Sendable, Equatable {
    /// Marks that a user named besides the usual ones, as they are written, and the numbers that they spell.
    private(set) var named: [[UInt8]] = []
    private(set) var numbers: [Double] = []

    static let usual = GapMarks()

    private static let words: Set<String> = [
        "na", "nan", "null", "none", "n/a", "-", "--", "---", "----", ".", "..", "...", "?", "*", "**", "***", "****", "*****",
        "#n/a",
        "#na", "m", "nil", "missing", "unavailable", "unknown", "<na>", "nd", "n.a.", "n.d.", "#value!", "#ref!", "#div/0!",
        "#num!",
        "#name?", "-nan", "1.#qnan", "1.#ind", "-1.#ind", "no data", "nodata", "undefined", "not available",
        "<null>", "(null)", "\\n", "nat", "n/e", ":", "—", "–",
    ]

    init() {}

    /// The usual marks, and others.
    init(named marks: [String], decimal: UInt8 = 0x2E) {
        named = marks.map { Array($0.utf8) }
        numbers = named.compactMap { mark in
            mark.withUnsafeBufferPointer { NumberParser.double($0, decimalComma: decimal == 0x2C) }
        }
    }

    /// Whether a field holds nothing or a mark; fast for what begins as a number does.
    func contains(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = field.first else { return true }
        if named.contains(where: { $0.elementsEqual(field) }) { return true }
        // Only marks that a user names begin with a digit, but for what C makes of no number.
        if first &- 0x30 < 10, !(first == 0x31 && field.count > 5) { return false }
        guard field.count <= 13, !(first == 0x2D && field.count > 1 && field[1] &- 0x30 < 10 && field.count < 6) else {
            return false
        }
        return Self.words.contains(String(decoding: field, as: UTF8.self).lowercased())
    }

    /// Whether a number stands for a missing value.
    func contains(_ value: Double) -> Bool { !numbers.isEmpty && numbers.contains(value) }
}
