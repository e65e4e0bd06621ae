/// What stands in a cell: a scalar, and up to four marks above and below it, which is as many as ncurses keeps.
///
/// It is numbers alone, so that screens are copied and compared as bytes.
public struct Sign: Sendable, Hashable, ExpressibleByUnicodeScalarLiteral {
    /// Marks that a sign has room for.
    static let mostMarks = 4

    /// The scalar and two marks, 21 bits each from the lowest; 0 where there is none.
    private var first: UInt64
    /// Two further marks.
    private var second: UInt64 = 0

    /// A scalar without marks.
    public init(_ scalar: Unicode.Scalar) { first = UInt64(scalar.value) }

    /// A scalar without marks, as it stands in source.
    public init(unicodeScalarLiteral scalar: Unicode.Scalar) { self.init(scalar) }

    /// The scalar without its marks.
    var scalar: Unicode.Scalar { Unicode.Scalar(number(at: 0)) ?? " " }

    /// Adds a mark; one for which there is no room is dropped.
    mutating func add(mark: Unicode.Scalar) {
        for place in 1...Self.mostMarks where number(at: place) == 0 {
            let bits = UInt64(mark.value) << (UInt64(place % 3) * 21)
            if place < 3 { first |= bits } else { second |= bits }
            return
        }
    }

    /// Calls `body` with the scalar and then with its marks.
    public func forEachScalar(_ body: (Unicode.Scalar) -> Void) {
        for place in 0...Self.mostMarks {
            let value = number(at: place)
            if place > 0, value == 0 { return }
            if let scalar = Unicode.Scalar(value) { body(scalar) }
        }
    }

    /// The sign as a character.
    public var character: Character {
        var text = ""
        forEachScalar { text.unicodeScalars.append($0) }
        return text.first ?? " "
    }

    /// The scalar or the mark at a place, 0 to 4; 0 where there is none.
    private func number(at place: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: (place < 3 ? first : second) >> (UInt64(place % 3) * 21)) & 0x1F_FFFF
    }
}
