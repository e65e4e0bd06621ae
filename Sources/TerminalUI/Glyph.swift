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
            if case .base(_, let width) = Part.of(scalar) { columns += width } else { columns = max(columns, 1) }
        }
        return columns
    }

    /// Gives what is drawn for a character from left to right: what stands in a cell, and the columns that it takes, 1 or 2.
    static func forEachSign(of grapheme: Character, _ body: (_ sign: Sign, _ columns: Int) -> Void) {
        var drawn: (sign: Sign, columns: Int)?
        var isWhole = true
        func finish() {
            // What was left out may have stood between what now makes two characters, and not all marks go with what stands in for
            // another; the first character holds the sign.
            if let drawn { body(isWhole ? drawn.sign : drawn.sign.firstCharacter, drawn.columns) }
        }
        func begin(_ scalar: Unicode.Scalar, _ columns: Int) {
            finish()
            drawn = (Sign(scalar), columns)
        }
        for scalar in grapheme.unicodeScalars {
            switch Part.of(scalar) {
            case .base(let shown, let columns):
                isWhole = isWhole && shown == scalar
                begin(shown, columns)
            case .mark:
                if drawn == nil {
                    isWhole = false
                    begin(dottedCircle, 1)
                }
                drawn?.sign.add(mark: scalar)
            case .hidden:
                isWhole = false
                if drawn == nil { begin(replacement, 1) }
            }
        }
        finish()
    }

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

        /// What a scalar is; known beforehand for those that interfaces are made of.
        static func of(_ scalar: Unicode.Scalar) -> Part {
            if (0x20..<0x7F).contains(scalar.value) { return .base(scalar, 1) }
            return common.contains(scalar.value) ? commonParts[Int(scalar.value - common.lowerBound)] : Part(scalar)
        }

        /// Dashes, arrows, boxes, blocks, shapes and Braille.
        private static let common: Range<UInt32> = 0x2000..<0x2900
        private static let commonParts = common.map { Unicode.Scalar($0).map(Part.init) ?? .base(replacement, 1) }

        private init(_ scalar: Unicode.Scalar) {
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
