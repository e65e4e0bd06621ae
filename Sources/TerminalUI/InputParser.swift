/// Turns the bytes a terminal sends into events. Incomplete sequences wait for more bytes; `flush`
/// decides that a lone escape was the key itself.
///
/// Keys are what the terminal's description says; what it says nothing about is read as xterm and its kin send it.
public struct InputParser: Sendable {
    private let keys: [[UInt8]: Key]
    /// What a key's bytes begin with.
    private let beginnings: Set<[UInt8]>
    private var pending: [UInt8] = []
    private var pasted: [UInt8]?
    private static let longestPaste = 1 << 16
    /// Ctrl-C.
    private static let interrupt: UInt8 = 0x03
    /// No terminal has a cell beyond: what says otherwise must not overflow what is reckoned from it.
    private static let farthestCell = 9999

    /// A parser that has seen nothing.
    /// - Parameter keys: keys by the bytes that the terminal sends for them, each beginning with an escape.
    public init(keys: [[UInt8]: Key] = [:]) {
        self.keys = keys
        beginnings = Set(keys.keys.flatMap { bytes in bytes.indices.dropFirst().map { Array(bytes[..<$0]) } })
    }

    /// How many milliseconds the rest of what has begun is waited for, until `flush`; `nil` where nothing has begun. A key's bytes come
    /// at once; a paste over a slow line may pause, and what is typed would be taken for its rest for ever if its end never came.
    public var patience: Int32? { pasted != nil ? 2000 : pending.isEmpty ? nil : 40 }

    /// Whether bytes wait for their rest.
    public var isWaiting: Bool { patience != nil }

    /// The events that `bytes` complete.
    public mutating func parse(_ bytes: [UInt8]) -> [InputEvent] {
        var events: [InputEvent] = []
        // Alone it is a key: pastes come in pieces, and terminals leave out what is no text.
        if pasted != nil, bytes == [Self.interrupt] { events = flush() }
        pending += bytes
        while let (event, used) = next() {
            pending.removeFirst(used)
            if let event { events.append(event) }
        }
        return events
    }

    /// The events of what is pending when no more bytes come: a paste ends where its end does not come.
    public mutating func flush() -> [InputEvent] {
        if let text = pasted {
            let bytes = text + pending
            (pasted, pending) = (nil, [])
            return [.paste(String(decoding: bytes, as: UTF8.self))]
        }
        guard let first = pending.first else { return [] }
        let rest = Array(pending.dropFirst())
        pending = []
        guard first == 0x1B else { return [] }
        return [.key(.escape)] + parse(rest)
    }

    private mutating func next() -> (InputEvent?, Int)? {
        guard let first = pending.first else { return nil }
        if pasted != nil { return nextPasted() }
        if first == 0x1B { return escape() }
        switch first {
        case 0x0D, 0x0A: return (.key(.enter), 1)
        case 0x09: return (.key(.tab), 1)
        case 0x7F, 0x08: return (.key(.backspace), 1)
        case 0x00: return (nil, 1)
        case 0x01...0x1A: return (.key(.control(Character(UnicodeScalar(first + 0x60)))), 1)
        case 0x1C...0x1F: return (nil, 1)
        default: return character()
        }
    }

    private func character() -> (InputEvent?, Int)? {
        let first = pending[0]
        let length = first < 0x80 ? 1 : first >> 5 == 0b110 ? 2 : first >> 4 == 0b1110 ? 3 : first >> 3 == 0b11110 ? 4 : 0
        guard length > 0 else { return (nil, 1) }
        guard pending.count >= length else { return nil }
        guard let text = String(validating: pending[..<length], as: UTF8.self), let character = text.first else {
            return (nil, 1)
        }
        return (.key(.character(character)), length)
    }

    private mutating func escape() -> (InputEvent?, Int)? {
        guard pending.count > 1 else { return nil }
        switch described() {
        case .key(let key, let count): return (.key(key), count)
        case .incomplete: return nil
        case .unknown: break
        }
        switch pending[1] {
        case 0x5B: return controlSequence()
        case 0x4F:
            guard pending.count > 2 else { return nil }
            return ((Self.letterKey(pending[2], shifted: false) ?? Self.keypadKey(pending[2])).map { .key($0) }, 3)
        case 0x1B: return (.key(.escape), 1)
        default: return (.key(.escape), 1)
        }
    }

