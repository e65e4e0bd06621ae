/// Reads bytes one after another.
struct ByteCursor {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>, position: Int = 0) { (self.bytes, self.position) = (bytes, position) }

    var atEnd: Bool { position >= bytes.count }
    var peek: UInt8? { atEnd ? nil : bytes[position] }

    mutating func next() -> UInt8? {
        guard !atEnd else { return nil }
        position += 1
        return bytes[position - 1]
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    mutating func digit() -> Int64? {
        guard let byte = peek, byte >= 0x30, byte <= 0x39 else { return nil }
        position += 1
        return Int64(byte - 0x30)
    }

    mutating func digits(_ count: Int) -> Int64? { number(least: count, most: count) }

    /// The value of the next digits, `most` of them where there are more; `nil` where there are fewer than `least`. At most 18.
    @inline(__always)
    mutating func number(least: Int, most: Int) -> Int64? {
        let start = position
        let end = min(bytes.count, start + most)
        var value: Int64 = 0
        while position < end {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { break }
            value = value &* 10 &+ Int64(digit)
            position += 1
        }
        return position - start >= least ? value : nil
    }

    /// Microseconds of the digits of a fraction of a second, from the seventh digit on without effect; `nil` where there is none.
    mutating func fraction() -> (microseconds: Int64, digits: Int)? {
        let start = position
        var total: Int64 = 0
        var scale: Int64 = 100_000
        while let digit = digit() {
            total += digit * scale
            scale /= 10
        }
        return position > start ? (total, position - start) : nil
    }

    /// Passes over blanks, tabs and the narrow and unbreakable blanks of UTF-8, and says whether there were any.
    @discardableResult
    @inline(__always)
    mutating func skipBlanks() -> Bool {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 0x20 || byte == 0x09 {
                position += 1
            } else if byte == 0xC2 || byte == 0xE2, case let length = wideBlank(), length > 0 {
                position += length
            } else {
                break
            }
        }
        return position > start
    }

    /// How many bytes the blank of UTF-8 has that stands here; 0 where there is none.
    private func wideBlank() -> Int {
        for blank: [UInt8] in [[0xC2, 0xA0], [0xE2, 0x80, 0xAF], [0xE2, 0x80, 0x89]] where bytes[position...].starts(with: blank)
        {
            return blank.count
        }
        return 0
    }

    /// The next letters as one word; `nil` where there are none, or more than sixteen bytes of them.
    mutating func word() -> Word? {
        var word = Word()
        let start = position
        while position < bytes.count, Word.isLetter(bytes[position]) {
            word.append(bytes[position])
            position += 1
        }
        return (1...16).contains(position - start) ? word : nil
    }

    /// Whether what follows says that a time is before or after noon: AM, PM, a.m., p; `nil` where it does not.
    mutating func half() -> Half? {
        guard let letter = next().map({ $0 | 0x20 }), letter == UInt8(ascii: "a") || letter == UInt8(ascii: "p") else {
            return nil
        }
        if skip(UInt8(ascii: ".")) {
            let blank = position
            skipBlanks()
            if peek.map({ $0 | 0x20 }) != UInt8(ascii: "m") { position = blank }
        }
        if let letter = peek, letter | 0x20 == UInt8(ascii: "m") {
            position += 1
            _ = skip(UInt8(ascii: "."))
        }
        if let after = peek, Word.isLetter(after) { return nil }
        return letter == UInt8(ascii: "a") ? .morning : .afternoon
    }

    /// A half of a day.
    enum Half { case morning, afternoon }

    /// Minutes east of UTC as `Z`, `+01`, `+1`, `+0100` or `+01:00` write them.
    mutating func offset() -> Int64? {
        guard let mark = next() else { return nil }
        if mark | 0x20 == UInt8(ascii: "z") { return 0 }
        guard mark == UInt8(ascii: "+") || mark == UInt8(ascii: "-") else { return nil }
        let start = position
        guard var hours = number(least: 1, most: 4) else { return nil }
        var minutes: Int64 = 0
        if position - start > 2 {
            (hours, minutes) = hours.quotientAndRemainder(dividingBy: 100)
        } else if skip(UInt8(ascii: ":")) {
            guard let written = digits(2) else { return nil }
            minutes = written
        }
        guard hours < 24, minutes < 60 else { return nil }
        return (mark == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    }
}

/// Up to sixteen bytes of letters in lower case, compared at once.
struct Word: Hashable {
    private var first: UInt64 = 0
    private var rest: UInt64 = 0
    private(set) var count = 0
    private var last: UInt8 = 0

    init() {}

    init(_ text: some StringProtocol) {
        for byte in text.utf8 { append(byte) }
    }

    /// The first eight bytes tell most words apart.
    func hash(into hasher: inout Hasher) { hasher.combine(first) }

    /// Adds a byte, of letters of ASCII and of Latin-1's part of UTF-8 the lower one; bytes after the sixteenth only count.
    mutating func append(_ byte: UInt8) {
        let isUpper = (0x41...0x5A).contains(byte) || last == 0xC3 && (0x80...0x9E).contains(byte)
        let lower = isUpper ? byte + 0x20 : byte
        if count < 8 {
            first |= UInt64(lower) << UInt64(8 * count)
        } else if count < 16 {
            rest |= UInt64(lower) << UInt64(8 * (count - 8))
        }
        count += 1
        last = lower
    }

    /// Whether a byte belongs to a letter: of ASCII, or of any other script in UTF-8. Blanks of UTF-8 begin with other bytes.
    static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || byte >= 0x80 && byte != 0xC2 && byte != 0xE2
    }
}
