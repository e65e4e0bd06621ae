/// A QR code (ISO/IEC 18004) of bytes, with the least error correction (L), which mends 7 % of it: a screen is not torn.
public struct QRCode: Sendable, Equatable {
    /// Modules of a side.
    public private(set) var size: Int
    /// Whether a module is dark, row by row.
    private var isDark: [Bool]
    /// Whether a module belongs to a pattern, so that it carries no data.
    private var isPattern: [Bool]

    /// Versions there are here: the greatest takes 271 bytes.
    static let versions = 1...10
    /// Codewords that correct errors in each block, and the number of blocks, a version each (table 9).
    private static let correction = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18]
    private static let blocks = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4]

    /// Whether the module in a column and row is dark; beyond the edges all are light.
    public subscript(x: Int, y: Int) -> Bool {
        (0..<size).contains(x) && (0..<size).contains(y) && isDark[y * size + x]
    }

    /// The smallest code of some bytes; `nil` where they are too many.
    public init?(_ bytes: [UInt8]) {
        guard let version = Self.versions.first(where: { Self.capacity($0) >= Self.bits(bytes.count, version: $0) }) else {
            return nil
        }
        size = 17 + 4 * version
        isDark = Array(repeating: false, count: size * size)
        isPattern = isDark
        drawPatterns(version)
        drawData(Self.corrected(Self.data(bytes, version: version), version: version))
        // The mask that makes the fewest shapes that hold a reader up (7.8.3).
        let masked = (0..<8).map { mask in
            var code = self
            code.apply(mask: mask)
            code.drawFormat(mask: mask)
            return code
        }
        self = masked.min { $0.penalty < $1.penalty } ?? self
    }

    // MARK: Data

    /// Bits that bytes take with what stands before them: four that say that they are bytes, and their number.
    private static func bits(_ count: Int, version: Int) -> Int { 4 + (version < 10 ? 8 : 16) + 8 * count }

    /// Bits for data.
    private static func capacity(_ version: Int) -> Int {
        8 * (codewords(version) - correction[version - 1] * blocks[version - 1])
    }

    /// Codewords, data and correction together: all modules that belong to no pattern.
    private static func codewords(_ version: Int) -> Int {
        var modules = (16 * version + 128) * version + 64
        if version >= 2 {
            let count = version / 7 + 2
            modules -= (25 * count - 10) * count - 55
        }
        return (version >= 7 ? modules - 36 : modules) / 8
    }

    private static func data(_ bytes: [UInt8], version: Int) -> [UInt8] {
        var bits: [Bool] = []
        func append(_ value: Int, _ count: Int) { bits += (0..<count).reversed().map { value >> $0 & 1 == 1 } }
        append(0b0100, 4)
        append(bytes.count, version < 10 ? 8 : 16)
        for byte in bytes { append(Int(byte), 8) }
        let capacity = capacity(version)
        append(0, min(4, capacity - bits.count))
        append(0, (8 - bits.count % 8) % 8)
        var codewords = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        let filling: [UInt8] = [0xEC, 0x11]
        let used = codewords.count
        codewords += (used..<max(used, capacity / 8)).map { filling[($0 - used) % 2] }
        return codewords
    }

    /// Data in blocks, each with what corrects it, a codeword of each block in turn. Later blocks may hold one codeword more.
    private static func corrected(_ data: [UInt8], version: Int) -> [UInt8] {
        let (count, length) = (blocks[version - 1], correction[version - 1])
        let (short, longer) = (data.count / count, data.count % count)
        var (parts, corrections, start) = ([[UInt8]](), [[UInt8]](), 0)
        let generator = generator(length)
        for block in 0..<count {
            let end = start + short + (block >= count - longer ? 1 : 0)
            parts.append(Array(data[start..<end]))
            corrections.append(remainder(data[start..<end], generator))
            start = end
        }
        let interleaved: [UInt8] = (0...short).flatMap { index in parts.compactMap { index < $0.count ? $0[index] : nil } }
        let correcting: [UInt8] = (0..<length).flatMap { index in corrections.map { $0[index] } }
        return interleaved + correcting
    }

    // MARK: Reed and Solomon

    /// The product in the field of 256 elements whose polynomial is x⁸ + x⁴ + x³ + x² + 1.
    private static func product(_ one: UInt8, _ other: UInt8) -> UInt8 {
        var product = 0
        for bit in (0..<8).reversed() {
            product = product << 1 ^ (product >> 7) * 0x11D
            product ^= Int(other >> UInt8(bit) & 1) * Int(one)
        }
        return UInt8(truncatingIfNeeded: product)
    }

    /// The polynomial (x - 1)(x - 2)(x - 4)… without its first coefficient, the highest powers first.
    private static func generator(_ degree: Int) -> [UInt8] {
        var (coefficients, root) = ([UInt8](repeating: 0, count: degree), UInt8(1))
        coefficients[degree - 1] = 1
        for _ in 0..<degree {
            for index in 0..<degree {
                coefficients[index] = product(coefficients[index], root)
                if index + 1 < degree { coefficients[index] ^= coefficients[index + 1] }
            }
            root = product(root, 2)
        }
        return coefficients
    }

    private static func remainder(_ data: ArraySlice<UInt8>, _ generator: [UInt8]) -> [UInt8] {
        var remainder = [UInt8](repeating: 0, count: generator.count)
        for byte in data {
            let factor = byte ^ remainder.removeFirst()
            remainder.append(0)
            for (index, coefficient) in generator.enumerated() { remainder[index] ^= product(coefficient, factor) }
        }
        return remainder
    }

    // MARK: Modules

    private mutating func set(_ x: Int, _ y: Int, _ dark: Bool) {
        guard (0..<size).contains(x), (0..<size).contains(y) else { return }
        isDark[y * size + x] = dark
        isPattern[y * size + x] = true
    }

    private mutating func drawPatterns(_ version: Int) {
        for index in 0..<size {
            set(6, index, index.isMultiple(of: 2))
            set(index, 6, index.isMultiple(of: 2))
        }
        for (centerX, centerY) in [(3, 3), (size - 4, 3), (3, size - 4)] {
            for y in -4...4 {
                for x in -4...4 {
                    let distance = max(abs(x), abs(y))
                    set(centerX + x, centerY + y, distance != 2 && distance != 4)
                }
            }
        }
        let places = alignment(version)
        for (row, y) in places.enumerated() {
            for (column, x) in places.enumerated() {
                let last = places.count - 1
                // Three corners belong to the finders.
                if (row, column) == (0, 0) || (row, column) == (0, last) || (row, column) == (last, 0) { continue }
                for dy in -2...2 { for dx in -2...2 { set(x + dx, y + dy, max(abs(dx), abs(dy)) != 1) } }
            }
        }
        drawFormat(mask: 0)
        drawVersion(version)
    }

    private func alignment(_ version: Int) -> [Int] {
        guard version >= 2 else { return [] }
        let count = version / 7 + 2
        let step = (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2
        return [6] + (0..<count - 1).reversed().map { size - 7 - $0 * step }
    }

    /// Which correction and mask, in 15 bits at two places (7.9).
    private mutating func drawFormat(mask: Int) {
        let data = 0b01 << 3 | mask
        var remainder = data
        for _ in 0..<10 { remainder = remainder << 1 ^ (remainder >> 9) * 0x537 }
        let bits = (data << 10 | remainder) ^ 0x5412
        func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
        for index in 0..<6 { set(8, index, bit(index)) }
        set(8, 7, bit(6))
        set(8, 8, bit(7))
        set(7, 8, bit(8))
        for index in 9..<15 { set(14 - index, 8, bit(index)) }
        for index in 0..<8 { set(size - 1 - index, 8, bit(index)) }
        for index in 8..<15 { set(8, size - 15 + index, bit(index)) }
        set(8, size - 8, true)
    }

    /// Which version, in 18 bits at two places, from the seventh on (7.10).
    private mutating func drawVersion(_ version: Int) {
        guard version >= 7 else { return }
        var remainder = version
        for _ in 0..<12 { remainder = remainder << 1 ^ (remainder >> 11) * 0x1F25 }
        let bits = version << 12 | remainder
        for index in 0..<18 {
            let (near, far) = (index / 3, size - 11 + index % 3)
            set(far, near, bits >> index & 1 == 1)
            set(near, far, bits >> index & 1 == 1)
        }
    }

    /// Bits go up and down in columns of two from the right, passing over patterns.
    private mutating func drawData(_ codewords: [UInt8]) {
        var (index, goesUp, right) = (0, true, size - 1)
        while right > 0 {
            // The column of the timing pattern belongs to no pair.
            if right == 6 { right = 5 }
            for step in 0..<size {
                let y = goesUp ? size - 1 - step : step
                for x in [right, right - 1] where !isPattern[y * size + x] && index < 8 * codewords.count {
                    isDark[y * size + x] = codewords[index / 8] >> UInt8(7 - index % 8) & 1 == 1
                    index += 1
                }
            }
            (goesUp, right) = (!goesUp, right - 2)
        }
    }

    private mutating func apply(mask: Int) {
        for y in 0..<size {
            for x in 0..<size where !isPattern[y * size + x] {
                let flips =
                    switch mask {
                    case 0: (x + y) % 2 == 0
                    case 1: y % 2 == 0
                    case 2: x % 3 == 0
                    case 3: (x + y) % 3 == 0
                    case 4: (x / 3 + y / 2) % 2 == 0
                    case 5: x * y % 2 + x * y % 3 == 0
                    case 6: (x * y % 2 + x * y % 3) % 2 == 0
                    default: ((x + y) % 2 + x * y % 3) % 2 == 0
                    }
                if flips { isDark[y * size + x].toggle() }
            }
        }
    }

    // MARK: Penalties

    private var penalty: Int {
        let rows = (0..<size).map { y in (0..<size).map { self[$0, y] } }
        let columns = (0..<size).map { x in (0..<size).map { self[x, $0] } }
        var penalty = (rows + columns).map(Self.penalty).reduce(0, +)
        for y in 0..<size - 1 {
            for x in 0..<size - 1 {
                let square = [self[x, y], self[x + 1, y], self[x, y + 1], self[x + 1, y + 1]]
                if Set(square).count == 1 { penalty += 3 }
            }
        }
        let dark = isDark.count { $0 }
        return penalty + abs(dark * 20 - size * size * 10) / (size * size) * 10
    }

    /// Runs of five and more, and what looks like a finder.
    private static func penalty(_ line: [Bool]) -> Int {
        var (penalty, run) = (0, 1)
        for index in 1...line.count {
            if index < line.count, line[index] == line[index - 1] {
                run += 1
            } else {
                if run >= 5 { penalty += run - 2 }
                run = 1
            }
        }
        let finder = [true, false, true, true, true, false, true]
        let light = [false, false, false, false]
        for start in 0...max(0, line.count - 11) where line.count >= 11 {
            let part = Array(line[start..<start + 11])
            if part == finder + light || part == light + finder { penalty += 40 }
        }
        return penalty
    }
}

extension CellBuffer {
    /// Light modules around a QR code.
    static let quietModules = 2

    /// Columns and rows that a QR code takes, two modules above each other in a cell.
    public static func size(of code: QRCode) -> (width: Int, height: Int) {
        let side = code.size + 2 * quietModules
        return (side, (side + 1) / 2)
    }

    /// Draws a QR code in half blocks, light where its modules are, so that it can be read without colours on a dark terminal too.
    public mutating func place(_ code: QRCode, x: Int, y: Int) {
        let (width, height) = Self.size(of: code)
        let style = Style(Color(red: 255, green: 255, blue: 255), on: Color(red: 0, green: 0, blue: 0))
        for row in 0..<height {
            for column in 0..<width {
                let (moduleX, moduleY) = (column - Self.quietModules, 2 * row - Self.quietModules)
                let sign: Sign =
                    switch (code[moduleX, moduleY], code[moduleX, moduleY + 1]) {
                    case (false, false): "█"
                    case (false, true): "▀"
                    case (true, false): "▄"
                    case (true, true): " "
                    }
                place(sign, x: x + column, y: y + row, style)
            }
        }
    }
}
