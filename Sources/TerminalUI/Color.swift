/// A 24-bit colour.
public struct Color: Sendable, Equatable, Hashable {
    /// Red, 0 to 255.
    public var red: UInt8
    /// Green, 0 to 255.
    public var green: UInt8
    /// Blue, 0 to 255.
    public var blue: UInt8

    /// Makes a colour from its parts.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Reads `#rrggbb`; `nil` for any other text.
    public init?(hex: String) {
        guard hex.count == 7, hex.first == "#", let value = UInt32(hex.dropFirst(), radix: 16) else { return nil }
        self.init(red: UInt8(value >> 16), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
    }

    /// The colour `share` (0 to 1) of the way to `other`.
    public func mixed(with other: Color, share: Double) -> Color {
        func part(_ a: UInt8, _ b: UInt8) -> UInt8 {
            let (a, b) = (Double(a), Double(b))
            let mixed = a + (b - a) * share
            return UInt8(min(255, max(0, mixed.rounded())))
        }
        return Color(red: part(red, other.red), green: part(green, other.green), blue: part(blue, other.blue))
    }

    /// The nearest of the 240 fixed colours of a 256-colour terminal, 16 to 255. Losing the hue counts
    /// as distance, and a colour with a clear hue never becomes gray, so that dark tints stay apart.
    public var nearest256: Int {
        let cube = [0, 95, 135, 175, 215, 255]
        var best = (number: 16, distance: Int.max)
        let hasHue = max(red, green, blue) - min(red, green, blue) > 40
        func consider(_ number: Int, _ r: Int, _ g: Int, _ b: Int) {
            if hasHue, r == g, g == b { return }
            let (rg, gb, br) = (r - g - Int(red) + Int(green), g - b - Int(green) + Int(blue), b - r - Int(blue) + Int(red))
            let distance = distance(r, g, b) + rg * rg + gb * gb + br * br
            if distance < best.distance { best = (number, distance) }
        }
        for r in 0..<6 { for g in 0..<6 { for b in 0..<6 { consider(16 + 36 * r + 6 * g + b, cube[r], cube[g], cube[b]) } } }
        for gray in 0..<24 { consider(232 + gray, 8 + 10 * gray, 8 + 10 * gray, 8 + 10 * gray) }
        return best.number
    }

    /// The nearest of the eight basic colours, 0 to 7.
    public var nearest8: Int {
        let bright = max(red, green, blue)
        guard bright > 60 else { return 0 }
        let half = bright / 5 * 3
        return (red > half ? 1 : 0) + (green > half ? 2 : 0) + (blue > half ? 4 : 0)
    }

    private func distance(_ r: Int, _ g: Int, _ b: Int) -> Int {
        let (dr, dg, db) = (r - Int(red), g - Int(green), b - Int(blue))
        return dr * dr + dg * dg + db * db
    }
}

/// How a cell looks; `nil` colours are the terminal's own.
public struct Style: Sendable, Equatable, Hashable {
    /// Colour of the character.
    public var foreground: Color?
    /// Colour behind it.
    public var background: Color?
    /// Heavier strokes.
    public var isBold = false
    /// A line below.
    public var isUnderlined = false
    /// Foreground and background exchanged.
    public var isReversed = false

    /// Makes a style.
    public init(
        _ foreground: Color? = nil, on background: Color? = nil, bold: Bool = false, underlined: Bool = false,
        reversed: Bool = false
    ) {
        self.foreground = foreground
        self.background = background
        isBold = bold
        isUnderlined = underlined
        isReversed = reversed
    }
}
