import CTerminalGuard
import Foundation
import TerminalUI

/// Reads keys one by one from a terminal that gets plain lines, whatever it can draw: nothing is moved about, and nothing is drawn.
///
/// It belongs to one thread; `wake` alone may be called from others.
public final class KeyReader {
    private var parser = InputParser()
    private var lastBytes = ContinuousClock.now
    private var isOpen = false
    private var before = termios()
    /// The signal that asked the program to end, if one did.
    public private(set) var endingSignal: Int32?
    private let wakePipe = WakePipe()
    private let asked = SignalFlags()
    private var signals: [DispatchSourceSignal] = []

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
        for number in [SIGTERM, SIGHUP, SIGINT, SIGCONT] {
            if number != SIGCONT { signal(number, SIG_IGN) }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [asked, wakePipe] in
                asked.raise(number)
                wakePipe.wake()
            }
            source.resume()
            signals.append(source)
        }
    }

    deinit { close() }

    /// Makes `events` return soon; safe to call from any thread.
    public var wake: @Sendable () -> Void { { [wakePipe] in wakePipe.wake() } }

    /// Sleeps until a key is pressed, `wake` is called or `timeout` milliseconds pass, and returns what happened.
    public func events(timeout: Int32? = nil) -> [InputEvent] {
        var descriptors = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakePipe.reading, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&descriptors, 2, [parser.patience, timeout].compactMap { $0 }.min() ?? -1)
        var events: [InputEvent] = []
        if descriptors[1].revents != 0 {
            wakePipe.drain()
            events += asked.take().flatMap(answer)
        }
        guard descriptors[0].revents != 0 else {
            if let patience = parser.patience, ContinuousClock.now - lastBytes >= .milliseconds(Int(patience)) {
                events += parser.flush()
            }
            return events
        }
        lastBytes = .now
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count > 0 { return events + parser.parse(Array(buffer[..<count])) }
        return count < 0 && (errno == EINTR || errno == EAGAIN) ? events : events + [.terminate]
    }

    private func answer(_ number: Int32) -> [InputEvent] {
        if number == SIGCONT {
            takeKeys()
            return []
        }
        endingSignal = endingSignal ?? number
        return [.terminate]
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
        for source in signals { source.cancel() }
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before)
        ok_release_terminal()
        signal(SIGINT, SIG_DFL)
    }

    private func takeKeys() {
        var modes = before
        modes.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        modes.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes)
    }
}
