/// The line, from 1, of the first table header of a TOML text that begins with what begins no key, as `[@settings]` does; `nil`
/// where there is none.
///
/// TOML++ 3.3, which reads our files, ends the program at such a header in place of refusing it, so that a text is looked through
/// first. What stands in strings, comments and values of several lines is no header.
public func lineOfBrokenTableHeader(in text: String) -> Int? {
    var scanner = HeaderScanner(Array(text.utf8))
    return scanner.lineOfBrokenHeader()
}

private struct HeaderScanner {
    private let bytes: [UInt8]
    private var place = 0
    private var line = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    }

    mutating func lineOfBrokenHeader() -> Int? {
        while place < bytes.count {
            skipSpace()
            if at("[") {
                place += 1
                skipSpace()
                if at("[") {
                    place += 1
                    skipSpace()
                }
                guard place == bytes.count || beginsKey(bytes[place]) else { return line }
                skipLine()
            } else {
                skipStatement()
            }
        }
        return nil
    }

    private func at(_ text: String) -> Bool { bytes[place...].starts(with: text.utf8) }

    private func beginsKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        // An empty header is refused as it should be.
        default: "-_\"']".utf8.contains(byte)
        }
    }

    private mutating func skipSpace() {
        while place < bytes.count, " \t".utf8.contains(bytes[place]) { place += 1 }
    }

    /// Goes to the beginning of the next line.
    private mutating func skipLine() {
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
        place += 1
        line += 1
    }

    /// Goes past a key with its value, which ends with its line unless an array or a string goes on.
    private mutating func skipStatement() {
        var depth = 0
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "#"):
                skipLine()
                if depth == 0 { return }
            case UInt8(ascii: "\n"):
                skipLine()
                if depth == 0 { return }
            case UInt8(ascii: "["):
                depth += 1
                place += 1
            case UInt8(ascii: "]"):
                depth = max(0, depth - 1)
                place += 1
            case UInt8(ascii: "\""): skipString("\"", hasEscapes: true)
            case UInt8(ascii: "'"): skipString("'", hasEscapes: false)
            default: place += 1
            }
        }
    }

    private mutating func skipString(_ quote: String, hasEscapes: Bool) {
        let long = String(repeating: quote, count: 3)
        let isLong = at(long)
        let end = isLong ? long : quote
        place += end.utf8.count
        while place < bytes.count {
            if at(end) {
                place += end.utf8.count
                return
            }
            if bytes[place] == UInt8(ascii: "\n") {
                // A string of one line that does not end is an error of its own.
                guard isLong else { return }
                line += 1
            } else if hasEscapes, bytes[place] == UInt8(ascii: "\\"), place + 1 < bytes.count,
                bytes[place + 1] != UInt8(ascii: "\n")
            {
                place += 1
            }
            place += 1
        }
    }
}
