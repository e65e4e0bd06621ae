/// Letters, marks, wide and narrow ones, from the right and the left, joiners, flags, tints and controls.
public let everyKindOfScalar: [Unicode.Scalar] =
    Array("aZ9 -éßñ漢字かな한글⚡⌚👩👍🏽שלוםمرحباกขทनमकष°−│─…".unicodeScalars)
    + [
        0x301, 0x308, 0x327, 0x20E3, 0xE31, 0xE33, 0xE34, 0xE48, 0x93E, 0x94D, 0x200D, 0xFE0F, 0xFE0E, 0x1F1E9, 0x1F1EA, 0x1F3FD,
        0x1112, 0x1161, 0x11AB, 0x5BC, 0x64B, 0x202E, 0x2028, 0x7, 0xA, 0xD, 0xAD, 0xE000, 0x378, 0x3164, 0x600, 0x1D165, 0xE0067,
    ].compactMap { (value: UInt32) in Unicode.Scalar(value) }

/// As many of them one after the other, in no order.
public func randomText(_ length: Int, using random: inout some RandomNumberGenerator) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<length { text.append(everyKindOfScalar.randomElement(using: &random) ?? "a") }
    return String(text)
}
