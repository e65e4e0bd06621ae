import TimeSeries

/// How a column writes its numbers.
struct NumberForm: Sendable, Hashable {
    /// The decimal sign, `.` or `,`.
    var decimal = UInt8(ascii: ".")
    /// Whether digits stand in groups, between which is the other of point and comma, a blank or an apostrophe.
    var isGrouped = false
    /// Whether something stands around the numbers: a currency, a unit, percent, parentheses for a minus.
    var isDecorated = false
    /// Whether `K`, `M`, `B`, `G` and `T` behind a number multiply it.
    var hasMultipliers = false
    /// Whether they are hours, minutes and seconds with colons between, which count in seconds.
    var isClock = false

    /// Digits with a decimal sign at most, and an exponent.
    var isPlain: Bool { !isGrouped && !isDecorated && !hasMultipliers && !isClock }

    /// The sign behind a number that says something of it, as `*` and `#` say that it was estimated; `nil` for none.
    static func mark(behind field: UnsafeBufferPointer<UInt8>) -> UInt8? {
        guard field.count > 1, let last = field.last, [0x2A, 0x23, 0x3F].contains(last), field[field.count - 2] &- 0x30 < 10
        else {
            return nil
        }
        return last
    }

    /// The number that a field holds, or `nil`; infinite where it is too large for a `Double`.
    func value(_ field: UnsafeBufferPointer<UInt8>) -> Double? {
        if let value = NumberParser.double(field, decimalComma: decimal == 0x2C) { return value }
        if isClock { return TimeNotation.clock.instant(field).map { Double($0) / 1e6 } }
        if Self.mark(behind: field) != nil { return value(UnsafeBufferPointer(rebasing: field.dropLast())) }
        guard !isPlain, let shape = NumberShape(field) else { return nil }
        guard isDecorated || hasMultipliers || shape.suffix.isEmpty && shape.prefix.isEmpty else { return nil }
        guard let value = shape.value(decimal: decimal) else { return nil }
        guard hasMultipliers else { return value }
        guard let factor = shape.multiplier else { return nil }
        return value * factor
    }
}

/// The parts of a field that holds a number: what stands before it, the number itself, and what stands behind.
struct NumberShape {
    let field: UnsafeBufferPointer<UInt8>
    private(set) var prefix = 0..<0
    private(set) var suffix = 0..<0
    private var digits = 0..<0
    private var isNegative = false, isSigned = false

    /// `nil` where a field holds no number with a currency before it and a unit of at most 16 bytes behind it at most.
    init?(_ field: UnsafeBufferPointer<UInt8>) {
        guard field.count <= 64 else { return nil }
        if NumberForm.mark(behind: field) != nil {
            guard let bare = NumberShape(UnsafeBufferPointer(rebasing: field.dropLast())) else { return nil }
            self = bare
            return
        }
        self.field = field
        var (start, end) = (0, field.count)
        if start < end, field[start] == 0x28, field[end - 1] == 0x29 {
            (start, end, isNegative, isSigned) = (start + 1, end - 1, true, true)
        }
        takeSign(&start, end)
        let opening = start
        if let currency = Self.currencies.first(where: { field[start..<end].starts(with: $0) }) { start += currency.count }
        prefix = opening..<start
        while start < end, field[start] == 0x20 { start += 1 }
        takeSign(&start, end)
        let first = start
        while start < end, belongsToNumber(start, end, first) { start += 1 }
        var last = start
        while last > first, field[last - 1] == 0x20 || field[last - 1] == 0x2C { last -= 1 }
        digits = first..<last
        while start < end, field[start] == 0x20 { start += 1 }
        suffix = start..<end
        guard digits.contains(where: { Self.isDigit(field[$0]) }), isUnit(suffix), !isAddress else { return nil }
    }

