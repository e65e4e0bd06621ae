import CNcursesw
import TerminalUI

/// The keys by the bytes that the terminal, set up before, sends for them according to its description.
func describedKeys() -> [[UInt8]: Key] {
    let named: [(String, Key)] =
        [
            ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right), ("kLFT", .shiftLeft), ("kRIT", .shiftRight),
            ("khome", .home), ("kend", .end), ("kpp", .pageUp), ("knp", .pageDown), ("kdch1", .delete), ("kcbt", .backTab),
            ("kent", .enter),
        ] + (1...12).map { ("kf\($0)", .function($0)) }
    var keys: [[UInt8]: Key] = [:]
    for (name, key) in named {
        guard let text = oddline_capability(name) else { continue }
        let bytes = [UInt8](String(cString: text).utf8)
        // What is a character of its own everywhere, such as a line feed for the cursor down, stays that.
        if bytes.count > 1, bytes[0] == 0x1B { keys[bytes] = key }
    }
    return keys
}
