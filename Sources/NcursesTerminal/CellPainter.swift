import CNcursesw
import TerminalUI

/// Draws cell buffers on the screen of curses, which has to be open.
struct CellPainter {
    private let usesColor: Bool
    private var shown: CellBuffer?
    private var colors = ColorPairs()
    private var ink: Ink?

    /// How curses is told a style.
    private struct Ink {
        let style: Style
        let attributes: attr_t
        let pair: Int32
    }

    /// A painter that takes nothing to be on the screen.
    init(usesColor: Bool) { self.usesColor = usesColor }

    /// Draws everything at the next `draw`.
    mutating func forget() { shown = nil }

    /// Shows a screen, writing only the cells that changed.
    mutating func draw(_ next: CellBuffer) {
        let before = shown.flatMap { $0.width == next.width && $0.height == next.height ? $0 : nil }
        if before == nil { erase() }
        for y in 0..<min(next.height, Int(oddline_rows())) {
            for x in 0..<min(next.width, Int(oddline_columns())) {
                let cell = next[x, y]
                if cell.isCovered || before?[x, y] == cell { continue }
                put(cell.sign, in: ink(for: cell.style, on: next), x: x, y: y)
            }
        }
        refresh()
        shown = next
    }

    private func put(_ sign: Sign, in ink: Ink, x: Int, y: Int) {
        withUnsafeTemporaryAllocation(of: wchar_t.self, capacity: Int(CCHARW_MAX) + 1) { text in
            var count = 0
            sign.forEachScalar { scalar in
                guard count < Int(CCHARW_MAX) else { return }
                text[count] = wchar_t(bitPattern: scalar.value)
                count += 1
            }
            text[count] = 0
            _ = oddline_put(Int32(y), Int32(x), text.baseAddress, ink.attributes, ink.pair)
        }
    }

    /// Neighbours mostly look alike, so that the last is remembered.
    private mutating func ink(for style: Style, on screen: CellBuffer) -> Ink {
        if let ink, ink.style == style { return ink }
        var attributes: attr_t = 0
        if style.isBold { attributes |= oddline_bold() }
        if style.isUnderlined { attributes |= oddline_underline() }
        if style.isReversed { attributes |= oddline_reverse() }
        let next = Ink(style: style, attributes: attributes, pair: usesColor ? colors.pair(of: style, on: screen) : 0)
        ink = next
        return next
    }
}

/// Which numbers the terminal has for colours and for pairs of them, each looked for once.
struct ColorPairs {
    private var numbers: [Color: Int32] = [:]
    private var pairs: [Colors: Int32] = [:]

    private struct Colors: Hashable {
        let foreground: Int32
        let background: Int32
    }

    /// The pair of a style's colours. Where the terminal has no more, those go that `screen`, which is being drawn, does not
    /// show; where it shows all of them, the terminal's own colours have to do.
    mutating func pair(of style: Style, on screen: CellBuffer) -> Int32 {
        let colors = colors(of: style)
        if let known = pairs[colors] { return known }
        if pairs.count + 1 >= oddline_pair_count() { free(allBut: screen) }
        guard pairs.count + 1 < oddline_pair_count() else { return 0 }
        let pair = alloc_pair(colors.foreground, colors.background)
        guard pair > 0 else { return 0 }
        pairs[colors] = pair
        return pair
    }

    private mutating func free(allBut screen: CellBuffer) {
        var shown: Set<Colors> = []
        for y in 0..<screen.height { for x in 0..<screen.width { shown.insert(colors(of: screen[x, y].style)) } }
        for (colors, pair) in pairs where !shown.contains(colors) {
            free_pair(pair)
            pairs[colors] = nil
        }
    }

    private mutating func colors(of style: Style) -> Colors {
        Colors(foreground: number(of: style.foreground), background: number(of: style.background))
    }

    /// A colour's number on this terminal; the user's palette is never changed.
    private mutating func number(of color: Color?) -> Int32 {
        guard let color else { return -1 }
        if let known = numbers[color] { return known }
        let count = oddline_color_count()
        let number =
            count >= 1 << 24 && oddline_has_direct_color()
            ? Int32(color.red) << 16 | Int32(color.green) << 8 | Int32(color.blue)
            : Int32(count >= 256 ? color.nearest256 : color.nearest8)
        numbers[color] = number
        return number
    }
}