    /// What the description of the terminal says of the bytes that wait.
    private enum Described {
        case key(Key, count: Int)
        case incomplete, unknown
    }

    private func described() -> Described {
        var bytes: [UInt8] = []
        for byte in pending {
            bytes.append(byte)
            if let key = keys[bytes] { return .key(key, count: bytes.count) }
            if !beginnings.contains(bytes) { return .unknown }
        }
        return .incomplete
    }

    private mutating func controlSequence() -> (InputEvent?, Int)? {
        if pending.count > 2, pending[2] == 0x4D {
            guard pending.count >= 6 else { return nil }
            return (Self.mouse(code: Int(pending[3]) - 32, x: Int(pending[4]) - 33, y: Int(pending[5]) - 33, released: false), 6)
        }
        guard let end = pending.indices.dropFirst(2).first(where: { (0x40...0x7E).contains(pending[$0]) }) else {
            return pending.count > 64 ? (nil, pending.count) : nil
        }
        let body = String(decoding: pending[2..<end], as: UTF8.self)
        let used = end + 1
        if body.hasPrefix("<") {
            let parts = body.dropFirst().split(separator: ";").compactMap { Int($0).map { min(max($0, 0), Self.farthestCell) } }
            guard parts.count == 3 else { return (nil, used) }
            return (Self.mouse(code: parts[0], x: parts[1] - 1, y: parts[2] - 1, released: pending[end] == 0x6D), used)
        }
        if pending[end] == 0x7E {
            if body == "200" {
                pasted = []
                return (nil, used)
            }
            return (Self.numberKey(body).map { .key($0) }, used)
        }
        return (Self.letterKey(pending[end], shifted: body.hasSuffix(";2")).map { .key($0) }, used)
    }

    private mutating func nextPasted() -> (InputEvent?, Int)? {
        let end: [UInt8] = [0x1B, 0x5B, 0x32, 0x30, 0x31, 0x7E]
        if pending.starts(with: end) {
            let text = String(decoding: pasted ?? [], as: UTF8.self)
            pasted = nil
            return (.paste(text), end.count)
        }
        if pending.count < end.count, end.starts(with: pending) { return nil }
        if let count = pasted?.count, count < Self.longestPaste { pasted?.append(pending[0]) }
        return (nil, 1)
    }

    private static func letterKey(_ byte: UInt8, shifted: Bool) -> Key? {
        switch byte {
        case 0x41: .up
        case 0x42: .down
        case 0x43: shifted ? .shiftRight : .right
        case 0x44: shifted ? .shiftLeft : .left
        case 0x48: .home
        case 0x46: .end
        case 0x5A: .backTab
        case 0x4D: .enter
        case 0x50...0x53: .function(Int(byte) - 0x4F)
        default: nil
        }
    }

    private static func numberKey(_ body: String) -> Key? {
        switch body.split(separator: ";").first {
        case "1", "7": .home
        case "4", "8": .end
        case "3": .delete
        case "5": .pageUp
        case "6": .pageDown
        case "11": .function(1)
        case "12": .function(2)
        case "13": .function(3)
        case "14": .function(4)
        case "15": .function(5)
        case "17": .function(6)
        case "18": .function(7)
        case "19": .function(8)
        case "20": .function(9)
        case "21": .function(10)
        case "23": .function(11)
        case "24": .function(12)
        default: nil
        }
    }

    /// A key of the block of digits where the terminal tells it from the one above the letters.
    private static func keypadKey(_ byte: UInt8) -> Key? {
        (0x6A...0x79).contains(byte) ? .character(Character(Unicode.Scalar(byte - 0x40))) : nil
    }

    private static func mouse(code: Int, x: Int, y: Int, released: Bool) -> InputEvent? {
        guard x >= 0, y >= 0 else { return nil }
        let action: Mouse.Action? =
            switch code & ~0b11100 {
            case 0: released ? .release : .press
            case 3: .release
            case 32, 35: code & 3 == 3 ? nil : .drag
            case 64: .wheelUp
            case 65: .wheelDown
            default: nil
            }
        return action.map { .mouse(Mouse(x: x, y: y, action: $0)) }
    }
}
