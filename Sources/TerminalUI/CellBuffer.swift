import Foundation

/// A rectangle of cells; `x` and `y` count from the top left corner.
public struct Rect: Sendable, Equatable {
    /// Left column.
    public var x: Int
    /// Top row.
    public var y: Int
    /// Columns, never negative.
    public var width: Int
    /// Rows, never negative.
    public var height: Int

    /// Makes a rectangle; negative sizes become 0.
    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = max(0, width)
        self.height = max(0, height)
    }

    /// The column after the last.
    public var maxX: Int { x + width }
    /// The row after the last.
    public var maxY: Int { y + height }
    /// Whether a cell lies inside.
    public func contains(x: Int, y: Int) -> Bool { x >= self.x && x < maxX && y >= self.y && y < maxY }
    /// A rectangle of this size in the middle of this one.
    public func centered(width: Int, height: Int) -> Rect {
        Rect(
            x: x + max(0, (self.width - width) / 2), y: y + max(0, (self.height - height) / 2), width: min(width, self.width),
            height: min(height, self.height))
    }
}

/// One cell of the screen.
public struct Cell: Sendable, Equatable {
    /// What stands in it; a space where nothing does and in the second half of a wide character.
    public var sign: Sign = " "
    /// How it looks.
    public var style = Style()
    /// Whether a wide character to the left covers this cell.
    public var isCovered = false

    /// What stands in it, as a character.
    public var character: Character { sign.character }
}

/// A screen being drawn. Widgets write here; only the terminal shows it.
public struct CellBuffer: Sendable, Equatable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    private var cells: [Cell]

    /// A blank screen.
    public init(width: Int, height: Int, style: Style = Style()) {
        self.width = max(0, width)
        self.height = max(0, height)
        var blank = Cell()
        blank.style = style
        cells = [Cell](repeating: blank, count: self.width * self.height)
    }

    /// The whole screen.
    public var bounds: Rect { Rect(x: 0, y: 0, width: width, height: height) }

    /// One cell.
    public subscript(x: Int, y: Int) -> Cell { cells[y * width + x] }

    /// Writes `text` from (x, y) in at most `limit` columns and returns the columns used. Text too long
    /// ends in an ellipsis. Control characters become U+FFFD. A style without background keeps the one there.
    @discardableResult
    public mutating func write(_ text: String, x: Int, y: Int, _ style: Style, limit: Int = .max) -> Int {
        guard y >= 0, y < height, limit > 0 else { return 0 }
        let room = min(limit, width - x)
        guard room > 0 else { return 0 }
        // No character takes more columns than bytes.
        let fits = text.utf8.count <= room || displayWidth(text) <= room
        if fits, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) {
            for (column, byte) in text.utf8.enumerated() { put(Sign(Unicode.Scalar(byte)), x: x + column, y: y, style) }
            return text.utf8.count
        }
        var column = 0
        for character in text {
            if !fits, column + Glyph.columns(of: character) > room - 1 {
                place("…", x: x + column, y: y, style)
                return column + 1
            }
            column += write(character, x: x + column, y: y, style)
        }
        return column
    }

    /// Writes a glyph from (x, y) and returns its columns.
    @discardableResult
    mutating func write(_ glyph: Glyph, x: Int, y: Int, _ style: Style) -> Int {
        write(glyph.grapheme, x: x, y: y, style)
    }

    private mutating func write(_ grapheme: Character, x: Int, y: Int, _ style: Style) -> Int {
        var column = 0
        Glyph.forEachSign(of: grapheme) { sign, columns in
            place(sign, columns: columns, x: x + column, y: y, style)
            column += columns
        }
        return column
    }

    /// Puts a sign of one or two columns into its cells. Half a wide one, where the edge cuts one or another is written over its
    /// other half, is blank.
    public mutating func place(_ sign: Sign, columns: Int = 1, x: Int, y: Int, _ style: Style) {
        guard columns == 2 else { return put(sign, x: x, y: y, style) }
        let isWhole = x >= 0 && x + 1 < width
        put(isWhole ? sign : " ", x: x, y: y, style)
        put(" ", x: x + 1, y: y, style)
        if isWhole, y >= 0, y < height { cells[y * width + x + 1].isCovered = true }
    }

    private mutating func put(_ sign: Sign, x: Int, y: Int, _ style: Style) {
        guard x >= 0, x < width, y >= 0, y < height else { return }
        let index = y * width + x
        if cells[index].isCovered { cells[index - 1].sign = " " }
        if x + 1 < width { cells[index + 1].isCovered = false }
        var cell = Cell(sign: sign, style: style)
        if style.background == nil { cell.style.background = cells[index].style.background }
        cells[index] = cell
    }

    /// Fills a rectangle with a sign of one column.
    public mutating func fill(_ rect: Rect, _ sign: Sign = " ", _ style: Style) {
        for y in rect.y..<rect.maxY { for x in rect.x..<rect.maxX { place(sign, x: x, y: y, style) } }
    }

    /// Changes the colour behind a rectangle.
    public mutating func tint(_ rect: Rect, _ background: Color) {
        for y in max(0, rect.y)..<max(0, min(height, rect.maxY)) {
            for x in max(0, rect.x)..<max(0, min(width, rect.maxX)) { cells[y * width + x].style.background = background }
        }
    }

    /// Writes a cell of a table that is `width` columns wide: text from the left, a number up to the right.
    public mutating func cell(_ text: String, x: Int, y: Int, width: Int, isNumber: Bool, _ style: Style) {
        let indent = isNumber ? max(0, width - displayWidth(text)) : 0
        write(text, x: x + indent, y: y, style, limit: width - indent)
    }

    /// Which cell of a table's line lies at a column.
    /// - Parameters:
    ///   - x: columns from where the line begins.
    ///   - widths: of the cells, in columns; one column stands between two.
    /// - Returns: `nil` between cells and beside them.
    public static func cell(at x: Int, widths: [Int]) -> Int? {
        var left = 0
        for (index, width) in widths.enumerated() {
            if (left..<(left + width)).contains(x) { return index }
            left += width + 1
        }
        return nil
    }

    /// Draws a rounded border with a title set into its top.
    public mutating func border(_ rect: Rect, title: String = "", _ style: Style, titleStyle: Style? = nil) {
        guard rect.width >= 2, rect.height >= 2 else { return }
        let (right, bottom) = (rect.maxX - 1, rect.maxY - 1)
        for x in (rect.x + 1)..<max(rect.x + 1, right) {
            place("─", x: x, y: rect.y, style)
            place("─", x: x, y: bottom, style)
        }
        for y in (rect.y + 1)..<max(rect.y + 1, bottom) {
            place("│", x: rect.x, y: y, style)
            place("│", x: right, y: y, style)
        }
        place("╭", x: rect.x, y: rect.y, style)
        place("╮", x: right, y: rect.y, style)
        place("╰", x: rect.x, y: bottom, style)
        place("╯", x: right, y: bottom, style)
        if !title.isEmpty { write(" \(title) ", x: rect.x + 2, y: rect.y, titleStyle ?? style, limit: rect.width - 4) }
    }

    /// The screen as text, one line a row, without styles.
    public var text: String {
        (0..<height).map { y in
            var line = String.UnicodeScalarView()
            for x in 0..<width where !cells[y * width + x].isCovered {
                cells[y * width + x].sign.forEachScalar { line.append($0) }
            }
            return String(line)
        }.joined(separator: "\n")
    }

    /// The screen drawn with ASCII characters alone: letters without their accents, lines and shapes by what is most like
    /// them, everything else as an underscore.
    public var inASCII: CellBuffer {
        var copy = self
        for index in copy.cells.indices {
            copy.cells[index].sign = asciiStandIn(copy.cells[index].sign, isBold: copy.cells[index].style.isBold)
            // A wide character's stand-in takes one column; what it covered is blank.
            copy.cells[index].isCovered = false
        }
        return copy
    }

    /// Says by form what colours behind the cells say, for terminals that show none: cells on a colour of `reversed` are
    /// reversed, those on any other that is not `plain` underlined.
    public mutating func showBackgroundsByForm(reversed: Set<Color>, plain: Set<Color>) {
        for index in cells.indices {
            guard let color = cells[index].style.background, !plain.contains(color) else { continue }
            if reversed.contains(color) { cells[index].style.isReversed.toggle() } else { cells[index].style.isUnderlined = true }
        }
    }
}

