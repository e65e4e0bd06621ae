import Foundation

/// One line of text being edited.
public struct TextField: Sendable, Equatable {
    /// What was typed.
    public private(set) var text = ""
    /// Position of the insertion point in characters.
    public private(set) var cursor = 0
    /// Most characters it takes.
    public let limit: Int
    /// Whether the text is shown as dots.
    public let isSecret: Bool

    /// An empty field.
    public init(limit: Int = 256, isSecret: Bool = false, text: String = "") {
        self.limit = limit
        self.isSecret = isSecret
        self.text = String(text.prefix(limit))
        cursor = self.text.count
    }

    /// Replaces the text and puts the insertion point at its end.
    public mutating func set(_ text: String) {
        self.text = String(text.prefix(limit))
        cursor = self.text.count
    }

    /// Types `string` at the insertion point; control characters and what exceeds the limit are dropped.
    public mutating func insert(_ string: String) {
        for character in string where text.count < limit {
            guard let scalar = character.unicodeScalars.first, scalar.properties.generalCategory != .control else { continue }
            text.insert(character, at: text.index(text.startIndex, offsetBy: cursor))
            cursor += 1
        }
    }

    /// Handles an editing key; `false` when the key means nothing to a field.
    public mutating func handle(_ key: Key) -> Bool {
        switch key {
        case .character(let character): insert(String(character))
        case .backspace:
            guard cursor > 0 else { return true }
            cursor -= 1
            text.remove(at: text.index(text.startIndex, offsetBy: cursor))
        case .delete:
            guard cursor < text.count else { return true }
            text.remove(at: text.index(text.startIndex, offsetBy: cursor))
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(text.count, cursor + 1)
        case .home, .control("a"): cursor = 0
        case .end, .control("e"): cursor = text.count
        case .control("u"): set("")
        case .control("w"):
            while cursor > 0, text[text.index(text.startIndex, offsetBy: cursor - 1)] == " " { _ = handle(.backspace) }
            while cursor > 0, text[text.index(text.startIndex, offsetBy: cursor - 1)] != " " { _ = handle(.backspace) }
        default: return false
        }
        return true
    }
}

extension CellBuffer {
    /// Draws a field in `width` columns, scrolled so that the insertion point shows; with the focus, the
    /// point is drawn as a reversed cell.
    public mutating func field(_ field: TextField, x: Int, y: Int, width: Int, style: Style, isFocused: Bool) {
        fill(Rect(x: x, y: y, width: width, height: 1), " ", style)
        let shown = field.isSecret ? String(repeating: "•", count: field.text.count) : field.text
        let characters = Array(shown)
        let first = max(0, field.cursor - width + 2)
        write(String(characters.dropFirst(first).prefix(width - 1)), x: x, y: y, style)
        guard isFocused else { return }
        let under = field.cursor < characters.count ? String(characters[field.cursor]) : " "
        var reversed = style
        reversed.isReversed = true
        write(under, x: x + field.cursor - first, y: y, reversed)
    }

    /// Draws a slider: a filled track to the knob and a thin one behind it. `share` is 0 to 1.
    public mutating func slider(share: Double, x: Int, y: Int, width: Int, filled: Style, track: Style) {
        guard width > 0 else { return }
        let knob = sliderKnob(share: share, width: width)
        for column in 0..<width {
            write(column < knob ? "━" : column == knob ? "●" : "─", x: x + column, y: y, column <= knob ? filled : track)
        }
    }

    /// Draws a slider between two sides, each filled in a style of its own from its end to the knob.
    public mutating func balance(share: Double, x: Int, y: Int, width: Int, left: Style, right: Style, knob style: Style) {
        guard width > 0 else { return }
        let knob = sliderKnob(share: share, width: width)
        for column in 0..<width {
            write(
                column == knob ? "●" : "━", x: x + column, y: y, column < knob ? left : column == knob ? style : right)
        }
    }
}

extension CellBuffer {
    /// Draws a bar that says which of `total` lines show: those from `first`, as many as the column is high. Nothing where
    /// all show.
    public mutating func scrollBar(first: Int, total: Int, in column: Rect, thumb: Style, track: Style) {
        guard total > column.height, column.height > 0 else { return }
        let length = max(1, column.height * column.height / total)
        let top = first * (column.height - length) / (total - column.height)
        for row in 0..<column.height {
            let isThumb = (top..<(top + length)).contains(row)
            write(isThumb ? "┃" : "│", x: column.x, y: column.y + row, isThumb ? thumb : track)
        }
    }
}

/// The column of a slider's knob.
public func sliderKnob(share: Double, width: Int) -> Int {
    min(width - 1, max(0, Int((share * Double(width - 1)).rounded())))
}

/// The share that a column of a slider stands for, 0 to 1.
public func sliderShare(column: Int, width: Int) -> Double {
    width > 1 ? min(1, max(0, Double(column) / Double(width - 1))) : 0
}
