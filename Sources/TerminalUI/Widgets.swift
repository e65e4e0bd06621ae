extension CellBuffer {
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
