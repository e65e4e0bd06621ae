/// A way of writing times as `strptime` spells it: `%d/%m/%Y %H:%M`.
///
/// Numbers may lack leading zeros, save where two of them stand side by side (`%Y%m%d`). A number that ends in `.0` counts as whole,
/// as pandas writes 1959.0. Blanks match one or more blanks, before `%p` none too. Letters match in either case. A fraction behind
/// `%S.%f` or `%S,%f` may be missing, has a point or a comma, and counts to the microsecond. What stands in brackets at the end, from the
/// blank or mark before the hour on, may be missing: `%d.%m.%Y[ %H:%M]` reads a date alone as midnight.
package struct TimePattern: Sendable, Hashable {
    /// The pattern as it is spelled in full: abbreviations such as `%T` written out, names as `%b` and `%a`, blanks as one.
    package let spelling: String
    let pieces: [Piece]
    /// The first piece of a clock that may be missing; -1 where none may.
    let optionalClock: Int

    /// Whether a date alone is midnight, since the clock stands in brackets.
    package var readsDatesAlone: Bool { optionalClock > 0 }

    /// One directive, blank or byte of a pattern.
    struct Piece: Sendable, Hashable {
        enum Kind: UInt8, Sendable {
            case byte, letter, blank, optionalBlank
            case year, shortYear, month, monthName, weekday, day, dayOfYear, quarter, isoYear, week, isoWeekday
            case hour, hour12, minute, second, fraction, optionalFraction, half, compactTime, offset, zone, anyZone, rest
        }

        var kind: Kind
        /// The byte that a `byte` is, of a `letter` the lower one.
        var byte: UInt8 = 0
        /// Digits of a number, at least and at most.
        var least: UInt8 = 1
        var most: UInt8 = 1
        /// Whether `.0` behind a number, or the point of an abbreviation, counts nothing.
        var mayTrail = false

        var isNumber: Bool { most > 1 || kind == .quarter || kind == .isoWeekday || kind == .fraction }
    }

    /// What may stand behind `%`, with its meaning, as help lists it.
    package static let directives: [(spelling: String, meaning: String)] = [
        ("%Y", "year of four digits"), ("%y", "year of two digits: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068"),
        ("%m", "month as a number"), ("%b", "name of the month, short or long; also %B"), ("%d", "day of the month"),
        ("%j", "day of the year"), ("%q", "quarter, 1 to 4"), ("%G", "year of the ISO week"), ("%V", "ISO week"),
        ("%u", "weekday of the ISO week, 1 is Monday"), ("%a", "name of the weekday, short or long; also %A"),
        ("%H", "hour, 24 is midnight at the end of the day, and 25 alone an hour later"), ("%I", "hour of a clock of twelve"),
        ("%p", "AM or PM"),
        ("%M", "minute"), ("%S", "second"), ("%f", "digits of the fraction of a second"),
        ("%K", "hour and minute as one number, of which zeros in front may be missing: 5 is 00:05, 1330 is 13:30"),
        ("%z", "offset from UTC: Z, +01, +0100 or +01:00"), ("%Z", "zone by its abbreviation: UTC, GMT, CET, EST and such"),
        ("%*", "the rest of the text, whatever it is, as the end of an interval"), ("%%", "a percent sign"),
    ]

    /// Reads a pattern.
    package init(_ spelling: String) throws(TimeNotationError) {
        let (date, clock) = Self.parts(of: spelling)
        var written = try Self.pieces(of: date + clock)
        try Self.check(written, spelling)
        Self.merge(&written)
        pieces = Self.withWidths(written.map(\.piece))
        optionalClock = clock.isEmpty ? -1 : try Self.pieces(of: date).count
        var texts = written.map(\.spelling)
        if optionalClock > 0 {
            texts.insert("[", at: optionalClock)
            texts.append("]")
        }
        self.spelling = texts.joined()
    }

    /// What stands before brackets at the end that hold a clock, and what they hold; the whole and nothing where there are none.
    private static func parts(of spelling: String) -> (date: String, clock: String) {
        guard spelling.hasSuffix("]"), let open = spelling.lastIndex(of: "["),
            case let date = spelling[..<open], case let clock = spelling[spelling.index(after: open)...].dropLast(),
            date.contains("%"), date.last?.isLetter == true, clock.contains("%H") || clock.contains("%I"),
            !["%d", "%m", "%Y", "%y", "%j", "%b"].contains(where: clock.contains)
        else { return (spelling, "") }
        return (String(date), String(clock))
    }

    /// Whether an instant in this pattern is one of UTC, since the text says how far its clock is from it.
    package var hasZone: Bool { pieces.contains { [.offset, .zone].contains($0.kind) } }

    func has(_ kind: Piece.Kind) -> Bool { pieces.contains { $0.kind == kind } }
}

extension TimePattern {
    private typealias Written = (spelling: String, piece: Piece)

    private static let abbreviations = [
        "T": "%H:%M:%S", "R": "%H:%M", "F": "%Y-%m-%d", "D": "%m/%d/%y", "e": "%d", "k": "%H", "l": "%I", "h": "%b", "B": "%b",
        "A": "%a", "P": "%p",
    ]

    private static let kinds: [Character: (kind: Piece.Kind, digits: UInt8)] = [
        "Y": (.year, 4), "y": (.shortYear, 2), "m": (.month, 2), "b": (.monthName, 1), "a": (.weekday, 1), "d": (.day, 2),
        "j": (.dayOfYear, 3), "q": (.quarter, 1), "G": (.isoYear, 4), "V": (.week, 2), "u": (.isoWeekday, 1), "H": (.hour, 2),
        "I": (.hour12, 2), "M": (.minute, 2), "S": (.second, 2), "f": (.fraction, 1), "p": (.half, 1), "K": (.compactTime, 4),
        "z": (.offset, 1), "Z": (.zone, 1), "*": (.rest, 1),
    ]

