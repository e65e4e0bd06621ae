import TerminalUI

/// Keys that sentences name too. Bindings take them from here, so that no sentence names a key that does something else.
enum NamedKey {
    // On the open series.
    static let train = Key.character("t"), models = Key.character("L"), training = Key.character("p")
    static let nextPart = Key.tab, nextEvent = Key.character("]")
    static let anomaly = Key.character("a"), normal = Key.character("n"), mark = Key.character("v")
    static let trainOn = Key.character("Y"), trainWithout = Key.character("X")
    static let keepRun = Key.character("K"), compareRuns = Key.character("D")
    static let commandLine = Key.character("y"), log = Key.character("J")
    static let examine = Key.character("I")
    static let makeRule = Key.character("M"), rules = Key.character("P"), undo = Key.character("U")
    static let columns = Key.character("o"), follow = Key.character("F")
    // On the open series and in a set of files.
    static let nextOpen = Key.character(">"), previousOpen = Key.character("<"), tick = Key.character(" ")
    static let stopQueue = Key.character("x")
    // In the library.
    static let openPath = Key.character("o"), complete = Key.tab
    // Between login and registration.
    static let otherForm = Key.control("r")
    // Everywhere.
    static let back = Key.escape, quit = Key.control("c"), leaveLock = Key.control("o")
}

extension Frame {
    /// How the user's key in place of one of the program's is called.
    func name(of key: Key) -> String { keyMap.key(for: key).name }
}
