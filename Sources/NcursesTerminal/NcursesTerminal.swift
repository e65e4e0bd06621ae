import CNcursesw
import CTerminalGuard
import Foundation
import Synchronization
import TerminalUI

/// Why the terminal cannot be used.
public enum TerminalError: Error, Sendable, CustomStringConvertible {
    case notATerminal
    case unknownTerminal(String)
    /// The terminal cannot put the cursor anywhere.
    case plainTerminal(String)

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .notATerminal: "The dashboard needs a terminal; use `oddline score FILE` in scripts."
        case .unknownTerminal(let name): "The terminal type \"\(name)\" is unknown here; set TERM to xterm-256color."
        case .plainTerminal(let name):
            "A terminal of type \"\(name)\" shows lines alone and no dashboard; set TERM to what it really is, or use "
                + "`oddline score FILE`."
        }
    }
}

/// The one place that talks to ncurses: shows cell buffers, reads events, gives the terminal back.
///
/// It belongs to one thread; `wake` alone may be called from others.
public final class NcursesTerminal {
    private var painter: CellPainter
    private let input: InputSource
    private var doubleClicks = DoubleClicks()
    private var isOpen = false
    private let isASCII: Bool
    /// Whether colours show: the terminal has some and `NO_COLOR` does not forbid them.
    public let usesColor: Bool
    /// The signal that asked the program to end, if one did.
    public var endingSignal: Int32? { input.endingSignal }

    /// Mouse presses, drags and wheel in SGR coding, and pastes marked as such.
    private static let reportOn = "\u{1B}[?1002h\u{1B}[?1006h\u{1B}[?2004h"
    private static let reportOff = "\u{1B}[?1002l\u{1B}[?1006l\u{1B}[?2004l"

