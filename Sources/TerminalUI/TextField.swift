/// One line of text being edited.
///
/// It is kept as glyphs and divided anew after every change, so that a mark joins the letter before it. Whatever is typed, the
/// insertion point stands between two glyphs: `cursor` is 0 to `glyphs.count`.
public struct TextField: Sendable, Equatable {
    /// How much a field takes.
    public enum Limit: Sendable, Equatable {
        /// Columns on the screen, and 32 bytes for each, which no end of marks passes.
        case columns(Int)
        /// Bytes of UTF-8.
        case bytes(Int)

        func holds(_ glyphs: [Glyph]) -> Bool {
            let bytes = glyphs.reduce(0) { $0 + $1.grapheme.utf8.count }
            switch self {
            case .columns(let most): return bytes <= 32 * most && glyphs.reduce(0) { $0 + $1.columns } <= most
            case .bytes(let most): return bytes <= most
            }
        }
    }

    /// What was typed, a character each.
    public private(set) var glyphs: [Glyph] = []
    /// The glyphs before the insertion point.
    public private(set) var cursor = 0
    /// How much it takes.
    public let limit: Limit
    /// Whether the text is shown as dots.
    public let isSecret: Bool

    /// A field that begins with a text.
    public init(limit: Limit, isSecret: Bool = false, text: String = "") {
        self.limit = limit
        self.isSecret = isSecret
        set(text)
    }

    /// What was typed.
    public var text: String { Self.text(glyphs[...]) }

    private static func text(_ glyphs: ArraySlice<Glyph>) -> String { String(glyphs.map(\.grapheme)) }

    /// A field that shows dots and takes more than any password may have: one that is too long is told of, never cut.
    public static let password = TextField(limit: .bytes(4096), isSecret: true)
    /// A field for names, which takes more than any name may have.
    public static func name(_ text: String = "") -> TextField { TextField(limit: .bytes(4096), text: text) }

    /// Replaces the text, as far as the limit allows it, and puts the insertion point at its end.
    public mutating func set(_ text: String) {
        (glyphs, cursor) = ([], 0)
        fill(with: text)
    }

    /// Types `string` at the insertion point; control characters and what exceeds the limit are dropped.
    public mutating func insert(_ string: String) {
        let shown = string.unicodeScalars.filter {
            ![.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
        fill(with: String(String.UnicodeScalarView(shown)))
    }

    /// Inserts the longest beginning of a text that the limit allows.
    private mutating func fill(with text: String) {
        func candidate(_ count: Int) -> Self {
            var field = self
            field.replace(cursor..<cursor, with: String(text.prefix(count)))
            return field
        }
        var (fitting, most) = (0, text.count + 1)
        var next = text.count
        while most - fitting > 1 {
            if limit.holds(candidate(next).glyphs) { fitting = next } else { most = next }
            next = (fitting + most) / 2
        }
        if fitting > 0 { self = candidate(fitting) }
    }

    /// Puts a text in the place of some glyphs, divides all anew and sets the insertion point behind the glyph that holds the
    /// end of that text.
    private mutating func replace(_ range: Range<Int>, with text: String) {
        let head = Self.text(glyphs[..<range.lowerBound]) + text
        glyphs = (head + Self.text(glyphs[range.upperBound...])).map(Glyph.init)
        var bytes = 0
        cursor =
            glyphs.firstIndex { glyph in
                defer { bytes += glyph.grapheme.utf8.count }
                return bytes >= head.utf8.count
            } ?? glyphs.count
    }

    /// Handles an editing key; `false` when the key means nothing to a field.
    public mutating func handle(_ key: Key) -> Bool {
        switch key {
        case .character(let character): insert(String(character))
        case .backspace: if cursor > 0 { replace(cursor - 1..<cursor, with: "") }
        case .delete: if cursor < glyphs.count { replace(cursor..<cursor + 1, with: "") }
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(glyphs.count, cursor + 1)
        case .home, .control("a"): cursor = 0
        case .end, .control("e"): cursor = glyphs.count
        case .control("u"): set("")
        case .control("w"):
            let before = glyphs[..<cursor].reversed().drop { $0.grapheme == " " }.drop { $0.grapheme != " " }
            replace(before.count..<cursor, with: "")
        default: return false
        }
        return true
    }
}

extension CellBuffer {
    /// Draws a field in `width` columns, scrolled so that the insertion point shows; with the focus, the glyph behind the point
    /// is drawn reversed.
    public mutating func field(_ field: TextField, x: Int, y: Int, width: Int, style: Style, isFocused: Bool) {
        fill(Rect(x: x, y: y, width: width, height: 1), " ", style)
        let glyphs = field.isSecret ? field.glyphs.map { _ in Glyph("•") } : field.glyphs
        let under = field.cursor < glyphs.count ? glyphs[field.cursor] : Glyph(" ")
        // The point has a column to its right where there is room, so that it is seen that the text goes on.
        let room = width - max(2, under.columns)
        var (first, before) = (field.cursor, 0)
        while first > 0, before + glyphs[first - 1].columns <= room {
            first -= 1
            before += glyphs[first].columns
        }
        var column = 0
        for (index, glyph) in glyphs.enumerated().dropFirst(first) {
            let isPoint = isFocused && index == field.cursor
            guard column + glyph.columns <= width - (isPoint ? 0 : 1) else { break }
            var style = style
            if isPoint { style.isReversed = true }
            column += write(glyph, x: x + column, y: y, style)
        }
        guard isFocused, field.cursor == glyphs.count else { return }
        var style = style
        style.isReversed = true
        write(under, x: x + before, y: y, style)
    }
}