    private static func pieces(of spelling: String) throws(TimeNotationError) -> [Written] {
        var written: [Written] = []
        var rest = spelling[...].drop(while: \.isWhitespace)
        while let character = rest.popFirst() {
            guard character == "%" else {
                if character.isWhitespace {
                    rest = rest.drop(while: \.isWhitespace)
                    if !rest.isEmpty { written.append((" ", Piece(kind: .blank))) }
                } else {
                    written += literal(String(character))
                }
                continue
            }
            // As in %-d, which writes a number without zeros in front.
            if rest.first == "-" || rest.first == "_" { rest.removeFirst() }
            guard let directive = rest.popFirst() else { throw .endsInPercent(spelling) }
            if let whole = abbreviations[String(directive)] {
                written += try pieces(of: whole)
            } else if let (kind, digits) = kinds[directive] {
                written.append(("%\(directive)", Piece(kind: kind, most: digits)))
            } else if directive == "%" {
                written.append(("%%", Piece(kind: .byte, byte: UInt8(ascii: "%"))))
            } else {
                throw .unknownDirective("%\(directive)", spelling)
            }
        }
        return written
    }

    private static func literal(_ character: String) -> [Written] {
        character.utf8.enumerated().map { index, byte in
            let isLetter = (0x61...0x7A).contains(byte | 0x20)
            return (index == 0 ? character : "", Piece(kind: isLetter ? .letter : .byte, byte: isLetter ? byte | 0x20 : byte))
        }
    }

    /// Refuses what says a thing twice or not at all.
    private static func check(_ written: [Written], _ spelling: String) throws(TimeNotationError) {
        let spelled = written.filter { $0.spelling.count == 2 && $0.spelling != "%%" }.map(\.spelling)
        guard !spelled.isEmpty else { throw .unknownName(spelling) }
        for (index, one) in spelled.enumerated() where spelled[..<index].contains(one) { throw .twice(one, spelling) }
        func first(_ group: [String]) -> String? { spelled.first(where: group.contains) }
        let rivals = [
            ["%Y", "%y", "%G"], ["%m", "%b", "%j", "%q", "%V"], ["%d", "%j", "%q", "%V"], ["%H", "%I", "%K"], ["%M", "%K"],
        ]
        for group in rivals {
            guard let one = first(group) else { continue }
            if let other = spelled.first(where: { group.contains($0) && $0 != one }) { throw .conflict(one, other, spelling) }
        }
        let needs = [
            ("%G", ["%V"]), ("%u", ["%V"]), ("%f", ["%S"]), ("%I", ["%p"]), ("%p", ["%I", "%H"]), ("%V", ["%G", "%Y"]),
        ]
        for (one, others) in needs where spelled.contains(one) && first(others) == nil { throw .needs(one, others[0], spelling) }
        if spelled.contains("%*"), !spelling.hasSuffix("%*") { throw .notLast("%*", spelling) }
        if spelled.allSatisfy({ ["%z", "%Z", "%a", "%*"].contains($0) }) { throw .withoutTime(spelling) }
    }

    /// Makes one piece of a point or comma and the fraction behind it, and says which blanks and zones mean nothing.
    private static func merge(_ written: inout [Written]) {
        let hasOffset = written.contains { $0.piece.kind == .offset }
        for index in written.indices.reversed() {
            switch written[index].piece.kind {
            case .fraction
            where index > 1 && [".", ","].contains(written[index - 1].spelling) && written[index - 2].spelling == "%S":
                written[index].piece.kind = .optionalFraction
                written[index].spelling = written[index - 1].spelling + "%f"
                written.remove(at: index - 1)
            case .half where index > 0 && written[index - 1].piece.kind == .blank: written[index - 1].piece.kind = .optionalBlank
            case .zone where hasOffset: written[index].piece.kind = .anyZone
            default: continue
            }
        }
    }

    /// How many digits each number has: as many as it can have where it touches another number; and what may trail behind it.
    private static func withWidths(_ pieces: [Piece]) -> [Piece] {
        var pieces = pieces
        // Years of a plan or a study are counted: 1-01 is the first month of the first.
        let mayCountYears = pieces.contains { $0.kind == .month } && !pieces.contains { $0.kind == .day }
        for index in pieces.indices {
            let before = index > 0 ? pieces[index - 1] : nil
            let after = index + 1 < pieces.count ? pieces[index + 1] : nil
            let mark = after?.kind == .byte ? after?.byte : nil
            let isFree = pieces[index].isNumber ? after?.isNumber != true && mark != UInt8(ascii: ",") : true
            pieces[index].mayTrail = isFree && after?.kind != .optionalFraction && mark != UInt8(ascii: ".")
            guard pieces[index].isNumber, pieces[index].kind != .fraction else { continue }
            let standsAlone = [before, after].allSatisfy { $0.map { $0.kind == .blank } ?? true }
            if before?.isNumber == true || after?.isNumber == true {
                pieces[index].least = pieces[index].most
            } else if pieces[index].kind == .year || pieces[index].kind == .isoYear {
                pieces[index].least = 3
            } else if pieces[index].kind == .shortYear, !standsAlone, !mayCountYears {
                pieces[index].least = 2
            }
        }
        return pieces
    }
}
