import Foundation

/// A canvas of braille dots, two across and four down in every cell.
public struct BrailleCanvas: Sendable {
    /// Cells across.
    public let columns: Int
    /// Cells down.
    public let rows: Int
    private var dots: [UInt8]

    /// An empty canvas.
    public init(columns: Int, rows: Int) {
        self.columns = max(0, columns)
        self.rows = max(0, rows)
        dots = [UInt8](repeating: 0, count: self.columns * self.rows)
    }

    /// Dots across.
    public var width: Int { columns * 2 }
    /// Dots down.
    public var height: Int { rows * 4 }

    /// Sets a dot; dots outside are dropped.
    public mutating func set(x: Int, y: Int) {
        guard x >= 0, x < width, y >= 0, y < height else { return }
        let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        dots[y / 4 * columns + x / 2] |= bits[y % 4][x % 2]
    }

    /// The character of a cell, or `nil` where no dot is set.
    public func character(column: Int, row: Int) -> Character? {
        let bits = dots[row * columns + column]
        guard bits != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(bits)) else { return nil }
        return Character(scalar)
    }

    /// Draws a line through vertical extents, one for every column of dots; `low` and `high` are the
    /// values at the bottom and top. Extents that do not touch are joined; NaN breaks the line.
    public mutating func line(_ extents: [(low: Double, high: Double)], low: Double, high: Double) {
        let span = high > low ? high - low : 1
        func dot(_ value: Double) -> Int {
            let share = high > low ? (value - low) / span : 0.5
            return min(height - 1, max(0, Int(((1 - share) * Double(height - 1)).rounded())))
        }
        var previous: (top: Int, bottom: Int)?
        for (x, extent) in extents.prefix(width).enumerated() {
            guard !extent.low.isNaN else {
                previous = nil
                continue
            }
            var (top, bottom) = (dot(extent.high), dot(extent.low))
            let own = (top, bottom)
            if let previous {
                if top > previous.bottom + 1 { top = previous.bottom + 1 }
                if bottom < previous.top - 1 { bottom = previous.top - 1 }
            }
            for y in top...max(top, bottom) { set(x: x, y: y) }
            previous = (own.0, own.1)
        }
    }
}

extension CellBuffer {
    /// Shows a canvas with its top left corner at a cell; cells without dots stay as they are.
    public mutating func draw(_ canvas: BrailleCanvas, x: Int, y: Int, _ style: Style) {
        for row in 0..<canvas.rows {
            for column in 0..<canvas.columns {
                guard let character = canvas.character(column: column, row: row) else { continue }
                write(String(character), x: x + column, y: y + row, style)
            }
        }
    }

    /// Draws bars that stand on the bottom of `rect`, one a column, heights from 0 to 1 in eighths of a
    /// cell; NaN leaves its column empty, and 0 shows a thin line.
    public mutating func bars(_ heights: [Double], in rect: Rect, style: (Double) -> Style) {
        let blocks = Array(" ▁▂▃▄▅▆▇█")
        for (column, height) in heights.prefix(rect.width).enumerated() where !height.isNaN {
            let eighths = max(1, Int((min(max(height, 0), 1) * Double(rect.height * 8)).rounded()))
            for row in 0..<rect.height {
                let filled = min(8, max(0, eighths - row * 8))
                if filled > 0 { write(String(blocks[filled]), x: rect.x + column, y: rect.maxY - 1 - row, style(height)) }
            }
        }
    }
}

/// A short text for a number on an axis: four significant digits at most, with k, M or G.
public func axisText(_ value: Double) -> String {
    guard value.isFinite else { return "" }
    let size = abs(value)
    let (scaled, unit) =
        size >= 1e9 ? (value / 1e9, "G") : size >= 1e6 ? (value / 1e6, "M") : size >= 1e4 ? (value / 1e3, "k") : (value, "")
    let magnitude = abs(scaled)
    if magnitude > 0, magnitude < 1e-3 { return String(format: "%.1e", scaled) }
    let digits = magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : 3
    var text = String(format: "%.\(digits)f", scaled)
    if text.contains(".") {
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
    }
    return text + unit
}