private func asciiStandIn(_ sign: Sign, isBold: Bool) -> Sign {
    let scalar = sign.scalar
    if scalar.isASCII { return Sign(scalar) }
    switch scalar.value {
    case 0x2800: return " "
    case 0x2801...0x28FF:
        let dots = (scalar.value & 0xFF).nonzeroBitCount
        return isBold ? (dots > 5 ? "#" : "*") : dots > 2 ? ":" : "."
    case 0x2581...0x2583: return "."
    case 0x2584...0x2586: return "o"
    case 0x2587...0x2588: return "#"
    case 0x2594: return "\""
    case 0x2591...0x2593: return ":"
    case 0x2500, 0x2504, 0x254C: return "-"
    case 0x2501, 0x2505: return "="
    case 0x2502, 0x2503, 0x2506: return "|"
    case 0x250C...0x257F: return "+"
    case 0x2190, 0x25C2, 0x25C0: return "<"
    case 0x2192, 0x25B8, 0x25B6: return ">"
    case 0x2191, 0x25B2: return "^"
    case 0x2193, 0x25BC, 0x25BE: return "v"
    case 0x2195: return "|"
    case 0x2212, 0x2013, 0x2014: return "-"
    default: return asciiSigns[scalar] ?? asciiLetter(sign)
    }
}

private let asciiSigns: [Unicode.Scalar: Sign] = [
    "●": "O", "•": "*", "·": ".", "…": "~", "✓": "+", "✗": "x", "×": "x", "±": "~", "²": "2", "³": "3", "Σ": "S", "°": "o",
    "µ": "u", "μ": "u", "≥": ">", "≤": "<", "‘": "'", "’": "'", "“": "\"", "”": "\"", "ß": "s", "ø": "o", "Ø": "O", "æ": "a",
    "Æ": "A", "ł": "l", "Ł": "L",
]

/// A letter without its accents; an underscore where none is left.
private func asciiLetter(_ sign: Sign) -> Sign {
    let plain = String(sign.character).decomposedStringWithCanonicalMapping.unicodeScalars.first { $0.isASCII }
    return plain.map { Sign($0) } ?? "_"
}
