import Foundation
import TerminalUI

/// What comes from the keyboard and what the system says of the terminal, in the order in which it comes: what the dashboard that is
/// drawn and the one that is spoken wait in.
///
/// It belongs to one thread; `wake` alone may be called from others.
final class InputSource {
    private var parser: InputParser
    private var lastBytes = ContinuousClock.now
    private let wakePipe = WakePipe()
    private let asked = SignalFlags()
    private var signals: [DispatchSourceSignal] = []
    private var interruptBefore: sig_t?
    /// The signal that asked the program to end, if one did.
    private(set) var endingSignal: Int32?

    /// The signals that ask the program to end.
    private static let ending = [SIGTERM, SIGHUP, SIGINT]
    /// Seconds within which the loop must hear of a signal that asks the program to end; a screen takes milliseconds.
    private static let longestDeafness = 5.0

    init(_ parser: InputParser = InputParser()) { self.parser = parser }

    deinit { ignoreSignals() }

    /// Makes `events` return soon; safe to call from any thread.
    var wake: @Sendable () -> Void { { [wakePipe] in wakePipe.wake() } }

    /// Hears of signals from now on: of those that ask the program to end, that it goes on after it was stopped, and of `others`.
    func watchSignals(_ others: [Int32] = []) {
        for number in Self.ending + [SIGCONT] + others {
            if number == SIGINT {
                interruptBefore = signal(number, SIG_IGN)
            } else if number != SIGCONT {
                signal(number, SIG_IGN)
            }
            let isEnding = Self.ending.contains(number)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [asked, wakePipe] in
                asked.raise(number)
                wakePipe.wake()
                guard isEnding else { return }
                // A terminal that nobody reads holds the loop in the midst of a screen.
                DispatchQueue.global().asyncAfter(deadline: .now() + Self.longestDeafness) {
                    if asked.contains(number) { _exit(128 + number) }
                }
            }
            source.resume()
            signals.append(source)
        }
    }

    /// Hears of no signal any more, and gives Ctrl-C its meaning: what the program still waits for can be left by it.
    func ignoreSignals() {
        for source in signals { source.cancel() }
        signals = []
        if let interruptBefore { signal(SIGINT, interruptBefore) }
        interruptBefore = nil
    }

    /// Sleeps until the user does something, `wake` is called or `timeout` milliseconds pass.
    /// - Parameters:
    ///   - marked: what becomes of what was typed, at the moment at which it was read.
    ///   - answer: what comes of a signal that does not ask the program to end.
    func events(
        timeout: Int32?, marked: (InputEvent, ContinuousClock.Instant) -> InputEvent = { event, _ in event },
        answer: (Int32) -> [InputEvent]
    ) -> [InputEvent] {
        var descriptors = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakePipe.reading, events: Int16(POLLIN), revents: 0),
        ]
        let patience = parser.patience.map { Duration.milliseconds(Int($0)) }
        let rest = patience.map { Int32(max(0, ($0 - (ContinuousClock.now - lastBytes)) / .milliseconds(1)).rounded(.up)) }
        _ = poll(&descriptors, 2, [rest, timeout].compactMap { $0 }.min() ?? -1)
        var events: [InputEvent] = []
        if descriptors[1].revents != 0 {
            wakePipe.drain()
            events += asked.take().flatMap { number in
                guard Self.ending.contains(number) else { return answer(number) }
                endingSignal = endingSignal ?? number
                return [.terminate]
            }
        }
        guard descriptors[0].revents != 0 else {
            // Others may wake the loop as often as they like.
            if let patience, ContinuousClock.now - lastBytes >= patience { events += parser.flush() }
            return events
        }
        lastBytes = .now
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count > 0 {
            let now = ContinuousClock.now
            return events + parser.parse(Array(buffer[..<count])).map { marked($0, now) }
        }
        return count < 0 && (errno == EINTR || errno == EAGAIN) ? events : events + [.terminate]
    }
}
