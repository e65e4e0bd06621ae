import CNcursesw
import Foundation

/// What is known of the terminal without taking it over.
public struct TerminalFacts: Sendable {
    /// Whether standard output is a terminal.
    public let isTerminal: Bool
    /// Columns and rows; `nil` where standard output is none.
    public let size: (width: Int, height: Int)?
    /// What `TERM` says.
    public let type: String
    /// Whether its description is there.
    public let isKnown: Bool
    /// Whether the cursor can be put anywhere, without which there is no dashboard.
    public let canMoveCursor: Bool
    /// How many colours it has; 0 where it has none, or where `NO_COLOR` forbids them.
    public let colors: Int
    /// Whether it takes 24-bit colours as they are.
    public let hasDirectColor: Bool
    /// The locale by name.
    public let locale: String
    /// Whether the dashboard draws with ASCII characters alone.
    public let isASCII: Bool
    /// The version of the terminal library.
    public static var library: String { String(cString: curses_version()) }

    /// Asks standard output and the terminal descriptions.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        isTerminal = isatty(STDOUT_FILENO) == 1
        var window = winsize()
        size =
            isTerminal && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0
            ? (Int(window.ws_col), Int(window.ws_row)) : nil
        type = environment["TERM"] ?? ""
        var problem: Int32 = 0
        isKnown = !type.isEmpty && setupterm(type, STDOUT_FILENO, &problem) == OK
        canMoveCursor = isKnown && oddline_capability("cup") != nil
        let mayUseColor = environment["NO_COLOR"].map(\.isEmpty) ?? true
        colors = isKnown && mayUseColor ? max(0, Int(tigetnum("colors"))) : 0
        hasDirectColor = isKnown && oddline_has_direct_color()
        locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        isASCII = NcursesTerminal.forbidsUTF8(environment)
    }
}