    /// Takes the terminal over.
    /// - Parameter isASCII: draw with ASCII characters alone, as also happens outside UTF-8 locales.
    /// - Throws: `TerminalError` when standard input or output is no terminal or its type is unknown.
    public init(isASCII: Bool, environment: [String: String] = ProcessInfo.processInfo.environment) throws(TerminalError) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { throw .notATerminal }
        setlocale(LC_ALL, "")
        // What curses takes for the width of a character is what glyphs were measured by.
        setlocale(LC_CTYPE, Glyph.locale)
        self.isASCII = isASCII || Self.forbidsUTF8(environment)
        var problem: Int32 = 0
        let type = environment["TERM"] ?? ""
        guard setupterm(nil, STDOUT_FILENO, &problem) == OK else { throw .unknownTerminal(type) }
        guard oddline_capability("cup") != nil else { throw .plainTerminal(type) }
        let cursorKeys = oddline_capability("rmkx").map { String(cString: $0) } ?? ""
        Self.limitSize(environment)
        ok_guard_terminal(Self.reportOff + cursorKeys + "\u{1B}[?1049l\u{1B}[?25h\u{1B}[0m\r\n")
        guard oddline_open() else { throw .unknownTerminal(type) }
        raw()
        noecho()
        nonl()
        curs_set(0)
        // Keys are read here and not by curses, which has the terminal send what its description says.
        keypad(oddline_screen(), true)
        input = InputSource(InputParser(keys: describedKeys()))
        usesColor = environment["NO_COLOR"].map(\.isEmpty) ?? true && start_color() == OK && oddline_color_count() >= 8
        if usesColor { use_default_colors() }
        painter = CellPainter(usesColor: usesColor)
        oddline_write_raw(Self.reportOn)
        isOpen = true
        input.watchSignals([SIGWINCH])
    }

    deinit { close() }

    /// Whether the environment names a locale without UTF-8; one that names none says nothing against it.
    static func forbidsUTF8(_ environment: [String: String]) -> Bool {
        let named = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        return named.map { !isUTF8($0) } ?? false
    }

    private static func isUTF8(_ locale: String) -> Bool {
        let name = locale.lowercased()
        return name.contains("utf-8") || name.contains("utf8")
    }

    /// Gives the terminal back as it was, and Ctrl-C its meaning: what the program still waits for can be left by it.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        oddline_write_raw(Self.reportOff)
        endwin()
        ok_release_terminal()
        input.ignoreSignals()
    }

    /// The most columns and rows that are drawn: a screen of 7680 by 4320 dots has 960 by 270 of the smallest letters that can be read
    /// (8 by 16). A terminal may say anything up to 65,535 of each, for which no machine has the memory.
    private static let largestSize = (columns: Int32(1000), rows: Int32(500))

    /// Has curses make no larger screen than can be drawn; it takes what the environment says before what the terminal does.
    private static func limitSize(_ environment: [String: String]) {
        var window = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0 else { return }
        let sizes = [
            ("COLUMNS", Int32(window.ws_col), largestSize.columns), ("LINES", Int32(window.ws_row), largestSize.rows),
        ]
        for (name, own, largest) in sizes where (environment[name].flatMap(Int32.init) ?? own) > largest {
            setenv(name, "\(largest)", 1)
        }
    }

    /// Columns and rows.
    public var size: (width: Int, height: Int) { (Int(oddline_columns()), Int(oddline_rows())) }

    /// Makes `events` return soon; safe to call from any thread.
    public var wake: @Sendable () -> Void { input.wake }

    // MARK: Events

    /// Sleeps until the user does something, `wake` is called or `timeout` milliseconds pass, and returns what
    /// happened.
    public func events(timeout: Int32? = nil) -> [InputEvent] {
        input.events(timeout: timeout) {
            doubleClicks.marked($0, at: $1)
        } answer: { number in
            // Somebody else may have stopped the program; a shell then has the terminal as it likes it.
            if number == SIGCONT { takeBack() }
            return [resized()]
        }
    }

    private func resized() -> InputEvent {
        var window = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_row > 0, window.ws_col > 0 {
            resizeterm(
                min(Int32(window.ws_row), Self.largestSize.rows), min(Int32(window.ws_col), Self.largestSize.columns))
        }
        forget()
        return .resize(width: size.width, height: size.height)
    }

    /// Draws everything anew at the next `draw`, whatever the terminal shows now.
    public func forget() {
        clearok(oddline_screen(), true)
        painter.forget()
    }

    /// Hands a text to the terminal for its clipboard, by the sequence that xterm calls OSC 52; a terminal that has none or forbids
    /// that passes it over.
    public func copy(_ text: String) {
        oddline_write_raw("\u{1B}]52;c;" + Data(text.utf8).base64EncodedString() + "\u{07}")
    }

    /// Stops the program, and what runs with it in the foreground, as Ctrl-Z does in other programs; returns when it goes
    /// on. Where no shell could continue it, it goes on at once.
    public func suspend() {
        oddline_write_raw(Self.reportOff)
        endwin()
        let handler = signal(SIGTSTP, SIG_IGN)
        var (stopping, before) = (sigset_t(), sigset_t())
        sigemptyset(&stopping)
        sigaddset(&stopping, SIGTSTP)
        // The others of the group stop; this process passes it over, and stops once, below. Ignoring a signal once more
        // forgets what of it may wait where a thread blocks it.
        kill(0, SIGTSTP)
        signal(SIGTSTP, SIG_IGN)
        signal(SIGTSTP, SIG_DFL)
        // What is sent to a process may stop this thread only after some more instructions, and what they write would
        // stand on the shell's screen; what is sent to the thread, which may not block it, stops it here.
        pthread_sigmask(SIG_UNBLOCK, &stopping, &before)
        pthread_kill(pthread_self(), SIGTSTP)
        pthread_sigmask(SIG_SETMASK, &before, nil)
        signal(SIGTSTP, handler)
        takeBack()
        forget()
    }

    /// Takes the terminal as after the start. In the background the system stops the program here, before it writes.
    private func takeBack() {
        reset_prog_mode()
        oddline_write_raw(Self.reportOn)
        refresh()
    }

    /// Shows a screen, writing only the cells that changed.
    public func draw(_ screen: CellBuffer) { painter.draw(isASCII ? screen.inASCII : screen) }
}
