import Foundation
import Work

/// One run of a program that writes a table: what it wrote, bounded in time and size. When it has ended, whatever else it started
/// is stopped too.
struct ReaderRun {
    /// How it ended.
    enum Ending: Equatable {
        /// By itself, with a status; by a signal.
        case ended(Int32), signalled(Int32)
        /// It was stopped: after the time that it had, or with more output than is taken.
        case outOfTime, tooMuch
        /// It was stopped since nobody wants it any more.
        case stopped
    }

    /// What bounds a run.
    struct Bounds: Sendable, Equatable {
        var seconds: Double = 120
        var mostBytes = SeriesReader.mostStreamedBytes
    }

    private(set) var ending = Ending.outOfTime
    /// What it wrote to standard output.
    private(set) var output = Data()
    /// The end of what it wrote to standard error.
    private(set) var errors: [UInt8] = []

    private static let keptErrors = 2048
    private static let mostAtOnce = 1 << 18
    /// Milliseconds after which is looked whether the program has ended although its output is held open,
    /// or is to be stopped.
    private static let pause: Int32 = 50

    /// Runs the program that `words` name to its end, on the caller's thread.
    /// - Parameter isStopped: asked every 50 ms at least; where it holds, the program is stopped.
    /// - Throws: `ProgramNotStarted`.
    init(
        _ words: [String], environment: [String: String], within bounds: Bounds, unless isStopped: () -> Bool = { false }
    ) throws(ProgramNotStarted) {
        let (written, complaints) = (try Channel(), try Channel())
        let process = try startProgram(words, environment: environment, output: written.input, errors: complaints.input)
        written.closeInput()
        complaints.closeInput()
        follow(process, written, complaints, bounds, unless: isStopped)
        // The number stays the program's own until it is waited for, so that nobody else's group is hit.
        kill(-process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        if case .ended = ending { ending = status & 0x7F == 0 ? .ended(status >> 8 & 0xFF) : .signalled(status & 0x7F) }
    }

    /// Reads until the program has ended or is to be stopped.
    private mutating func follow(
        _ process: pid_t, _ written: Channel, _ complaints: Channel, _ bounds: Bounds, unless isStopped: () -> Bool
    ) {
        let end = ContinuousClock.now + .seconds(bounds.seconds)
        var buffer = [UInt8](repeating: 0, count: Self.mostAtOnce)
        var isOver = false
        while !isOver {
            wait(for: [written, complaints], until: end)
            isOver = Self.hasEnded(process)
            // What it started may go on writing for ever.
            if isOver { kill(-process, SIGKILL) }
            repeat {
                let count = written.read(into: &buffer)
                output.append(contentsOf: buffer[..<count])
                let complaint = complaints.read(into: &buffer)
                errors = (errors + buffer[..<complaint]).suffix(Self.keptErrors)
                guard output.count <= bounds.mostBytes else { return ending = .tooMuch }
                guard ContinuousClock.now < end else { return ending = .outOfTime }
                guard !isStopped() else { return ending = .stopped }
                if count == 0, complaint == 0 { break }
            } while isOver
        }
        ending = .ended(0)
    }

    /// Waits until there is something to read, for the pause at most.
    private func wait(for channels: [Channel], until end: ContinuousClock.Instant) {
        let rest = max(0, (end - .now) / .milliseconds(1))
        let open = channels.filter(\.isOpen)
        // Where both are at their end, so is the program, or will be in a moment.
        let pause = min(open.isEmpty ? 1 : Self.pause, Int32(min(rest, 1000)))
        var polled = open.map { pollfd(fd: $0.output, events: Int16(POLLIN), revents: 0) }
        poll(&polled, nfds_t(polled.count), pause)
    }

    /// Whether it waits to be waited for.
    private static func hasEnded(_ process: pid_t) -> Bool {
        var facts = siginfo_t()
        return waitid(P_PID, id_t(process), &facts, WEXITED | WNOHANG | WNOWAIT) == 0 && facts.si_signo == SIGCHLD
    }
}

/// A pipe that a program writes into, closed with its last reference.
private final class Channel {
    /// The end that is read, without waiting.
    let output: Int32
    /// The end that is handed on.
    private(set) var input: Int32
    /// Whether anything may come.
    private(set) var isOpen = true

    init() throws(ProgramNotStarted) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw ProgramNotStarted(errno) }
        (output, input) = (ends[0], ends[1])
        // Another program that starts in this moment may hold them too; so the end of a program is not told by that of its output.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(output)
        closeInput()
    }

    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// What is there, as far as it fits.
    /// - Returns: how many bytes there are; 0 where there is nothing yet, or nothing more.
    func read(into buffer: inout [UInt8]) -> Int {
        guard isOpen else { return 0 }
        let count = Foundation.read(output, &buffer, buffer.count)
        if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { isOpen = false }
        return max(0, count)
    }
}