    /// Whether it has several points that are none between thousands, as the address of a machine has.
    private var isAddress: Bool {
        let whole = Array(field[digits].prefix { $0 != 0x2C })
        guard whole.count(where: { $0 == 0x2E }) > 1 else { return false }
        return whole.split(separator: 0x2E, omittingEmptySubsequences: false).dropFirst().contains { $0.count != 3 }
    }

    /// Takes a sign, of which there is one at most; a minus sign of Unicode too.
    private mutating func takeSign(_ start: inout Int, _ end: Int) {
        guard !isSigned, start < end else { return }
        if field[start] == 0x2B || field[start] == 0x2D {
            (isSigned, isNegative) = (true, field[start] == 0x2D)
            start += 1
        } else if field[start..<end].starts(with: [0xE2, 0x88, 0x92]) {
            (isSigned, isNegative) = (true, true)
            start += 3
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private func belongsToNumber(_ place: Int, _ end: Int, _ first: Int) -> Bool {
        let byte = field[place]
        if Self.isDigit(byte) || byte == 0x2E || byte == 0x2C { return true }
        let isBetween = place > first && place + 1 < end && Self.isDigit(field[place - 1])
        // Blanks, apostrophes and blanks that do not break, between digits; an exponent behind one.
        if byte == 0x20 || byte == 0x27 { return isBetween && Self.isDigit(field[place + 1]) }
        if byte == 0x65 || byte == 0x45 {
            guard isBetween, !field[first..<place].contains(where: { $0 == 0x45 || $0 == 0x65 }) else { return false }
            let next = field[place + 1]
            return Self.isDigit(next) || (next == 0x2B || next == 0x2D) && place + 2 < end && Self.isDigit(field[place + 2])
        }
        if byte == 0x2B || byte == 0x2D { return place > first && (field[place - 1] | 0x20) == 0x65 }
        return false
    }

    private static let currencies = ["$", "€", "£", "¥", "₹", "₩", "₽", "₺", "US$", "A$", "C$"].map { Array($0.utf8) }

    private func isUnit(_ range: Range<Int>) -> Bool {
        guard let first = range.first else { return true }
        let start = field[first]
        guard range.count <= 16, start == 0x25 || start >= 0x80 || (start | 0x20) &- 0x61 < 26 else { return false }
        return range.allSatisfy { place in
            let byte = field[place]
            return byte >= 0x80 || (byte | 0x20) &- 0x61 < 26 || [0x25, 0x2F, 0x2E, 0x20, 0x5E, 0x2A].contains(byte)
        }
    }

    /// Whether a blank stands before what stands behind the number.
    var isSuffixApart: Bool { suffix.lowerBound > digits.upperBound && !suffix.isEmpty }

    /// The number without its signs between digits.
    func value(decimal: UInt8) -> Double? {
        let other: UInt8 = decimal == 0x2E ? 0x2C : 0x2E
        var clean: [UInt8] = isNegative ? [0x2D] : []
        var (group, isFraction, hasGroups) = (0, false, false)
        for place in digits {
            let byte = field[place]
            if byte == other || byte == 0x20 || byte == 0x27 {
                // Groups have three digits, those before the last two or three, and the first up to three.
                guard !isFraction, (1...3).contains(group), !hasGroups || group >= 2 else { return nil }
                (group, hasGroups) = (0, true)
                continue
            }
            if byte == decimal || (byte | 0x20) == 0x65 {
                if hasGroups, !isFraction, group != 3 { return nil }
                isFraction = true
            }
            if !isFraction, Self.isDigit(byte) { group += 1 }
            clean.append(byte == decimal ? 0x2E : byte)
        }
        if hasGroups, !isFraction, group != 3 { return nil }
        return clean.withUnsafeBufferPointer { NumberParser.double($0, decimalComma: false) }
    }

    /// By what `K`, `M`, `B` or `G`, and `T` multiply, 1 where nothing stands behind the number; `nil` for anything else.
    var multiplier: Double? {
        guard let place = suffix.first else { return 1 }
        guard suffix.count == 1 else { return nil }
        return switch field[place] {
        case UInt8(ascii: "K"), UInt8(ascii: "k"): 1e3
        case UInt8(ascii: "M"): 1e6
        case UInt8(ascii: "B"), UInt8(ascii: "G"): 1e9
        case UInt8(ascii: "T"): 1e12
        default: nil
        }
    }

    /// What the signs within the number say of which is which.
    var evidence: SignEvidence {
        var (commas, points, blanks) = (0, 0, 0)
        var (lastSign, tail, head) = (UInt8(0), 0, 0)
        for place in digits {
            switch field[place] {
            case 0x2C: (commas, lastSign, tail) = (commas + 1, 0x2C, 0)
            case 0x2E: (points, lastSign, tail) = (points + 1, 0x2E, 0)
            case 0x20, 0x27: blanks += 1
            case 0x65, 0x45: return SignEvidence.of(decimal: lastSign)
            default: if lastSign == 0 { head += 1 } else { tail += 1 }
            }
        }
        guard commas + points > 0 else { return blanks > 0 ? .grouped : .none }
        if commas > 0, points > 0 { return .of(decimal: lastSign, isGrouped: true) }
        if commas + points > 1 { return .of(decimal: lastSign == 0x2C ? 0x2E : 0x2C, isGrouped: true) }
        let startsWithZero = digits.first.map { field[$0] == 0x30 } ?? false
        if tail != 3 || head == 0 || head > 3 || startsWithZero || blanks > 0 {
            return .of(decimal: lastSign, isGrouped: blanks > 0)
        }
        return SignEvidence(ambiguousCommas: lastSign == 0x2C ? 1 : 0, ambiguousPoints: lastSign == 0x2E ? 1 : 0)
    }
}

/// How many numbers say what a comma and a point mean in them.
struct SignEvidence: Sendable, Equatable {
    init(decimalCommas: Int = 0, decimalPoints: Int = 0, ambiguousCommas: Int = 0, ambiguousPoints: Int = 0, groups: Int = 0) {
        (self.decimalCommas, self.decimalPoints, self.groups) = (decimalCommas, decimalPoints, groups)
        (self.ambiguousCommas, self.ambiguousPoints) = (ambiguousCommas, ambiguousPoints)
    }

    var decimalCommas = 0, decimalPoints = 0
    /// Numbers such as `1,037` and `1.037`, which may be read either way.
    var ambiguousCommas = 0, ambiguousPoints = 0
    /// Numbers whose digits stand in groups.
    var groups = 0

    static let none = SignEvidence()
    static let grouped = SignEvidence(groups: 1)

    static func of(decimal sign: UInt8, isGrouped: Bool = false) -> SignEvidence {
        SignEvidence(
            decimalCommas: sign == 0x2C ? 1 : 0, decimalPoints: sign == 0x2E ? 1 : 0, groups: isGrouped ? 1 : 0)
    }

    static func += (one: inout SignEvidence, other: SignEvidence) {
        one.decimalCommas += other.decimalCommas
        one.decimalPoints += other.decimalPoints
        one.ambiguousCommas += other.ambiguousCommas
        one.ambiguousPoints += other.ambiguousPoints
        one.groups += other.groups
    }

    /// What a number says that has no comma, nor anything around it.
    init(withoutComma field: UnsafeBufferPointer<UInt8>) {
        guard let point = field.firstIndex(of: 0x2E) else { return }
        let isSigned = field[0] == 0x2D || field[0] == 0x2B
        let (head, tail) = (point - (isSigned ? 1 : 0), field.count - point - 1)
        let isPlain = tail == 3 && (1...3).contains(head) && field[isSigned ? 1 : 0] != 0x30
        if isPlain, field[(point + 1)...].allSatisfy({ $0 &- 0x30 < 10 }) { ambiguousPoints = 1 } else { decimalPoints = 1 }
    }

    /// Whether some numbers can be read either way and none says which.
    var isOpen: Bool { ambiguousCommas + ambiguousPoints > 0 && decimalCommas + decimalPoints == 0 }
}
