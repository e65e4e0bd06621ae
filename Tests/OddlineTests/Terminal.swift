import Foundation

/// The program in a real terminal (tmux), driven by keys and mouse as a person would.
final class Terminal {
    private let socket = "oddline-test-\(UUID().uuidString.prefix(8))"

    struct Timeout: Error, CustomStringConvertible {
        let text: String
        let screen: String
        var description: String { "\"\(text)\" did not show; the screen was:\n\(screen)" }
    }

    /// Runs the program with these arguments.
    convenience init(_ arguments: [String], width: Int = 120, height: Int = 36, environment: [String: String] = [:]) throws {
        let command = ([program] + arguments).map { "'\($0)'" }.joined(separator: " ")
        try self.init(command: command, width: width, height: height, environment: environment)
    }

    /// Runs a shell with job control, whose prompt is `ready>`.
    convenience init(shell environment: [String: String], width: Int = 120, height: Int = 36) throws {
        let prompt = ["PS1": "ready>"].merging(environment) { $1 }
        try self.init(command: "bash --norc --noprofile -i", width: width, height: height, environment: prompt)
    }

    private init(command: String, width: Int, height: Int, environment: [String: String]) throws {
        let exports = environment.map { "\($0.key)='\($0.value)'" }.joined(separator: " ")
        let configuration = FileManager.default.temporaryDirectory.appendingPathComponent(socket + ".conf")
        try "set -g default-terminal tmux-256color\nset -g status off\nset -s escape-time 0\n"
            .write(to: configuration, atomically: true, encoding: .utf8)
        try tmux([
            "-f", configuration.path, "new-session", "-d", "-x", "\(width)", "-y", "\(height)", "sh", "-c",
            "env \(exports) \(command); echo ended with $?; exec sleep 600",
        ])
        try FileManager.default.removeItem(at: configuration)
    }

    deinit { _ = try? tmux(["kill-server"]) }

    @discardableResult
    private func tmux(_ arguments: [String]) throws -> String {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent(socket + "-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: output) }
        try spawn(
            ["/usr/bin/env", "-u", "TMUX", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "tmux", "-L", socket] + arguments, output: output)
        return (try? String(contentsOf: output, encoding: .utf8)) ?? ""
    }

    /// Runs a command to its end. It inherits neither descriptors nor blocked signals of the test program,
    /// since tmux leaves a server behind that would keep them.
    private func spawn(_ arguments: [String], output: URL) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        for descriptor in 3..<512 as Range<Int32> { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, arguments[0], &actions, &attributes, &words, environ)
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: status) ?? .EIO) }
        var ended: Int32 = 0
        while waitpid(process, &ended, 0) < 0, errno == EINTR {}
    }

    var screen: String { (try? tmux(["capture-pane", "-p"])) ?? "" }

    /// The screen with the sequences that make its colours and other attributes.
    var styledScreen: String { (try? tmux(["capture-pane", "-p", "-e"])) ?? "" }

    func type(_ text: String) throws { try tmux(["send-keys", "-l", "--", text]) }
    func keys(_ names: String...) throws { for name in names { try tmux(["send-keys", name]) } }

    /// Types into one field after the other and presses Enter in the last.
    func fill(_ texts: String...) throws {
        for (index, text) in texts.enumerated() {
            if index > 0 { try keys("Tab") }
            try type(text)
        }
        try keys("Enter")
    }

    func mouse(_ code: Int, x: Int, y: Int, released: Bool = false) throws {
        try send("\u{1B}[<\(code);\(x + 1);\(y + 1)\(released ? "m" : "M")")
    }

    /// Presses and releases twice, as one piece of input.
    func doubleClick(x: Int, y: Int) throws {
        try send(["M", "m", "M", "m"].map { "\u{1B}[<0;\(x + 1);\(y + 1)\($0)" }.joined())
    }

    /// Sends bytes as they are, in one piece.
    func send(_ text: String) throws { try tmux(["send-keys", "-H"] + text.utf8.map { String($0, radix: 16) }) }

    func resize(width: Int, height: Int) throws { try tmux(["resize-window", "-x", "\(width)", "-y", "\(height)"]) }

    /// Waits until `text` stands on the screen, and returns the screen.
    @discardableResult
    func wait(for text: String, seconds: Double = 20) throws -> String {
        try wait(text, seconds: seconds) { $0.contains(text) }
    }

    /// Waits until the screen satisfies `condition`.
    @discardableResult
    func wait(_ what: String, seconds: Double = 20, until condition: (String) -> Bool) throws -> String {
        let end = Date().addingTimeInterval(seconds)
        while true {
            let screen = screen
            if condition(screen) { return screen }
            if Date() > end { throw Timeout(text: what, screen: screen) }
            usleep(50_000)
        }
    }
}
