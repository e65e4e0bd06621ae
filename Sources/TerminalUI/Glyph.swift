import CTextWidth

/// What the user takes for one character, and the columns that it takes on the screen.
///
/// Terminals and ncurses go on by `wcwidth` of each scalar; grapheme clusters they do not know, or each in its own way. A glyph
/// is therefore drawn as one or more signs that all of them agree about: a scalar of one or two columns with the marks above and
/// below it. What joins, selects a variant or tints is left out, so that a family is drawn as its members and a flag as its two
/// letters; a mark without a letter stands on a dotted circle, and what cannot be shown is U+FFFD.
public struct Glyph: Sendable, Equatable, Hashable {
    /// The character: an extended grapheme cluster.
    public let grapheme: Character
    /// Columns that it takes, at least one.
    public let columns: Int

    /// The locale in which characters are measured, and which those who show them have to use.
    public static let locale = OK_WIDTH_LOCALE

    /// Measures a character.
    public init(_ grapheme: Character) {
        self.grapheme = grapheme
        columns = Self.columns(of: grapheme)
    }

    /// Columns that a character takes, at least one.
    static func columns(of grapheme: Character) -> Int {
        if isPlain(grapheme) { return 1 }
        var columns = 0
        for scalar in grapheme.unicodeScalars {
            if case .base(_, let width) = Part(scalar) { columns += width } else { columns = max(columns, 1) }
        }
        return columns
    }

    /// Gives what is drawn for a character from left to right: what stands in a cell, and the columns that it takes, 1 or 2.
    static func forEachSign(of grapheme: Character, _ body: (_ character: Character, _ columns: Int) -> Void) {
        if isPlain(grapheme) { return body(grapheme, 1) }
        let scalars = grapheme.unicodeScalars
        if scalars.count == 1, let scalar = scalars.first, case .base(let shown, let width) = Part(scalar) {
            return body(Character(shown), width)
        }
        var (sign, columns) = (String.UnicodeScalarView(), 0)
        func finish() {
            // What was left out may have stood between what now makes two characters; the first holds the sign.
            if let character = String(sign).first { body(character, columns) }
        }
        func begin(_ scalar: Unicode.Scalar, _ width: Int) {
            finish()
            (sign, columns) = (String.UnicodeScalarView(CollectionOfOne(scalar)), width)
        }
        for scalar in scalars {
            switch Part(scalar) {
            case .base(let shown, let width): begin(shown, width)
            case .mark:
                if sign.isEmpty { begin(dottedCircle, 1) }
                if sign.count <= mostMarks { sign.append(scalar) }
            case .hidden: if sign.isEmpty { begin(replacement, 1) }
            }
        }
        finish()
    }

    /// As many marks as ncurses keeps in a cell.
    private static let mostMarks = 4
    private static let replacement: Unicode.Scalar = "\u{FFFD}"
    private static let dottedCircle: Unicode.Scalar = "\u{25CC}"

    /// Whether a character is printable ASCII.
    private static func isPlain(_ character: Character) -> Bool {
        let bytes = character.utf8
        return bytes.count == 1 && bytes.first.map { $0 >= 0x20 && $0 < 0x7F } ?? false
    }

    /// What a scalar is for a terminal.
    private enum Part {
        /// A sign of its own: what is shown for it, and its columns.
        case base(Unicode.Scalar, Int)
        /// Stands above or below the sign before it.
        case mark
        /// Changes the sign before it where a terminal knows how, and shows nothing itself.
        case hidden

        init(_ scalar: Unicode.Scalar) {
            let properties = scalar.properties
            // Joiners, selectors of variants, fillers; tints of skin.
            if properties.isDefaultIgnorableCodePoint || (0x1F3FB...0x1F3FF).contains(scalar.value) {
                self = .hidden
                return
            }
            switch properties.generalCategory {
            case .control, .surrogate, .privateUse, .format, .lineSeparator, .paragraphSeparator:
                self = .base(replacement, 1)
                return
            default: break
            }
            if (0x1F1E6...0x1F1FF).contains(scalar.value) {
                self = .base(Unicode.Scalar(UInt8(scalar.value - 0x1F1E6) + 0x41), 1)
            } else {
                let columns = Int(ok_columns(scalar.value))
                self = columns < 0 ? .base(replacement, 1) : columns == 0 ? .mark : .base(scalar, columns)
            }
        }
    }
}

/// Columns that `text` takes on a terminal.
public func displayWidth(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
    return text.reduce(0) { $0 + Glyph.columns(of: $1) }
}

/// `text` where it fits `columns`; else as much of it as does with an ellipsis behind it.
public func fitted(_ text: String, columns: Int) -> String {
    guard displayWidth(text) > columns else { return text }
    guard columns > 0 else { return "" }
    var (kept, used) = ("", 0)
    for character in text {
        used += Glyph.columns(of: character)
        if used > columns - 1 { break }
        kept.append(character)
    }
    return kept + "…"
}
