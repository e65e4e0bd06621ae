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

    private static let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
    private static let signs = (0...255).map { Sign(Unicode.Scalar(0x2800 + UInt32($0)) ?? " ") }

    /// Sets a dot; dots outside are dropped.
    public mutating func set(x: Int, y: Int) {
        guard x >= 0, x < width, y >= 0, y < height else { return }
        dots[y / 4 * columns + x / 2] |= Self.bits[y % 4 * 2 + x % 2]
    }

    /// What stands in a cell, or `nil` where no dot is set.
    public func sign(column: Int, row: Int) -> Sign? {
        let bits = dots[row * columns + column]
        return bits == 0 ? nil : Self.signs[Int(bits)]
    }

    /// Sets the dots of another canvas of the same size in the cells in which this one has some.
    public mutating func join(_ other: BrailleCanvas) {
        precondition(columns == other.columns && rows == other.rows, "canvases of one size are joined")
        for index in dots.indices where dots[index] != 0 { dots[index] |= other.dots[index] }
    }

    /// The row of dots of a value on a scale whose ends are the lowest and highest rows.
    private func dot(_ value: Double, low: Double, high: Double) -> Int {
        let share = high > low ? (value - low) / (high - low) : 0.5
        return min(height - 1, max(0, Int((min(1, max(0, 1 - share)) * Double(height - 1)).rounded())))
    }

    /// Sets the lowest and the highest dot of each column alone.
    public mutating func ends(_ extents: [(low: Double, high: Double)], low: Double, high: Double) {
        for (x, extent) in extents.prefix(width).enumerated() where !extent.low.isNaN {
            set(x: x, y: dot(extent.low, low: low, high: high))
            set(x: x, y: dot(extent.high, low: low, high: high))
        }
    }

    /// Draws a line through vertical extents, one for every column of dots; `low` and `high` are the
    /// values at the bottom and top. Extents that do not touch are joined; NaN breaks the line.
    ///
    /// - Parameter pattern: which dots are set; a line drawn in full when none is given.
    public mutating func line(
        _ extents: [(low: Double, high: Double)], low: Double, high: Double, pattern: Pattern = .full
    ) {
        var previous: (top: Int, bottom: Int)?
        for (x, extent) in extents.prefix(width).enumerated() {
            guard !extent.low.isNaN else {
                previous = nil
                continue
            }
            var (top, bottom) = (dot(extent.high, low: low, high: high), dot(extent.low, low: low, high: high))
            let own = (top, bottom)
            if let previous {
                if top > previous.bottom + 1 { top = previous.bottom + 1 }
                if bottom < previous.top - 1 { bottom = previous.top - 1 }
            }
            for y in top...max(top, bottom) where pattern.isSet(x: x, y: y) { set(x: x, y: y) }
            previous = (own.0, own.1)
        }
    }

    /// Which dots of a line are set, so that lines differ without colour.
    public enum Pattern: Sendable, CaseIterable {
        /// All of them.
        case full
        /// Every other dot, as on a chessboard.
        case thin
        /// Dashes of four columns with gaps of two.
        case dashed
        /// Every third column.
        case dotted

        func isSet(x: Int, y: Int) -> Bool {
            switch self {
            case .full: true
            case .thin: (x + y).isMultiple(of: 2)
            case .dashed: x % 6 < 4
            case .dotted: x.isMultiple(of: 3)
            }
        }
    }
}

extension CellBuffer {
    /// Shows a canvas with its top left corner at a cell; cells without dots stay as they are.
    public mutating func draw(_ canvas: BrailleCanvas, x: Int, y: Int, _ style: Style) {
        for row in 0..<canvas.rows {
            for column in 0..<canvas.columns {
                guard let sign = canvas.sign(column: column, row: row) else { continue }
                place(sign, x: x + column, y: y + row, style)
            }
        }
    }

    /// Blocks by their height in eighths of a cell.
    public static let blocks: [Sign] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// Draws bars that stand on the bottom of `rect`, one a column, heights from 0 to 1 in eighths of a
    /// cell; NaN leaves its column empty, and 0 shows a thin line.
    public mutating func bars(_ heights: [Double], in rect: Rect, style: (Double) -> Style) {
        for (column, height) in heights.prefix(rect.width).enumerated() where !height.isNaN {
            let eighths = max(1, Int((min(max(height, 0), 1) * Double(rect.height * 8)).rounded()))
            for row in 0..<rect.height {
                let filled = min(8, max(0, eighths - row * 8))
                if filled > 0 { place(Self.blocks[filled], x: rect.x + column, y: rect.maxY - 1 - row, style(height)) }
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

/// Round numbers on an axis, with texts that show them to the same digit.
public struct ValueTicks: Sendable, Equatable {
    /// The numbers in rising order, and how they are written.
    public let ticks: [(value: Double, text: String)]

    /// At most `count` multiples of 1, 2 or 5 times a power of ten from `low` to `high`, as many as there can be; one tick
    /// where both are the same.
    public init(from low: Double, to high: Double, atMost count: Int) {
        let span = high - low
        guard span > 0, span.isFinite, count > 0 else {
            ticks = low.isFinite ? [(low, axisText(low))] : []
            return
        }
        let power = Int(log10(span / Double(count)).rounded(.down))
        let steps: [(Double, Int)] = [
            (1, power), (2, power), (5, power), (1, power + 1), (2, power + 1), (5, power + 1), (1, power + 2),
        ]
        for (factor, power) in steps {
            let step = factor * pow(10, Double(power))
            let (first, last) = ((low / step).rounded(.up), (high / step).rounded(.down))
            guard last - first < Double(count) else { continue }
            ticks = stride(from: first, through: last, by: 1).map { (multiple: Double) -> (value: Double, text: String) in
                let value = multiple * step
                return (value, Self.text(value, power: power, largest: max(abs(low), abs(high))))
            }
            return
        }
        ticks = []
    }

    /// `value` to the digit of 10 to the `power`, with k, M or G where the largest number of the axis has one.
    private static func text(_ value: Double, power: Int, largest: Double) -> String {
        if largest >= 1e12 || largest < 1e-4 { return value == 0 ? "0" : String(format: "%.3g", value) }
        let (exponent, unit) = largest >= 1e9 ? (9, "G") : largest >= 1e6 ? (6, "M") : largest >= 1e4 ? (3, "k") : (0, "")
        let digits = max(0, exponent - power)
        return value == 0 ? "0" : String(format: "%.\(digits)f", value / pow(10, Double(exponent))) + unit
    }

    public static func == (one: ValueTicks, other: ValueTicks) -> Bool {
        one.ticks.elementsEqual(other.ticks) { $0.value == $1.value && $0.text == $1.text }
    }
}
