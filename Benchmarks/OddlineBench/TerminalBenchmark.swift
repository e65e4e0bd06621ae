import ArgumentParser
import Foundation

/// The whole program in a terminal of its own.
struct TerminalBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminal",
        abstract:
            "Milliseconds from the start of the program to its first frame, clock ticks of processor time in idle seconds, and milliseconds of it to draw everything anew.",
        discussion: "The first frame and idling are measured at 120x36, drawing at 200x60 in 8 and in 256 colours."
    )

    @Argument(help: "The program.") var program: String

    @Option(help: "Starts.") var starts = 11

    @Option(help: "Idle seconds.") var idleSeconds = 10.0

    @Option(help: "Drawings of the whole screen.") var redraws = 200

    @Option(help: "A CSV file that is followed while the program is idle.") var follow: String?

    func run() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-bench-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var times: [Double] = []
        for _ in 0..<starts {
            let begun = ContinuousClock.now
            let terminal = try PseudoTerminal([program, "--data-dir", folder])
            try terminal.wait(for: "Register")
            times.append((ContinuousClock.now - begun) / .milliseconds(1))
            terminal.end()
        }
        times.sort()
        let open = try PseudoTerminal([program, "--demo"] + (follow.map { ["--follow", $0] } ?? []))
        try open.wait(for: "COMBINED")
        open.settle(seconds: 2)
        let before = open.processorTicks
        open.settle(seconds: idleSeconds)
        let ticks = open.processorTicks - before
        open.end()
        let drawing = try ["xterm", "xterm-256color"].map { try redrawMilliseconds(type: $0) }
        printJSON([
            "benchmark": "terminal", "first_frame_ms_median": rounded(times[times.count / 2]),
            "first_frame_ms_least": rounded(times[0]), "idle_seconds": idleSeconds, "idle_ticks": ticks,
            "redraw_ms_8_colors": rounded(drawing[0]), "redraw_ms_256_colors": rounded(drawing[1]),
        ])
    }

    /// Processor time from Ctrl-L to the whole screen.
    private func redrawMilliseconds(type: String) throws -> Double {
        let terminal = try PseudoTerminal([program, "--demo"], type: type, width: 200, height: 60)
        defer { terminal.end() }
        try terminal.wait(for: "COMBINED")
        terminal.settle(seconds: 2)
        let before = terminal.processorTicks
        for _ in 0..<redraws { terminal.type("\u{0C}") }
        return Double(terminal.processorTicks - before) * 10 / Double(redraws)
    }
}

/// A program that runs in a terminal, of 120 by 36 cells unless told otherwise.
private final class PseudoTerminal {
    private let screen: Int32
    private let process: pid_t
    private var output = Data()

    /// Why a program did not show what was waited for.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(_ words: [String], type: String = "xterm-256color", width: UInt16 = 120, height: UInt16 = 36) throws {
        // What `posix_openpt`, `unlockpt` and `ptsname` do on Linux; Swift does not see these.
        let (unlock, number) = (UInt(0x4004_5431), UInt(0x8004_5430))
        var (isLocked, index) = (Int32(0), UInt32(0))
        screen = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        guard screen >= 0, ioctl(screen, unlock, &isLocked) == 0, ioctl(screen, number, &index) == 0 else {
            throw Failure(description: "There is no terminal to be had.")
        }
        let name = "/dev/pts/\(index)"
        var size = winsize(ws_row: height, ws_col: width, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(screen, UInt(TIOCSWINSZ), &size)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        for other in [1, 2] as [Int32] { posix_spawn_file_actions_adddup2(&actions, 0, other) }
        var arguments = words.map { strdup($0) } + [nil]
        let environment = ProcessInfo.processInfo.environment.merging(["TERM": type, "LC_ALL": "C.UTF-8"]) { $1 }
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var process: pid_t = 0
        guard posix_spawn(&process, words[0], &actions, nil, &arguments, &variables) == 0 else {
            throw Failure(description: "\(words[0]) cannot be started.")
        }
        self.process = process
    }

    /// Reads until the program has written `text`.
    func wait(for text: String) throws {
        let end = ContinuousClock.now + .seconds(60)
        while output.range(of: Data(text.utf8)) == nil {
            guard ContinuousClock.now < end else { throw Failure(description: "The program did not show \(text).") }
            read(milliseconds: 1000)
        }
    }

    /// Reads what the program writes for some seconds.
    func settle(seconds: Double) {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end { read(milliseconds: 100) }
    }

    /// Types a text and reads what the program writes for it, until it writes no more.
    func type(_ text: String) {
        let bytes = Array(text.utf8)
        guard write(screen, bytes, bytes.count) == bytes.count, read(milliseconds: 1000) else { return }
        while read(milliseconds: 10) {}
    }

    /// Reads what there is; whether something came in time.
    @discardableResult
    private func read(milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: screen, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, milliseconds) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Foundation.read(screen, &buffer, buffer.count)
        if count > 0 { output.append(contentsOf: buffer[..<count]) }
        return count > 0
    }

    /// Clock ticks, a hundredth of a second each, that the program has used in all.
    var processorTicks: Int {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }

    /// Ends the program and waits for it.
    func end() {
        kill(process, SIGTERM)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        close(screen)
    }
}
