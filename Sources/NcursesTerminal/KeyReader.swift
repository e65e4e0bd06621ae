import CTerminalGuard
import Foundation
import TerminalUI

/// Reads keys one by one from a terminal that gets plain lines, whatever it can draw: nothing is moved about, and nothing is drawn.
///
/// It belongs to one thread; `wake` alone may be called from others.
public final class KeyReader {
    private let input = InputSource()
    private var isOpen = false
    private var before = termios()
    /// The signal that asked the program to end, if one did.
    public var endingSignal: Int32? { input.endingSignal }

    /// Has the terminal hand keys over as they are pressed, without showing them.
    /// - Throws: `TerminalError.notATerminal` when standard input or output is none.
    public init() throws(TerminalError) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, tcgetattr(STDIN_FILENO, &before) == 0 else {
            throw .notATerminal
        }
        setlocale(LC_CTYPE, Glyph.locale)
        ok_guard_terminal("")
        takeKeys()
        isOpen = true
        input.watchSignals()
    }

    deinit { close() }

    /// Makes `events` return soon; safe to call from any thread.
    public var wake: @Sendable () -> Void { input.wake }

    /// Sleeps until a key is pressed, `wake` is called or `timeout` milliseconds pass, and returns what happened.
    public func events(timeout: Int32? = nil) -> [InputEvent] {
        input.events(timeout: timeout) { _ in
            // It goes on after it was stopped; a shell has had the terminal meanwhile.
            takeKeys()
            return []
        }
    }

    /// Stops the program, as Ctrl-Z does in other programs; returns when it goes on.
    public func suspend() {
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before)
        raise(SIGSTOP)
        takeKeys()
    }

    /// Gives the terminal back as it was.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before)
        ok_release_terminal()
        input.ignoreSignals()
    }

    private func takeKeys() {
        var modes = before
        modes.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        modes.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes)
    }
}
